import AfterwordCore
import AfterwordPipeline

/// A row that a store answered: values by the names of their columns, and the rows of the port from
/// them. Both stores read through it, so that they cannot differ.
protocol ColumnRow {
    func optional(_ column: String) -> Int64?
    func text(_ column: String) -> Text?
    func bytes(_ column: String) -> [UInt8]
}

extension ColumnRow {
    func number(_ column: String) -> Int64 { optional(column) ?? 0 }
    func string(_ column: String) -> String { text(column)?.string ?? "" }
    func instant(_ column: String) -> Instant { Instant(microseconds: number(column)) }
    func optionalInstant(_ column: String) -> Instant? {
        optional(column).map { Instant(microseconds: $0) }
    }
    func digest(_ column: String) -> Digest256 { Digest256(bytes(column)) }
    func digest128(_ column: String) -> Digest128 { Digest128(bytes(column)) }

    var values: ReviewValues {
        var values = ReviewValues()
        values.rating = optional("rating")
        values.title = text("title")
        values.body = text("body")
        values.authorName = text("author_name")
        values.verified = optional("verified").map { $0 != 0 }
        values.helpfulVotes = optional("helpful_votes")
        values.variant = text("variant")
        values.country = text("country")
        values.language = text("language")
        let times = times
        if times.createdOrigin == .source { values.createdAt = times.createdAt }
        if times.updatedOrigin == .source { values.updatedAt = times.updatedAt }
        return values
    }

    var times: ReviewTimes {
        ReviewTimes(
            createdAt: instant("created_at"),
            createdOrigin: TimeOrigin(rawValue: string("created_origin")) ?? .mock,
            updatedAt: instant("updated_at"),
            updatedOrigin: TimeOrigin(rawValue: string("updated_origin")) ?? .mock)
    }

    var counters: Counters {
        Counters(
            reviewCount: number("review_count"), ratedCount: number("rated_count"),
            ratingSum: number("rating_sum"),
            stars: (1...5).map { number("star_\($0)") }, verifiedCount: number("verified_count"),
            helpfulVotes: number("helpful_votes"))
    }

    var balance: Balance {
        var balance = Balance()
        balance.found = number("found")
        balance.inserted = number("inserted")
        balance.updated = number("updated")
        balance.unchanged = number("unchanged")
        balance.copies = number("copies")
        balance.shadowed = number("shadowed")
        balance.late = number("late")
        balance.rejected = number("rejected")
        balance.suppressed = number("suppressed")
        return balance
    }

    /// A row of the base joined with its product's id.
    var review: StoredReview { review(ofProduct: text("product_id") ?? Text([])) }

    /// A row of `product_reviews_clean` of a product that is known.
    func review(ofProduct id: Text) -> StoredReview {
        StoredReview(
            reviewKey: number("review_key"), productID: id,
            reviewID: text("review_id") ?? Text([]), identity: digest128("identity_digest"),
            kind: IdentityKind(rawValue: string("identity_kind")) ?? .content,
            version: number("version"), isLive: number("is_live") != 0, run: number("run"),
            observedAt: instant("observed_at"), values: values, authorID: text("author_id"),
            times: times, contentDigest: digest("content_digest"),
            payloadDigest: digest128("payload_digest"), rawKey: number("raw_key"))
    }

    /// A review of a product that is known, without what only the store needs.
    ///
    /// - Parameter isLive: Where the rows do not tell it.
    func listedReview(ofProduct id: Text, isLive: Bool?) -> ListedReview {
        ListedReview(
            productID: id, reviewID: text("review_id") ?? Text([]),
            identity: digest128("identity_digest"),
            kind: IdentityKind(rawValue: string("identity_kind")) ?? .content,
            version: number("version"), isLive: isLive ?? (number("is_live") != 0),
            run: number("run"), observedAt: instant("observed_at"), values: values,
            authorID: text("author_id"), times: times, contentDigest: digest("content_digest"))
    }

    /// A row of `products_dim` joined with its summary.
    var product: ProductState {
        var attributes: [Attribute: StoredAttribute] = [:]
        for attribute in Attribute.allCases {
            guard let value = text(attribute.name) else { continue }
            attributes[attribute] = StoredAttribute(
                value: value,
                rank: AttributeRank(rawValue: number("\(attribute.name)_rank")) ?? .review,
                observedAt: instant("\(attribute.name)_observed_at"))
        }
        let hasSummary = optional("review_count") != nil
        let summary = ProductSummary(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            counters: hasSummary ? counters : Counters(),
            firstReviewAt: optionalInstant("first_review_at"),
            lastReviewAt: optionalInstant("last_review_at"),
            lastChangedRun: optional("last_changed_run") ?? 0)
        return ProductState(
            productKey: summary.productKey, productID: summary.productID,
            kind: IdentityKind(rawValue: string("identity_kind")) ?? .content,
            lastObservedAt: instant("last_observed_at"),
            lastCompleteAt: optionalInstant("last_complete_at"), firstRun: number("first_run"),
            lastRun: number("last_run"),
            attributes: attributes, summary: summary)
    }

    var monthSummary: MonthSummary {
        MonthSummary(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            key: MonthKey(
                month: number("month"), origin: TimeOrigin(rawValue: string("origin")) ?? .mock),
            counters: counters)
    }

    var scopeSummary: ScopeSummary {
        ScopeSummary(
            scope: Scope(
                kind: ScopeKind(rawValue: string("kind")) ?? .portfolio,
                id: text("id") ?? Text([])),
            productCount: number("product_count"), counters: counters)
    }

    var productSummary: ProductSummary {
        ProductSummary(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            counters: counters, firstReviewAt: optionalInstant("first_review_at"),
            lastReviewAt: optionalInstant("last_review_at"), lastChangedRun: number("run"))
    }

    var attributeRow: AttributeRow {
        var attributes = ProductAttributes()
        for attribute in Attribute.allCases { attributes[attribute] = text(attribute.name) }
        return AttributeRow(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            run: number("run"), attributes: attributes)
    }

    var rawPayload: RawPayload {
        RawPayload(
            rawKey: number("raw_key"), shape: string("shape"), payload: bytes("payload"),
            context: bytes("context"))
    }

    var rawRow: RawRow {
        RawRow(
            rawKey: number("raw_key"), productKey: number("product_key"),
            productID: text("product_id") ?? Text([]),
            record: RawIdentity(
                identity: digest128("identity_digest"), payload: digest128("payload_digest")),
            run: number("run"), file: string("file"), offset: number("offset"),
            length: number("length"), shape: string("shape"), payload: bytes("payload"),
            context: bytes("context"))
    }

    var productRawRow: ProductRawRow {
        ProductRawRow(
            productKey: number("product_key"), productID: text("product_id") ?? Text([]),
            digest: digest128("digest"), run: number("run"), file: string("file"),
            offset: number("offset"), length: number("length"), payload: bytes("payload"))
    }

    var rejectRow: RejectRow {
        RejectRow(
            digest: digest128("digest"), occurrence: number("occurrence"), run: number("run"),
            file: string("file"), offset: number("offset"), length: number("length"),
            reason: RejectReason(rawValue: string("reason")) ?? .notJSON,
            field: string("field"), productID: text("product_id"), shape: string("shape"),
            payload: bytes("payload"), context: bytes("context"))
    }

    var historyRow: HistoryRow {
        HistoryRow(
            reviewKey: number("review_key"), productID: text("product_id") ?? Text([]),
            reviewID: text("review_id") ?? Text([]), identity: digest128("identity_digest"),
            version: number("version"),
            operation: Operation(rawValue: string("operation")) ?? .late, run: number("run"),
            observedAt: instant("observed_at"), values: values, authorID: text("author_id"),
            times: times, changedFields: FieldSet(rawValue: number("changed_fields")),
            contentDigest: digest("content_digest"), salt: bytes("row_salt"),
            rowDigest: digest("row_digest"), historyKey: number("history_key"))
    }

    var profile: DumpProfile {
        var profile = DumpProfile()
        profile.records = number("profile_records")
        profile.brands = number("profile_brands")
        profile.rated = number("profile_rated")
        profile.ratingSum = number("profile_rating_sum")
        profile.withoutText = number("profile_without_text")
        return profile
    }

    var runRecord: RunRecord {
        var record = RunRecord(
            run: number("run"), recordedAt: instant("recorded_at"),
            observedAt: instant("observed_at"),
            observedOrigin: ObservedOrigin(rawValue: string("observed_origin")) ?? .clock,
            completeness: Completeness(rawValue: string("completeness")) ?? .none,
            seed: UInt64(string("seed")) ?? .max, balance: balance, deleted: number("deleted"),
            productsNamed: number("products_named"), previousDigest: digest("previous_digest"),
            historyDigest: digest("history_digest"), ledgerDigest: digest("ledger_digest"))
        record.profile = profile
        return record
    }

    var fileRecord: FileRecord {
        FileRecord(
            run: number("run"), name: string("name"), byteCount: number("byte_count"),
            digest: digest("digest"), shape: string("shape"), balance: balance,
            nonstandardLiterals: number("nonstandard_literals"))
    }

    var shapeRow: ShapeRow {
        ShapeRow(name: string("name"), version: number("version"), document: string("document"))
    }

    /// A row with the digest it was written with.
    func sealed(_ table: String, _ row: String, _ seal: Digest128) -> SealedRow {
        SealedRow(table: table, row: row, stored: digest128("seal"), computed: seal)
    }

    var runAttempt: RunAttempt {
        let outcome: AttemptOutcome? =
            optional("run").map { .committed(run: $0) }
            ?? text("failure").map { .failed($0.string) }
        return RunAttempt(
            startedAt: instant("started_at"), endedAt: optionalInstant("ended_at"),
            dump: string("dump"), outcome: outcome)
    }
}

extension ColumnRow {
    private func hexDigest(_ column: String) -> Digest256 {
        let digits = Array(string(column).utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
        // What was not written by this program reads as a digest that is nothing's.
        guard digits.count == 64, bytes.count == 32 else { return genesisDigest }
        return Digest256(bytes)
    }

    private var usage: ModelUsage? {
        guard let input = optional("input_tokens"),
            let cached = optional("cached_input_tokens"), let output = optional("output_tokens")
        else { return nil }
        return ModelUsage(input: input, cachedInput: cached, output: output)
    }

    var insightRow: InsightRow {
        let kind = string("kind")
        let id = text("id") ?? Text([])
        return InsightRow(
            scope: ScopeKind(rawValue: kind).map { .scope(Scope(kind: $0, id: id)) }
                ?? .product(id),
            language: string("language"), evidenceRun: number("evidence_run"),
            madeRun: number("made_run"), model: string("model"),
            cacheKey: hexDigest("cache_key"), evidenceDigest: hexDigest("evidence_digest"),
            issueCount: number("issue_count"), document: string("document"))
    }

    var themeRow: ThemeRow {
        ThemeRow(
            madeRun: number("made_run"), evidenceRun: number("evidence_run"),
            aspect: string("aspect"), isStrength: number("is_strength") != 0,
            mentions: number("mentions"), mixed: number("mixed"), new: number("new_mentions"),
            products: number("products"), brands: number("brands"),
            languages: string("languages"), starImpact: optional("star_impact"))
    }

    var themeReviewRow: ThemeReviewRow {
        ThemeReviewRow(
            reviewKey: number("review_key"), productID: text("product_id") ?? Text([]),
            reviewID: text("review_id") ?? Text([]), version: number("version"),
            madeRun: number("made_run"), aspect: string("aspect"),
            isStrength: number("is_strength") != 0, isMixed: number("is_mixed") != 0,
            field: string("field"), start: number("start_byte"), end: number("end_byte"))
    }

    var cachedAnswer: CachedAnswer {
        CachedAnswer(
            key: hexDigest("cache_key"), model: string("model"), madeAt: instant("made_at"),
            usage: usage ?? ModelUsage(input: 0, cachedInput: 0, output: 0),
            answer: string("answer"))
    }

    var apiKey: APIKeyRow {
        let scopes = string("scopes").split(separator: ",").compactMap {
            APIKeyRow.Scope(rawValue: String($0))
        }
        // What is no list is no brand, never all of them.
        let brands = text("brands").map { written in
            (try? JSONValue(parsing: written.bytes))?.elements?.compactMap(\.text) ?? []
        }
        return APIKeyRow(
            name: string("name"), digest: hexDigest("digest"), scopes: Set(scopes),
            brands: brands, createdAt: instant("created_at"),
            revokedAt: optionalInstant("revoked_at"))
    }

    var modelCall: ModelCall {
        ModelCall(
            call: number("call"), batch: number("batch"), cacheKey: hexDigest("cache_key"),
            requestDigest: hexDigest("request_digest"), model: string("model"),
            startedAt: instant("started_at"), leaseUntil: instant("lease_until"),
            endedAt: optionalInstant("ended_at"), reserved: number("reserved_nanodollars"),
            cost: optional("cost_nanodollars"), usage: usage,
            outcome: text("outcome")?.string)
    }
}
