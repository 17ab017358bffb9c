/// Halves of keys (`DistinctKey`): a hash table without a hash function, because halves are hashes.
struct HalfSet {
    /// A power of two; 0 for a free slot.
    private var slots: [UInt64]
    private var count = 0

    /// - Parameter expected: Up to so many halves fit without a larger table.
    init(expected: Int = 16) {
        var size = 32
        while size < expected * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// Adds a half.
    ///
    /// - Returns: Whether it was missing.
    /// - Precondition: It is not 0.
    mutating func insert(_ half: UInt64) -> Bool {
        let place = place(of: half)
        if slots[place] == half { return false }
        slots[place] = half
        count += 1
        if count * 2 > slots.count { grow() }
        return true
    }

    /// Whether it has a half; 0 is none.
    func contains(_ half: UInt64) -> Bool { half != 0 && slots[place(of: half)] == half }

    /// Whether it has a half of the key.
    func holds(_ key: DistinctKey) -> Bool { contains(key.source) || contains(key.other) }

    /// The slot that has the half, or the free one for it.
    private func place(of half: UInt64) -> Int {
        let mask = slots.count - 1
        // The lowest bit says what the half is of.
        var place = Int(truncatingIfNeeded: half &>> 1) & mask
        while slots[place] != 0, slots[place] != half { place = (place &+ 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for half in old where half != 0 { slots[place(of: half)] = half }
    }
}
