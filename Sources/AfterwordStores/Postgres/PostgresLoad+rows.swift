import AfterwordCore
import AfterwordPipeline

/// The rows of a load, written table by table.
extension PostgresLoad {
    // MARK: Reviews

    func append(raw rows: [RawRow]) throws { try copy(rows, into: .rawRecords) }

    func resolve(staged moves: [StagedMove]) throws {
        guard !moves.isEmpty else { return }
        try buildIndexes()
        try connection.run(
            """
            UPDATE product_reviews_raw r
            SET raw_key = moved.new_key, product_key = moved.product_key
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

    func prune(raw keys: [Int64], run: Int64) throws {
        guard !keys.isEmpty else { return }
        try buildIndexes()
        try connection.run(
            """
            UPDATE product_reviews_raw SET payload = '', context = '', pruned_run = $2::bigint
            WHERE raw_key = ANY ($1::bigint[])
            """, [postgresArray(keys), String(run)])
    }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        let new = try insertOnce(rows, into: .productRaw)
        let keys = Set(
            try new.map { RowKey(digest: try $0.digest128("digest"), try $0.productKey()) })
        return rows.once(among: keys) { RowKey(digest: $0.digest, $0.productKey) }
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        let new = try insertOnce(rows, into: .rejectedRecords)
        let keys = Set(
            try new.map { RowKey(digest: try $0.digest128("digest"), try $0.count("occurrence")) })
        return rows.once(among: keys) { RowKey(digest: $0.digest, $0.occurrence) }
    }

    func append(history rows: [HistoryRow]) throws { try copy(rows, into: .reviewHistory) }

    /// Updates moved reviews. New reviews are copied in directly, where the indexes allow.
    func put(reviews: [ReviewRow]) throws {
        let areNew = reviews.allSatisfy(\.isNew)
        let new = areNew ? reviews : reviews.filter(\.isNew)
        try copy(new, into: .currentReviews)
        if areNew { return }
        try buildIndexes()
        try upsert(
            reviews.filter { !$0.isNew }, into: .currentReviews,
            kept: ["product_key", "first_raw_key"])
    }

    func put(payloads: [PayloadMove]) throws {
        let table = Table.payloadMoves
        let move = { (source: String) in
            """
            UPDATE \(table.name) r
            SET payload_digest = stage.payload_digest, raw_key = stage.raw_key
            FROM \(source) WHERE stage.review_key = r.review_key
            """
        }
        try buildIndexes()
        let all = Rows(rows: payloads, table: table) { (row: PayloadMove, copy) in
            row.encode(into: &copy)
        }
        try stage(all, as: "moves", over: [move])
    }

    func append(verdicts rows: [VerdictRow]) throws { try copy(rows, into: .verdicts) }
    func append(workMarks rows: [WorkMarkRow]) throws { try copy(rows, into: .workMarks) }
    func append(taxonomies rows: [TaxonomyRow]) throws { try copy(rows, into: .taxonomies) }
    func append(links: [ReviewLink]) throws { try copy(links, into: .links) }

    // MARK: Products and sums

    func put(products: [ProductState]) throws {
        if areNew(products, in: .products, { WrittenKey(product: $0.productKey) }) {
            return try copy(products, into: .products)
        }
        try upsert(products, into: .products, kept: ["product_id"])
    }

    func append(attributes rows: [AttributeRow]) throws { try copy(rows, into: .productHistory) }
    func append(readings rows: [ReadingsRow]) throws { try copy(rows, into: .readings) }
    func append(lists rows: [ReviewListRow]) throws { try copy(rows, into: .reviewLists) }
    func append(themeSums rows: [ThemeSumsRow]) throws { try copy(rows, into: .themeSums) }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        if areNew(rows, in: .summaries, { WrittenKey(product: $0.productKey) }) {
            try copy(rows, into: .summaries)
        } else {
            try upsert(rows, into: .summaries)
        }
        try copy(
            Rows(rows: rows, table: .summaryHistory) { (row: ProductSummary, copy) in
                row.encode(run: run, into: &copy)
            })
    }

    func put(distinctKeys: [Int64: DistinctKeys]) throws {
        let all = distinctKeys.sorted { $0.key < $1.key }
        for start in stride(from: 0, to: all.count, by: 256) {
            let part = all[start..<min(start + 256, all.count)]
            _ = try connection.run(
                """
                UPDATE product_summary s SET distinct_keys = given.keys
                FROM unnest($1::bigint[], $2::bytea[]) AS given (own, keys)
                WHERE s.product_key = given.own
                """, [postgresArray(part.map(\.key)), postgresArray(part.map(\.value.bytes))])
        }
    }

    /// Moves the previous row of a month to the history. A month without remaining reviews keeps
    /// its row, with a count of zero.
    func put(months rows: [MonthSummary], run: Int64) throws {
        let table = Table.months
        let all = Rows(rows: rows, table: table) { (row: MonthSummary, copy) in
            row.encode(run: run, into: &copy)
        }
        if areNew(rows, in: table, { WrittenKey(product: $0.productKey, month: $0.key) }) {
            return try copy(all)
        }
        try buildIndexes()
        let key = table.keyColumns.joined(separator: ", ")
        let keep = { (source: String) in
            """
            INSERT INTO \(Table.monthHistory.name) (\(table.list)) SELECT \(table.list("t"))
            FROM \(table.name) t JOIN \(source) USING (\(key))
            """
        }
        let put = { (source: String) in
            """
            INSERT INTO \(table.name) (\(table.list)) SELECT \(table.list) FROM \(source)
            ON CONFLICT (\(key)) DO UPDATE SET \(table.replacing())
            """
        }
        try stage(all, over: [keep, put])
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        try upsert(
            rows, into: .scopes, gone: "stage.review_count = 0 AND stage.product_count = 0")
        try copy(
            Rows(rows: rows, table: .scopeHistory) { (row: ScopeSummary, copy) in
                row.encode(run: run, into: &copy)
            })
    }

    // MARK: Shapes, insights, calls

    func put(shape: ShapeRow) throws { try upsert([shape], into: .shapes) }

    func put(insights rows: [InsightRow]) throws {
        try upsert(rows, into: .insights)
        try copy(rows, into: .insightHistory)
    }

    func append(themes rows: [ThemeRow]) throws { try copy(rows, into: .themes) }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        let new = try insertOnce(rows, into: .themeReviews)
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

    func append(search segment: SearchSegment, _ parts: [SearchPart]) throws {
        try copy([segment], into: .searchSegments)
        try copy(parts, into: .searchParts)
    }

    func append(answers: [CachedAnswer]) throws { _ = try insertOnce(answers, into: .answers) }

    func append(calls: [ModelCall]) throws { try copy(calls, into: .modelCalls) }

    func append(batches: [ModelBatch], _ items: [BatchItem]) throws {
        try copy(batches, into: .modelBatches)
        try copy(items, into: .batchItems)
    }

    func append(deliveries rows: [DeliveryRow]) throws { try copy(rows, into: .deliveries) }
    func append(enrichments: [EnrichmentRow]) throws { try copy(enrichments, into: .enrichments) }
}
