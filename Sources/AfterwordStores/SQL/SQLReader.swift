import AfterwordCore
import AfterwordPipeline

/// The value of a query parameter.
enum SQLValue {
    case number(Int64)
    case text(String)
    case digest(Digest128)

    init(_ text: Text) { self = .text(text.string) }
}

/// Queries on one snapshot of an SQL store. Each `?` takes the next value.
protocol SQLSession {
    /// The rows of a query, decoded. A query without values may return a very large number of rows.
    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found]

    /// Passes the rows of `Queries.currentPayloads` to `take`.
    ///
    /// - Parameter keys: Product keys whose reviews are read; nil for all reviews.
    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws

    /// The rows of a query that is run repeatedly and returns few rows.
    func fewRows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found]
}

extension SQLSession {
    func fewRows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] { try rows(sql, values, decode) }
}

/// Reads one snapshot of an SQL store. Rows are ordered by their text keys, compared by bytes. Both
/// stores run the same queries, so that their answers cannot differ.
final class SQLReader: StoreReader {
    let session: any SQLSession
    /// Whether the snapshot is that of a committed run, so that labels stay what they are. They are
    /// kept then, because many answers of a page need them.
    let keepsLabels: Bool
    var labels: [ProductLabel]?

    init(_ session: any SQLSession, isOfLoad: Bool = false) {
        self.session = session
        keepsLabels = !isOfLoad
    }

    func all<Found>(
        _ sql: String, _ values: [SQLValue] = [], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        try session.rows(sql, values, decode)
    }

    func runs() throws -> [RunRecord] {
        try session.fewRows("SELECT * FROM runs ORDER BY run", []) { try $0.runRecord }
    }

    func newestRun() throws -> RunRecord? {
        try session.fewRows(Queries.newestRun, []) { try $0.runRecord }.first
    }

    func files(ofRun run: Int64?) throws -> [FileRecord] {
        try all(
            "SELECT * FROM run_files \(run == nil ? "" : "WHERE run = ?") ORDER BY run, name",
            run.map { [.number($0)] } ?? []
        ) { try $0.fileRecord }
    }

    func attempts() throws -> [RunAttempt] {
        try all("SELECT * FROM run_attempts ORDER BY attempt") { try $0.runAttempt }
    }

    func checksummedRows() throws -> [ChecksummedRow] {
        let products = try all(Queries.productSelection + " ORDER BY p.product_id") { row in
            let product = try row.product
            return try row.checksummed(
                "products_dim", "product \(product.productID)", product.rowChecksum)
        }
        let shapes = try all("SELECT * FROM shapes ORDER BY name") { row in
            let shape = try row.shapeRow
            return try row.checksummed("shapes", "shape \(shape.name)", shape.rowChecksum)
        }
        let attempts = try all("SELECT * FROM run_attempts ORDER BY attempt") { row in
            try row.checksummed(
                "run_attempts", "attempt \(row.number("attempt"))", row.runAttempt.rowChecksum)
        }
        let answers = try all(Self.answers) { row in
            try row.checksummed(
                "product_insights_cache", "answer \(row.string("cache_key"))",
                row.cachedAnswer.rowChecksum)
        }
        let calls = try all(Self.calls) { row in
            try row.checksummed(
                "llm_calls", "call \(row.number("call"))", row.modelCall.rowChecksum)
        }
        let keys = try all(Self.keys) { row in
            try row.checksummed("api_keys", "key \(row.string("name"))", row.apiKey.rowChecksum)
        }
        let jobs = try all("SELECT * FROM service_jobs ORDER BY job") { row in
            try row.checksummed("service_jobs", "job \(row.string("job"))", row.jobRow.rowChecksum)
        }
        return try products + shapes + attempts + answers + calls + keys + jobs
            + checksummedBatches() + checksummedDeliveries()
    }

    func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        guard let id else {
            return try all(Queries.reviewSelection + " ORDER BY p.product_id, r.review_id") {
                try $0.review
            }
        }
        // Sorting in the server would take a sixth of the time of a page.
        return try all(Queries.reviewsOfProduct, [SQLValue(id)]) {
            try $0.review(ofProduct: id)
        }
        .sorted { $0.reviewID < $1.reviewID }
    }

    func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview] {
        try all(Queries.listedOfProduct(withDeleted: withDeleted), [SQLValue(id)]) {
            try $0.listedReview(ofProduct: id, isLive: withDeleted ? nil : true)
        }
    }

    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        try session.currentPayloads(ofProducts: keys, take)
    }

    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        guard let product else {
            return try all(
                """
                \(Queries.historySelection) \(review == nil ? "" : "WHERE r.review_id = ?")
                ORDER BY p.product_id, r.review_id, h.version, h.run
                """, review.map { [SQLValue($0)] } ?? []
            ) { try $0.historyRow }
        }
        if let review {
            // Search first near the key derived from the review's id, then among all reviews of the
            // product.
            if let identity = identityDigest(ofReview: review, ofProduct: product) {
                let first = firstKey(ofProduct: 0, identity: identity)
                let found = try history(product, review, first...first + nearKeys)
                if !found.isEmpty { return found }
            }
            return try history(product, review, reviewKeys(ofProduct: 0))
        }
        let own = [SQLValue](repeating: SQLValue(product), count: 6)
        return try all(Queries.historyOfProduct, own) { try $0.historyRow }
    }

    /// All versions of a review whose number within its product lies in a range.
    private func history(
        _ product: Text, _ review: Text, _ numbers: ClosedRange<Int64>
    ) throws -> [HistoryRow] {
        let asked: [SQLValue] = [
            SQLValue(product), .number(numbers.lowerBound), SQLValue(product),
            .number(numbers.upperBound), SQLValue(product), SQLValue(review),
        ]
        // A review has few versions, so sorting here is fast.
        return try all(Queries.historyOfReview, asked) { try $0.historyRow }
            .sorted { ($0.version, $0.run) < ($1.version, $1.run) }
    }

    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        let keys = """
            SELECT review_key FROM product_reviews_history
            WHERE run > ? AND run <= ? AND operation <> 'late' \(from > 0 ? "AND run > 1" : "")
            """
        let span: [SQLValue] = [.number(from), .number(to)]
        let reviews = try all(
            Queries.reviewSelection
                + " WHERE r.review_key IN (\(keys)) ORDER BY p.product_id, r.review_id", span
        ) { try $0.review }
        let history = try all(
            """
            \(Queries.historySelection)
            WHERE h.history_key IN (\(keys)) AND h.run <= ?
            UNION ALL
            \(Queries.historySelection)
            WHERE h.review_key IN (\(keys)) AND h.history_key < 0 AND h.run <= ?
            ORDER BY product_id, review_id, version, run
            """, span + [.number(to)] + span + [.number(to)]
        ) { try $0.historyRow }
        return ChangedReviews(reviews: reviews, history: history)
    }

    func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        // Without values, because there may be many.
        try all(
            """
            SELECT review_key, run, rating FROM product_reviews_history
            WHERE run > \(max(from, 1)) AND run <= \(to) AND version = 1
            AND operation = 'insert' AND run > 1
            """
        ) { row in
            FirstVersion(
                reviewKey: try row.number("review_key"), run: try row.run(),
                rating: try row.optionalRating("rating"))
        }
    }

    func shapes() throws -> [ShapeRow] {
        try all("SELECT * FROM shapes ORDER BY name") { try $0.shapeRow }
    }

    func raw(ofProduct id: Text?) throws -> [RawRow] {
        // The first record of a review has no product key: its product is that of the review which
        // references the record.
        let first = """
            SELECT p.product_key, p.product_id, \(Table.rawRecords.list("r", butNot: "product_key"))
            FROM product_reviews_current b
            JOIN product_reviews_raw r ON r.raw_key = b.first_raw_key
            JOIN products_dim p ON p.product_key = b.product_key
            WHERE b.first_raw_key >= 0
            """
        let appended = """
            SELECT p.product_key, p.product_id, \(Table.rawRecords.list("r", butNot: "product_key"))
            FROM product_reviews_raw r JOIN products_dim p ON p.product_key = r.product_key
            WHERE r.raw_key < 0
            """
        let order = "ORDER BY product_id, identity_digest, payload_digest, run"
        guard let id else {
            return try all("\(first) UNION ALL \(appended) \(order)") { try $0.rawRow }
        }
        return try all(
            """
            \(first) AND \(Queries.ofProduct("b.review_key"))
            UNION ALL
            \(appended) AND p.product_id = ? \(order)
            """, [SQLValue](repeating: SQLValue(id), count: 3)
        ) { try $0.rawRow }
    }

    func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] {
        let values: [SQLValue] = place.map { [.digest($0.digest), .number($0.occurrence)] } ?? []
        return try all(
            """
            SELECT * FROM rejected_records
            \(place == nil ? "" : "WHERE (digest, occurrence) > (?, ?)")
            ORDER BY digest, occurrence LIMIT ?
            """, values + [.number(Int64(limit))]
        ) { try $0.rejectRow }
    }

    func rejects() throws -> [RejectRow] {
        try all("SELECT * FROM rejected_records ORDER BY digest, occurrence") { try $0.rejectRow }
    }

    func scopes() throws -> [ScopeSummary] {
        try all("SELECT * FROM scope_summary ORDER BY kind, id") { try $0.scopeSummary }
    }

    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        try wanted.flatMap { scope in
            try all(
                "SELECT * FROM scope_summary WHERE kind = ? AND id = ?",
                [.text(scope.kind.rawValue), SQLValue(scope.id)]
            ) { try $0.scopeSummary }
        }
    }

    func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>] {
        try all(
            "SELECT * FROM scope_summary_history WHERE kind = ? AND id = ? ORDER BY run",
            [.text(scope.kind.rawValue), SQLValue(scope.id)]
        ) { HistoryOf(run: try $0.run(), row: try $0.scopeSummary) }
    }

    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>] {
        let moved = """
            SELECT id FROM scope_summary_history WHERE run > ? AND run <= ? AND kind = ?
            """
        let span: [SQLValue] = [.number(from), .number(to), .text(kind.rawValue)]
        return try all(
            """
            SELECT * FROM scope_summary_history WHERE run > ? AND run <= ? AND kind = ?
            UNION ALL
            SELECT o.* FROM (SELECT DISTINCT id FROM (\(moved)) m) c
            JOIN scope_summary_history o ON o.kind = ? AND o.id = c.id AND o.run = (
                SELECT max(b.run) FROM scope_summary_history b
                WHERE b.kind = ? AND b.id = c.id AND b.run <= ?)
            ORDER BY kind, id, run
            """,
            span + span + [.text(kind.rawValue), .text(kind.rawValue), .number(from)]
        ) { HistoryOf(run: try $0.run(), row: try $0.scopeSummary) }
    }

    func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        try all("SELECT * FROM scope_summary_history ORDER BY kind, id, run") {
            HistoryOf(run: try $0.run(), row: try $0.scopeSummary)
        }
    }

    private static let answers = "SELECT * FROM product_insights_cache ORDER BY cache_key"
    private static let calls = "SELECT * FROM llm_calls ORDER BY call"

    private func insights(_ table: String, _ scope: ReviewScope?) throws -> [InsightRow] {
        try all(
            """
            SELECT * FROM \(table) \(scope == nil ? "" : "WHERE kind = ? AND id = ?")
            ORDER BY kind, id, language, made_run
            """, scope.map { [.text($0.kind), SQLValue($0.id)] } ?? []
        ) { try $0.insightRow }
    }

    func insights(of scope: ReviewScope?) throws -> [InsightRow] {
        try insights("product_insights", scope)
    }

    func insightHistory(of scope: ReviewScope?) throws -> [InsightRow] {
        try insights("product_insights_history", scope)
    }

    func themeRows() throws -> [ThemeRow] {
        try all("SELECT * FROM themes ORDER BY made_run, is_strength, aspect") { try $0.themeRow }
    }

    func themeReviewRows() throws -> [ThemeReviewRow] {
        try all(
            """
            SELECT t.*, r.review_id, p.product_id FROM theme_reviews t
            JOIN product_reviews_current r USING (review_key)
            JOIN products_dim p USING (product_key)
            ORDER BY p.product_id, r.review_id, t.version, t.is_strength, t.aspect
            """
        ) { try $0.themeReviewRow }
    }

    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? {
        try all(
            "SELECT * FROM product_insights_cache WHERE cache_key = ?", [.text(key.description)]
        ) { try $0.cachedAnswer }.first
    }

    func cachedAnswers() throws -> [CachedAnswer] { try all(Self.answers) { try $0.cachedAnswer } }
    private static let keys = "SELECT * FROM api_keys ORDER BY name"
    func apiKeys() throws -> [APIKeyRow] {
        try session.fewRows(Self.keys, []) { try $0.apiKey }
    }
    func job(_ id: String) throws -> JobRow? {
        try session.fewRows(SQLLedger.jobOfID, [.text(id)]) { try $0.jobRow }.first
    }
    func modelCalls() throws -> [ModelCall] { try all(Self.calls) { try $0.modelCall } }

    func deliveries() throws -> [DeliveryRow] {
        try all(SQLLedger.deliveries) { try $0.deliveryRow }
    }

    private func checksummedDeliveries() throws -> [ChecksummedRow] {
        try all(SQLLedger.deliveries) { row in
            let delivery = try row.deliveryRow
            return try row.checksummed(
                "deliveries", "recipient \(delivery.recipient) period \(delivery.period)",
                delivery.rowChecksum)
        }
    }
}
