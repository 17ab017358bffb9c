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

/// Builds a SHA-256 digest over parts that cannot run into each other: every part of variable size
/// is preceded by its length. The parts are collected and hashed at once.
package struct DigestBuilder {
    private var parts: [UInt8] = []

    /// - Parameter count: Approximate number of bytes to come.
    package init(reserving count: Int = 256) { parts.reserveCapacity(count) }

    /// Starts a digest for one purpose and rule version: the domain (`afterword.identity.1`), then
    /// a zero byte.
    package init(domain: String, reserving count: Int = 256) {
        self.init(reserving: count)
        parts.append(contentsOf: domain.utf8)
        parts.append(0)
    }

    package mutating func add(byte: UInt8) { parts.append(byte) }

    /// Adds bytes of a fixed size, without their length.
    package mutating func add(raw bytes: [UInt8]) { parts.append(contentsOf: bytes) }

    package mutating func add(raw digest: Digest128) {
        appendBigEndian(digest.words.0, to: &parts)
        appendBigEndian(digest.words.1, to: &parts)
    }

    package mutating func add(raw digest: Digest256) {
        appendBigEndian(digest.words.0, to: &parts)
        appendBigEndian(digest.words.1, to: &parts)
        appendBigEndian(digest.words.2, to: &parts)
        appendBigEndian(digest.words.3, to: &parts)
    }

    /// Adds a part with its length: 8 bytes, big-endian, then the bytes.
    package mutating func add(_ bytes: [UInt8]) {
        add(Int64(bytes.count))
        parts.append(contentsOf: bytes)
    }

    package mutating func add(_ span: RawSpan) {
        add(Int64(span.byteCount))
        span.lend { parts.append(contentsOf: $0) }
    }

    package mutating func add(_ text: Text) { add(text.bytes) }

    package mutating func add(_ string: String) {
        add(Int64(string.utf8.count))
        parts.append(contentsOf: string.utf8)
    }

    /// Adds 8 bytes, big-endian, two's complement.
    package mutating func add(_ number: Int64) {
        appendBigEndian(UInt64(bitPattern: number), to: &parts)
    }

    /// Adds 00 for an absent part, else 01 and the part.
    package mutating func add(optional text: Text?) {
        guard let text else { return add(byte: 0) }
        add(byte: 1)
        add(text)
    }

    package mutating func add(optional number: Int64?) {
        guard let number else { return add(byte: 0) }
        add(byte: 1)
        add(number)
    }

    /// Adds the number of bytes, then the fewest bytes that hold the number in two's complement,
    /// big-endian; no bytes for 0.
    package mutating func pack(_ number: Int64) {
        let size = packedSize(number)
        parts.append(UInt8(size))
        for place in (0..<size).reversed() {
            parts.append(UInt8(truncatingIfNeeded: number >> Int64(8 * place)))
        }
    }

    /// Adds a part with its packed length.
    package mutating func pack(_ bytes: [UInt8]) {
        pack(Int64(bytes.count))
        parts.append(contentsOf: bytes)
    }

    package mutating func pack(_ text: Text) { pack(text.bytes) }
    package mutating func pack(_ string: String) { pack(Array(string.utf8)) }

    /// Adds FF for an absent part, else the packed part.
    package mutating func pack(optional text: Text?) {
        if let text { pack(text) } else { add(byte: 0xFF) }
    }

    package mutating func pack(optional number: Int64?) {
        if let number { pack(number) } else { add(byte: 0xFF) }
    }

    /// The digest of all parts.
    package func finish() -> Digest256 { Digest256(SHA256.hash(data: parts)) }
    /// The first 16 bytes of the digest.
    package func finish128() -> Digest128 { Digest128(truncating: finish()) }
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
