/// What a column of an exported table holds.
package enum ArrowType: Equatable, Sendable {
    /// A whole number of 64 bits.
    case number
    case flag
    /// UTF-8.
    case text
    case bytes
    /// UTC microseconds since 1970.
    case instant
    /// A whole number of parts, of which ten to the power of `scale` make one.
    case decimal(precision: Int, scale: Int)
}

/// A column of an exported table.
package struct ArrowField: Equatable, Sendable {
    package var name: String
    package var type: ArrowType
    package var isNullable: Bool
    /// What the column holds, for people.
    package var comment: String

    package init(_ name: String, _ type: ArrowType, isNullable: Bool = false, comment: String = "")
    {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.comment = comment
    }
}
