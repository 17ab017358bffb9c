package import AfterwordCore

/// Why a verdict is refused.
package enum JudgeFault: Error, Equatable, Sendable {
    case noSuchReview
    /// The review is deleted: there is nothing to judge.
    case notLive
    /// The review changed after the version that was looked at.
    case changed
    /// `by` or `why` is empty, too long, or holds control characters; the value is the option's
    /// name.
    case unfitText(String)
}

/// A verdict to record.
package struct NewVerdict: Sendable {
    package var product: Text
    package var review: Text
    /// The version that was looked at; nil for the current one.
    package var version: Int64?
    package var verdict: Verdict
    package var judgedBy: Text
    package var why: Text

    /// Greatest lengths in bytes of UTF-8.
    package static let judgedByLimit = 200
    package static let whyLimit = 2_000

    package init(product: Text, review: Text, verdict: Verdict, judgedBy: Text, why: Text) {
        self.product = product
        self.review = review
        self.verdict = verdict
        self.judgedBy = judgedBy
        self.why = why
    }

    fileprivate func check() throws(JudgeFault) {
        for (name, text, limit) in [
            ("--by", judgedBy, Self.judgedByLimit), ("--why", why, Self.whyLimit),
        ] {
            let scalars = text.string.unicodeScalars
            let isSeen = scalars.contains { !$0.properties.isWhitespace }
            let isPlain = scalars.allSatisfy { $0.properties.generalCategory != .control }
            guard isSeen, isPlain, text.bytes.count <= limit else {
                throw .unfitText(name)
            }
        }
    }
}

/// Records a verdict on the current version of a review, as a run of its own: answers as of earlier
/// runs stay as they were, and the chain of runs covers it. The run brings no reviews; its
/// `observed_at` is its `recorded_at`.
///
/// - Parameter brands: The brands that the person may see; nil for all.
/// - Throws: `JudgeFault`; nothing is stored then. `StoreFault`.
package func judgeReview(
    _ new: NewVerdict, brands: Set<Text>? = nil, in store: any ReviewStore, now: Instant
) throws -> VerdictRow {
    try new.check()
    return try store.load(LoadIntent(isRehearsal: false)) { load in
        let reader: any StoreReader =
            brands.map { ScopedReader(load.reader, brands: $0) } ?? load.reader
        let found = try reader.reviews(ofProduct: new.product)
            .first { $0.reviewID == new.review }
        guard let review = found else { throw JudgeFault.noSuchReview }
        guard review.isLive else { throw JudgeFault.notLive }
        guard new.version ?? review.version == review.version else { throw JudgeFault.changed }
        let head = try load.head()
        let row = VerdictRow(
            of: review, madeRun: head.nextRun, verdict: new.verdict, judgedBy: new.judgedBy,
            why: new.why)
        try load.append(verdicts: [row])
        var ledger = LedgerRows()
        ledger.add(row)
        try load.finish(RunRecord(ofPerson: .verdict, after: head, ledger, now), files: [])
        return row
    }
}
