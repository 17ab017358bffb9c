import AfterwordCore
import AfterwordPipeline
import GRDB

/// Reads one snapshot. Rows come by their text keys, by bytes.
final class SQLiteReader: StoreReader {
    private let database: Database

    init(_ database: Database) { self.database = database }

    private func all<Found>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(),
        _ decode: (Row) -> Found
    ) throws -> [Found] {
        var found: [Found] = []
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try cursor.next() { found.append(decode(row)) }
        return found
    }

    func runs() throws -> [RunRecord] {
        try all("SELECT * FROM runs ORDER BY run") { row in
            RunRecord(
                run: row.number("run"), recordedAt: row.instant("recorded_at"),
                observedAt: row.instant("observed_at"),
                observedOrigin: ObservedOrigin(rawValue: row.string("observed_origin")) ?? .clock,
                completeness: Completeness(rawValue: row.string("completeness")) ?? .none,
                seed: UInt64(row.string("seed")) ?? 0, balance: row.balance,
                deleted: row.number("deleted"), productsNamed: row.number("products_named"),
                previousDigest: row.digest("previous_digest"),
                historyDigest: row.digest("history_digest"))
        }
    }

    func files(ofRun run: Int64?) throws -> [FileRecord] {
        try all(
            "SELECT * FROM run_files \(run == nil ? "" : "WHERE run = ?") ORDER BY run, name",
            run.map { [$0] } ?? []
        ) { row in
            FileRecord(
                run: row.number("run"), name: row.string("name"),
                byteCount: row.number("byte_count"), digest: row.digest("digest"),
                shape: row.string("shape"), balance: row.balance,
                nonstandardLiterals: row.number("nonstandard_literals"))
        }
    }

    func attempts() throws -> [RunAttempt] {
        try all("SELECT * FROM run_attempts ORDER BY attempt") { row in
            let outcome: AttemptOutcome? =
                row.optional("run").map { .committed(run: $0) }
                ?? (row["failure"] as String?).map { .failed($0) }
            return RunAttempt(
                startedAt: row.instant("started_at"), endedAt: row.optionalInstant("ended_at"),
                dump: row.string("dump"), outcome: outcome)
        }
    }

    func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        let condition = id == nil ? "" : " WHERE p.product_id = ?"
        return try all(
            Row.reviewSelection + condition + " ORDER BY p.product_id, r.review_id",
            id.map { [$0.string] } ?? [], \.review)
    }

    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        var conditions: [String] = []
        if product != nil { conditions.append("p.product_id = :product") }
        if review != nil { conditions.append("r.review_id = :review") }
        let arguments: [String: String?] = ["product": product?.string, "review": review?.string]
        return try all(
            """
            SELECT h.*, r.review_id, r.identity_digest, p.product_id
            FROM product_reviews_history h JOIN product_reviews_clean r USING (review_key)
            JOIN products_dim p USING (product_key)
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY p.product_id, r.review_id, h.version, h.run
            """, StatementArguments(arguments.compactMapValues { $0 })
        ) { row in
            HistoryRow(
                reviewKey: row.number("review_key"), productID: row.text("product_id") ?? Text([]),
                reviewID: row.text("review_id") ?? Text([]),
                identity: row.digest128("identity_digest"), version: row.number("version"),
                operation: Operation(rawValue: row.string("operation")) ?? .late,
                run: row.number("run"), observedAt: row.instant("observed_at"),
                values: row.values, authorID: row.text("author_id"), times: row.times,
                changedFields: FieldSet(rawValue: row.number("changed_fields")),
                contentDigest: row.digest("content_digest"), salt: row.bytes("row_salt"),
                rowDigest: row.digest("row_digest"))
        }
    }

    func raw() throws -> [RawRow] {
        try all(
            """
            SELECT r.*, p.product_id FROM product_reviews_raw r JOIN products_dim p USING (product_key)
            ORDER BY p.product_id, r.identity_digest, r.payload_digest
            """
        ) { row in
            RawRow(
                rawKey: row.number("raw_key"), productKey: row.number("product_key"),
                productID: row.text("product_id") ?? Text([]),
                record: RawIdentity(
                    identity: row.digest128("identity_digest"),
                    payload: row.digest128("payload_digest")),
                run: row.number("run"), file: row.string("file"), offset: row.number("offset"),
                length: row.number("length"), shape: row.string("shape"),
                payload: row.bytes("payload"), context: row.bytes("context"))
        }
    }

    func productRaw() throws -> [ProductRawRow] {
        try all(
            """
            SELECT r.*, p.product_id FROM product_raw r JOIN products_dim p USING (product_key)
            ORDER BY p.product_id, r.digest
            """
        ) { row in
            ProductRawRow(
                productKey: row.number("product_key"),
                productID: row.text("product_id") ?? Text([]), digest: row.digest128("digest"),
                run: row.number("run"), file: row.string("file"), offset: row.number("offset"),
                length: row.number("length"), payload: row.bytes("payload"))
        }
    }

    func rejects() throws -> [RejectRow] {
        try all("SELECT * FROM rejected_records ORDER BY digest, occurrence") { row in
            RejectRow(
                digest: row.digest128("digest"), occurrence: row.number("occurrence"),
                run: row.number("run"), file: row.string("file"), offset: row.number("offset"),
                length: row.number("length"),
                reason: RejectReason(rawValue: row.string("reason")) ?? .notJSON,
                field: row.string("field"), productID: row.text("product_id"),
                shape: row.string("shape"), payload: row.bytes("payload"),
                context: row.bytes("context"))
        }
    }

    func products(_ id: Text?) throws -> [ProductState] {
        guard let id else {
            return try all(Row.productSelection + " ORDER BY p.product_id") { $0.product }
        }
        return try all(Row.productSelection + " WHERE p.product_id = ?", [id.string], \.product)
    }

    func months(ofProduct id: Text?) throws -> [MonthSummary] {
        try all(
            """
            SELECT a.*, p.product_id FROM product_aggregates a JOIN products_dim p USING (product_key)
            \(id == nil ? "" : "WHERE p.product_id = ?") ORDER BY p.product_id, a.month, a.origin
            """, id.map { [$0.string] } ?? [], \.monthSummary)
    }

    func scopes() throws -> [ScopeSummary] {
        try all("SELECT * FROM scope_summary ORDER BY kind, id") { $0.scopeSummary }
    }

    func attributeHistory() throws -> [AttributeRow] {
        try all(
            """
            SELECT h.*, p.product_id FROM products_dim_history h JOIN products_dim p USING (product_key)
            ORDER BY p.product_id, h.run
            """
        ) { row in
            var attributes = ProductAttributes()
            for attribute in Attribute.allCases { attributes[attribute] = row.text(attribute.name) }
            return AttributeRow(
                productKey: row.number("product_key"),
                productID: row.text("product_id") ?? Text([]), run: row.number("run"),
                attributes: attributes)
        }
    }

    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        try all(
            """
            SELECT h.*, p.product_id FROM product_summary_history h
            JOIN products_dim p USING (product_key)
            \(id == nil ? "" : "WHERE p.product_id = ?") ORDER BY p.product_id, h.run
            """, id.map { [$0.string] } ?? []
        ) { row in
            HistoryOf(
                run: row.number("run"),
                row: ProductSummary(
                    productKey: row.number("product_key"),
                    productID: row.text("product_id") ?? Text([]), counters: row.counters,
                    firstReviewAt: row.optionalInstant("first_review_at"),
                    lastReviewAt: row.optionalInstant("last_review_at"),
                    lastChangedRun: row.number("run")))
        }
    }

    func monthHistory() throws -> [HistoryOf<MonthSummary>] {
        try all(
            """
            SELECT h.*, p.product_id FROM product_aggregates_history h
            JOIN products_dim p USING (product_key)
            ORDER BY p.product_id, h.month, h.origin, h.run
            """
        ) { HistoryOf(run: $0.number("run"), row: $0.monthSummary) }
    }

    func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        try all("SELECT * FROM scope_summary_history ORDER BY kind, id, run") {
            HistoryOf(run: $0.number("run"), row: $0.scopeSummary)
        }
    }
}

extension Row {
    /// A month joined with its product's id.
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
}
