import AfterwordCore
import AfterwordPipeline

/// Look-ups within one transaction, by arrays of keys.
final class PostgresLookUps: StoreLookUps {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try rows(
            reviewKeys, Queries.reviewSelection + " WHERE r.review_key = ANY ($1::bigint[])"
        ) { try $0.review }
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try rows(
            rawKeys,
            """
            SELECT raw_key, shape, payload, context FROM product_reviews_raw
            WHERE raw_key = ANY ($1::bigint[])
            """
        ) { try $0.rawPayload }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        let found = try rows(
            reviewKeys,
            """
            SELECT review_key, content_digest FROM product_reviews_history
            WHERE history_key = ANY ($1::bigint[])
            UNION ALL
            SELECT review_key, content_digest FROM product_reviews_history
            WHERE review_key = ANY ($1::bigint[]) AND history_key < 0
            """
        ) { (try $0.reviewKey(), try $0.digest("content_digest")) }
        var contents: [Int64: Set<Digest256>] = [:]
        for (key, digest) in found { contents[key, default: []].insert(digest) }
        return contents
    }

    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        guard !records.isEmpty else { return [:] }
        let found = try connection.run(
            """
            SELECT r.raw_key, r.identity_digest, r.payload_digest, r.pruned_run
            FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])
                AS wanted (identity_digest, payload_digest, review_key)
            JOIN product_reviews_current b
                ON b.review_key = wanted.review_key AND b.raw_key <> b.first_raw_key
            JOIN product_reviews_raw r ON r.raw_key = b.first_raw_key
                AND r.identity_digest = wanted.identity_digest
                AND r.payload_digest = wanted.payload_digest
            UNION ALL
            SELECT raw_key, identity_digest, payload_digest, pruned_run FROM product_reviews_raw
            JOIN unnest($1::bytea[], $2::bytea[]) AS wanted (identity_digest, payload_digest)
                USING (identity_digest, payload_digest)
            WHERE raw_key < 0
            """,
            [
                postgresArray(records.map(\.record.identity.bytes)),
                postgresArray(records.map(\.record.payload.bytes)),
                postgresArray(records.map { $0.reviewKey ?? 0 }),
            ]
        ).map { row in
            let record = RawIdentity(
                identity: try row.digest128("identity_digest"),
                payload: try row.digest128("payload_digest"))
            let known = KnownRecord(
                rawKey: try row.number("raw_key"),
                isPruned: try row.optionalRun("pruned_run") != nil)
            return (record, known)
        }
        return Dictionary(found) { $0.isPruned ? $1 : $0 }
    }

    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        guard !wanted.isEmpty else { return [] }
        func list(_ numbers: [Int64]) -> String {
            "{" + numbers.map(String.init).joined(separator: ",") + "}"
        }
        return try connection.run(
            """
            SELECT a.*, p.product_id
            FROM unnest($1::bigint[], $2::bigint[], $3::text[])
                AS wanted (product_key, month, origin)
            JOIN product_aggregates a ON a.product_key = wanted.product_key
                AND a.month = wanted.month AND a.origin = wanted.origin
            JOIN products_dim p ON p.product_key = a.product_key
            """,
            [
                list(wanted.map(\.productKey)), list(wanted.map(\.key.month)),
                postgresArray(wanted.map { Text($0.key.origin.rawValue) }),
            ]
        ).map { try $0.monthSummary }
    }

    /// The first and last source times of live reviews. Rows of the history are fetched by key,
    /// review by review: the server cannot estimate how few reviews a product has, and would scan
    /// the whole history for a join.
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        guard !wanted.isEmpty else { return [:] }
        let found = try connection.run(
            """
            SELECT own AS product_key, r.first, r.last
            FROM unnest($1::bigint[]) AS wanted (own), LATERAL (
                SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM (
                    SELECT (
                        SELECT h.created_at FROM product_reviews_history h
                        WHERE h.history_key = b.history_key AND h.created_origin = 'source'
                    ) AS created_at
                    FROM product_reviews_current b
                    WHERE \(KeyLayout.holds("b.review_key", ofProduct: "own")) AND b.is_live
                        AND b.review_key <> ALL ($2::bigint[])
                    OFFSET 0
                ) s
            ) r WHERE r.first IS NOT NULL
            """,
            [postgresArray(wanted.map(\.productKey)), postgresArray(wanted.flatMap(\.without))]
        ).map { row in
            let first = try row.instant("first")
            return (try row.productKey(), try first...max(first, row.instant("last")))
        }
        return Dictionary(found) { first, _ in first }
    }

    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        let found = try rows(
            keys, Queries.distinctKeys + " AND product_key = ANY ($1::bigint[])"
        ) { try $0.distinctKeys }
        return Dictionary(found.map { ($0.product, $0.keys) }) { first, _ in first }
    }

    private func rows<Found>(
        _ keys: [Int64], _ sql: String, _ decode: (PostgresRow) throws -> Found
    ) throws -> [Found] {
        guard !keys.isEmpty else { return [] }
        return try connection.run(sql, [postgresArray(keys)]).map(decode)
    }
}

/// An array literal of texts: each quoted, with `"` and `\` escaped.
func postgresArray(_ texts: [Text]) -> String {
    let quoted = texts.map { text in
        "\"" + text.string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
}

func postgresArray(_ numbers: [Int64]) -> String {
    "{" + numbers.map(String.init).joined(separator: ",") + "}"
}

/// An array literal of byte strings, in hexadecimal.
func postgresArray(_ blobs: [[UInt8]]) -> String {
    "{" + blobs.map { "\"\\\\x" + hexadecimal($0) + "\"" }.joined(separator: ",") + "}"
}
