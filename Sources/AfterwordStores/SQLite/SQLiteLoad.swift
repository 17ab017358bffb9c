import AfterwordCore
import AfterwordPipeline
import FoundationEssentials
import GRDB

/// One load: look-ups through cached statements, bulk rows through SQLite's own binding.
final class SQLiteLoad: StoreLoad {
    private let database: Database
    private let attempt: Int64?
    private var inserts: [String: SQLiteInsert] = [:]

    init(_ database: Database, attempt: Int64?) {
        self.database = database
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
        return StoreHead(
            nextRun: (last?.number("run") ?? 0) + 1,
            nextProductKey: try next("product_key", "products_dim"),
            nextReviewKey: try next("review_key", "product_reviews_clean"),
            nextRawKey: try next("raw_key", "product_reviews_raw"),
            lastRecordedAt: last?.instant("recorded_at"),
            historyDigest: last?.digest("history_digest") ?? genesisDigest,
            lastCompleteAllAt: complete?.optionalInstant("observed_at"),
            lastCompleteAllRun: complete?.optional("run"))
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

    func products(_ ids: [Text]) throws -> [ProductState] {
        let statement = try database.cachedStatement(
            sql: Row.productSelection + " WHERE p.product_id = ?")
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
        try rows(
            keys,
            """
            SELECT review_key, product_key, identity_digest, payload_digest, is_live
            FROM product_reviews_clean WHERE product_key = ?
            """
        ) { row in
            // By place: one row for every review of the dump's products.
            CurrentKey(
                reviewKey: row[0], productKey: row[1], identity: Digest128(Array(row[2] as Data)),
                payloadDigest: Digest128(Array(row[3] as Data)), isLive: row[4] as Int64 != 0)
        }
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try rows(reviewKeys, Row.reviewSelection + " WHERE r.review_key = ?", \.review)
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try rows(
            rawKeys,
            "SELECT raw_key, shape, payload, context FROM product_reviews_raw WHERE raw_key = ?"
        ) { row in
            RawPayload(
                rawKey: row.number("raw_key"), shape: row.string("shape"),
                payload: row.bytes("payload"), context: row.bytes("context"))
        }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        var contents: [Int64: Set<Digest256>] = [:]
        let found = try rows(
            reviewKeys,
            "SELECT review_key, content_digest FROM product_reviews_history WHERE review_key = ?"
        ) { ($0.number("review_key"), $0.digest("content_digest")) }
        for (key, digest) in found { contents[key, default: []].insert(digest) }
        return contents
    }

    func rawKeys(_ records: [RawIdentity]) throws -> [RawIdentity: Int64] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT raw_key FROM product_reviews_raw
                WHERE identity_digest = ? AND payload_digest = ?
                """)
        var keys: [RawIdentity: Int64] = [:]
        for record in records {
            keys[record] = try Int64.fetchOne(
                statement,
                arguments: [Data(record.identity.bytes), Data(record.payload.bytes)])
        }
        return keys
    }

    func months(ofProducts keys: [Int64]) throws -> [MonthSummary] {
        try rows(
            keys,
            """
            SELECT a.*, p.product_id FROM product_aggregates a JOIN products_dim p USING (product_key)
            WHERE a.product_key = ?
            """, \.monthSummary)
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
            WHERE product_key = ? AND is_live = 1 AND created_origin = 'source' GROUP BY product_key
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

    private func insert(_ sql: @autoclosure () -> String, as name: String) throws -> SQLiteInsert {
        if let insert = inserts[name] { return insert }
        let insert = try SQLiteInsert(database, sql())
        inserts[name] = insert
        return insert
    }

    func append(raw rows: [RawRow]) throws {
        let insert = try insert(
            Columns.insert(
                "product_reviews_raw",
                """
                raw_key, product_key, identity_digest, payload_digest, run, file, "offset", length, \
                shape, payload, context
                """), as: "raw")
        for row in rows {
            insert.bind(row.rawKey)
            insert.bind(row.productKey)
            insert.bind(blob: row.record.identity.bytes)
            insert.bind(blob: row.record.payload.bytes)
            insert.bind(row.run)
            insert.bind(row.file)
            insert.bind(row.offset)
            insert.bind(row.length)
            insert.bind(row.shape)
            insert.bind(blob: row.payload)
            insert.bind(blob: row.context)
            try insert.step()
        }
    }

    func append(productRaw rows: [ProductRawRow]) throws {
        let insert = try insert(
            Columns.insert(
                "product_raw", "product_key, digest, run, file, \"offset\", length, payload",
                or: "IGNORE"), as: "productRaw")
        for row in rows {
            insert.bind(row.productKey)
            insert.bind(blob: row.digest.bytes)
            insert.bind(row.run)
            insert.bind(row.file)
            insert.bind(row.offset)
            insert.bind(row.length)
            insert.bind(blob: row.payload)
            try insert.step()
        }
    }

    func append(rejects rows: [RejectRow]) throws {
        let insert = try insert(
            Columns.insert(
                "rejected_records",
                """
                digest, occurrence, run, file, "offset", length, reason, field, product_id, shape, \
                payload, context
                """, or: "IGNORE"), as: "rejects")
        for row in rows {
            insert.bind(blob: row.digest.bytes)
            insert.bind(row.occurrence)
            insert.bind(row.run)
            insert.bind(row.file)
            insert.bind(row.offset)
            insert.bind(row.length)
            insert.bind(row.reason.rawValue)
            insert.bind(row.field)
            insert.bind(row.productID)
            insert.bind(row.shape)
            insert.bind(blob: row.payload)
            insert.bind(blob: row.context)
            try insert.step()
        }
    }

    func append(history rows: [HistoryRow]) throws {
        let insert = try insert(
            Columns.insert(
                "product_reviews_history",
                """
                review_key, version, operation, run, observed_at, changed_fields, content_digest, \
                row_salt, row_digest, \(Columns.values)
                """), as: "history")
        for row in rows {
            insert.bind(row.reviewKey)
            insert.bind(row.version)
            insert.bind(row.operation.rawValue)
            insert.bind(row.run)
            insert.bind(row.observedAt.microseconds)
            insert.bind(row.changedFields.rawValue)
            insert.bind(blob: row.contentDigest.bytes)
            insert.bind(blob: row.salt)
            insert.bind(blob: row.rowDigest.bytes)
            insert.bind(row.values, author: row.authorID, row.times)
            try insert.step()
        }
    }

    func put(reviews: [StoredReview]) throws {
        let insert = try insert(
            """
            INSERT INTO product_reviews_clean (\(Columns.review))
            SELECT ?, p.product_key, \(Columns.marks(Columns.review).dropFirst(6))
            FROM (SELECT product_key FROM products_dim WHERE product_id = ?) p WHERE true
            ON CONFLICT (review_key) DO UPDATE SET
            \(Self.replacing(Columns.review, butNot: ["review_key", "product_key"]))
            """, as: "reviews")
        for review in reviews {
            insert.bind(review.reviewKey)
            insert.bind(review.reviewID)
            insert.bind(blob: review.identity.bytes)
            insert.bind(review.kind.rawValue)
            insert.bind(review.version)
            insert.bind(review.isLive ? 1 : 0)
            insert.bind(review.run)
            insert.bind(review.observedAt.microseconds)
            insert.bind(blob: review.contentDigest.bytes)
            insert.bind(blob: review.payloadDigest.bytes)
            insert.bind(review.rawKey)
            insert.bind(review.values, author: review.authorID, review.times)
            insert.bind(review.productID)
            try insert.step()
        }
    }

    private static func replacing(_ columns: String, butNot keys: [String]) -> String {
        columns.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\n" } }
            .filter { !keys.contains(String($0)) }
            .map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    }

    func put(payloads: [PayloadMove]) throws {
        let insert = try insert(
            "UPDATE product_reviews_clean SET payload_digest = ?, raw_key = ? WHERE review_key = ?",
            as: "moves")
        for move in payloads {
            insert.bind(blob: move.payloadDigest.bytes)
            insert.bind(move.rawKey)
            insert.bind(move.reviewKey)
            try insert.step()
        }
    }

    func put(products: [ProductState]) throws {
        let attributes = Attribute.allCases.map(\.name)
            .flatMap { [$0, "\($0)_rank", "\($0)_observed_at"] }.joined(separator: ", ")
        let columns = """
            product_key, product_id, identity_kind, last_observed_at, last_complete_at, last_run, \
            \(attributes)
            """
        let insert = try insert(
            """
            INSERT INTO products_dim (\(columns)) VALUES (\(Columns.marks(columns)))
            ON CONFLICT (product_key) DO UPDATE SET
            \(Self.replacing(columns, butNot: ["product_key", "product_id"]))
            """, as: "products")
        for product in products {
            insert.bind(product.productKey)
            insert.bind(product.productID)
            insert.bind(product.kind.rawValue)
            insert.bind(product.lastObservedAt.microseconds)
            insert.bind(product.lastCompleteAt?.microseconds)
            insert.bind(product.lastRun)
            for attribute in Attribute.allCases {
                let stored = product.attributes[attribute]
                insert.bind(stored?.value)
                insert.bind(stored?.rank.rawValue)
                insert.bind(stored?.observedAt.microseconds)
            }
            try insert.step()
        }
    }

    func append(attributes rows: [AttributeRow]) throws {
        let columns =
            "product_key, run, "
            + Attribute.allCases.map(\.name).joined(separator: ", ")
        let insert = try insert(
            Columns.insert("products_dim_history", columns), as: "attributes")
        for row in rows {
            insert.bind(row.productKey)
            insert.bind(row.run)
            for attribute in Attribute.allCases { insert.bind(row.attributes[attribute]) }
            try insert.step()
        }
    }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        let current = try insert(
            Columns.insert(
                "product_summary",
                "product_key, first_review_at, last_review_at, last_changed_run, \(Columns.counters)",
                or: "REPLACE"), as: "summary")
        let history = try insert(
            Columns.insert(
                "product_summary_history",
                "product_key, run, first_review_at, last_review_at, \(Columns.counters)"),
            as: "summaryHistory")
        for row in rows {
            current.bind(row.productKey)
            current.bind(row.firstReviewAt?.microseconds)
            current.bind(row.lastReviewAt?.microseconds)
            current.bind(row.lastChangedRun)
            current.bind(row.counters)
            try current.step()
            history.bind(row.productKey)
            history.bind(run)
            history.bind(row.firstReviewAt?.microseconds)
            history.bind(row.lastReviewAt?.microseconds)
            history.bind(row.counters)
            try history.step()
        }
    }

    func put(months rows: [MonthSummary], run: Int64) throws {
        let current = try insert(
            Columns.insert(
                "product_aggregates", "product_key, month, origin, \(Columns.counters)",
                or: "REPLACE"), as: "month")
        let gone = try insert(
            "DELETE FROM product_aggregates WHERE product_key = ? AND month = ? AND origin = ?",
            as: "monthGone")
        let history = try insert(
            Columns.insert(
                "product_aggregates_history",
                "product_key, month, origin, run, \(Columns.counters)"), as: "monthHistory")
        for row in rows {
            let isGone = row.counters.isZero
            for statement in [isGone ? gone : current, history] {
                statement.bind(row.productKey)
                statement.bind(row.key.month)
                statement.bind(row.key.origin.rawValue)
                if statement === history { statement.bind(run) }
                if statement !== gone { statement.bind(row.counters) }
                try statement.step()
            }
        }
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        let current = try insert(
            Columns.insert(
                "scope_summary", "kind, id, product_count, \(Columns.counters)", or: "REPLACE"),
            as: "scope")
        let gone = try insert(
            "DELETE FROM scope_summary WHERE kind = ? AND id = ?", as: "scopeGone")
        let history = try insert(
            Columns.insert(
                "scope_summary_history", "kind, id, run, product_count, \(Columns.counters)"),
            as: "scopeHistory")
        for row in rows {
            let isGone = row.counters.isZero && row.productCount == 0
            for statement in [isGone ? gone : current, history] {
                statement.bind(row.scope.kind.rawValue)
                statement.bind(row.scope.id)
                if statement === history { statement.bind(run) }
                if statement !== gone {
                    statement.bind(row.productCount)
                    statement.bind(row.counters)
                }
                try statement.step()
            }
        }
    }

    func put(shape name: String, version: Int, document: String) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO shapes (name, version, document) VALUES (?, ?, ?)",
            arguments: [name, version, document])
    }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        let ledger = try insert(
            Columns.insert(
                "runs",
                """
                run, recorded_at, observed_at, observed_origin, completeness, seed, deleted, \
                products_named, previous_digest, history_digest, \(Columns.balance)
                """), as: "runs")
        ledger.bind(run.run)
        ledger.bind(run.recordedAt.microseconds)
        ledger.bind(run.observedAt.microseconds)
        ledger.bind(run.observedOrigin.rawValue)
        ledger.bind(run.completeness.rawValue)
        ledger.bind(String(run.seed))
        ledger.bind(run.deleted)
        ledger.bind(run.productsNamed)
        ledger.bind(blob: run.previousDigest.bytes)
        ledger.bind(blob: run.historyDigest.bytes)
        ledger.bind(run.balance)
        try ledger.step()
        let insert = try insert(
            Columns.insert(
                "run_files",
                "run, name, byte_count, digest, shape, nonstandard_literals, \(Columns.balance)"),
            as: "files")
        for file in files {
            insert.bind(file.run)
            insert.bind(file.name)
            insert.bind(file.byteCount)
            insert.bind(blob: file.digest.bytes)
            insert.bind(file.shape)
            insert.bind(file.nonstandardLiterals)
            insert.bind(file.balance)
            try insert.step()
        }
        try database.execute(
            sql: "UPDATE run_attempts SET ended_at = ?, run = ? WHERE attempt = ?",
            arguments: [run.recordedAt.microseconds, run.run, attempt])
    }
}
