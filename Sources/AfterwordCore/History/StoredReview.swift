/// A review's current row: its newest version with all values. A deleted review keeps its last
/// values, with `isLive` false.
package struct StoredReview: Equatable, Sendable {
    package var reviewKey: Int64
    package var productID: Text
    package var reviewID: Text
    package var identity: Digest128
    package var kind: IdentityKind
    package var version: Int64
    package var isLive: Bool
    /// The run that wrote this version.
    package var run: Int64
    /// `observed_at` of that run's dump.
    package var observedAt: Instant
    package var values: ReviewValues
    package var authorID: Text?
    package var times: ReviewTimes
    package var contentDigest: Digest256
    /// The record that the review holds: the one seen last. Covered by no digest of the history.
    package var payloadDigest: Digest128
    package var rawKey: Int64

    package init(
        reviewKey: Int64, productID: Text, reviewID: Text, identity: Digest128, kind: IdentityKind,
        version: Int64, isLive: Bool, run: Int64, observedAt: Instant, values: ReviewValues,
        authorID: Text?, times: ReviewTimes, contentDigest: Digest256, payloadDigest: Digest128,
        rawKey: Int64
    ) {
        self.reviewKey = reviewKey
        self.productID = productID
        self.reviewID = reviewID
        self.identity = identity
        self.kind = kind
        self.version = version
        self.isLive = isLive
        self.run = run
        self.observedAt = observedAt
        self.values = values
        self.authorID = authorID
        self.times = times
        self.contentDigest = contentDigest
        self.payloadDigest = payloadDigest
        self.rawKey = rawKey
    }
}

/// A review as listed: all columns but the internal ones.
package struct ListedReview: Equatable, Sendable {
    package var productID: Text
    package var reviewID: Text
    package var identity: Digest128
    package var kind: IdentityKind
    package var version: Int64
    package var isLive: Bool
    /// The run that wrote this version.
    package var run: Int64
    /// `observed_at` of that run's dump.
    package var observedAt: Instant
    package var values: ReviewValues
    package var authorID: Text?
    package var times: ReviewTimes
    package var contentDigest: Digest256
    /// What models read in this version, one for each language; empty where it was not looked up.
    package var modelReadings: [ModelReading] = []

    package init(
        productID: Text, reviewID: Text, identity: Digest128, kind: IdentityKind, version: Int64,
        isLive: Bool, run: Int64, observedAt: Instant, values: ReviewValues, authorID: Text?,
        times: ReviewTimes, contentDigest: Digest256
    ) {
        self.productID = productID
        self.reviewID = reviewID
        self.identity = identity
        self.kind = kind
        self.version = version
        self.isLive = isLive
        self.run = run
        self.observedAt = observedAt
        self.values = values
        self.authorID = authorID
        self.times = times
        self.contentDigest = contentDigest
    }
}

extension StoredReview {
    /// Without the internal columns.
    package var listed: ListedReview {
        ListedReview(
            productID: productID, reviewID: reviewID, identity: identity, kind: kind,
            version: version, isLive: isLive, run: run, observedAt: observedAt, values: values,
            authorID: authorID, times: times, contentDigest: contentDigest)
    }
}
