import AfterwordCore
import AfterwordPipeline

/// One load: looks rows up by arrays of keys and writes in bulk with COPY BINARY. Rows that may
/// already exist are copied into a temporary table of the transaction and merged in one statement.
final class PostgresLoad: StoreLoad {
    private let connection: PostgresConnection
    private let attempt: Int64?
    private var stages: Set<String> = []
    private var hasIndexes = true
    /// In a store without products, the key of the last row written to each table; nil in any other
    /// store.
    private var lastWritten: [String: WrittenKey]?

    /// At most this many rows are sent as parameters, in one round trip; a COPY takes two.
    private static let fewRows = 4

    init(_ connection: PostgresConnection, attempt: Int64?) {
        self.connection = connection
        self.attempt = attempt
    }

    // MARK: Look-ups

    func head() throws -> StoreHead {
        // The queries of a load use indexes; JIT compilation would take longer than they do.
        try connection.runAll("SET LOCAL jit = off")
        func next(_ column: String, _ table: String) throws -> Int64 {
            let rows = try connection.run("SELECT MAX(\(column)) AS last FROM \(table)")
            return (try rows.first?.optionalCount("last") ?? 0) + 1
        }
        let last = try connection.run("SELECT * FROM runs ORDER BY run DESC LIMIT 1").first
        let complete = try connection.run(
            """
            SELECT MAX(observed_at) AS observed_at, MAX(run) AS run FROM runs
            WHERE completeness = 'all'
            """
        ).first
        func nextAppendedKey(_ column: String, _ table: String) throws -> Int64 {
            let rows = try connection.run(
                "SELECT MAX(\(column)) AS last FROM \(table) WHERE \(column) < 0")
            return nextAppended(try rows.first?.optional("last"))
        }
        let indexes = try connection.run(
            "SELECT to_regclass('product_reviews_raw_key') IS NOT NULL AS is_made")
        hasIndexes = try indexes.first?.number("is_made") == 1
        let nextProductKey = try next("product_key", "products_dim")
        lastWritten = nextProductKey == 1 ? [:] : nil
        return StoreHead(
            nextRun: (try last?.run() ?? 0) + 1,
            nextProductKey: nextProductKey,
            nextRawKey: try nextAppendedKey("raw_key", "product_reviews_raw"),
            nextHistoryKey: try nextAppendedKey("history_key", "product_reviews_history"),
            lastRecordedAt: try last?.instant("recorded_at"),
            historyDigest: try last?.digest("history_digest") ?? genesisDigest,
            ledgerDigest: try last?.digest("ledger_digest") ?? genesisDigest,
            lastCompleteAllAt: try complete?.optionalInstant("observed_at"),
            lastCompleteAllRun: try complete?.optional("run"))
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        let rows = try connection.run(
            """
            SELECT r.run, r.observed_at, r.dump_label FROM run_files f JOIN runs r USING (run)
            WHERE f.digest = ANY ($1::bytea[])
            GROUP BY r.run, r.observed_at, r.dump_label HAVING COUNT(DISTINCT f.digest) = $2::bigint
            ORDER BY r.run
            """, [postgresArray(files.map(\.bytes)), String(Set(files).count)])
        return try rows.map { try $0.runClock }
    }

    func products(_ ids: [Text]) throws -> [ProductState] {
        try connection.run(
            Columns.productSelection + " WHERE p.product_id = ANY ($1::text[])",
            [postgresArray(ids)]
        ).map { try $0.product }
    }

    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        try connection.run(
            """
            SELECT product_id FROM products_dim WHERE product_id > $1
            ORDER BY product_id LIMIT $2::bigint
            """, [id?.string ?? "", String(limit)]
        ).map { try $0.text("product_id") ?? Text([]) }
    }

    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        guard !keys.isEmpty else { return [] }
        try buildIndexes()
        let list = "{" + keys.map(String.init).joined(separator: ",") + "}"
        let found = try connection.runPrepared(
            """
            SELECT review_key, product_key, identity_digest, payload_digest, is_live
            FROM unnest($1::bigint[]) AS wanted (own) JOIN product_reviews_base
                ON review_key BETWEEN own << 24 AND (own << 24) + 16777215
            """, [list])
        return try found.map { row in
            CurrentKey(
                reviewKey: try row.reviewKey(0), productKey: try row.number(1),
                identity: try row.digest128(2), payloadDigest: try row.digest128(3),
                isLive: try row.number(4) != 0)
        }
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try lookUp(reviewKeys) { try $0.current(reviewKeys) } ?? []
    }
    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try lookUp(rawKeys) { try $0.payloads(rawKeys) } ?? []
    }
    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        try lookUp(reviewKeys) { try $0.historyContents(reviewKeys) } ?? [:]
    }
    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64] {
        try lookUp(records) { try $0.rawKeys(records) } ?? [:]
    }
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        try lookUp(wanted) { try $0.months(wanted) } ?? []
    }
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        try lookUp(wanted) { try $0.createdRange(wanted) } ?? [:]
    }

    /// Runs a query for some keys, after the indexes exist. Returns nil without a query for no
    /// keys.
    private func lookUp<Key, Found>(
        _ keys: [Key], _ ask: (PostgresLookUps) throws -> Found
    ) throws -> Found? {
        if keys.isEmpty { return nil }
        try buildIndexes()
        return try ask(PostgresLookUps(connection))
    }

    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        try connection.run(
            """
            SELECT s.* FROM scope_summary s
            JOIN unnest($1::text[], $2::text[]) AS wanted (kind, id)
                ON s.kind = wanted.kind AND s.id = wanted.id
            """,
            [postgresArray(scopes.map { Text($0.kind.rawValue) }), postgresArray(scopes.map(\.id))]
        ).map { try $0.scopeSummary }
    }

    func shapeDocument(_ name: String) throws -> String? {
        try connection.run("SELECT document FROM shapes WHERE name = $1", [name])
            .first?.string("document")
    }

    // MARK: Rows

    private func copy<Written>(
        _ rows: [Written], into table: String, _ columns: String,
        _ add: (PostgresCopy, Written) -> Void
    ) throws {
        guard !rows.isEmpty else { return }
        let insert = { (source: String) in
            "INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM \(source)"
        }
        if rows.count <= Self.fewRows, try sendFew(rows, columns, add, [insert]) != nil { return }
        let fields = Columns.names(columns).count
        try connection.copy(into: "\(table) (\(columns))") { copy in
            // A span gives access to each row without copying it.
            let rows = rows.span
            for index in rows.indices {
                try copy.begin(fields: fields)
                add(copy, rows[index])
            }
        }
    }

    /// Sends few rows as parameters, in one pipeline that runs each statement of `over` for each
    /// row. Returns nil, without sending anything, where the rows do not fit into one pipeline.
    private func sendFew<Written>(
        _ rows: [Written], _ columns: String, _ add: (PostgresCopy, Written) -> Void,
        _ over: [(String) -> String]
    ) throws -> [PostgresRows]? {
        guard rows.count * over.count <= PostgresStatement.pipelineLimit else { return nil }
        let source = "(SELECT \(PostgresStatement.selection(columns))) AS stage"
        let statements = over.map { $0(source) }
        var byteCount = 0
        var all: [PostgresStatement] = []
        for row in rows {
            let parameters = PostgresCopy.parameters { add($0, row) }
            byteCount += parameters.fields.count * statements.count
            guard byteCount <= PostgresStatement.pipelineBytes else { return nil }
            all += statements.map { PostgresStatement($0, parameters) }
        }
        return try connection.pipeline(all)
    }

    /// Writes rows that may already exist. Each closure of `over` makes a statement that reads the
    /// rows from the given source, named `stage`. Few rows are sent as parameters, many through a
    /// temporary table.
    @discardableResult
    private func stage<Written>(
        _ rows: [Written], for table: String, as name: String? = nil, _ columns: String,
        _ add: (PostgresCopy, Written) -> Void, over: [(String) -> String]
    ) throws -> [PostgresRows] {
        guard !rows.isEmpty else { return [] }
        if let answers = try sendFew(rows, columns, add, over) { return answers }
        let stage = "stage_\(name ?? table)"
        if stages.insert(stage).inserted {
            try connection.runAll(
                """
                CREATE TEMPORARY TABLE \(stage) ON COMMIT DROP AS
                SELECT \(columns) FROM \(table) WITH NO DATA
                """)
        } else {
            try connection.runAll("TRUNCATE \(stage)")
        }
        let fields = Columns.names(columns).count
        try connection.copy(into: "\(stage) (\(columns))") { copy in
            for row in rows {
                try copy.begin(fields: fields)
                add(copy, row)
            }
        }
        return try over.map { try connection.run($0("\(stage) AS stage")) }
    }

    /// Whether all these rows are new: this is the first load, and in key order the rows come after
    /// every row that the load has written to the table.
    private func areNew<Written>(
        _ rows: [Written], _ table: String, _ key: (Written) -> WrittenKey
    ) -> Bool {
        lastWritten?[table, default: WrittenKey(product: 0)].follow(rows.lazy.map(key)) ?? false
    }

    /// Upserts rows by `key`, without changing the columns `kept` of existing rows. Then deletes
    /// the rows of these keys that match the SQL condition `gone`.
    private func upsert<Written>(
        _ rows: [Written], _ table: String, _ columns: String, key: [String],
        kept: [String] = [], gone: String? = nil, _ add: (PostgresCopy, Written) -> Void
    ) throws {
        let put = { (source: String) in
            """
            INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM \(source)
            ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE
            SET \(Columns.replacing(columns, butNot: key + kept))
            """
        }
        let same = key.map { "t.\($0) = stage.\($0)" }.joined(separator: " AND ")
        let remove = gone.map { gone in
            { (source: String) in
                "DELETE FROM \(table) t USING \(source) WHERE \(same) AND \(gone)"
            }
        }
        try stage(rows, for: table, columns, add, over: [put] + (remove.map { [$0] } ?? []))
    }

    /// Inserts rows whose key does not exist yet, and leaves the existing ones unchanged. Returns
    /// the keys of the inserted rows.
    private func insertOnce<Written>(
        _ rows: [Written], _ table: String, _ columns: String, key: String,
        _ add: (PostgresCopy, Written) -> Void
    ) throws -> [PostgresRow] {
        let insert = { (source: String) in
            """
            INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM \(source)
            ON CONFLICT DO NOTHING RETURNING \(key)
            """
        }
        return try stage(rows, for: table, columns, add, over: [insert])
            .flatMap { $0.map { $0 } }
    }

    var traits: StoreTraits { StoreTraits(worksElsewhere: true) }

    func insert(_ new: NewReviews) throws {
        try PostgresNewReviews(new: new).copy(over: connection)
    }

    func append(raw rows: [RawRow]) throws {
        try copy(rows, into: "product_reviews_raw", Columns.raw) { $0.add($1) }
    }

    func append(staged records: StagedRecords) throws {
        try PostgresStagedRecords(batch: records).copy(over: connection)
    }

    func resolve(staged moves: [StagedMove]) throws {
        guard !moves.isEmpty else { return }
        try buildIndexes()
        try connection.run(
            """
            UPDATE product_reviews_raw r SET raw_key = moved.new_key, product_key = moved.product_key
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
                AS moved (raw_key, new_key, product_key)
            WHERE r.raw_key = moved.raw_key
            """,
            [
                postgresArray(moves.compactMap { $0.newKey == nil ? nil : $0.rawKey }),
                postgresArray(moves.compactMap(\.newKey)),
                postgresArray(moves.compactMap { $0.newKey == nil ? nil : $0.productKey }),
            ])
        try connection.run(
            "DELETE FROM product_reviews_raw WHERE raw_key = ANY ($1::bigint[])",
            [postgresArray(moves.compactMap { $0.newKey == nil ? $0.rawKey : nil })])
    }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        let new = try insertOnce(
            rows, "product_raw", Columns.productRaw, key: "product_key, digest"
        ) { $0.add($1) }
        let keys = Set(
            try new.map { RowKey(digest: try $0.digest128("digest"), try $0.productKey()) })
        return rows.once(among: keys) { RowKey(digest: $0.digest, $0.productKey) }
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        let new = try insertOnce(
            rows, "rejected_records", Columns.rejects, key: "digest, occurrence"
        ) { $0.add($1) }
        let keys = Set(
            try new.map { RowKey(digest: try $0.digest128("digest"), try $0.count("occurrence")) })
        return rows.once(among: keys) { RowKey(digest: $0.digest, $0.occurrence) }
    }

    func append(history rows: [HistoryRow]) throws {
        try copy(rows, into: "product_reviews_history", Columns.history) { $0.add($1) }
    }

    /// Updates moved reviews. New reviews are copied in directly, where the indexes allow.
    func put(reviews: [ReviewRow]) throws {
        let areNew = reviews.allSatisfy(\.isNew)
        let new = areNew ? reviews : reviews.filter(\.isNew)
        try copy(new, into: "product_reviews_base", Columns.review) { $0.add($1) }
        if areNew { return }
        try buildIndexes()
        try upsert(
            reviews.filter { !$0.isNew }, "product_reviews_base", Columns.review,
            key: ["review_key"], kept: ["product_key", "first_raw_key"]
        ) { $0.add($1) }
    }

    func put(payloads: [PayloadMove]) throws {
        let move = { (source: String) in
            """
            UPDATE product_reviews_base r
            SET payload_digest = stage.payload_digest, raw_key = stage.raw_key
            FROM \(source) WHERE stage.review_key = r.review_key
            """
        }
        try buildIndexes()
        try stage(
            payloads, for: "product_reviews_base", as: "moves", Columns.move, { $0.add($1) },
            over: [move])
    }

    func put(products: [ProductState]) throws {
        if areNew(products, "products_dim", { WrittenKey(product: $0.productKey) }) {
            return try copy(products, into: "products_dim", Columns.product) { $0.add($1) }
        }
        try upsert(
            products, "products_dim", Columns.product, key: ["product_key"], kept: ["product_id"]
        ) { $0.add($1) }
    }

    func append(attributes rows: [AttributeRow]) throws {
        try copy(rows, into: "products_dim_history", Columns.attributes) { $0.add($1) }
    }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        if areNew(rows, "product_summary", { WrittenKey(product: $0.productKey) }) {
            try copy(rows, into: "product_summary", Columns.summary) { $0.add($1) }
        } else {
            try upsert(rows, "product_summary", Columns.summary, key: ["product_key"]) {
                $0.add($1)
            }
        }
        try copy(rows, into: "product_summary_history", Columns.summaryHistory) {
            $0.add($1, run: run)
        }
    }

    /// Moves the previous row of a month to the history. A month without remaining reviews keeps
    /// its row, with a count of zero.
    func put(months rows: [MonthSummary], run: Int64) throws {
        if areNew(rows, "product_aggregates", { WrittenKey(product: $0.productKey, month: $0.key) })
        {
            return try copy(rows, into: "product_aggregates", Columns.month) {
                $0.add($1, run: run)
            }
        }
        try buildIndexes()
        let columns = Columns.month
        let keep = { (source: String) in
            """
            INSERT INTO product_aggregates_history (\(columns))
            SELECT \(Columns.names(columns).map { "t.\($0)" }.joined(separator: ", "))
            FROM product_aggregates t JOIN \(source) USING (product_key, month, origin)
            """
        }
        let put = { (source: String) in
            """
            INSERT INTO product_aggregates (\(columns)) SELECT \(columns) FROM \(source)
            ON CONFLICT (product_key, month, origin) DO UPDATE
            SET \(Columns.replacing(columns, butNot: ["product_key", "month", "origin"]))
            """
        }
        try stage(
            rows, for: "product_aggregates", columns, { $0.add($1, run: run) }, over: [keep, put])
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        try upsert(
            rows, "scope_summary", Columns.scope, key: ["kind", "id"],
            gone: "stage.review_count = 0 AND stage.product_count = 0"
        ) { $0.add($1) }
        try copy(rows, into: "scope_summary_history", Columns.scopeHistory) {
            $0.add($1, run: run)
        }
    }

    func put(shape: ShapeRow) throws {
        try upsert([shape], "shapes", Columns.shape, key: ["name"]) { $0.add($1) }
    }

    func put(insights rows: [InsightRow]) throws {
        try upsert(
            rows, "product_insights", Columns.insight, key: ["kind", "id", "language"]
        ) { $0.add($1) }
        try copy(rows, into: "product_insights_history", Columns.insight) { $0.add($1) }
    }

    func append(themes rows: [ThemeRow]) throws {
        try copy(rows, into: "themes", Columns.theme) { $0.add($1) }
    }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        let new = try insertOnce(
            rows, "theme_reviews", Columns.themeReview,
            key: "review_key, version, is_strength, aspect"
        ) { $0.add($1) }
        func name(_ key: Int64, _ version: Int64, _ isStrength: Bool, _ aspect: String) -> String {
            "\(key) \(version) \(isStrength) \(aspect)"
        }
        let names = Set(
            try new.map { row in
                name(
                    try row.reviewKey(), try row.run("version"),
                    try row.flag("is_strength"), try row.string("aspect"))
            })
        return rows.filter {
            names.contains(name($0.reviewKey, $0.version, $0.isStrength, $0.aspect))
        }
    }

    func append(verdicts rows: [VerdictRow]) throws {
        try copy(rows, into: "review_verdicts", Columns.verdict) { $0.add($1) }
    }

    func append(answers: [CachedAnswer]) throws {
        _ = try insertOnce(
            answers, "product_insights_cache", Columns.answer, key: "cache_key"
        ) { $0.add($1) }
    }

    func append(calls: [ModelCall]) throws {
        try copy(calls, into: "llm_calls", Columns.call) { $0.add($1) }
    }

    var reader: any StoreReader { SQLReader(PostgresSession(connection: connection)) }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        try buildIndexes()
        try copy([run], into: "runs", Columns.run) { $0.add($1) }
        try copy(files, into: "run_files", Columns.file) { $0.add($1) }
        guard let attempt else { return }
        try endAttempt(
            attempt, at: run.recordedAt, as: .committed(run: run.run), on: connection)
    }

    // MARK: Indexes

    /// Builds the indexes of the bulk tables. The schema creates these tables without indexes, so
    /// that a first load fills them faster. The indexes are built before the first look-up that
    /// needs them, or when the run is finished, in the load's transaction. Readers are not blocked.
    private func buildIndexes() throws {
        guard !hasIndexes else { return }
        hasIndexes = true
        try connection.runAll(PostgresSchema.bulkIndexes)
    }
}

/// Ends an attempt: reads its row, sets time and outcome, and recomputes the row checksum.
func endAttempt(
    _ key: Int64, at instant: Instant, as outcome: AttemptOutcome,
    on connection: PostgresConnection
) throws {
    let found = try connection.run(
        "SELECT * FROM run_attempts WHERE attempt = $1::bigint", [String(key)])
    guard var attempt = try found.first?.runAttempt else { return }
    attempt.endedAt = instant
    attempt.outcome = outcome
    try connection.run(
        """
        UPDATE run_attempts SET ended_at = $1::bigint, run = $2::bigint, failure = $3,
            seal = decode($4, 'hex') WHERE attempt = $5::bigint
        """,
        [
            String(instant.microseconds), outcome.run.map(String.init), outcome.failure,
            attempt.seal.description, String(key),
        ])
}
