/// SipHash-2-4 with 128 bits of output, after its authors' reference implementation (Aumasson and
/// Bernstein, 2012): a keyed hash that takes a third of the time of SHA-256 for a record.
///
/// It distinguishes records; it does not resist an adversary who chooses them: with a published
/// key, collisions can eventually be found.
struct SipHash128 {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    /// Bytes that do not fill a word yet, the first in the lowest bits.
    private var tail: UInt64 = 0
    private var count = 0

    /// - Parameter key: The 16 bytes of the key as two little-endian words.
    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = v1 &<< 13 | v1 &>> 51
        v3 = v3 &<< 16 | v3 &>> 48
        v1 ^= v0
        v3 ^= v2
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v1
        v0 &+= v3
        v1 = v1 &<< 17 | v1 &>> 47
        v3 = v3 &<< 21 | v3 &>> 43
        v1 ^= v2
        v3 ^= v0
        v2 = v2 &<< 32 | v2 &>> 32
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    /// Adds eight bytes, the first in the lowest bits.
    @inline(__always)
    mutating func add(_ word: UInt64) {
        let held = UInt64(count & 7) &* 8
        count &+= 8
        if held == 0 { return compress(word) }
        compress(tail | word &<< held)
        tail = word &>> (64 &- held)
    }

    /// The digests of two byte strings, each followed by its length. Computed in alternation,
    /// because each step of a hash depends on the one before: two together take hardly longer than
    /// one.
    ///
    /// - Precondition: Nothing was added to `start`, and both have at least eight bytes.
    static func digests(
        _ start: SipHash128, _ first: BorrowedBytes, _ second: BorrowedBytes
    ) -> (Digest128, Digest128) {
        var (one, other) = (start, start)
        let (words, otherWords) = (first.count & ~7, second.count & ~7)
        let shared = min(words, otherWords)
        var place = 0
        while place < shared {
            one.compress(first.word(at: place))
            other.compress(second.word(at: place))
            place &+= 8
        }
        var otherPlace = place
        while place < words {
            one.compress(first.word(at: place))
            place &+= 8
        }
        while otherPlace < otherWords {
            other.compress(second.word(at: otherPlace))
            otherPlace &+= 8
        }
        let (last, otherLast) = (lastWords(first), lastWords(second))
        one.compress(last.0)
        other.compress(otherLast.0)
        one.compress(last.1)
        other.compress(otherLast.1)
        one.v2 ^= 0xee
        other.v2 ^= 0xee
        for _ in 0..<4 {
            one.round()
            other.round()
        }
        let firsts = (one.folded, other.folded)
        one.v1 ^= 0xdd
        other.v1 ^= 0xdd
        for _ in 0..<4 {
            one.round()
            other.round()
        }
        return (
            Digest128(words: (firsts.0.byteSwapped, one.folded.byteSwapped)),
            Digest128(words: (firsts.1.byteSwapped, other.folded.byteSwapped))
        )
    }

    private var folded: UInt64 { v0 ^ v1 ^ v2 ^ v3 }

    /// The final words of a digest in `digests`: the bytes after the last whole word, their count
    /// (8 bytes), and the end marker.
    private static func lastWords(_ bytes: BorrowedBytes) -> (UInt64, UInt64) {
        let left = UInt64(bytes.count & 7) &* 8
        let count = UInt64(bytes.count)
        let end = (count &+ 8) &<< 56
        if left == 0 { return (count, end) }
        let tail = bytes.word(at: bytes.count &- 8) &>> (64 &- left)
        return (tail | count &<< left, count &>> (64 &- left) | end)
    }

    /// Adds bytes.
    mutating func add(_ bytes: BorrowedBytes) {
        var place = 0
        while place &+ 8 <= bytes.count {
            add(bytes.word(at: place))
            place &+= 8
        }
        let left = bytes.count &- place
        if left == 0 { return }
        var word: UInt64 = 0
        if place > 0 {
            // The last bytes of the last eight.
            word = bytes.word(at: bytes.count &- 8) &>> (64 &- UInt64(left) &* 8)
        } else {
            for index in 0..<left { word |= UInt64(bytes[index]) &<< (UInt64(index) &* 8) }
        }
        let held = count & 7
        count &+= left
        tail |= word &<< (UInt64(held) &* 8)
        guard held &+ left >= 8 else { return }
        compress(tail)
        tail = word &>> (UInt64(8 &- held) &* 8)
    }

    /// The digest of all bytes added.
    mutating func finish() -> Digest128 {
        compress(tail | UInt64(count & 0xFF) &<< 56)
        v2 ^= 0xee
        round()
        round()
        round()
        round()
        let first = folded
        v1 ^= 0xdd
        round()
        round()
        round()
        round()
        let second = folded
        return Digest128(words: (first.byteSwapped, second.byteSwapped))
    }
}

/// The digest of a record's bytes and its context: records of equal digest are equal without
/// cleaning them.
///
/// SipHash-2-4-128 of payload, context and the payload's length (8 bytes, little-endian), keyed
/// with the first 16 bytes of SHA-256("afterword.payload.2").
package func payloadDigest(_ payload: BorrowedBytes, context: BorrowedBytes) -> Digest128 {
    var hash = payloadHash
    hash.add(payload)
    if context.count > 0 { hash.add(context) }
    hash.add(UInt64(payload.count))
    return hash.finish()
}

/// The payload digests of records without context, computed in pairs.
package func payloadDigests(of ranges: [Range<Int>], in window: BorrowedBytes) -> [Digest128] {
    var digests: [Digest128] = []
    digests.reserveCapacity(ranges.count)
    var place = 0
    while place < ranges.count {
        let first = window.part(ranges[place])
        guard place + 1 < ranges.count else {
            digests.append(payloadDigest(first, context: .none))
            break
        }
        let second = window.part(ranges[place + 1])
        let pair =
            min(first.count, second.count) >= 8
            ? SipHash128.digests(payloadHash, first, second)
            : (payloadDigest(first, context: .none), payloadDigest(second, context: .none))
        digests.append(pair.0)
        digests.append(pair.1)
        place += 2
    }
    return digests
}

private let payloadHash = SipHash128(key: (0xe7df_a2fe_eb31_fa0f, 0xf28f_dd8b_d41a_c913))
