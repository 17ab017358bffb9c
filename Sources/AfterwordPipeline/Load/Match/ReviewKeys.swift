import AfterwordCore

/// Assigns keys to a product's new reviews: the key that the identity gives (`firstKey`), or the
/// next free one.
struct ReviewKeys {
    private let productKey: Int64
    /// Keys of the product's stored reviews, in order.
    private let stored: [Int64]
    private var given: Set<Int64> = []
    private var isClosed = false

    /// - Parameter stored: Keys of the product's reviews, in any order.
    init(ofProduct productKey: Int64, stored: [Int64]) {
        self.productKey = productKey
        // Some stores return them in order.
        let isSorted = zip(stored, stored.dropFirst()).allSatisfy { $0 < $1 }
        self.stored = isSorted ? stored : stored.sorted()
    }

    /// The first index that is not before the boundary, by binary search.
    private func firstPlace(_ places: Range<Int>, isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (places.lowerBound, places.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first key from `key` on that no stored review has. A run of adjacent stored keys is
    /// skipped by binary search.
    private func unstored(from key: Int64) -> Int64 {
        let place = firstPlace(0..<stored.count) { stored[$0] < key }
        guard place < stored.count, stored[place] == key else { return key }
        let end = firstPlace(place..<stored.count) { stored[$0] - key == Int64($0 - place) }
        return key + Int64(end - place)
    }

    /// The first free key from `first` on.
    private func free(from first: Int64) -> Int64 {
        var key = unstored(from: first)
        while given.contains(key) { key = unstored(from: key + 1) }
        precondition(
            reviewKeys(ofProduct: productKey).contains(key),
            "a product has at most 15,728,639 reviews")
        return key
    }

    /// The key of one new review; not to be called after `take(all:)`.
    mutating func take(_ identity: Digest128) -> Int64 {
        precondition(!isClosed, "nobody is given a key after many")
        let key = free(from: firstKey(ofProduct: productKey, identity: identity))
        given.insert(key)
        return key
    }

    /// The keys of many new reviews in ascending order, each with the index of its identity. Call
    /// at most once, as the last call.
    mutating func take(all identities: [Digest128]) -> [(key: Int64, place: Int)] {
        precondition(!isClosed, "nobody is given a key after many")
        isClosed = true
        // Sorts single integers: the first key in the upper 32 bits, the index in the lower.
        let lowest = reviewKeys(ofProduct: productKey).lowerBound
        let told = identities.enumerated().map { place, identity in
            let key = firstKey(ofProduct: productKey, identity: identity)
            return UInt64(key - lowest) << 32 | UInt64(place)
        }
        var last: Int64 = 0
        return told.sorted().map { told in
            last = free(from: max(last + 1, lowest + Int64(told >> 32)))
            return (last, Int(told & 0xFFFF_FFFF))
        }
    }
}
