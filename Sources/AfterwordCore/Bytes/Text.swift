/// UTF-8 text that is compared, ordered and hashed by its bytes.
///
/// Every store compares keys by bytes (`BINARY`, `COLLATE "C"`), so memory does too. `String`
/// treats two canonically equivalent spellings as equal, which would merge two products that are
/// two rows in a store.
package struct Text: Hashable, Comparable, Sendable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ string: String) { self.bytes = Array(string.utf8) }

    /// The text as a Swift string. Ill-formed UTF-8, which no cleaned text holds, is replaced by
    /// U+FFFD.
    package var string: String { String(decoding: bytes, as: UTF8.self) }
    package var isEmpty: Bool { bytes.isEmpty }

    package static func < (left: Text, right: Text) -> Bool {
        left.bytes.lend { l in right.bytes.lend { isBefore(l, $0) } }
    }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

/// Whether a text comes before another in byte order.
package func isBefore(_ left: Text, _ right: BorrowedBytes) -> Bool {
    left.bytes.lend { isBefore($0, right) }
}

/// Whether bytes come before others in byte order.
package func isBefore(_ left: BorrowedBytes, _ right: BorrowedBytes) -> Bool {
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

/// The first 16 bytes of a text and its length: enough to distinguish and order nearly all ids.
package struct TextHead: Sendable {
    /// Greatest number of bytes in a head.
    package static let byteCount = 16

    /// The first 16 bytes, big-endian, padded with zeros.
    private let words: (UInt64, UInt64)
    private let count: Int

    package init(_ text: BorrowedBytes) {
        words = (Self.word(text, 0), Self.word(text, 8))
        count = text.count
    }

    private static func word(_ text: BorrowedBytes, _ start: Int) -> UInt64 {
        if start &+ 8 <= text.count { return text.word(at: start).byteSwapped }
        var word: UInt64 = 0
        var shift: UInt64 = 56
        for index in min(start, text.count)..<text.count {
            word |= UInt64(text[index]) &<< shift
            shift &-= 8
        }
        return word
    }

    /// Whether the text is longer than its head.
    package var isPart: Bool { count > Self.byteCount }

    /// Whether a text comes before another in byte order.
    ///
    /// - Parameter rest: Whether the left text's bytes after its head come before the right one's;
    ///   called only where both texts are longer than their equal heads.
    @inline(__always)
    package static func isBefore(
        _ left: TextHead, _ right: TextHead, rest: () -> Bool
    ) -> Bool {
        if left.words.0 != right.words.0 { return left.words.0 < right.words.0 }
        if left.words.1 != right.words.1 { return left.words.1 < right.words.1 }
        // Missing bytes read as zeros: one text is a prefix of the other, or it ends in zero bytes.
        return left.isPart && right.isPart ? rest() : left.count < right.count
    }
}

/// Whether both have the same bytes.
func isSame(_ left: BorrowedBytes, _ right: BorrowedBytes) -> Bool {
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
