import AfterwordCore
import AfterwordPipeline
import GRDB

/// One load: look-ups through cached statements, bulk rows bound through SQLite's C API.
final class SQLiteLoad: StoreLoad {
    private let database: Database
    private let attempt: Int64?
    private let writeBack: WriteBack
    private let statements: SQLiteStatements
    private let lookUps: SQLiteLookUps
    private var bulkInserts: [String: (one: BoundStatement, many: BoundStatement)] = [:]
    private var newReviews: SQLiteNewReviews?
    /// In a store without products, the key of the last month written; nil in any other store.
    private var lastMonth: WrittenKey?
    private var stagedRecords: SQLiteStagedRecords?
    /// Whether the store had no products when the load began.
    private var isOfEmptyStore = false
    private var wroteLater = false

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
        return StoreHead(
            nextRun: (last?.run ?? 0) + 1,
            nextProductKey: nextProductKey,
            nextRawKey: nextAppended(try newest("raw_key", "product_reviews_raw", "raw_key < 0")),
            nextHistoryKey: nextAppended(
                try newest("history_key", "product_reviews_history", "history_key < 0")),
            lastRecordedAt: last?.recordedAt,
            historyDigest: last?.historyDigest ?? genesisDigest,
            ledgerDigest: last?.ledgerDigest ?? genesisDigest,
            lastCompleteAllAt: try newest("observed_at", "runs", complete)
                .map { Instant(microseconds: $0) },
            lastCompleteAllRun: try newest("run", "runs", complete))
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        guard let first = files.first else { return [] }
        let candidates = try ask(
            """
            SELECT DISTINCT r.run, r.observed_at, r.dump_label FROM run_files f JOIN runs r USING (run)
            WHERE f.digest = ? ORDER BY r.run
            """, of: [first], { $0.add(blob: $1.bytes) }
        ) { try $0.runClock }
        return try candidates.filter { candidate in
            let found = try ask(
                "SELECT 1 AS one FROM run_files WHERE digest = ? AND run = ? LIMIT 1", of: files
            ) {
                $0.add(blob: $1.bytes)
                $0.add(candidate.run)
            } _: { _ in
                true
            }
            return found.count == files.count
        }
    }

    // MARK: Products

    func products(_ ids: [Text]) throws -> [ProductState] {
        try ask(Columns.productSelection + " WHERE p.product_id = ?", of: ids, { $0.add($1) }) {
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
        try ask(Columns.currentKeys, of: keys.map { reviewKeys(ofProduct: $0) }) {
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
    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64] {
        try lookUps.rawKeys(records)
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

    private func ask<Question, Found>(
        _ sql: String, of all: [Question], _ bind: (BoundStatement, Question) -> Void,
        _ decode: (SQLiteRow) throws -> Found
    ) throws -> [Found] { try statements.ask(sql, of: all, bind, decode) }

    private func ask<Found>(_ sql: String, _ decode: (SQLiteRow) throws -> Found) throws -> [Found]
    {
        try statements.prepared(sql).rows(decode)
    }

    // MARK: Rows

    private func statement(_ sql: String) throws -> BoundStatement { try statements.prepared(sql) }

    private func insert(
        _ table: String, _ columns: String, or conflict: String = "ABORT"
    ) throws -> BoundStatement {
        try statement(
            "INSERT OR \(conflict) INTO \(table) (\(columns)) VALUES (\(Columns.marks(columns)))")
    }

    private func upsert(_ table: String, _ columns: String, keys: [String]) throws -> BoundStatement
    {
        try statement(
            """
            INSERT INTO \(table) (\(columns)) VALUES (\(Columns.marks(columns)))
            ON CONFLICT (\(keys[0])) DO UPDATE SET \(Columns.replacing(columns, butNot: keys))
            """)
    }

    private static let manyRows = 16

    /// Inserts rows, `manyRows` per step.
    private func write<Written>(
        _ rows: [Written], into table: String, _ columns: String, or conflict: String = "ABORT",
        _ add: (BoundStatement, Written) -> Void
    ) throws {
        func prepare(_ rows: Int) throws -> BoundStatement {
            let row = "(\(Columns.marks(columns)))"
            let marks = Array(repeating: row, count: rows).joined(separator: ", ")
            return try BoundStatement(
                database, "INSERT OR \(conflict) INTO \(table) (\(columns)) VALUES \(marks)")
        }
        if rows.isEmpty { return }
        let name = "\(conflict) \(table)"
        let (one, many) =
            try bulkInserts[name] ?? (try prepare(1), try prepare(Self.manyRows))
        bulkInserts[name] = (one, many)
        // A span gives access to each row without copying it.
        let rows = rows.span
        var place = 0
        while place < rows.count {
            let isMany = place + Self.manyRows <= rows.count
            let insert = isMany ? many : one
            for _ in 0..<(isMany ? Self.manyRows : 1) {
                add(insert, rows[place])
                place += 1
            }
            try insert.step()
        }
    }

    private func write<Written>(
        _ rows: [Written], _ insert: BoundStatement, _ add: (Written) -> Void
    ) throws {
        // A span gives access to each row without copying it.
        let rows = rows.span
        for index in rows.indices {
            add(rows[index])
            try insert.step()
        }
    }

    func insert(_ new: NewReviews) throws {
        let inserts = try newReviews ?? SQLiteNewReviews(database)
        newReviews = inserts
        if try inserts.insert(new) { wroteLater = true }
        // 128 bytes: an estimate of a review's size besides its payload.
        writeBack.note(new.payloads.count + new.reviews.count * 128)
    }

    func append(raw rows: [RawRow]) throws {
        try write(rows, into: "product_reviews_raw", Columns.raw) { $0.add($1) }
    }

    /// 1 MiB. Larger batches are not faster.
    var traits: StoreTraits { StoreTraits(stagedBytes: 1 << 20) }

    func append(staged records: StagedRecords) throws {
        let inserts = try stagedRecords ?? SQLiteStagedRecords(database)
        stagedRecords = inserts
        try inserts.insert(records)
        writeBack.note(records.payloads.count)
    }

    func resolve(staged moves: [StagedMove]) throws {
        let move = try statement(
            "UPDATE product_reviews_raw SET raw_key = ?, product_key = ? WHERE raw_key = ?")
        try write(moves.filter { $0.newKey != nil }, move) {
            move.add($0.newKey)
            move.add($0.productKey)
            move.add($0.rawKey)
        }
        let drop = try statement("DELETE FROM product_reviews_raw WHERE raw_key = ?")
        try write(moves.filter { $0.newKey == nil }, drop) { drop.add($0.rawKey) }
    }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        let insert = try insert("product_raw", Columns.productRaw, or: "IGNORE")
        return try writeOnce(rows, insert) { insert.add($0) }
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        let insert = try insert("rejected_records", Columns.rejects, or: "IGNORE")
        return try writeOnce(rows, insert) { insert.add($0) }
    }

    /// Inserts rows and returns those that did not exist yet.
    private func writeOnce<Written>(
        _ rows: [Written], _ insert: BoundStatement, _ add: (Written) -> Void
    ) throws -> [Written] {
        try rows.filter { row in
            add(row)
            try insert.step()
            return database.changesCount > 0
        }
    }

    func append(history rows: [HistoryRow]) throws {
        try write(rows, into: "product_reviews_history", Columns.history) { $0.add($1) }
    }

    func put(reviews: [ReviewRow]) throws {
        defer { writeBack.note(reviews.count * 128) }
        let first = try insert("\(SQLiteBase.first)", Columns.review)
        let later = try insert("\(SQLiteBase.later)", Columns.review)
        let moved = try statement(SQLiteBase.putMoved)
        let rows = reviews.span
        for index in rows.indices {
            guard rows[index].isNew else {
                moved.add(stateOf: rows[index])
                try moved.step()
                wroteLater = true
                continue
            }
            let isFirst = isOfEmptyStore || SQLiteBase.isFirst(rows[index].historyKey)
            let insert = isFirst ? first : later
            insert.add(rows[index])
            try insert.step()
            if !isFirst { wroteLater = true }
        }
    }

    func put(payloads: [PayloadMove]) throws {
        let bring = try statement(SQLiteBase.bring)
        try write(payloads, bring) { bring.add($0.reviewKey) }
        let move = try statement(
            "UPDATE product_reviews_base_later SET payload_digest = ?, raw_key = ? WHERE review_key = ?"
        )
        try write(payloads, move) { move.add($0) }
        if !payloads.isEmpty { wroteLater = true }
    }

    /// Compacts the delta of current rows into the first table, once the delta is large.
    func putLaterBack() throws {
        guard wroteLater, try ask(SQLiteBase.isFullOfLater, { try $0.number(0) == 1 }).first == true
        else { return }
        let compact = try statement(SQLiteBase.compact)
        var last = Int64.min
        while let end = try ask(
            SQLiteBase.pieceEnd, of: [last], { $0.add($1) }, { try $0.optional("piece_end") }
        ).first ?? nil {
            compact.add(last)
            compact.add(end)
            try compact.step()
            last = end
        }
        try statement("DELETE FROM product_reviews_base_later").step()
    }

    func put(products: [ProductState]) throws {
        let insert = try upsert(
            "products_dim", Columns.product, keys: ["product_key", "product_id"])
        try write(products, insert) { insert.add($0) }
    }

    func append(attributes rows: [AttributeRow]) throws {
        try write(rows, into: "products_dim_history", Columns.attributes) { $0.add($1) }
    }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        try write(rows, into: "product_summary", Columns.summary, or: "REPLACE") { $0.add($1) }
        try write(rows, into: "product_summary_history", Columns.summaryHistory) {
            $0.add($1, run: run)
        }
    }

    /// Moves the previous row of a month to the history. A month without remaining reviews keeps
    /// its row, with a count of zero.
    func put(months rows: [MonthSummary], run: Int64) throws {
        let areNew =
            lastMonth?.follow(
                rows.lazy.map { WrittenKey(product: $0.productKey, month: $0.key) }) ?? false
        if !areNew {
            let keep = try statement(
                """
                INSERT INTO product_aggregates_history (\(Columns.month))
                SELECT \(Columns.month) FROM product_aggregates
                WHERE product_key = ? AND month = ? AND origin = ?
                """)
            try write(rows, keep) { row in
                keep.add(row.productKey)
                keep.add(row.key.month)
                keep.add(row.key.origin.rawValue)
            }
        }
        try write(rows, into: "product_aggregates", Columns.month, or: "REPLACE") {
            $0.add($1, run: run)
        }
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        let current = try insert("scope_summary", Columns.scope, or: "REPLACE")
        try write(rows.filter { !$0.isGone }, current) { current.add($0) }
        let gone = try statement("DELETE FROM scope_summary WHERE kind = ? AND id = ?")
        try write(rows.filter(\.isGone), gone) { row in
            gone.add(row.scope.kind.rawValue)
            gone.add(row.scope.id)
        }
        let history = try insert("scope_summary_history", Columns.scopeHistory)
        try write(rows, history) { history.add($0, run: run) }
    }

    func put(shape: ShapeRow) throws {
        let insert = try insert("shapes", Columns.shape, or: "REPLACE")
        try write([shape], insert) { insert.add($0) }
    }

    func put(insights rows: [InsightRow]) throws {
        let current = try insert("product_insights", Columns.insight, or: "REPLACE")
        try write(rows, current) { current.add($0) }
        let history = try insert("product_insights_history", Columns.insight)
        try write(rows, history) { history.add($0) }
    }

    func append(themes rows: [ThemeRow]) throws {
        let insert = try insert("themes", Columns.theme)
        try write(rows, insert) { insert.add($0) }
    }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        let insert = try insert("theme_reviews", Columns.themeReview, or: "IGNORE")
        var new: [ThemeReviewRow] = []
        for row in rows {
            let before = database.totalChangesCount
            try write([row], insert) { insert.add($0) }
            if database.totalChangesCount > before { new.append(row) }
        }
        return new
    }

    func append(verdicts rows: [VerdictRow]) throws {
        let insert = try insert("review_verdicts", Columns.verdict)
        try write(rows, insert) { insert.add($0) }
    }

    func append(answers: [CachedAnswer]) throws {
        let insert = try insert("product_insights_cache", Columns.answer, or: "IGNORE")
        try write(answers, insert) { insert.add($0) }
    }

    func append(calls: [ModelCall]) throws {
        let insert = try insert("llm_calls", Columns.call)
        try write(calls, insert) { insert.add($0) }
    }

    var reader: any StoreReader {
        SQLReader(SQLiteSession(database: database))
    }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        let ledger = try insert("runs", Columns.run)
        try write([run], ledger) { ledger.add($0) }
        let insert = try insert("run_files", Columns.file)
        try write(files, insert) { insert.add($0) }
        guard let attempt else { return }
        try endAttempt(
            attempt, at: run.recordedAt, as: .committed(run: run.run), in: database)
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
        "UPDATE run_attempts SET ended_at = ?, run = ?, failure = ?, seal = ? WHERE attempt = ?")
    update.add(instant.microseconds)
    update.add(outcome.run)
    update.add(outcome.failure.map { Text($0) })
    update.add(blob: attempt.seal.bytes)
    update.add(key)
    try update.step()
}
