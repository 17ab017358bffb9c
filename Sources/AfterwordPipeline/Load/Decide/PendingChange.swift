import AfterwordCore

/// A history row to write, with the review as it is after the change.
final class PendingChange {
    /// The operation of the history row.
    var operation: Operation
    /// The review after the change.
    var review: StoredReview
    /// The review before the change; nil for a new review and for a late row.
    var previous: StoredReview?
    var changed: FieldSet

    /// An insert: a new review, or a deleted one that returns.
    ///
    /// - Parameter deleted: The deleted review that returns; nil for a new one.
    /// - Parameter holding: The payload that the review then holds.
    init(
        inserting values: ReviewValues, content: Digest256, record: CleanedRecord,
        over deleted: StoredReview?, reviewKey: Int64, duplicateGroup: DuplicateGroup,
        kind: IdentityKind,
        holding: (digest: Digest128, rawKey: Int64),
        _ context: LoadContext
    ) {
        guard let product = record.productID else {
            preconditionFailure("an inserted record has a product")
        }
        let id =
            deleted?.reviewID
            ?? AfterwordCore.reviewID(
                record.reviewID, kind: kind, identity: duplicateGroup.identity)
        let version = (deleted?.version ?? 0) + 1
        operation = .insert
        previous = deleted
        changed = []
        review = StoredReview(
            reviewKey: reviewKey, productID: product,
            reviewID: id, identity: duplicateGroup.identity, kind: deleted?.kind ?? kind,
            version: version, isLive: true, run: context.run, observedAt: context.observedAt,
            values: values, authorID: record.authorID,
            times: reviewTimes(
                seed: context.options.seed, productID: product, reviewID: id, version: version,
                values: values, observedAt: context.observedAt,
                previous: deleted.map { ($0.times, $0.observedAt) }),
            contentDigest: content, payloadDigest: holding.digest,
            rawKey: holding.rawKey)
    }

    /// An update of a live review.
    init(
        updating old: StoredReview, to values: ReviewValues, author: Text?, changed: FieldSet,
        holding: (digest: Digest128, rawKey: Int64), _ context: LoadContext
    ) {
        operation = .update
        previous = old
        self.changed = changed
        review = old.next(context)
        review.values = values
        review.authorID = author ?? old.authorID
        review.contentDigest = values.contentDigest
        review.payloadDigest = holding.digest
        review.rawKey = holding.rawKey
        review.times = reviewTimes(
            seed: context.options.seed, productID: old.productID, reviewID: old.reviewID,
            version: review.version, values: values, observedAt: context.observedAt,
            previous: (old.times, old.observedAt))
    }

    /// A delete. The last values and times stay; no mock time is drawn.
    init(deleting old: StoredReview, _ context: LoadContext) {
        operation = .delete
        previous = old
        changed = []
        review = old.next(context)
        review.isLive = false
    }

    /// A late record of a review. Its times are its own: the source's where given, else mock times.
    /// A mock creation time is the one of the review's current version where that is mock too.
    init(
        late values: ReviewValues, author: Text?, of current: StoredReview, _ context: LoadContext
    ) {
        operation = .late
        previous = nil
        changed = []
        review = current
        review.values = values
        review.authorID = author
        review.contentDigest = values.contentDigest
        review.times = lateTimes(values, of: current, context)
    }
}

/// The times of a late row: a mock time is drawn for version 0 where the current version has no
/// mock time of the same field.
private func lateTimes(
    _ values: ReviewValues, of current: StoredReview, _ context: LoadContext
) -> ReviewTimes {
    let drawn = reviewTimes(
        seed: context.options.seed, productID: current.productID, reviewID: current.reviewID,
        version: 0, values: values, observedAt: context.observedAt, previous: nil)
    var times = drawn
    if drawn.createdOrigin == .mock, current.times.createdOrigin == .mock {
        times.createdAt = current.times.createdAt
    }
    if drawn.updatedOrigin == .mock {
        times.updatedAt =
            current.times.updatedOrigin == .mock ? current.times.updatedAt : times.createdAt
    }
    return times
}

extension StoredReview {
    /// The next version, written by this run.
    fileprivate func next(_ context: LoadContext) -> StoredReview {
        var next = self
        next.version += 1
        next.run = context.run
        next.observedAt = context.observedAt
        return next
    }
}
