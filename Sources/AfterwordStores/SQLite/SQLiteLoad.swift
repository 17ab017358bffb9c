import AfterwordCore
import AfterwordPipeline
import FoundationEssentials
import GRDB

/// One load: look-ups through cached statements, bulk rows through SQLite's own binding.
final class SQLiteLoad: StoreLoad {
    private let database: Database
    private let attempt: Int64?
    private let writeBack: WriteBack?
    private var inserts: [String: SQLiteInsert] = [:]
    private var bulkInserts: [String: (one: SQLiteInsert, many: SQLiteInsert)] = [:]
    private var currentKeys: SQLiteQuery?
    private var newReviews: SQLiteNewReviews?
    /// In a store without a product: the key of the last month written; nil in another.
    private var lastMonth: WrittenKey?
    private var aheadRecords: SQLiteAhead?

    init(_ database: Database, attempt: Int64?, writeBack: WriteBack?) {
        self.database = database
        self.writeBack = writeBack
        self.attempt = attempt
    }

    // MARK: Look-ups

    func head() throws -> StoreHead {
        func next(_ column: String, _ table: String) throws -> Int64 {
            try Int64.fetchOne(database, sql: "SELECT MAX(\(column)) FROM \(table)").map { $0 + 1 }
                ?? 1
        }
        let last = try Row.fetchOne(database, sql: "SELECT * FROM runs ORDER BY run DESC LIMIT 1")
        let complete = try Row.fetchOne(
            database,
            sql: """
                SELECT MAX(observed_at) AS observed_at, MAX(run) AS run FROM runs
                WHERE completeness = 'all'
                """)
        func nextLaterKey(_ column: String, _ table: String) throws -> Int64 {
            nextLater(
                try Int64.fetchOne(
                    database, sql: "SELECT MAX(\(column)) FROM \(table) WHERE \(column) < 0"))
        }
        let nextProductKey = try next("product_key", "products_dim")
        lastMonth = nextProductKey == 1 ? WrittenKey(product: 0) : nil
        return StoreHead(
            nextRun: (last?.number("run") ?? 0) + 1,
            nextProductKey: nextProductKey,
            nextRawKey: try nextLaterKey("raw_key", "product_reviews_raw"),
            nextHistoryKey: try nextLaterKey("history_key", "product_reviews_history"),
            lastRecordedAt: last?.instant("recorded_at"),
            historyDigest: last?.digest("history_digest") ?? genesisDigest,
            ledgerDigest: last?.digest("ledger_digest") ?? genesisDigest,
            lastCompleteAllAt: complete?.optionalInstant("observed_at"),
            lastCompleteAllRun: complete?.optional("run"),
            lastProfiles: try Row.fetchAll(database, sql: Columns.lastProfiles).map(\.profile))
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        guard let first = files.first else { return [] }
        let statement = try database.cachedStatement(
            sql: """
                SELECT DISTINCT r.run, r.observed_at FROM run_files f JOIN runs r USING (run)
                WHERE f.digest = ? ORDER BY r.run
                """)
        let candidates = try Row.fetchAll(statement, arguments: [Data(first.bytes)])
        return try candidates.filter { candidate in
            try files.allSatisfy { digest in
                let found = try database.cachedStatement(
                    sql: "SELECT 1 FROM run_files WHERE digest = ? AND run = ?")
                return try Int.fetchOne(
                    found, arguments: [Data(digest.bytes), candidate.number("run")]) != nil
            }
        }.map { RunClock(run: $0.number("run"), observedAt: $0.instant("observed_at")) }
    }

    // MARK: Products

    func products(_ ids: [Text]) throws -> [ProductState] {
        let statement = try database.cachedStatement(
            sql: Columns.productSelection + " WHERE p.product_id = ?")
        return try ids.compactMap {
            try Row.fetchOne(statement, arguments: [$0.string])?.product
        }
    }

    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        let rows = try String.fetchAll(
            database,
            sql: """
                SELECT product_id FROM products_dim WHERE product_id > ?
                ORDER BY product_id LIMIT ?
                """,
            arguments: [id?.string ?? "", limit])
        return rows.map { Text($0) }
    }

    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        guard !keys.isEmpty else { return [] }
        let query = try currentKeys ?? SQLiteQuery(database, Columns.currentKeys)
        currentKeys = query
        var found: [CurrentKey] = []
        for key in keys {
            let own = reviewKeys(ofProduct: key)
            try query.forEach(own.lowerBound, own.upperBound) { row in
                found.append(
                    CurrentKey(
                        reviewKey: row.number(0), productKey: row.number(1),
                        identity: Digest128(row.bytes(2)), payloadDigest: Digest128(row.bytes(3)),
                        isLive: row.number(4) != 0))
            }
        }
        return found
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try rows(reviewKeys, Columns.reviewSelection + " WHERE r.review_key = ?", \.review)
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try rows(
            rawKeys,
            "SELECT raw_key, shape, payload, context FROM product_reviews_raw WHERE raw_key = ?"
        ) { $0.rawPayload }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        var contents: [Int64: Set<Digest256>] = [:]
        let found = try rows(
            reviewKeys,
            """
            SELECT review_key, content_digest FROM product_reviews_history WHERE history_key = ?1
            UNION ALL
            SELECT review_key, content_digest FROM product_reviews_history
            WHERE review_key = ?1 AND history_key < 0
            """
        ) { ($0.number("review_key"), $0.digest("content_digest")) }
        for (key, digest) in found { contents[key, default: []].insert(digest) }
        return contents
    }

    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT raw_key FROM product_reviews_raw
                WHERE raw_key = (
                    SELECT first_raw_key FROM product_reviews_base
                    WHERE review_key = ?1 AND raw_key <> first_raw_key
                ) AND identity_digest = ?2 AND payload_digest = ?3
                UNION ALL
                SELECT raw_key FROM product_reviews_raw
                WHERE raw_key < 0 AND identity_digest = ?2 AND payload_digest = ?3
                """)
        var keys: [RawIdentity: Int64] = [:]
        for question in records {
            keys[question.record] = try Int64.fetchOne(
                statement,
                arguments: [
                    question.reviewKey, Data(question.record.identity.bytes),
                    Data(question.record.payload.bytes),
                ])
        }
        return keys
    }

    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT a.*, p.product_id FROM product_aggregates a
                JOIN products_dim p USING (product_key)
                WHERE a.product_key = ? AND a.month = ? AND a.origin = ?
                """)
        return try wanted.compactMap { month in
            try Row.fetchOne(
                statement,
                arguments: [month.productKey, month.key.month, month.key.origin.rawValue])?
                .monthSummary
        }
    }

    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM scope_summary WHERE kind = ? AND id = ?")
        return try scopes.compactMap {
            try Row.fetchOne(statement, arguments: [$0.kind.rawValue, $0.id.string])?.scopeSummary
        }
    }

    func createdRange(ofProducts keys: [Int64]) throws -> [Int64: ClosedRange<Instant>] {
        let found = try rows(
            keys,
            """
            SELECT product_key, MIN(created_at) AS first, MAX(created_at) AS last
            FROM product_reviews_clean
            WHERE review_key BETWEEN (?1 << 24) AND (?1 << 24) + 16777215
                AND is_live = 1 AND created_origin = 'source' GROUP BY product_key
            """
        ) { ($0.number("product_key"), $0.instant("first")...$0.instant("last")) }
        return Dictionary(uniqueKeysWithValues: found)
    }

    func shapeDocument(_ name: String) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT document FROM shapes WHERE name = ?", arguments: [name])
    }

    private func rows<Found>(
        _ keys: [Int64], _ sql: String, _ decode: (Row) -> Found
    ) throws -> [Found] {
        let statement = try database.cachedStatement(sql: sql)
        var found: [Found] = []
        for key in keys {
            let cursor = try Row.fetchCursor(statement, arguments: [key])
            while let row = try cursor.next() { found.append(decode(row)) }
        }
        return found
    }

    // MARK: Rows

    /// The statement of a kind of row, prepared at its first use.
    private func statement(_ sql: String) throws -> SQLiteInsert {
        if let insert = inserts[sql] { return insert }
        let insert = try SQLiteInsert(database, sql)
        inserts[sql] = insert
        return insert
    }

    private func insert(
        _ table: String, _ columns: String, or conflict: String = "ABORT"
    ) throws -> SQLiteInsert {
        try statement(
            "INSERT OR \(conflict) INTO \(table) (\(columns)) VALUES (\(Columns.marks(columns)))")
    }

    private func upsert(_ table: String, _ columns: String, keys: [String]) throws -> SQLiteInsert {
        try statement(
            """
            INSERT INTO \(table) (\(columns)) VALUES (\(Columns.marks(columns)))
            ON CONFLICT (\(keys[0])) DO UPDATE SET \(Columns.replacing(columns, butNot: keys))
            """)
    }

    private static let manyRows = 16

    /// Writes rows, many at a step.
    private func write<Written>(
        _ rows: [Written], into table: String, _ columns: String, or conflict: String = "ABORT",
        _ add: (SQLiteInsert, Written) -> Void
    ) throws {
        func prepare(_ rows: Int) throws -> SQLiteInsert {
            let row = "(\(Columns.marks(columns)))"
            let marks = Array(repeating: row, count: rows).joined(separator: ", ")
            return try SQLiteInsert(
                database, "INSERT OR \(conflict) INTO \(table) (\(columns)) VALUES \(marks)")
        }
        if rows.isEmpty { return }
        let name = "\(conflict) \(table)"
        let (one, many) =
            try bulkInserts[name] ?? (try prepare(1), try prepare(Self.manyRows))
        bulkInserts[name] = (one, many)
        // Lent one after another: none is copied out.
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
        _ rows: [Written], _ insert: SQLiteInsert, _ add: (Written) -> Void
    ) throws {
        // Lent one after another: none is copied out.
        let rows = rows.span
        for index in rows.indices {
            add(rows[index])
            try insert.step()
        }
    }

    func insert(_ new: NewReviews) throws {
        let inserts = try newReviews ?? SQLiteNewReviews(database)
        newReviews = inserts
        try inserts.insert(new)
        // About what a review has besides its bytes.
        writeBack?.note(new.payloads.count + new.reviews.count * 128)
    }

    func append(raw rows: [RawRow]) throws {
        try write(rows, into: "product_reviews_raw", Columns.raw) { $0.add($1) }
    }

    func append(ahead records: AheadRecords) throws {
        let inserts = try aheadRecords ?? SQLiteAhead(database)
        aheadRecords = inserts
        try inserts.insert(records)
        writeBack?.note(records.payloads.count)
    }

    func settle(ahead moves: [AheadMove]) throws {
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

    /// Returns the rows that were not there.
    private func writeOnce<Written>(
        _ rows: [Written], _ insert: SQLiteInsert, _ add: (Written) -> Void
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
        let plain = try insert("product_reviews_base", Columns.review)
        let replacing = try upsert(
            "product_reviews_base", Columns.review,
            keys: ["review_key", "product_key", "first_raw_key"])
        let rows = reviews.span
        for index in rows.indices {
            let insert = rows[index].isNew ? plain : replacing
            insert.add(rows[index])
            try insert.step()
        }
    }

    func put(payloads: [PayloadMove]) throws {
        let insert = try statement(
            "UPDATE product_reviews_base SET payload_digest = ?, raw_key = ? WHERE review_key = ?")
        try write(payloads, insert) { insert.add($0) }
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

    /// What a month was goes to the history; one that nothing is left of stays, with no reviews.
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

/// Ends an attempt: its row read, ended, and sealed anew.
func endAttempt(
    _ key: Int64, at instant: Instant, as outcome: AttemptOutcome, in database: Database
) throws {
    let found = try Row.fetchOne(
        database, sql: "SELECT * FROM run_attempts WHERE attempt = ?", arguments: [key])
    guard var attempt = found?.runAttempt else { return }
    attempt.endedAt = instant
    attempt.outcome = outcome
    try database.execute(
        sql: """
            UPDATE run_attempts SET ended_at = ?, run = ?, failure = ?, seal = ? WHERE attempt = ?
            """,
        arguments: [
            instant.microseconds, outcome.run, outcome.failure, Data(attempt.seal.bytes), key,
        ])
}
