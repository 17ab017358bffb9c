import AfterwordCore

/// One change of a review: an insert of one that returns, an update, a delete, or a late row.
struct VersionChange: Sendable {
    /// The operation of the history row.
    let operation: Operation
    /// The review after the change. Its `rawKey` is that of `raw` where this is a stored row.
    private(set) var review: StoredReview
    /// The review before the change; nil for a new review and for a late row.
    let previous: StoredReview?
    let changed: FieldSet
    /// The row of bronze that the review then holds.
    let raw: RawReference
    /// The index of the file of the record that made it; nil for any other change.
    let file: Int32?
    /// What the shape by which it was read again says about which reviews are one.
    private(set) var distinctRules = DistinctRules()

    /// Whether the review is new to the store.
    var isFirst: Bool { operation == .insert && previous == nil }
    /// The version of the history row; 0 for a late one.
    var version: Int64 { operation == .late ? 0 : review.version }

    /// Sets the key of the row of bronze that the review then holds.
    mutating func hold(rawKey: Int64) { review.rawKey = rawKey }

    /// An insert: a new review, or a deleted one that returns.
    ///
    /// - Parameters:
    ///   - deleted: The deleted review that returns; nil for a new one.
    ///   - reviewKey: The key of the review that returns, or the new one's.
    init(
        inserting values: ReviewValues, from winner: WinningRecord, over deleted: StoredReview?,
        reviewKey: Int64, in run: RunContext
    ) {
        guard let product = winner.record.productID else {
            preconditionFailure("an inserted record has a product")
        }
        let identity = winner.candidate.identity
        let id =
            deleted?.reviewID
            ?? AfterwordCore.reviewID(
                winner.record.reviewID, kind: identity.kind, identity: identity.digest,
                by: run.identity)
        let version = (deleted?.version ?? 0) + 1
        operation = .insert
        file = winner.candidate.file
        previous = deleted
        changed = []
        raw = winner.raw
        review = StoredReview(
            reviewKey: reviewKey, productID: product, reviewID: id, identity: identity.digest,
            kind: deleted?.kind ?? identity.kind, version: version, isLive: true, run: run.run,
            observedAt: run.observedAt, values: values, authorID: winner.record.authorID,
            times: reviewTimes(
                seed: run.options.seed, productID: product, reviewID: id, version: version,
                values: values, observedAt: run.observedAt,
                previous: deleted.map { ($0.times, $0.observedAt) }
            ).estimated(
                from: deleted == nil ? winner.record.relativeDate : nil,
                observedAt: run.observedAt),
            contentDigest: winner.record.values.contentDigest,
            payloadDigest: winner.candidate.payload, rawKey: winner.storedRawKey)
    }

    /// An update of a live review.
    init(
        updating old: StoredReview, to values: ReviewValues, changed: FieldSet,
        from winner: WinningRecord, in run: RunContext
    ) {
        operation = .update
        file = winner.candidate.file
        previous = old
        self.changed = changed
        raw = winner.raw
        review = old.next(in: run)
        review.values = values
        review.authorID = winner.record.authorID ?? old.authorID
        review.contentDigest = values.contentDigest
        review.payloadDigest = winner.candidate.payload
        review.rawKey = winner.storedRawKey
        review.times = reviewTimes(
            seed: run.options.seed, productID: old.productID, reviewID: old.reviewID,
            version: review.version, values: values, observedAt: run.observedAt,
            previous: (old.times, old.observedAt))
    }

    /// The same review, read again from the record that it holds. What only a version of the source
    /// can say, a mock time of its edit, stays.
    init(
        restating old: StoredReview, to values: ReviewValues, changed: FieldSet,
        by reading: (author: Text?, rules: DistinctRules), in run: RunContext
    ) {
        operation = .restate
        file = nil
        distinctRules = reading.rules
        previous = old
        self.changed = changed
        raw = .stored(old.rawKey)
        review = old.next(in: run)
        review.values = values
        review.authorID = reading.author
        review.contentDigest = values.contentDigest
        review.times = restatedTimes(values, of: old, in: run)
    }

    /// A delete. The last values and times stay; no mock time is drawn.
    init(deleting old: StoredReview, in run: RunContext) {
        operation = .delete
        file = nil
        previous = old
        changed = []
        raw = .stored(old.rawKey)
        review = old.next(in: run)
        review.isLive = false
    }

    /// A late record of a review. Its times are its own: the source's where given, else mock times.
    /// A creation time that the source does not say is the one of the review's current version,
    /// where that is none of the source's either.
    init(
        late values: ReviewValues, author: Text?, of current: StoredReview, in run: RunContext
    ) {
        operation = .late
        file = nil
        previous = nil
        changed = []
        raw = .stored(current.rawKey)
        review = current
        review.values = values
        review.authorID = author
        review.contentDigest = values.contentDigest
        review.times = lateTimes(values, of: current, in: run)
    }
}

/// The record that decides a review: the kept one of its group's winner, cleaned.
struct WinningRecord {
    let candidate: Candidate
    let record: CleanedRecord
    let raw: RawReference

    /// The key of its row of bronze; 0 where the row is yet to be written.
    fileprivate var storedRawKey: Int64 {
        if case .stored(let key) = raw { key } else { 0 }
    }
}

/// The times of a late row: a mock time is drawn for version 0 where the current version has no
/// mock time of the same field.
private func lateTimes(
    _ values: ReviewValues, of current: StoredReview, in run: RunContext
) -> ReviewTimes {
    let drawn = reviewTimes(
        seed: run.options.seed, productID: current.productID, reviewID: current.reviewID,
        version: 0, values: values, observedAt: run.observedAt, previous: nil)
    var times = drawn
    if drawn.createdOrigin == .mock, current.times.createdOrigin != .source {
        times.createdAt = current.times.createdAt
        times.createdOrigin = current.times.createdOrigin
    }
    if drawn.updatedOrigin == .mock {
        times.updatedAt =
            current.times.updatedOrigin == .mock ? current.times.updatedAt : times.createdAt
    }
    return times
}

/// The times of a review that is read again: the source's where it says them now, else those of
/// before. A mock time is drawn only for a time of the source that is none any more.
private func restatedTimes(
    _ values: ReviewValues, of old: StoredReview, in run: RunContext
) -> ReviewTimes {
    let drawn = reviewTimes(
        seed: run.options.seed, productID: old.productID, reviewID: old.reviewID,
        version: 1, values: values, observedAt: old.observedAt, previous: nil)
    var times = drawn
    if drawn.createdOrigin != .source, old.times.createdOrigin != .source {
        (times.createdAt, times.createdOrigin) = (old.times.createdAt, old.times.createdOrigin)
    }
    if drawn.updatedOrigin == .mock {
        times.updatedAt =
            old.times.updatedOrigin == .mock && old.version > 1
            ? max(old.times.updatedAt, times.createdAt) : times.createdAt
    }
    return times
}

extension StoredReview {
    /// The next version, written by this run.
    fileprivate func next(in run: RunContext) -> StoredReview {
        var next = self
        next.version += 1
        next.run = run.run
        next.observedAt = run.observedAt
        return next
    }
}
