import Crypto

/// A SHA-256 digest: 32 bytes, ordered as bytes.
package struct Digest256: Hashable, Comparable, Sendable {
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// - Precondition: Exactly 32 bytes.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == 32, "a 256-bit digest has 32 bytes")
        self.init(bytes.span.bytes)
    }

    private init(_ bytes: RawSpan) {
        words = (
            bigEndianWord(bytes, 0), bigEndianWord(bytes, 8), bigEndianWord(bytes, 16),
            bigEndianWord(bytes, 24)
        )
    }

    /// Passes the bytes in place, big-endian; they are valid only during the call.
    package func withBytes<Result>(
        _ body: (BorrowedBytes) throws -> Result
    ) rethrows -> Result {
        try lend(
            (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian), body)
    }

    /// The digest as four big-endian integers.
    package var lanes: (UInt64, UInt64, UInt64, UInt64) { words }

    init(_ hash: SHA256.Digest) {
        self = hash.withUnsafeBytes { Digest256($0.bytes) }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        appendBigEndian(words.0, to: &bytes)
        appendBigEndian(words.1, to: &bytes)
        appendBigEndian(words.2, to: &bytes)
        appendBigEndian(words.3, to: &bytes)
        return bytes
    }

    package static func == (l: Digest256, r: Digest256) -> Bool { l.words == r.words }
    package static func < (l: Digest256, r: Digest256) -> Bool { l.words < r.words }
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// A 128-bit digest: the first 16 bytes of a SHA-256 over a versioned domain, for identities, or a
/// payload's hash (`payloadDigest`). Both are looked up in bulk, where half the size of SHA-256
/// counts.
public struct Digest128: Hashable, Comparable, Sendable {
    @usableFromInline var words: (UInt64, UInt64)

    /// - Precondition: Exactly 16 bytes.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == 16, "a 128-bit digest has 16 bytes")
        let span = bytes.span.bytes
        words = (bigEndianWord(span, 0), bigEndianWord(span, 8))
    }

    /// - Precondition: Exactly 16 bytes.
    @inlinable public init(_ bytes: BorrowedBytes) {
        precondition(bytes.count == 16, "a 128-bit digest has 16 bytes")
        words = (bytes.word(at: 0).byteSwapped, bytes.word(at: 8).byteSwapped)
    }

    /// Passes the bytes in place, big-endian; they are valid only during the call.
    @inlinable public func withBytes<Result>(
        _ body: (BorrowedBytes) throws -> Result
    ) rethrows -> Result {
        try lend((words.0.bigEndian, words.1.bigEndian), body)
    }

    /// Uniformly distributed bits, for hash tables.
    @inlinable public var hashBits: UInt64 { words.0 }

    init(words: (UInt64, UInt64)) { self.words = words }

    init(truncating digest: Digest256) { words = (digest.words.0, digest.words.1) }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        appendBigEndian(words.0, to: &bytes)
        appendBigEndian(words.1, to: &bytes)
        return bytes
    }

    @inlinable public static func == (l: Digest128, r: Digest128) -> Bool { l.words == r.words }
    @inlinable public static func < (l: Digest128, r: Digest128) -> Bool { l.words < r.words }
    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension Digest256: CustomStringConvertible {
    package var description: String { hexadecimal(bytes) }
}
extension Digest128: CustomStringConvertible {
    public var description: String { hexadecimal(bytes) }
}

/// SHA-256 over bytes that arrive in pieces, as of a file.
package struct StreamDigest {
    private var hash = SHA256()
    package init() {}
    package mutating func add(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    package func finish() -> Digest256 { Digest256(hash.finalize()) }
}

/// Lower-case hexadecimal digits, two for each byte.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes of hexadecimal digits, two for each byte; nil for any other text.
package func hexadecimalBytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits {
        guard let value = hexadecimalValue(digit) else { return nil }
        if let first = high {
            bytes.append(first << 4 | UInt8(value))
            high = nil
        } else {
            high = UInt8(value)
        }
    }
    return bytes
}

private func bigEndianWord(_ bytes: RawSpan, _ start: Int) -> UInt64 {
    UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
}

func appendBigEndian(_ word: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
}
