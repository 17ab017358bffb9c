import AfterwordCore

/// What the updates of a run take from known reviews: edits take little, a dump that is read
/// otherwise takes a field from all of them, or gives their ids to other reviews.
struct UpdateLosses {
    /// A field of the reviews that a file of the dump updates.
    struct Place: Hashable {
        var file: Int32
        var field: TrackedField
    }
    /// The numbers of reviews that said a field and say it no more.
    private(set) var lost: [Place: Int64] = [:]
    /// The number of reviews with another author, or time of writing, and an entirely other text.
    private(set) var others: Int64 = 0

    /// Takes an update into account.
    mutating func note(
        from old: StoredReview, to new: StoredReview, changed: FieldSet, file: Int32
    ) {
        for field in TrackedField.inOrder where changed.contains(field) {
            if old.values.isPresent(field), !new.values.isPresent(field) {
                lost[Place(file: file, field: field), default: 0] += 1
            }
        }
        let saysOther = changed.contains(.title) || changed.contains(.body)
        if saysOther, old.isByOther(than: new), isOtherText(old.values, new.values) { others += 1 }
    }
}

extension StoredReview {
    /// Whether another author wrote it; where neither says an author, whether on another day.
    fileprivate func isByOther(than review: StoredReview) -> Bool {
        if let own = authorID, let other = review.authorID { return own != other }
        if let own = values.authorName, let other = review.values.authorName {
            return own != other
        }
        guard let own = values.createdAt, let other = review.values.createdAt else { return false }
        return other > own.adding(seconds: 86_400) || own > other.adding(seconds: 86_400)
    }
}
