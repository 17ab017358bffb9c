/// Finds the halves of keys that several reviews share, in one walk: only such reviews need to be
/// held to count each distinct one once.
///
/// A half is a bit of a table, chosen by its own bits, because halves are hashes: 4 bytes a review
/// instead of 32. Two halves may have one bit; then a review is held in vain, and no count changes.
package struct RepeatedKeys: Sendable {
    private var seen: [UInt64]
    private var repeated: [UInt64]
    private let mask: UInt64

    /// - Parameter expected: About how many reviews there are: more of them only make it slower.
    package init(expected: Int = 16) {
        var words = 64
        // Sixteen bits for each of two halves: at most one in sixteen is held in vain.
        while words * 64 < expected * 32 { words *= 2 }
        seen = Array(repeating: 0, count: words)
        repeated = seen
        mask = UInt64(words * 64 - 1)
    }

    /// Notes the key of a review.
    package mutating func find(_ key: DistinctKey) {
        note(key.source)
        note(key.other)
    }

    private mutating func note(_ half: UInt64) {
        if half == 0 { return }
        let (word, bit) = place(half)
        if seen[word] & bit == 0 { seen[word] |= bit } else { repeated[word] |= bit }
    }

    // The lowest bit says what the half is of.
    private func place(_ half: UInt64) -> (word: Int, bit: UInt64) {
        let place = half >> 1 & mask
        return (Int(truncatingIfNeeded: place >> 6), 1 << (place & 63))
    }

    /// Ends the walk: what is not repeated is forgotten.
    package mutating func close() { seen = [] }

    /// Whether another review may share a half of the key; never false where one does.
    package func holds(_ key: DistinctKey) -> Bool {
        isRepeated(key.source) || isRepeated(key.other)
    }

    private func isRepeated(_ half: UInt64) -> Bool {
        if half == 0 { return false }
        let (word, bit) = place(half)
        return repeated[word] & bit != 0
    }
}
