package import AfterwordCore

/// A row of `review_links`: two appearances of one review, which identities alone do not show. Rows
/// are only ever added; law 2 does not cover movements.
package struct ReviewLink: Equatable, Sendable {
    /// One end of a link.
    package struct End: Equatable, Sendable {
        package var key: Int64
        package var productID: Text
        package var reviewID: Text
        /// The review's own identity.
        package var identity: Digest128

        package init(key: Int64, productID: Text, reviewID: Text, identity: Digest128) {
            (self.key, self.productID, self.reviewID) = (key, productID, reviewID)
            self.identity = identity
        }

        package init(_ review: StoredReview) {
            self.init(
                key: review.reviewKey, productID: review.productID, reviewID: review.reviewID,
                identity: review.identity)
        }
    }

    /// The run that brought `version`.
    package var run: Int64
    package var match: LinkMatch
    /// The review that was edited, or the one that a movement deleted.
    package var from: End
    /// The review that was edited, or the one that a movement inserted.
    package var to: End
    /// The version of `to` that the run wrote, or left as it was.
    package var version: Int64
    /// The identity of the record that opened the version: from then on an edited review is found
    /// by it too.
    package var identity: Digest128
    /// How similar the texts are, in millionths (`EditPair`); nil where that was not asked.
    package var score: Int64?

    package init(
        run: Int64, match: LinkMatch, from: End, to: End,
        opened: (version: Int64, identity: Digest128, score: Int64?)
    ) {
        (self.run, self.match, self.from, self.to) = (run, match, from, to)
        (version, identity, score) = opened
    }

    /// Whether its run closed the review `from`, because it is the review `to`.
    package var isMerge: Bool { match == .reclean && from.key != to.key }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        .row([
            "run": JSONValue(run), "matched_by": .string(match.rawValue),
            "from_product_id": JSONValue(from.productID),
            "from_review_id": JSONValue(from.reviewID), "to_product_id": JSONValue(to.productID),
            "to_review_id": JSONValue(to.reviewID), "version": JSONValue(version),
            "identity_digest": .string(identity.description),
            "score_millionths": JSONValue(score),
        ])
    }
}

extension LedgerRows {
    /// Adds a link.
    package mutating func add(_ row: ReviewLink) {
        var builder = rules.encoder(for: .ledgerLink)
        builder.add(row.json.canonical)
        add(builder)
    }
}
