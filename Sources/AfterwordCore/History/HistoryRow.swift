/// A row of `product_reviews_history`: the full values of a version, or of a late record (version
/// 0).
package struct HistoryRow: Equatable, Sendable {
    /// Surrogate key, covered by no digest: the review key, or a negative appended key
    /// (`firstAppendedKey`).
    package var historyKey: Int64
    package var reviewKey: Int64
    package var productID: Text
    package var reviewID: Text
    package var identity: Digest128
    package var version: Int64
    package var operation: Operation
    package var run: Int64
    package var observedAt: Instant
    package var values: ReviewValues
    package var authorID: Text?
    package var times: ReviewTimes
    package var changedFields: FieldSet
    package var contentDigest: Digest256
    /// 16 bytes; an erasure destroys them.
    package var salt: [UInt8]
    package var rowDigest: Digest256

    /// The row of a change, with its digest computed.
    package init(
        review: StoredReview, operation: Operation, version: Int64, run: Int64,
        observedAt: Instant, changedFields: FieldSet, salt: [UInt8], historyKey: Int64 = 0
    ) {
        self.historyKey = historyKey
        reviewKey = review.reviewKey
        productID = review.productID
        reviewID = review.reviewID
        identity = review.identity
        self.version = version
        self.operation = operation
        self.run = run
        self.observedAt = observedAt
        values = review.values
        authorID = review.authorID
        times = review.times
        self.changedFields = changedFields
        contentDigest = review.contentDigest
        self.salt = salt
        rowDigest = Digest256([UInt8](repeating: 0, count: 32))
        rowDigest = computedRowDigest
    }

    /// A stored row; its digest is taken as it is.
    package init(
        reviewKey: Int64, productID: Text, reviewID: Text, identity: Digest128, version: Int64,
        operation: Operation, run: Int64, observedAt: Instant, values: ReviewValues,
        authorID: Text?, times: ReviewTimes, changedFields: FieldSet, contentDigest: Digest256,
        salt: [UInt8], rowDigest: Digest256, historyKey: Int64 = 0
    ) {
        self.historyKey = historyKey
        self.reviewKey = reviewKey
        self.productID = productID
        self.reviewID = reviewID
        self.identity = identity
        self.version = version
        self.operation = operation
        self.run = run
        self.observedAt = observedAt
        self.values = values
        self.authorID = authorID
        self.times = times
        self.changedFields = changedFields
        self.contentDigest = contentDigest
        self.salt = salt
        self.rowDigest = rowDigest
    }

    /// The row's digest by the rules of new runs.
    package var computedRowDigest: Digest256 { computedRowDigest(by: .current) }

    /// The row's digest by the rules of its run.
    package func computedRowDigest(by rules: DigestRules) -> Digest256 {
        let row = DigestedRow<Text?>(
            productID: productID, reviewID: reviewID, authorID: authorID, identity: identity,
            version: version, operation: operation, run: run, observedAt: observedAt,
            changedFields: changedFields, content: contentDigest, values: values, times: times)
        return rules.row(row, in: ()) { $0.add(raw: salt) }
    }
}

/// The salt of a row as a function of a seed, the review and the version: for goldens.
package func seededSalt(
    _ seed: UInt64, productID: Text, reviewID: Text, version: Int64, run: Int64
) -> [UInt8] {
    var builder = DigestEncoder(domain: "afterword.salt.1")
    builder.add(Int64(bitPattern: seed))
    builder.add(productID)
    builder.add(reviewID)
    builder.add(version)
    // A late row has no version of its own: its run distinguishes it.
    if version == 0 { builder.add(run) }
    return builder.finish128().bytes
}
