package import AfterwordCore

/// A row of `review_enrichments`: what a model read in a version of a review, beside the program's
/// own reading and never counted as that. Rows are only ever added.
package struct EnrichmentRow: Equatable, Sendable {
    package var reviewKey: Int64
    package var productID: Text
    package var reviewID: Text
    package var version: Int64
    /// The run that stored it.
    package var madeRun: Int64
    /// The language of its translation.
    package var language: String
    /// The model that was asked.
    package var model: String
    /// The model as the server names it; nil where it is not known.
    package var servedModel: String?
    /// Key of the model's answer in `product_insights_cache`.
    package var cacheKey: Digest256
    /// Digest of what the version said; see `ReviewValues.judgedDigest`.
    package var readDigest: Digest128
    /// `ReviewEnrichment.json`, serialized.
    package var document: String

    package init(
        of review: StoredReview, madeRun: Int64, language: String,
        by answer: (model: String, key: Digest256), document: String
    ) {
        reviewKey = review.reviewKey
        productID = review.productID
        reviewID = review.reviewID
        version = review.version
        self.madeRun = madeRun
        self.language = language
        (model, cacheKey) = answer
        readDigest = review.values.judgedDigest
        self.document = document
    }

    /// From a stored row.
    package init(
        review: (key: Int64, product: Text, id: Text, version: Int64), madeRun: Int64,
        language: String, by answer: (model: String, served: String?, key: Digest256),
        read: (digest: Digest128, document: String)
    ) {
        (reviewKey, productID, reviewID, version) = review
        self.madeRun = madeRun
        self.language = language
        (model, servedModel, cacheKey) = answer
        (readDigest, document) = read
    }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        .row([
            "product_id": JSONValue(productID), "review_id": JSONValue(reviewID),
            "version": JSONValue(version), "made_run": JSONValue(madeRun),
            "language": .string(language), "model": .string(model),
            "served_model": servedModel.map { .string($0) } ?? .null,
            "cache_key": .string(cacheKey.description),
            "read_digest": .string(readDigest.description), "document": .string(document),
        ])
    }
}

extension LedgerRows {
    /// Adds an enrichment.
    package mutating func add(_ row: EnrichmentRow) {
        var builder = rules.encoder(for: .ledgerEnrichment)
        builder.add(row.json.canonical)
        add(builder)
    }
}
