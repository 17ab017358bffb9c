/// A scanned value: its kind and its range in the scanned bytes.
package struct JSONToken: Equatable, Sendable {
    /// The kind of a value; `nonstandard` is a bare `NaN` or infinity, `yes` and `no` are flags.
    /// A `cell` of a table has no quotes, a `quotedCell` doubled ones; others are like a `string`.
    package enum Kind: UInt8, Sendable {
        case missing, null, nonstandard, string, escapedString, number, yes, no, object, array
        case cell, quotedCell

        /// Whether it is `true` or `false`.
        var isFlag: Bool { self == .yes || self == .no }
    }
    package var kind: Kind
    package var start: Int32
    package var end: Int32

    package static let missing = JSONToken(kind: .missing, start: 0, end: 0)
    package var range: Range<Int> { Int(start)..<Int(end) }
}
