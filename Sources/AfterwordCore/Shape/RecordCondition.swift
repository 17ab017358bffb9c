/// One condition of a shape's `where`: which values of a source keep a record.
package struct RecordCondition: Equatable, Sendable {
    package let source: FieldSource
    /// Whether the values leave the record out instead of keeping it.
    private let isNegated: Bool
    /// The values as the shape has them, and by meaning (`writtenMeaning`).
    private let literals: [[UInt8]]
    private let meanings: Set<String>
    /// Whether a missing value, null or "" is one of the values.
    private let namesAbsent: Bool

    /// - Parameter values: Texts, numbers, flags and null. Nil where one is none of these, or none
    ///   is given.
    init?(_ source: FieldSource, _ values: [JSONValue], isNegated: Bool) {
        let scalars = values.compactMap(\.scalar)
        let isAbsent = values.contains(.null) || scalars.contains([])
        let meanings = scalars.filter { !$0.isEmpty }.compactMap(writtenMeaning)
        guard !values.isEmpty, values.allSatisfy({ $0 == .null || $0.scalar != nil }),
            meanings.count == scalars.count(where: { !$0.isEmpty })
        else { return nil }
        self.source = source
        self.isNegated = isNegated
        literals = scalars
        self.meanings = Set(meanings)
        namesAbsent = isAbsent
    }

    /// Whether a value keeps its record.
    ///
    /// - Parameter value: The bytes of a scalar, unescaped; nil for an array or object, which
    ///   equals no value.
    func keeps(_ value: BorrowedBytes?) -> Bool { isNamed(value) != isNegated }

    private func isNamed(_ value: BorrowedBytes?) -> Bool {
        guard let value else { return false }
        if value.count == 0 { return namesAbsent }
        // Nearly always written as the shape has it.
        for literal in literals where literal.lend({ isSame($0, value) }) { return true }
        return writtenMeaning(Array(value)).map(meanings.contains) ?? false
    }
}
