package import AfterwordCore

/// A row of `review_verdicts`: a person's verdict on a version of a review. Rows are only ever
/// added.
package struct VerdictRow: Equatable, Sendable {
    package var reviewKey: Int64
    package var productID: Text
    package var reviewID: Text
    package var version: Int64
    /// The run that recorded it; every verdict is a run of its own.
    package var madeRun: Int64
    package var verdict: Verdict
    package var judgedBy: Text
    package var why: Text
    /// Digest of what the version said; see `ReviewValues.judgedDigest`.
    package var judged: Digest128

    package init(
        of review: StoredReview, madeRun: Int64, verdict: Verdict, judgedBy: Text, why: Text
    ) {
        reviewKey = review.reviewKey
        productID = review.productID
        reviewID = review.reviewID
        version = review.version
        self.madeRun = madeRun
        self.verdict = verdict
        self.judgedBy = judgedBy
        self.why = why
        judged = review.values.judgedDigest
    }

    /// From a stored row.
    package init(
        review: (key: Int64, product: Text, id: Text, version: Int64), madeRun: Int64,
        verdict: Verdict, by words: (judgedBy: Text, why: Text), judged: Digest128
    ) {
        (reviewKey, productID, reviewID, version) = review
        self.madeRun = madeRun
        self.verdict = verdict
        (judgedBy, why) = words
        self.judged = judged
    }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        .row([
            "product_id": JSONValue(productID), "review_id": JSONValue(reviewID),
            "version": JSONValue(version), "made_run": JSONValue(madeRun),
            "verdict": .string(verdict.rawValue), "judged_by": JSONValue(judgedBy),
            "why": JSONValue(why), "judged_digest": .string(judged.description),
        ])
    }
}

extension LedgerRows {
    /// Adds a verdict.
    package mutating func add(_ row: VerdictRow) {
        var builder = rules.encoder(for: .ledgerVerdict)
        builder.add(row.json.canonical)
        add(builder)
    }
}
