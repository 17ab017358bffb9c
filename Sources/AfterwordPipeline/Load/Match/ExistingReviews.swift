import AfterwordCore

/// A record recognized by its bytes: its payload digest, and where it lies in the dump.
struct MetRecord: Sendable {
    var payload: Digest128
    /// Index of the file in the dump.
    var file: Int
    var offset: Int64
    var length: Int
}

/// The reviews of a product before a run, as far as its decision needs them.
struct ExistingReviews: Sendable {
    /// The product never had a review.
    var isEmpty = true
    var liveCount = 0
    /// By identity, the reviews that parsed records may belong to. Records counted in `met` belong
    /// to none of them.
    var current: [Digest128: CurrentKey] = [:]
    /// Live reviews that no recognized record belongs to.
    var unmet: [CurrentKey] = []
    /// Number of recognized records whose reviews no parsed record names, by index of their file.
    var met: [Int: Int64] = [:]
    var metCount = 0
    /// Keys of all reviews, deleted ones too; empty where no parsed record can be a new review.
    var keys: [Int64] = []
    /// Recognized records whose reviews parsed records name as well: they have to be parsed after
    /// all.
    var duplicated: [MetRecord] = []

    init() {}

    /// From all the keys that the store holds for a product.
    init(_ keys: [CurrentKey]) {
        isEmpty = keys.isEmpty
        current.reserveCapacity(keys.count)
        for key in keys { current[key.identity] = key }
        self.keys = keys.map(\.reviewKey)
        unmet = keys.filter(\.isLive)
        liveCount = unmet.count
    }
}
