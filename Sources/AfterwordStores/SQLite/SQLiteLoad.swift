import AfterwordCore
import AfterwordPipeline
import GRDB

/// One load: look-ups through cached statements, bulk rows bound through SQLite's C API.
final class SQLiteLoad: StoreLoad {
    let database: Database
    private let attempt: Int64?
    let writeBack: WriteBack
    private let statements: SQLiteStatements
    private let lookUps: SQLiteLookUps
    private var bulkInserts: [String: SQLiteRows] = [:]
    private var newReviews: SQLiteNewReviews?
    private var stagedRecords: SQLiteStagedRecords?
    /// In a store without products, the key of the last month written; nil in any other store.
    var lastMonth: WrittenKey?
    /// Whether the store had no products when the load began.
    var isOfEmptyStore = false
    var wroteDelta = false

    init(_ database: Database, attempt: Int64?, writeBack: WriteBack) {
        self.database = database
        statements = SQLiteStatements(database)
        lookUps = SQLiteLookUps(statements)
        self.writeBack = writeBack
        self.attempt = attempt
    }

    /// Finalizes the load's statements. Must be called on the thread that uses the connection;
    /// another thread may still hold a reference to the load.
    func end() {
        statements.end()
        bulkInserts = [:]
        newReviews = nil
        stagedRecords = nil
    }

    // MARK: Look-ups

    func head() throws -> StoreHead {
        func newest(_ column: String, _ table: String, _ condition: String = "TRUE") throws
            -> Int64?
        {
            try ask("SELECT MAX(\(column)) AS newest FROM \(table) WHERE \(condition)") {
                try $0.optional("newest")
            }.first ?? nil
        }
        let last = try ask("SELECT * FROM runs ORDER BY run DESC LIMIT 1") { try $0.runRecord }
            .first
        let complete = "completeness = 'all'"
        let nextProductKey = (try newest("product_key", "products_dim") ?? 0) + 1
        isOfEmptyStore = nextProductKey == 1
        lastMonth = isOfEmptyStore ? WrittenKey(product: 0) : nil
        var head = StoreHead(
            nextRun: (last?.run ?? 0) + 1,
            nextProductKey: nextProductKey,
            nextRawKey: nextAppended(try newest("raw_key", "product_reviews_raw", "raw_key < 0")),
            nextHistoryKey: nextAppended(
                try newest("history_key", "product_reviews_history", "history_key < 0")),
            nextSegment: (try newest("segment", "search_segments") ?? 0) + 1,
            lastRecordedAt: last?.recordedAt,
            historyDigest: last?.historyDigest ?? genesisDigest,
            ledgerDigest: last?.ledgerDigest ?? genesisDigest,
            lastCompleteAllAt: try newest("observed_at", "runs", complete)
                .map { Instant(microseconds: $0) },
            lastCompleteAllRun: try newest("run", "runs", complete))
        head.reader = last?.reader
        return head
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        guard let first = files.first else { return [] }
        let candidates = try ask(
            """
            SELECT DISTINCT r.run, r.observed_at, r.dump_label FROM run_files f JOIN runs r USING (run)
            WHERE f.digest = ? ORDER BY r.run
            """, of: [first], { $0.add($1) }
        ) { try $0.runClock }
        return try candidates.filter { candidate in
            let found = try ask(
                "SELECT 1 AS one FROM run_files WHERE digest = ? AND run = ? LIMIT 1", of: files
            ) {
                $0.add($1)
                $0.add(candidate.run)
            } _: { _ in
                true
            }
            return found.count == files.count
        }
    }

    // MARK: Products

    func products(_ ids: [Text]) throws -> [ProductState] {
        try ask(Queries.productSelection + " WHERE p.product_id = ?", of: ids, { $0.add($1) }) {
            try $0.product
        }
    }

    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        try ask(
            "SELECT product_id FROM products_dim WHERE product_id > ? ORDER BY product_id LIMIT ?",
            of: [id ?? Text([])]
        ) {
            $0.add($1)
            $0.add(Int64(limit))
        } _: {
            try $0.id("product_id")
        }
    }

    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        try ask(Queries.currentKeys, of: keys.map { reviewKeys(ofProduct: $0) }) {
            $0.add($1.lowerBound)
            $0.add($1.upperBound)
        } _: { row in
            CurrentKey(
                reviewKey: try row.reviewKey(0), productKey: try row.productKey(),
                identity: try row.digest128(2), payloadDigest: try row.digest128(3),
                isLive: try row.flag(4))
        }
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try lookUps.current(reviewKeys)
    }
    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] { try lookUps.payloads(rawKeys) }
    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        try lookUps.historyContents(reviewKeys)
    }
    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        try lookUps.known(records)
    }
    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        try lookUps.distinctKeys(ofProducts: keys)
    }
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] { try lookUps.months(wanted) }
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        try lookUps.createdRange(wanted)
    }

    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        try ask("SELECT * FROM scope_summary WHERE kind = ? AND id = ?", of: scopes) {
            $0.add($1.kind.rawValue)
            $0.add($1.id)
        } _: {
            try $0.scopeSummary
        }
    }

    func shapeDocument(_ name: String) throws -> String? {
        try ask("SELECT document FROM shapes WHERE name = ?", of: [name], { $0.add($1) }) {
            try $0.string("document")
        }.first
    }

    func ask<Question, Found>(
        _ sql: String, of all: [Question], _ bind: (BoundStatement, Question) -> Void,
        _ decode: (SQLiteRow) throws -> Found
    ) throws -> [Found] { try statements.ask(sql, of: all, bind, decode) }

    func ask<Found>(_ sql: String, _ decode: (SQLiteRow) throws -> Found) throws -> [Found] {
        try statements.prepared(sql).rows(decode)
    }

    func statement(_ sql: String) throws -> BoundStatement { try statements.prepared(sql) }

    /// The cached inserts of a table, by what becomes of a row whose key exists.
    func rows(of table: Table, or conflict: String) throws -> SQLiteRows {
        let name = "\(conflict) \(table.name)"
        let rows = try bulkInserts[name] ?? SQLiteRows(database, table, or: conflict)
        bulkInserts[name] = rows
        return rows
    }

    // MARK: Batches and the end

    func insert(_ new: NewReviews) throws {
        let inserts = try newReviews ?? SQLiteNewReviews(database)
        newReviews = inserts
        if try inserts.insert(new) { wroteDelta = true }
        // 128 bytes: an estimate of a review's size besides its payload.
        writeBack.note(new.payloads.count + new.reviews.count * 128)
    }

    /// 1 MiB. Larger batches are not faster.
    var traits: StoreTraits { StoreTraits(stagedBytes: 1 << 20) }

    func append(staged records: StagedRecords) throws {
        let inserts = try stagedRecords ?? SQLiteStagedRecords(database)
        stagedRecords = inserts
        try inserts.insert(records)
        writeBack.note(records.payloads.count)
    }

    var reader: any StoreReader {
        SQLReader(SQLiteSession(database: database), isOfLoad: true)
    }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        try write([run], into: .runs)
        try write(files, into: .runFiles)
        guard let attempt else { return }
        try endAttempt(
            attempt, at: run.recordedAt, as: .committed(run: run.run), in: database)
    }

    func finish(needlessAt instant: Instant) throws {
        guard let attempt else { return }
        try endAttempt(attempt, at: instant, as: .needless, in: database)
    }
}

/// Ends an attempt: reads its row, sets time and outcome, and recomputes the row checksum.
func endAttempt(
    _ key: Int64, at instant: Instant, as outcome: AttemptOutcome, in database: Database
) throws {
    let question = try BoundStatement(database, "SELECT * FROM run_attempts WHERE attempt = ?")
    question.add(key)
    guard var attempt = try question.rows({ try $0.runAttempt }).first else { return }
    attempt.endedAt = instant
    attempt.outcome = outcome
    let update = try BoundStatement(
        database,
        "UPDATE run_attempts SET ended_at = ?, run = ?, failure = ?, row_checksum = ? WHERE attempt = ?"
    )
    update.add(instant)
    update.add(outcome.run)
    update.add(outcome.failure.map { Text($0) })
    update.add(attempt.rowChecksum)
    update.add(key)
    try update.step()
}
