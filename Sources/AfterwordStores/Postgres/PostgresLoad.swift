import AfterwordCore
import AfterwordPipeline

/// One load: looks rows up by arrays of keys and writes in bulk with COPY BINARY. Rows that may
/// already exist are copied into a temporary table of the transaction and merged in one statement.
final class PostgresLoad: StoreLoad {
    let connection: PostgresConnection
    private let attempt: Int64?
    /// The temporary tables that the load has made.
    var stages: Set<String> = []
    private var hasIndexes = true
    /// In a store without products, the key of the last row written to each table; nil in any other
    /// store.
    var lastWritten: [String: WrittenKey]?

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
        var head = StoreHead(
            nextRun: (try last?.run() ?? 0) + 1,
            nextProductKey: nextProductKey,
            nextRawKey: try nextAppendedKey("raw_key", "product_reviews_raw"),
            nextHistoryKey: try nextAppendedKey("history_key", "product_reviews_history"),
            nextSegment: try next("segment", "search_segments"),
            lastRecordedAt: try last?.instant("recorded_at"),
            historyDigest: try last?.digest("history_digest") ?? genesisDigest,
            ledgerDigest: try last?.digest("ledger_digest") ?? genesisDigest,
            lastCompleteAllAt: try complete?.optionalInstant("observed_at"),
            lastCompleteAllRun: try complete?.optional("run"))
        head.reader = try last?.optionalCount("reader")
        return head
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
            Queries.productSelection + " WHERE p.product_id = ANY ($1::text[])",
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
            FROM unnest($1::bigint[]) AS wanted (own) JOIN product_reviews_current
                ON \(KeyLayout.holds("review_key", ofProduct: "own"))
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
    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        try lookUp(records) { try $0.known(records) } ?? [:]
    }
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        try lookUp(wanted) { try $0.months(wanted) } ?? []
    }
    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        try lookUp(keys) { try $0.distinctKeys(ofProducts: keys) } ?? [:]
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

    // MARK: Batches and the end

    var traits: StoreTraits { StoreTraits(worksElsewhere: true) }

    func insert(_ new: NewReviews) throws { try connection.copy(new) }

    func append(staged records: StagedRecords) throws { try connection.copy(records) }

    var reader: any StoreReader {
        SQLReader(PostgresSession(connection: connection), isOfLoad: true)
    }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        try buildIndexes()
        try copy([run], into: .runs)
        try copy(files, into: .runFiles)
        guard let attempt else { return }
        try endAttempt(
            attempt, at: run.recordedAt, as: .committed(run: run.run), on: connection)
    }

    func finish(needlessAt instant: Instant) throws {
        guard let attempt else { return }
        try endAttempt(attempt, at: instant, as: .needless, on: connection)
    }

    // MARK: Indexes

    /// Builds the indexes of the bulk tables. The schema creates these tables without indexes, so
    /// that a first load fills them faster. The indexes are built before the first look-up that
    /// needs them, or when the run is finished, in the load's transaction. Readers are not blocked.
    func buildIndexes() throws {
        guard !hasIndexes else { return }
        hasIndexes = true
        try connection.runAll(PostgresSums.bulkIndexes)
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
            row_checksum = decode($4, 'hex') WHERE attempt = $5::bigint
        """,
        [
            String(instant.microseconds), outcome.run.map(String.init), outcome.failure,
            attempt.rowChecksum.description, String(key),
        ])
}
