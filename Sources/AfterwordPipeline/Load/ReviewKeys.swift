import AfterwordCore

/// Gives a product's new reviews their keys: the one that the identity tells, or the next that is free.
struct ReviewKeys {
    private let productKey: Int64
    /// In order.
    private let stored: [Int64]
    private var given: Set<Int64> = []
    private var isClosed = false

    /// - Parameter stored: Keys of the product's reviews.
    init(ofProduct productKey: Int64, stored: [Int64]) {
        self.productKey = productKey
        // Some stores tell them in order.
        let isSorted = zip(stored, stored.dropFirst()).allSatisfy { $0 < $1 }
        self.stored = isSorted ? stored : stored.sorted()
    }

    /// The first of some places that is not one of those before.
    private func firstPlace(_ places: Range<Int>, isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (places.lowerBound, places.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The first key from one on that no stored review has: a crowd of them is stepped over at once.
    private func unstored(from key: Int64) -> Int64 {
        let place = firstPlace(0..<stored.count) { stored[$0] < key }
        guard place < stored.count, stored[place] == key else { return key }
        let end = firstPlace(place..<stored.count) { stored[$0] - key == Int64($0 - place) }
        return key + Int64(end - place)
    }

    /// The first key from one on that is free.
    private func free(from first: Int64) -> Int64 {
        var key = unstored(from: first)
        while given.contains(key) { key = unstored(from: key + 1) }
        precondition(
            reviewKeys(ofProduct: productKey).contains(key),
            "a product has at most 15,728,639 reviews")
        return key
    }

    mutating func take(_ identity: Digest128) -> Int64 {
        precondition(!isClosed, "nobody is given a key after many")
        let key = free(from: firstKey(ofProduct: productKey, identity: identity))
        given.insert(key)
        return key
    }

    /// The keys of many, in order, and whose they are by their places; nobody is given one after them.
    mutating func take(all identities: [Digest128]) -> [(key: Int64, place: Int)] {
        precondition(!isClosed, "nobody is given a key after many")
        isClosed = true
        // Numbers alone are put in order: which key is told in the upper half, and by whom.
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
