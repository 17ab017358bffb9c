import AfterwordCore
import AfterwordPipeline

/// A row of a query result. Columns are read by name and decoded into the row types of the port.
/// Both stores share this decoding, so that it cannot differ between them.
///
/// A store's file may be damaged or changed by another program. A value that this program never
/// writes is never decoded as another value: the column throws `StoreFault.unreadable`.
protocol ColumnRow {
    /// The SQL of the query, from which the table of an unreadable column is named.
    var question: String { get }
    /// An integer; nil for NULL.
    ///
    /// - Throws: `StoreFault.unreadable` where the value has another type or the column is missing.
    func optional(_ column: String) throws -> Int64?
    /// A text; nil for NULL.
    ///
    /// - Throws: `StoreFault.unreadable` where the value has another type or the column is missing.
    func text(_ column: String) throws -> Text?
    /// A byte string.
    ///
    /// - Throws: `StoreFault.unreadable` for NULL, another type or a missing column.
    func bytes(_ column: String) throws -> [UInt8]
}

extension ColumnRow {
    var values: ReviewValues {
        get throws {
            var values = ReviewValues()
            values.rating = try optionalRating("rating")
            values.title = try text("title")
            values.body = try text("body")
            values.authorName = try text("author_name")
            values.verified = try optionalFlag("verified")
            values.helpfulVotes = try optionalCount("helpful_votes")
            values.variant = try text("variant")
            values.country = try text("country")
            values.language = try text("language")
            let times = try times
            if times.createdOrigin == .source { values.createdAt = times.createdAt }
            if times.updatedOrigin == .source { values.updatedAt = times.updatedAt }
            return values
        }
    }

    var times: ReviewTimes {
        get throws {
            ReviewTimes(
                createdAt: try instant("created_at"), createdOrigin: try word("created_origin"),
                updatedAt: try instant("updated_at"), updatedOrigin: try word("updated_origin"))
        }
    }

    var counters: Counters {
        get throws {
            let stars = try (1...5).map { try count("star_\($0)") }
            let reviews = try count("review_count")
            let rated = try count("rated_count")
            // Derived values divide by these counts and treat one as a part of another.
            guard rated == stars.reduce(0, +), rated <= reviews else {
                throw unreadable("rated_count")
            }
            let ratings = try sum("rating_sum")
            guard (rated * 10...rated * 50).contains(ratings) else {
                throw unreadable("rating_sum")
            }
            let verified = try count("verified_count")
            guard verified <= reviews else { throw unreadable("verified_count") }
            return Counters(
                reviewCount: reviews, ratedCount: rated, ratingSum: ratings, stars: stars,
                verifiedCount: verified, helpfulVotes: try sum("helpful_votes"))
        }
    }

    var balance: Balance {
        get throws {
            var balance = Balance()
            balance.found = try count("found")
            balance.inserted = try count("inserted")
            balance.updated = try count("updated")
            balance.unchanged = try count("unchanged")
            balance.copies = try count("copies")
            balance.shadowed = try count("shadowed")
            balance.late = try count("late")
            balance.rejected = try count("rejected")
            balance.suppressed = try count("suppressed")
            return balance
        }
    }

    /// A row of `product_reviews_clean` joined with the product's id.
    var review: StoredReview { get throws { try review(ofProduct: id("product_id")) } }

    /// A row of `product_reviews_clean`, of a product whose id the caller knows.
    func review(ofProduct id: Text) throws -> StoredReview {
        StoredReview(
            reviewKey: try reviewKey(), productID: id,
            reviewID: try self.id("review_id"), identity: try digest128("identity_digest"),
            kind: try word("identity_kind"), version: try run("version"),
            isLive: try flag("is_live"), run: try run(), observedAt: try instant("observed_at"),
            values: try values, authorID: try text("author_id"), times: try times,
            contentDigest: try digest("content_digest"),
            payloadDigest: try digest128("payload_digest"), rawKey: try number("raw_key"))
    }

    /// A review of a product whose id the caller knows, without the store's own keys.
    ///
    /// - Parameter isLive: The value where the query does not select `is_live`; nil to read the
    ///   column.
    func listedReview(ofProduct id: Text, isLive: Bool?) throws -> ListedReview {
        ListedReview(
            productID: id, reviewID: try self.id("review_id"),
            identity: try digest128("identity_digest"), kind: try word("identity_kind"),
            version: try run("version"), isLive: try isLive ?? flag("is_live"), run: try run(),
            observedAt: try instant("observed_at"), values: try values,
            authorID: try text("author_id"), times: try times,
            contentDigest: try digest("content_digest"))
    }

    private func attribute(_ attribute: Attribute) throws -> StoredAttribute? {
        guard let value = try text(attribute.name) else { return nil }
        let rank = "\(attribute.name)_rank"
        guard let stored = AttributeRank(rawValue: try number(rank)) else { throw unreadable(rank) }
        return StoredAttribute(
            value: value, rank: stored,
            observedAt: try instant("\(attribute.name)_observed_at"))
    }

    /// A row of `products_dim` joined with `product_summary`.
    var product: ProductState {
        get throws {
            var attributes: [Attribute: StoredAttribute] = [:]
            for attribute in Attribute.allCases {
                attributes[attribute] = try self.attribute(attribute)
            }
            // A product that only the catalog names has no sums.
            let hasSummary = try optional("last_changed_run") != nil
            let summary = ProductSummary(
                productKey: try productKey(), productID: try id("product_id"),
                counters: hasSummary ? try counters : Counters(),
                firstReviewAt: try optionalInstant("first_review_at"),
                lastReviewAt: try optionalInstant("last_review_at"),
                lastChangedRun: hasSummary ? try run("last_changed_run") : 0)
            return ProductState(
                productKey: summary.productKey, productID: summary.productID,
                kind: try word("identity_kind"), lastObservedAt: try instant("last_observed_at"),
                lastCompleteAt: try optionalInstant("last_complete_at"),
                firstRun: try run("first_run"), lastRun: try run("last_run"),
                attributes: attributes, summary: summary)
        }
    }

    var monthSummary: MonthSummary {
        get throws {
            MonthSummary(
                productKey: try productKey(), productID: try id("product_id"),
                key: MonthKey(month: try month("month"), origin: try word("origin")),
                counters: try counters)
        }
    }

    var scopeSummary: ScopeSummary {
        get throws {
            ScopeSummary(
                scope: Scope(kind: try word("kind"), id: try id("id")),
                productCount: try count("product_count"), counters: try counters)
        }
    }

    var productSummary: ProductSummary {
        get throws {
            ProductSummary(
                productKey: try productKey(), productID: try id("product_id"),
                counters: try counters, firstReviewAt: try optionalInstant("first_review_at"),
                lastReviewAt: try optionalInstant("last_review_at"), lastChangedRun: try run())
        }
    }

    var attributeRow: AttributeRow {
        get throws {
            var attributes = ProductAttributes()
            for attribute in Attribute.allCases {
                attributes[attribute] = try text(attribute.name)
            }
            return AttributeRow(
                productKey: try productKey(), productID: try id("product_id"), run: try run(),
                attributes: attributes)
        }
    }

    var rawPayload: RawPayload {
        get throws {
            RawPayload(
                rawKey: try number("raw_key"), shape: try string("shape"),
                payload: try bytes("payload"), context: try bytes("context"))
        }
    }

    var rawRow: RawRow {
        get throws {
            RawRow(
                rawKey: try number("raw_key"), productKey: try productKey(),
                productID: try id("product_id"),
                record: RawIdentity(
                    identity: try digest128("identity_digest"),
                    payload: try digest128("payload_digest")),
                run: try run(), file: try string("file"), offset: try count("offset"),
                length: try count("length"), shape: try string("shape"),
                payload: try bytes("payload"), context: try bytes("context"))
        }
    }

    var productRawRow: ProductRawRow {
        get throws {
            ProductRawRow(
                productKey: try productKey(), productID: try id("product_id"),
                digest: try digest128("digest"), run: try run(), file: try string("file"),
                offset: try count("offset"), length: try count("length"),
                payload: try bytes("payload"))
        }
    }

    var rejectRow: RejectRow {
        get throws {
            RejectRow(
                digest: try digest128("digest"), occurrence: try count("occurrence"),
                run: try run(), file: try string("file"), offset: try count("offset"),
                length: try count("length"), reason: try word("reason"),
                field: try string("field"), productID: try text("product_id"),
                shape: try string("shape"), payload: try bytes("payload"),
                context: try bytes("context"))
        }
    }

    var historyRow: HistoryRow {
        get throws {
            HistoryRow(
                reviewKey: try reviewKey(), productID: try id("product_id"),
                reviewID: try id("review_id"), identity: try digest128("identity_digest"),
                version: try run("version"), operation: try word("operation"), run: try run(),
                observedAt: try instant("observed_at"), values: try values,
                authorID: try text("author_id"), times: try times,
                changedFields: FieldSet(rawValue: try count("changed_fields")),
                contentDigest: try digest("content_digest"), salt: try salt("row_salt"),
                rowDigest: try digest("row_digest"), historyKey: try number("history_key"))
        }
    }

    var profile: DumpProfile {
        get throws {
            var profile = DumpProfile()
            profile.records = try count("profile_records")
            profile.brands = try count("profile_brands")
            profile.rated = try count("profile_rated")
            profile.ratingSum = try sum("profile_rating_sum")
            profile.withoutText = try count("profile_without_text")
            return profile
        }
    }

    var runRecord: RunRecord {
        get throws {
            guard let seed = UInt64(try string("seed")) else { throw unreadable("seed") }
            var record = RunRecord(
                run: try run(), recordedAt: try instant("recorded_at"),
                observedAt: try instant("observed_at"),
                observedOrigin: try word("observed_origin"),
                completeness: try word("completeness"), seed: seed, balance: try balance,
                deleted: try count("deleted"), productsNamed: try count("products_named"),
                previousDigest: try digest("previous_digest"),
                historyDigest: try digest("history_digest"),
                ledgerDigest: try digest("ledger_digest"))
            record.profile = try profile
            record.dumpLabel = try text("dump_label")
            return record
        }
    }

    var runClock: RunClock {
        get throws {
            RunClock(
                run: try run(), observedAt: try instant("observed_at"),
                dumpLabel: try text("dump_label"))
        }
    }

    var fileRecord: FileRecord {
        get throws {
            FileRecord(
                run: try run(), name: try string("name"), byteCount: try count("byte_count"),
                digest: try digest("digest"), shape: try string("shape"), balance: try balance,
                nonstandardLiterals: try count("nonstandard_literals"))
        }
    }

    var shapeRow: ShapeRow {
        get throws {
            ShapeRow(
                name: try string("name"), version: try count("version"),
                document: try string("document"))
        }
    }

    /// A row's stored checksum together with the checksum computed from its values.
    func sealed(_ table: String, _ row: String, _ seal: Digest128) throws -> SealedRow {
        SealedRow(table: table, row: row, stored: try digest128("seal"), computed: seal)
    }

    var runAttempt: RunAttempt {
        get throws {
            let failure = try text("failure").map { AttemptOutcome.failed($0.string) }
            let run = try optional("run") == nil ? nil : try run()
            return RunAttempt(
                startedAt: try instant("started_at"), endedAt: try optionalInstant("ended_at"),
                dump: try string("dump"),
                outcome: run.map { .committed(run: $0) } ?? failure)
        }
    }
}

extension ColumnRow {
    private func hexDigest(_ column: String) throws -> Digest256 {
        guard let bytes = hexadecimalBytes(try id(column).bytes), bytes.count == 32 else {
            throw unreadable(column)
        }
        return Digest256(bytes)
    }

    /// The token counts of a model call; nil where `input_tokens` is NULL.
    private var usage: ModelUsage? {
        get throws {
            guard try optional("input_tokens") != nil else { return nil }
            return ModelUsage(
                input: try count("input_tokens"), cachedInput: try count("cached_input_tokens"),
                output: try count("output_tokens"))
        }
    }

    private var reviewScope: ReviewScope {
        get throws {
            let kind = try string("kind")
            let id = try id("id")
            if let kind = ScopeKind(rawValue: kind) { return .scope(Scope(kind: kind, id: id)) }
            guard kind == ReviewScope.product(id).kind else { throw unreadable("kind") }
            return .product(id)
        }
    }

    var insightRow: InsightRow {
        get throws {
            InsightRow(
                scope: try reviewScope, language: try string("language"),
                evidenceRun: try run("evidence_run"), madeRun: try run("made_run"),
                model: try string("model"), cacheKey: try hexDigest("cache_key"),
                evidenceDigest: try hexDigest("evidence_digest"),
                issueCount: try count("issue_count"), document: try string("document"))
        }
    }

    var themeRow: ThemeRow {
        get throws {
            ThemeRow(
                madeRun: try run("made_run"), evidenceRun: try run("evidence_run"),
                aspect: try string("aspect"), isStrength: try flag("is_strength"),
                mentions: try count("mentions"), mixed: try count("mixed"),
                new: try count("new_mentions"), products: try count("products"),
                brands: try count("brands"), languages: try string("languages"),
                starImpact: try optionalImpact("star_impact"))
        }
    }

    var themeReviewRow: ThemeReviewRow {
        get throws {
            ThemeReviewRow(
                reviewKey: try reviewKey(), productID: try id("product_id"),
                reviewID: try id("review_id"), version: try run("version"),
                madeRun: try run("made_run"), aspect: try string("aspect"),
                isStrength: try flag("is_strength"), isMixed: try flag("is_mixed"),
                field: try string("field"), start: try count("start_byte"),
                end: try count("end_byte"))
        }
    }

    var verdictRow: VerdictRow {
        get throws {
            VerdictRow(
                review: (
                    try reviewKey(), try id("product_id"), try id("review_id"), try run("version")
                ),
                madeRun: try run("made_run"), verdict: try word("verdict"),
                by: (try id("judged_by"), try id("why")),
                judged: try digest128("judged_digest"))
        }
    }

    var cachedAnswer: CachedAnswer {
        get throws {
            guard let usage = try usage else { throw unreadable("input_tokens") }
            return CachedAnswer(
                key: try hexDigest("cache_key"), model: try string("model"),
                madeAt: try instant("made_at"), usage: usage, answer: try string("answer"))
        }
    }

    var jobRow: JobRow {
        get throws {
            var job = JobRow(
                job: try string("job"), askedBy: try string("asked_by"),
                request: try hexDigest("request_digest"), scope: try reviewScope,
                language: try string("language"), createdAt: try instant("created_at"))
            if try text("idempotency_digest") != nil {
                job.idempotency = try hexDigest("idempotency_digest")
            }
            job.status = try word("status")
            job.startedAt = try optionalInstant("started_at")
            job.endedAt = try optionalInstant("ended_at")
            job.leaseUntil = try instant("lease_until")
            job.isCounted = try flag("is_counted")
            job.madeRun = try optionalCount("made_run")
            job.problem = try text("problem")?.string
            job.detail = try text("detail")?.string
            return job
        }
    }

    var apiKey: APIKeyRow {
        get throws {
            let scopes = try string("scopes").split(separator: ",").map { written in
                guard let scope = APIKeyRow.Scope(rawValue: String(written)) else {
                    throw unreadable("scopes")
                }
                return scope
            }
            return APIKeyRow(
                name: try string("name"), digest: try hexDigest("digest"), scopes: Set(scopes),
                brands: try brands, createdAt: try instant("created_at"),
                revokedAt: try optionalInstant("revoked_at"))
        }
    }

    /// The brands of an API key, stored as a JSON array of texts; nil for all brands.
    private var brands: [String]? {
        get throws {
            guard let written = try text("brands") else { return nil }
            let elements = (try? JSONValue(parsing: written.bytes))?.elements
            let brands = elements?.compactMap(\.text)
            guard let brands, brands.count == elements?.count else { throw unreadable("brands") }
            return brands
        }
    }

    var modelCall: ModelCall {
        get throws {
            var call = ModelCall(
                call: try number("call"), batch: try number("batch"),
                cacheKey: try hexDigest("cache_key"),
                requestDigest: try hexDigest("request_digest"), model: try string("model"),
                startedAt: try instant("started_at"), leaseUntil: try instant("lease_until"),
                endedAt: try optionalInstant("ended_at"),
                reserved: try sum("reserved_nanodollars"),
                cost: try optionalSum("cost_nanodollars"), usage: try usage,
                outcome: try text("outcome")?.string)
            let written = try optionalCount("cache_write_tokens")
            // The count belongs to a usage: without one, the row checksum would not cover it.
            guard written == nil || call.usage != nil else {
                throw unreadable("cache_write_tokens")
            }
            call.usage?.cacheWrite = written
            call.tier = try text("service_tier")?.string
            call.requestID = try text("request_id")?.string
            call.clientRequestID = try text("client_request_id")?.string
            call.unreadAnswer = try text("unread_answer")?.string
            return call
        }
    }
}
