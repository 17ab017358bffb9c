import AfterwordCore
import AfterwordPipeline
import GRDB

/// Look-ups within one transaction, key by key through prepared statements.
final class SQLiteLookUps: StoreLookUps {
    private let statements: SQLiteStatements

    init(_ statements: SQLiteStatements) { self.statements = statements }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try statements.ask(Queries.reviewSelection + " WHERE r.review_key = ?", of: reviewKeys) {
            try $0.review
        }
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try statements.ask(
            "SELECT raw_key, shape, payload, context FROM product_reviews_raw WHERE raw_key = ?",
            of: rawKeys
        ) { try $0.rawPayload }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        var contents: [Int64: Set<Digest256>] = [:]
        let found = try statements.ask(
            """
            SELECT review_key, content_digest FROM product_reviews_history WHERE history_key = ?1
            UNION ALL
            SELECT review_key, content_digest FROM product_reviews_history
            WHERE review_key = ?1 AND history_key < 0
            """, of: reviewKeys
        ) { (try $0.reviewKey(), try $0.digest("content_digest")) }
        for (key, digest) in found { contents[key, default: []].insert(digest) }
        return contents
    }

    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        let found = try statements.ask(
            """
            SELECT raw_key, identity_digest, payload_digest, pruned_run FROM product_reviews_raw
            WHERE raw_key = (
                SELECT first_raw_key FROM product_reviews_current
                WHERE review_key = ?1 AND raw_key <> first_raw_key
            ) AND identity_digest = ?2 AND payload_digest = ?3
            UNION ALL
            SELECT raw_key, identity_digest, payload_digest, pruned_run FROM product_reviews_raw
            WHERE raw_key < 0 AND identity_digest = ?2 AND payload_digest = ?3
            """, of: records
        ) {
            $0.add($1.reviewKey)
            $0.add($1.record.identity)
            $0.add($1.record.payload)
        } _: {
            (
                RawIdentity(identity: try $0.digest128(1), payload: try $0.digest128(2)),
                KnownRecord(
                    rawKey: try $0.number(0), isPruned: try $0.optionalRun("pruned_run") != nil)
            )
        }
        // A review's first record takes precedence over appended ones.
        return Dictionary(found) { $0.isPruned ? $1 : $0 }
    }

    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        try statements.ask(
            """
            SELECT a.*, p.product_id FROM product_aggregates a
            JOIN products_dim p USING (product_key)
            WHERE a.product_key = ? AND a.month = ? AND a.origin = ?
            """, of: wanted
        ) {
            $0.add($1.productKey)
            $0.add($1.key.month)
            $0.add($1.key.origin.rawValue)
        } _: {
            try $0.monthSummary
        }
    }

    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        let found = try statements.ask(
            Queries.distinctKeys + " AND product_key = ?", of: keys
        ) { try $0.distinctKeys }
        return Dictionary(found.map { ($0.product, $0.keys) }) { first, _ in first }
    }

    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        var ranges: [Int64: ClosedRange<Instant>] = [:]
        for question in wanted { ranges[question.productKey] = try createdRange(question) }
        return ranges
    }

    /// The first and last source times of a product's live reviews, without those in
    /// `question.without`.
    ///
    /// The earliest months whose review counts together exceed the number of excluded reviews
    /// contain at least one review that is not excluded; likewise the latest months. Only history
    /// rows of these months are therefore compared with the current rows.
    private func createdRange(_ question: RangeQuestion) throws -> ClosedRange<Instant>? {
        let key = question.productKey
        let months = try statements.ask(
            """
            SELECT month, review_count FROM product_aggregates
            WHERE product_key = ? AND origin = 'source' AND review_count > 0 ORDER BY month
            """, of: [key]
        ) { (month: try $0.month("month"), count: try $0.count("review_count")) }
        func reached(_ months: some Sequence<(month: Int64, count: Int64)>) -> Int64? {
            var left = Int64(question.without.count)
            for month in months {
                left -= month.count
                if left < 0 { return month.month }
            }
            return nil
        }
        let firstsEnd = reached(months).flatMap { Instant(startOfMonth: $0, plusMonths: 1) }
        let lastsStart = reached(months.reversed()).flatMap { Instant(startOfMonth: $0) }
        let without = Set(question.without)
        let rows = try statements.ask(
            """
            SELECT review_key, history_key, created_at FROM product_reviews_history
            WHERE history_key BETWEEN ?1 AND ?2
                AND created_origin = 'source' AND (created_at < ?3 OR created_at >= ?4)
            UNION ALL
            SELECT review_key, history_key, created_at FROM product_reviews_history
            WHERE review_key BETWEEN ?1 AND ?2 AND history_key < 0
                AND created_origin = 'source' AND (created_at < ?3 OR created_at >= ?4)
            """, of: [reviewKeys(ofProduct: key)]
        ) {
            $0.add($1.lowerBound)
            $0.add($1.upperBound)
            $0.add((firstsEnd ?? Instant(microseconds: .max)).microseconds)
            $0.add((lastsStart ?? Instant(microseconds: .min)).microseconds)
        } _: {
            (
                review: try $0.reviewKey(0), version: try $0.number(1),
                at: try $0.instant("created_at")
            )
        }
        .filter { !without.contains($0.review) }
        .sorted { $0.at < $1.at }
        let first = try rows.first { try isCurrent($0.version, ofReview: $0.review) }
        let last = try rows.last { try isCurrent($0.version, ofReview: $0.review) }
        guard let first, let last else { return nil }
        return first.at...last.at
    }

    /// Whether a history row is the current version of a live review.
    private func isCurrent(_ historyKey: Int64, ofReview reviewKey: Int64) throws -> Bool {
        let question = try statements.prepared(
            """
            SELECT 1 AS one FROM product_reviews_current
            WHERE review_key = ? AND history_key = ? AND is_live = 1
            """)
        question.add(reviewKey)
        question.add(historyKey)
        return try !question.rows { _ in true }.isEmpty
    }
}

/// The statements of one connection, each prepared at its first use. Not thread-safe.
final class SQLiteStatements {
    private let database: Database
    private var statements: [String: BoundStatement] = [:]

    init(_ database: Database) { self.database = database }

    /// Finalizes all statements. Must be called on the thread that uses the connection.
    func end() { statements = [:] }

    func prepared(_ sql: String) throws -> BoundStatement {
        if let statement = statements[sql] { return statement }
        let statement = try BoundStatement(database, sql)
        statements[sql] = statement
        return statement
    }

    /// Runs a query once per element of `all` and returns the rows of all runs.
    func ask<Question, Found>(
        _ sql: String, of all: [Question], _ bind: (BoundStatement, Question) -> Void,
        _ decode: (SQLiteRow) throws -> Found
    ) throws -> [Found] {
        if all.isEmpty { return [] }
        let question = try prepared(sql)
        var found: [Found] = []
        for asked in all {
            bind(question, asked)
            try question.forEach { found.append(try decode($0)) }
        }
        return found
    }

    func ask<Found>(
        _ sql: String, of keys: [Int64], _ decode: (SQLiteRow) throws -> Found
    ) throws -> [Found] {
        try ask(sql, of: keys, { $0.add($1) }, decode)
    }
}
