import AfterwordPipeline
import GRDB

/// Queries on one SQLite snapshot.
struct SQLiteSession: SQLSession {
    let database: Database

    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        // Merge the two tables, both in key order, so that no row needs a look-up.
        var delta: [CurrentPayload] = []
        try currentPayloads(from: .currentDelta, keys) { delta.append($0) }
        var next = 0
        func takeDelta(upTo key: Int64) {
            while next < delta.count, delta[next].reviewKey <= key {
                take(delta[next])
                next += 1
            }
        }
        try currentPayloads(from: .currentInitial, keys) { review in
            takeDelta(upTo: review.reviewKey)
            let isReplaced = next > 0 && delta[next - 1].reviewKey == review.reviewKey
            if !isReplaced { take(review) }
        }
        takeDelta(upTo: .max)
    }

    private func currentPayloads(
        from table: Table, _ keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        let isWithin = keys == nil ? "" : "WHERE review_key BETWEEN ? AND ?"
        let question = try BoundStatement(
            database, "\(Queries.currentPayloads(from: table)) \(isWithin) ORDER BY review_key")
        if let keys {
            question.add(reviewKeys(ofProduct: keys.lowerBound).lowerBound)
            question.add(reviewKeys(ofProduct: keys.upperBound).upperBound)
        }
        try question.forEach { row in
            let key = try row.reviewKey(0)
            let flags = try row.ratingFlags(5)
            take(
                CurrentPayload(
                    reviewKey: key, productKey: productKey(ofReview: key),
                    identity: try row.digest128(1), payload: try row.digest128(2),
                    isIdentifiedByContent: try row.flag(3), isLive: try row.flag(4),
                    rating: flags.rating, hasText: flags.hasText))
        }
    }

    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        let question = try BoundStatement(database, sql)
        for value in values {
            switch value {
            case .number(let number): question.add(number)
            case .text(let text): question.add(text)
            case .digest(let digest): question.add(digest)
            }
        }
        return try question.rows { try decode($0) }
    }
}

/// Queries and single-row writes of one ledger transaction.
struct SQLiteLedgerSession: SQLLedgerSession {
    let database: Database

    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        try SQLiteSession(database: database).currentPayloads(ofProducts: keys, take)
    }

    func rows<Found>(
        _ sql: String, _ values: [SQLValue], _ decode: (any ColumnRow) throws -> Found
    ) throws -> [Found] {
        try SQLiteSession(database: database).rows(sql, values, decode)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws {
        _ = try rows(sql, values) { _ in }
    }

    func put(_ row: some TableRow, into table: Table) throws {
        let key = table.keyColumns.joined(separator: ", ")
        let insert = try BoundStatement(
            database,
            """
            INSERT INTO \(table.name) (\(table.list)) VALUES (\(table.marks))
            ON CONFLICT (\(key)) DO UPDATE SET \(table.replacing())
            """)
        row.encode(into: &insert.row)
        try insert.step()
    }
}
