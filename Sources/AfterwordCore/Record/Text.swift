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
        left.bytes.withUnsafeBytes { l in
            right.bytes.withUnsafeBytes { r in
                let shared = min(l.count, r.count)
                for index in 0..<shared where l[index] != r[index] { return l[index] < r[index] }
                return l.count < r.count
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) { self.init(value) }
    package var description: String { string }
}
