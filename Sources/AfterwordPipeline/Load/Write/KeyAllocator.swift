import AfterwordCore

/// Counts up the keys of a run's new products and appended rows. Keys enter no digest and no
/// golden. Used by the deciding thread alone.
final class KeyAllocator {
    private var nextProductKey: Int64
    private var nextRawKey: Int64
    private var nextHistoryKey: Int64

    /// Continues after the keys that the store holds.
    init(after head: StoreHead) {
        nextProductKey = head.nextProductKey
        nextRawKey = head.nextRawKey
        nextHistoryKey = head.nextHistoryKey
    }

    func takeProductKey() -> Int64 {
        defer { nextProductKey += 1 }
        return nextProductKey
    }

    func takeRawKey() -> Int64 {
        defer { nextRawKey += 1 }
        return nextRawKey
    }

    func takeHistoryKey() -> Int64 {
        defer { nextHistoryKey += 1 }
        return nextHistoryKey
    }

    /// The history key of a review's first version. It equals the review key, so that the versions
    /// of a product lie together; in a product that had reviews before, it is an appended key,
    /// because inserting between existing rows would split a full page each time.
    func takeHistoryKey(ofFirst reviewKey: Int64, hadReviews: Bool) -> Int64 {
        hadReviews ? takeHistoryKey() : reviewKey
    }
}
