/// What a shape says that single written values of a field mean: another value, or none.
package struct ValueMap: Equatable, Sendable {
    /// By meaning (`writtenMeaning`); nil for the values that mean none.
    private var values: [String: [UInt8]?] = [:]

    /// What one written value means.
    enum Meaning: Equatable {
        /// The map does not name it: it is read as written.
        case asWritten
        case absent
        /// It is read as if this were written.
        case value([UInt8])
    }

    /// Whether the map names no value.
    var isEmpty: Bool { values.isEmpty }

    /// Adds a value; false where its meaning has another value already, or it is too long.
    mutating func add(_ written: [UInt8], _ value: [UInt8]?) -> Bool {
        guard let meaning = writtenMeaning(written) else { return false }
        if let known = values[meaning], known != value { return false }
        values[meaning] = .some(value)
        return true
    }

    /// What a written value means.
    subscript(written: [UInt8]) -> Meaning {
        guard let meaning = writtenMeaning(written), let value = values[meaning] else {
            return .asWritten
        }
        return value.map { .value($0) } ?? .absent
    }
}
