/// The rules by which the digests of stored rows are made. A released version never changes, so
/// that every run can be checked by the rules it was written with.
package enum DigestRules: Int64, CaseIterable, Sendable {
    case v1 = 1

    /// The rules of new runs.
    package static let current = DigestRules.v1

    /// `content_digest`: covers the tracked values that the source gives.
    package func content<Held: HeldText>(
        _ values: TrackedValues<Held>, in texts: Held.Texts
    ) -> Digest256 {
        switch self {
        case .v1: contentDigest1(values, in: texts)
        }
    }

    /// `row_digest` of a history row: a leaf of its run's Merkle tree.
    ///
    /// - Parameter salt: Adds the row's salt.
    package func row<Held: HeldText>(
        _ row: DigestedRow<Held>, in texts: Held.Texts, salt: (inout DigestEncoder) -> Void
    ) -> Digest256 {
        switch self {
        case .v1: rowDigest1(row, in: texts, salt: salt)
        }
    }
}

/// What a row digest covers of a history row, besides its salt.
package struct DigestedRow<Held: HeldText> {
    var productID: Held
    var reviewID: Held
    var authorID: Held
    var identity: Digest128
    var version: Int64
    var operation: Operation
    var run: Int64
    var observedAt: Instant
    var changedFields: FieldSet
    var content: Digest256
    var values: TrackedValues<Held>
    var times: ReviewTimes
}
