import Crypto

/// Collects the parts of a digest in a stack buffer and hashes them at once, without a heap
/// allocation: the form of `DigestBuilder` for millions of records. Equal parts give equal digests.
///
/// Writes by raw pointers; every part is checked against the size of the buffer.
package struct DigestWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var count = 0

    private init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    /// The digest of the parts that `write` adds.
    ///
    /// - Parameter room: Greatest total number of bytes of all parts; exceeding it traps.
    package static func digest(room: Int, _ write: (inout DigestWriter) -> Void) -> Digest256 {
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { bytes in
            var writer = DigestWriter(bytes)
            write(&writer)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<writer.count]))
            return Digest256(hash.finalize())
        }
    }

    /// Reserves bytes in the buffer; traps where it is full.
    @inline(__always)
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        precondition(count &+ size <= bytes.count, "a digest has room for all its parts")
        defer { count &+= size }
        return bytes.baseAddress! + count
    }

    @inline(__always)
    package mutating func add(byte: UInt8) { take(1).storeBytes(of: byte, as: UInt8.self) }

    /// Adds 8 bytes, big-endian, two's complement.
    @inline(__always)
    package mutating func add(_ number: Int64) {
        take(8).storeBytes(of: number.bigEndian, as: Int64.self)
    }

    @inline(__always)
    package mutating func add(word: UInt64) { add(Int64(bitPattern: word)) }

    /// Adds bytes of a fixed size, without their length.
    @inline(__always)
    package mutating func add(raw part: BorrowedBytes) {
        let place = take(part.count)
        if let start = part.address.baseAddress {
            place.copyMemory(from: start, byteCount: part.count)
        }
    }

    /// Adds a domain and a zero byte.
    @inline(__always)
    package mutating func add(domain: StaticString) {
        add(raw: domain.lent)
        add(byte: 0)
    }

    /// Adds a word with its length.
    @inline(__always)
    package mutating func add(word: StaticString) {
        add(word.lent)
    }

    /// Adds a part with its length.
    @inline(__always)
    package mutating func add(_ part: BorrowedBytes) {
        add(Int64(part.count))
        add(raw: part)
    }

    /// Adds 00 for an absent part, else 01 and the part.
    @inline(__always)
    package mutating func add(optional number: Int64?) {
        guard let number else { return add(byte: 0) }
        add(byte: 1)
        add(number)
    }

    @inline(__always)
    package mutating func add(optional place: TextPlace, _ texts: CleanTexts) {
        if place.isAbsent { return add(byte: 0) }
        add(byte: 1)
        add(texts[place])
    }

    package mutating func add(optional part: [UInt8]?) {
        guard let part else { return add(byte: 0) }
        add(byte: 1)
        part.lend { add($0) }
    }

    // MARK: Packed

    /// Adds the number of bytes, then the fewest bytes that hold the number in two's complement,
    /// big-endian; no bytes for 0.
    @inline(__always)
    package mutating func pack(_ number: Int64) {
        let size = packedSize(number)
        // Stores all eight bytes; the next part overwrites those that are not needed.
        let place = take(9)
        place.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
        let shifted = UInt64(bitPattern: number) &<< UInt64(64 &- 8 &* size)
        (place + 1).storeBytes(of: shifted.bigEndian, as: UInt64.self)
        count &-= 8 &- size
    }

    /// Adds a part with its packed length.
    @inline(__always)
    package mutating func pack(_ part: BorrowedBytes) {
        pack(Int64(part.count))
        add(raw: part)
    }

    @inline(__always)
    package mutating func pack(word: StaticString) { pack(word.lent) }

    /// Adds FF for an absent part, else the packed part.
    @inline(__always)
    package mutating func pack(optional number: Int64?) {
        if let number { pack(number) } else { add(byte: 0xFF) }
    }

    @inline(__always)
    package mutating func pack(optional place: TextPlace, _ texts: CleanTexts) {
        if place.isAbsent { add(byte: 0xFF) } else { pack(texts[place]) }
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
}

/// Number of bytes that hold a number in two's complement; 0 for 0.
@inline(__always)
func packedSize(_ number: Int64) -> Int {
    if number == 0 { return 0 }
    let bits = 64 &- (number ^ number &>> 63).leadingZeroBitCount
    // One bit more, for the sign.
    return (bits &+ 8) &>> 3
}

extension CleanTexts {
    /// `content_digest` of a row; equal to `ReviewValues.contentDigest` of its values.
    package func contentDigest(_ row: CleanRow) -> Digest256 {
        let texts =
            row.values.title.count + row.values.body.count + row.values.authorName.count
            + row.values.variant.count
            + row.values.country.count + row.values.language.count
        return DigestWriter.digest(room: 128 + texts) { writer in
            writer.add(byte: 1)
            writer.add(optional: row.values.rating)
            writer.add(optional: row.values.title, self)
            writer.add(optional: row.values.body, self)
            writer.add(optional: row.values.authorName, self)
            writer.add(optional: row.values.verified.map { $0 ? 1 : 0 })
            writer.add(optional: row.values.helpfulVotes)
            writer.add(optional: row.values.variant, self)
            writer.add(optional: row.values.country, self)
            writer.add(optional: row.values.language, self)
            writer.add(optional: row.values.createdAt?.microseconds)
            writer.add(optional: row.values.updatedAt?.microseconds)
        }
    }
}
