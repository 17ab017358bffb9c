import Crypto

/// Encodes the parts of a digest so that they cannot run into each other, and hashes them with
/// SHA-256. Every part of variable size is preceded by its length.
///
/// One that a caller owns (`init`, `finish`) hashes each part as it comes. For millions of records
/// `digest(_:)` collects the parts in a buffer on the stack and hashes them at once. Equal parts
/// give equal digests either way.
///
/// Writes to its buffer by raw pointers; every part is checked against the size of the buffer.
package struct DigestEncoder: ~Copyable {
    private var hash = SHA256()
    /// Parts that are not hashed yet: the first `count` bytes. Empty in an encoder of a caller's.
    private let buffer: UnsafeMutableRawBufferPointer
    private var count = 0

    /// Size of the buffer: it lies on the stack up to this size, and most reviews fit in it.
    private static let bufferBytes = 1024

    /// An encoder without a domain, for digests whose first byte tells them apart.
    package init() { buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0) }

    /// An encoder for one purpose and rule version: it begins with the domain
    /// (`afterword.identity.1`) and a zero byte.
    package init(domain: String) {
        self.init()
        domain.lend { add(raw: $0) }
        add(byte: 0)
    }

    private init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    /// The digest of the parts that `write` adds, without a heap allocation for them.
    @inline(__always)
    package static func digest(_ write: (inout DigestEncoder) -> Void) -> Digest256 {
        withUnsafeTemporaryAllocation(byteCount: bufferBytes, alignment: 8) { buffer in
            var encoder = DigestEncoder(buffer)
            write(&encoder)
            encoder.flush()
            return Digest256(encoder.hash.finalize())
        }
    }

    /// The digest of all parts, of an encoder that a caller owns.
    package borrowing func finish() -> Digest256 { Digest256(hash.finalize()) }

    /// The first 16 bytes of the digest.
    package borrowing func finish128() -> Digest128 { Digest128(truncating: finish()) }

    /// Hashes the collected parts.
    private mutating func flush() {
        if count == 0 { return }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        count = 0
    }

    /// Whether the buffer has room for more bytes, after hashing what it holds if need be.
    @inline(__always)
    private mutating func hasRoom(_ size: Int) -> Bool {
        if count &+ size <= buffer.count { return true }
        flush()
        return size <= buffer.count
    }

    /// The place of the next `size` bytes in the buffer.
    ///
    /// - Precondition: `hasRoom(size)`.
    @inline(__always)
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        precondition(count &+ size <= buffer.count, "the buffer has room for the part")
        defer { count &+= size }
        return buffer.baseAddress! + count
    }

    // MARK: Raw parts

    @inline(__always)
    package mutating func add(byte: UInt8) {
        if hasRoom(1) { return take(1).storeBytes(of: byte, as: UInt8.self) }
        withUnsafeBytes(of: byte) { hash.update(bufferPointer: $0) }
    }

    /// Adds bytes of a fixed size, without their length.
    @inline(__always)
    package mutating func add(raw part: BorrowedBytes) {
        guard let start = part.address.baseAddress, part.count > 0 else { return }
        if hasRoom(part.count) {
            take(part.count).copyMemory(from: start, byteCount: part.count)
        } else {
            hash.update(bufferPointer: part.address)
        }
    }

    /// Adds 8 bytes, big-endian.
    @inline(__always)
    package mutating func add(word: UInt64) {
        if hasRoom(8) { return take(8).storeBytes(of: word.bigEndian, as: UInt64.self) }
        withUnsafeBytes(of: word.bigEndian) { hash.update(bufferPointer: $0) }
    }

    @inline(__always)
    package mutating func add(raw digest: Digest256) {
        add(word: digest.words.0)
        add(word: digest.words.1)
        add(word: digest.words.2)
        add(word: digest.words.3)
    }

    @inline(__always)
    package mutating func add(raw digest: Digest128) {
        add(word: digest.words.0)
        add(word: digest.words.1)
    }

    package mutating func add(raw bytes: [UInt8]) { bytes.lend { add(raw: $0) } }

    // MARK: Parts

    /// Adds 8 bytes, big-endian, two's complement.
    @inline(__always)
    package mutating func add(_ number: Int64) { add(word: UInt64(bitPattern: number)) }

    /// Adds a part with its length: 8 bytes, big-endian, then the bytes.
    @inline(__always)
    package mutating func add(_ part: BorrowedBytes) {
        add(Int64(part.count))
        add(raw: part)
    }

    package mutating func add(_ bytes: [UInt8]) { bytes.lend { add($0) } }
    package mutating func add(_ bytes: RawSpan) { bytes.lend { add($0) } }
    package mutating func add(_ text: Text) { add(text.bytes) }
    package mutating func add(_ string: String) { string.lend { add($0) } }

    /// Adds a domain and a zero byte.
    @inline(__always)
    package mutating func add(domain: StaticString) {
        add(raw: domain.borrowed)
        add(byte: 0)
    }

    /// Adds 00 for an absent part, else 01 and the part.
    @inline(__always)
    package mutating func add(optional number: Int64?) {
        guard let number else { return add(byte: 0) }
        add(byte: 1)
        add(number)
    }

    package mutating func add(optional part: [UInt8]?) {
        guard let part else { return add(byte: 0) }
        add(byte: 1)
        add(part)
    }

    package mutating func add(optional text: Text?) { add(optional: text?.bytes) }

    // MARK: Packed parts

    /// Adds the number of bytes, then the fewest bytes that hold the number in two's complement,
    /// big-endian; no bytes for 0.
    @inline(__always)
    package mutating func pack(_ number: Int64) {
        let size = packedSize(number)
        let shifted = UInt64(bitPattern: number) &<< UInt64(64 &- 8 &* size)
        if hasRoom(9) {
            // Stores all eight bytes; the next part overwrites those that are not needed.
            let place = take(9)
            place.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
            (place + 1).storeBytes(of: shifted.bigEndian, as: UInt64.self)
            count &-= 8 &- size
        } else {
            add(byte: UInt8(truncatingIfNeeded: size))
            withUnsafeBytes(of: shifted.bigEndian) { bytes in
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<size]))
            }
        }
    }

    /// Adds a part with its packed length.
    @inline(__always)
    package mutating func pack(_ part: BorrowedBytes) {
        pack(Int64(part.count))
        add(raw: part)
    }

    @inline(__always)
    package mutating func pack(word: StaticString) { pack(word.borrowed) }

    package mutating func pack(_ bytes: [UInt8]) { bytes.lend { pack($0) } }
    package mutating func pack(_ text: Text) { pack(text.bytes) }
    package mutating func pack(_ string: String) { string.lend { pack($0) } }

    /// Adds FF for an absent part, else the packed part.
    @inline(__always)
    package mutating func pack(optional number: Int64?) {
        if let number { pack(number) } else { add(byte: 0xFF) }
    }

    package mutating func pack(optional text: Text?) {
        if let text { pack(text) } else { add(byte: 0xFF) }
    }
}

/// Number of bytes that hold a number in two's complement; 0 for 0.
@inline(__always)
func packedSize(_ number: Int64) -> Int {
    if number == 0 { return 0 }
    let bits = 64 &- (number ^ number &>> 63).leadingZeroBitCount
    // One bit more, for the sign.
    return (bits &+ 8) &>> 3
}
