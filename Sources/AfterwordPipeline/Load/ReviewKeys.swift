import AfterwordCore

/// Gives a product's new reviews their keys: the one that the identity tells, or the next that is free.
struct ReviewKeys {
    private let productKey: Int64
    /// In order.
    private let stored: [Int64]
    private var given: Set<Int64> = []

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
        let key = free(from: firstKey(ofProduct: productKey, identity: identity))
        given.insert(key)
        return key
    }

    /// The keys of many, who come in the order of what their identities tell; nobody is given one after them.
    consuming func take(all identities: some Sequence<Digest128>) -> [Int64] {
        var last: Int64 = 0
        return identities.map { identity in
            last = free(from: max(last + 1, firstKey(ofProduct: productKey, identity: identity)))
            return last
        }
    }
}
