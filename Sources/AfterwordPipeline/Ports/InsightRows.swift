package import AfterwordCore

/// A row of `product_insights` and its history: an insight of a scope in a language.
package struct InsightRow: Equatable, Sendable {
    package var scope: ReviewScope
    package var language: String
    /// The newest run whose reviews it covers.
    package var evidenceRun: Int64
    /// The run of insights that made it.
    package var madeRun: Int64
    package var model: String
    /// Key of the model's answer in `product_insights_cache`.
    package var cacheKey: Digest256
    package var evidenceDigest: Digest256
    package var issueCount: Int64
    /// `Insight.json`, serialized.
    package var document: String
    /// The model as the server names it; nil where it is not known.
    package var servedModel: String?

    package init(
        scope: ReviewScope, language: String, evidenceRun: Int64, madeRun: Int64, model: String,
        cacheKey: Digest256, evidenceDigest: Digest256, issueCount: Int64, document: String
    ) {
        self.scope = scope
        self.language = language
        self.evidenceRun = evidenceRun
        self.madeRun = madeRun
        self.model = model
        self.cacheKey = cacheKey
        self.evidenceDigest = evidenceDigest
        self.issueCount = issueCount
        self.document = document
    }

    /// Whether its document has the current version of the form.
    package var isCurrentForm: Bool {
        let document = try? JSONValue(parsing: Array(document.utf8))
        return document?["insight"]?.integer == Int64(Insight.version)
    }

    /// The row's JSON Lines form.
    package var json: JSONValue {
        let row = JSONValue.row([
            "kind": .string(scope.kind), "id": JSONValue(scope.id), "language": .string(language),
            "evidence_run": JSONValue(evidenceRun), "made_run": JSONValue(madeRun),
            "model": .string(model), "cache_key": .string(cacheKey.description),
            "evidence_digest": .string(evidenceDigest.description),
            "issue_count": JSONValue(issueCount),
            "document": (try? JSONValue(parsing: Array(document.utf8))) ?? .null,
        ])
        return servedModel.map { row.with("served_model", .string($0)) } ?? row
    }
}

/// A row of `themes`: an aspect across the portfolio, as found by one run of insights.
package struct ThemeRow: Equatable, Sendable {
    package var madeRun: Int64
    package var evidenceRun: Int64
    package var aspect: String
    package var isStrength: Bool
    /// Number of reviews that mention the aspect on this side.
    package var mentions: Int64
    package var mixed: Int64
    package var new: Int64
    package var products: Int64
    package var brands: Int64
    /// Language codes in byte order, separated by commas.
    package var languages: String
    /// In millionths of a star.
    package var starImpact: Int64?

    package init(
        madeRun: Int64, evidenceRun: Int64, aspect: String, isStrength: Bool, mentions: Int64,
        mixed: Int64, new: Int64, products: Int64, brands: Int64, languages: String,
        starImpact: Int64?
    ) {
        self.madeRun = madeRun
        self.evidenceRun = evidenceRun
        self.aspect = aspect
        self.isStrength = isStrength
        self.mentions = mentions
        self.mixed = mixed
        self.new = new
        self.products = products
        self.brands = brands
        self.languages = languages
        self.starImpact = starImpact
    }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        .row([
            "made_run": JSONValue(madeRun), "evidence_run": JSONValue(evidenceRun),
            "aspect": .string(aspect), "is_strength": .bool(isStrength),
            "mentions": JSONValue(mentions), "mixed": JSONValue(mixed), "new": JSONValue(new),
            "products": JSONValue(products), "brands": JSONValue(brands),
            "languages": .string(languages), "star_impact_millionths": JSONValue(starImpact),
        ])
    }
}

/// A row of `theme_reviews`: a version of a review that mentions an aspect, and where.
package struct ThemeReviewRow: Equatable, Sendable {
    package var reviewKey: Int64
    package var productID: Text
    package var reviewID: Text
    package var version: Int64
    /// The run of insights that read the version.
    package var madeRun: Int64
    package var aspect: String
    package var isStrength: Bool
    /// The review's rating says the opposite.
    package var isMixed: Bool
    package var field: String
    /// The range of the sentence, in bytes of the field's UTF-8.
    package var start: Int64
    package var end: Int64

    package init(
        reviewKey: Int64, productID: Text, reviewID: Text, version: Int64, madeRun: Int64,
        aspect: String, isStrength: Bool, isMixed: Bool, field: String, start: Int64, end: Int64
    ) {
        self.reviewKey = reviewKey
        self.productID = productID
        self.reviewID = reviewID
        self.version = version
        self.madeRun = madeRun
        self.aspect = aspect
        self.isStrength = isStrength
        self.isMixed = isMixed
        self.field = field
        self.start = start
        self.end = end
    }

    /// The row's JSON Lines form, which its ledger digest covers.
    package var json: JSONValue {
        .row([
            "product_id": JSONValue(productID), "review_id": JSONValue(reviewID),
            "version": JSONValue(version), "made_run": JSONValue(madeRun),
            "aspect": .string(aspect), "is_strength": .bool(isStrength),
            "is_mixed": .bool(isMixed), "field": .string(field), "start": JSONValue(start),
            "end": JSONValue(end),
        ])
    }
}

extension LedgerRows {
    package mutating func add(_ row: InsightRow) {
        var builder = rules.encoder(for: .ledgerInsight)
        builder.add(row.scope.written)
        builder.add(row.language)
        builder.add(row.evidenceRun)
        builder.add(row.model)
        builder.add(raw: row.cacheKey.bytes)
        builder.add(raw: row.evidenceDigest)
        builder.add(row.issueCount)
        builder.add(row.document)
        // Added only where it is known, so that runs from before keep their digests.
        if let served = row.servedModel {
            builder.add("served_model")
            builder.add(served)
        }
        add(builder)
    }

    package mutating func add(_ row: ThemeRow) {
        var builder = rules.encoder(for: .ledgerTheme)
        builder.add(row.json.canonical)
        add(builder)
    }

    package mutating func add(_ row: ThemeReviewRow) {
        var builder = rules.encoder(for: .ledgerThemeReview)
        builder.add(row.json.canonical)
        add(builder)
    }
}
