import Crypto

/// Gathers the parts of a digest at one place and hashes them at once, without an allocation of its own: what `DigestBuilder`
/// does, for records by the million.
///
/// Unsafe inside: every part is checked against the room that was asked for.
package struct DigestWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var count = 0

    private init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    /// - Parameter room: As many bytes as the parts may have.
    package static func digest(room: Int, _ write: (inout DigestWriter) -> Void) -> Digest256 {
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { bytes in
            var writer = DigestWriter(bytes)
            write(&writer)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<writer.count]))
            return Digest256(hash.finalize())
        }
    }

    @inline(__always)
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        precondition(count &+ size <= bytes.count, "a digest has room for all its parts")
        defer { count &+= size }
        return bytes.baseAddress! + count
    }

    @inline(__always)
    package mutating func add(byte: UInt8) { take(1).storeBytes(of: byte, as: UInt8.self) }

    /// 8 bytes, big-endian, two's complement.
    @inline(__always)
    package mutating func add(_ number: Int64) {
        take(8).storeBytes(of: number.bigEndian, as: Int64.self)
    }

    @inline(__always)
    package mutating func add(word: UInt64) { add(Int64(bitPattern: word)) }

    /// Bytes of a fixed size, without a length before them.
    @inline(__always)
    package mutating func add(raw part: BorrowedBytes) {
        let place = take(part.count)
        if let start = part.address.baseAddress {
            place.copyMemory(from: start, byteCount: part.count)
        }
    }

    /// A domain and the zero byte behind it.
    @inline(__always)
    package mutating func add(domain: StaticString) {
        add(raw: domain.lent)
        add(byte: 0)
    }

    /// A word with its length.
    @inline(__always)
    package mutating func add(word: StaticString) {
        add(word.lent)
    }

    /// A part with its length.
    @inline(__always)
    package mutating func add(_ part: BorrowedBytes) {
        add(Int64(part.count))
        add(raw: part)
    }

    /// 00 for an absent part; 01 and the part otherwise.
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

    /// How many bytes a number is counted in, then those bytes, big-endian, two's complement: as few as it has, none for 0.
    @inline(__always)
    package mutating func pack(_ number: Int64) {
        let size = packedSize(number)
        // All eight are stored; those that are not its own are written over by what comes next.
        let place = take(9)
        place.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
        let shifted = UInt64(bitPattern: number) &<< UInt64(64 &- 8 &* size)
        (place + 1).storeBytes(of: shifted.bigEndian, as: UInt64.self)
        count &-= 8 &- size
    }

    /// A part with its packed length.
    @inline(__always)
    package mutating func pack(_ part: BorrowedBytes) {
        pack(Int64(part.count))
        add(raw: part)
    }

    @inline(__always)
    package mutating func pack(word: StaticString) { pack(word.lent) }

    /// FF for what is absent.
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

/// How many bytes of two's complement a number has; none for 0.
@inline(__always)
func packedSize(_ number: Int64) -> Int {
    if number == 0 { return 0 }
    let bits = 64 &- (number ^ number &>> 63).leadingZeroBitCount
    // And the sign.
    return (bits &+ 8) &>> 3
}

extension CleanTexts {
    /// `content_digest` of a row: that of its values.
    package func contentDigest(_ row: CleanRow) -> Digest256 {
        let texts =
            row.title.count + row.body.count + row.authorName.count + row.variant.count
            + row.country.count + row.language.count
        return DigestWriter.digest(room: 128 + texts) { writer in
            writer.add(byte: 1)
            writer.add(optional: row.rating)
            writer.add(optional: row.title, self)
            writer.add(optional: row.body, self)
            writer.add(optional: row.authorName, self)
            writer.add(optional: row.verified.map { $0 ? 1 : 0 })
            writer.add(optional: row.helpfulVotes)
            writer.add(optional: row.variant, self)
            writer.add(optional: row.country, self)
            writer.add(optional: row.language, self)
            writer.add(optional: row.createdAt?.microseconds)
            writer.add(optional: row.updatedAt?.microseconds)
        }
    }
}
