/// UTF-8 text that is compared, ordered and hashed by its bytes.
///
/// Keys are compared by bytes in every store (`BINARY`, `COLLATE "C"`), so they are in memory too:
/// `String` holds two canonically equivalent spellings equal, which would merge two products here
/// that are two rows there.
package struct Text: Hashable, Comparable, Sendable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ string: String) { self.bytes = Array(string.utf8) }

    /// The text as a Swift string; ill-formed UTF-8, which no cleaned text holds, is repaired.
    package var string: String { String(decoding: bytes, as: UTF8.self) }
    package var isEmpty: Bool { bytes.isEmpty }

    package static func < (left: Text, right: Text) -> Bool {
        left.bytes.lend { l in right.bytes.lend { isBefore(l, $0) } }
    }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

/// Whether a text comes before another, by bytes.
package func isBefore(_ left: Text, _ right: LentBytes) -> Bool {
    left.bytes.lend { isBefore($0, right) }
}

/// Whether bytes come before others.
package func isBefore(_ left: LentBytes, _ right: LentBytes) -> Bool {
    let shared = min(left.count, right.count)
    var index = 0
    while index &+ 8 <= shared {
        let l = left.word(at: index).byteSwapped
        let r = right.word(at: index).byteSwapped
        if l != r { return l < r }
        index &+= 8
    }
    while index < shared {
        if left[index] != right[index] { return left[index] < right[index] }
        index &+= 1
    }
    return left.count < right.count
}

/// Whether bytes are the same as others.
func isSame(_ left: LentBytes, _ right: LentBytes) -> Bool {
    guard left.count == right.count else { return false }
    var index = 0
    while index &+ 8 <= left.count {
        if left.word(at: index) != right.word(at: index) { return false }
        index &+= 8
    }
    while index < left.count {
        if left[index] != right[index] { return false }
        index &+= 1
    }
    return true
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) { self.init(value) }
    package var description: String { string }
}
