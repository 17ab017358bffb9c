import AfterwordCore

/// The deletions and inserts of a run by what identifies a review in any product; holds no text of
/// reviews that came.
struct Movements {
    /// The review that a key stands for; nil where it stands for several.
    private(set) var left: [MovementKey: ReviewLink.End?] = [:]
    /// The same of inserted reviews, by their review keys.
    private(set) var came: [MovementKey: Int64?] = [:]

    mutating func leave(_ end: ReviewLink.End, _ key: MovementKey) {
        left.updateValue(left[key] == nil ? end : nil, forKey: key)
    }

    mutating func come(_ reviewKey: Int64, _ key: MovementKey) {
        came.updateValue(came[key] == nil ? reviewKey : nil, forKey: key)
    }

    /// The reviews that left one product and came to another, by the key of what came.
    var pairs: [Int64: (from: ReviewLink.End, match: LinkMatch)] {
        var pairs: [Int64: (from: ReviewLink.End, match: LinkMatch)] = [:]
        for (key, end) in left {
            guard let end, let reviewKey = came[key] ?? nil,
                productKey(ofReview: reviewKey) != productKey(ofReview: end.key)
            else { continue }
            pairs[reviewKey] = (end, key.match)
        }
        return pairs
    }
}
