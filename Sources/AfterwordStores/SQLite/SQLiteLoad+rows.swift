import AfterwordCore
import AfterwordPipeline
import GRDB

/// The rows of a load, written table by table.
extension SQLiteLoad {
    /// Inserts rows, several per step.
    ///
    /// - Parameter conflict: What becomes of a row whose key exists: `ABORT` or `REPLACE`.
    func write<Row: TableRow>(
        _ rows: [Row], into table: Table, or conflict: String = "ABORT"
    ) throws {
        if rows.isEmpty { return }
        try self.rows(of: table, or: conflict).insert(rows) { $0.encode(into: &$1) }
    }

    /// Runs a statement once for each row.
    private func write<Written>(
        _ rows: [Written], _ statement: BoundStatement, _ add: (Written) -> Void
    ) throws {
        // A span gives access to each row without copying it.
        let rows = rows.span
        for index in rows.indices {
            add(rows[index])
            try statement.step()
        }
    }

    /// Inserts rows and returns those that did not exist yet.
    private func writeOnce<Row: TableRow>(_ rows: [Row], into table: Table) throws -> [Row] {
        let insert = try statement(
            "INSERT OR IGNORE INTO \(table.name) (\(table.list)) VALUES (\(table.marks))")
        return try rows.filter { row in
            // A row that was ignored leaves the count of the statement before.
            let before = database.totalChangesCount
            row.encode(into: &insert.row)
            try insert.step()
            return database.totalChangesCount > before
        }
    }

    // MARK: Reviews

    func append(raw rows: [RawRow]) throws { try write(rows, into: .rawRecords) }

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

    func prune(raw keys: [Int64], run: Int64) throws {
        let prune = try statement(
            """
            UPDATE product_reviews_raw SET payload = x'', context = x'', pruned_run = ?
            WHERE raw_key = ?
            """)
        try write(keys, prune) {
            prune.add(run)
            prune.add($0)
        }
    }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        try writeOnce(rows, into: .productRaw)
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        try writeOnce(rows, into: .rejectedRecords)
    }

    func append(history rows: [HistoryRow]) throws { try write(rows, into: .reviewHistory) }

    func put(reviews: [ReviewRow]) throws {
        defer { writeBack.note(reviews.count * 128) }
        let initial = try statement(CurrentRows.insertInitial)
        let delta = try statement(CurrentRows.insertDelta)
        let moved = try statement(CurrentRows.putMoved)
        let rows = reviews.span
        for index in rows.indices {
            let isFirst = isOfEmptyStore || CurrentRows.isFirst(rows[index].historyKey)
            if !rows[index].isNew {
                rows[index].encodeState(into: &moved.row)
                try moved.step()
            } else {
                let insert = isFirst ? initial : delta
                rows[index].encode(into: &insert.row)
                try insert.step()
            }
            if !rows[index].isNew || !isFirst { wroteDelta = true }
        }
    }

    func put(payloads: [PayloadMove]) throws {
        let bring = try statement(CurrentRows.bring)
        try write(payloads, bring) { bring.add($0.reviewKey) }
        let move = try statement(CurrentRows.movePayload)
        try write(payloads, move) { $0.encode(into: &move.row) }
        if !payloads.isEmpty { wroteDelta = true }
    }

    /// Compacts the delta of current rows into the first table, once the delta is large.
    func compactCurrent() throws {
        guard wroteDelta,
            try ask(CurrentRows.isDeltaFull, { try $0.number(0) == 1 }).first == true
        else { return }
        let compact = try statement(CurrentRows.compact)
        var last = Int64.min
        while let end = try ask(
            CurrentRows.pieceEnd, of: [last], { $0.add($1) }, { try $0.optional("piece_end") }
        ).first ?? nil {
            compact.add(last)
            compact.add(end)
            try compact.step()
            last = end
        }
        try statement("DELETE FROM \(Table.currentDelta.name)").step()
    }

    func append(verdicts rows: [VerdictRow]) throws { try write(rows, into: .verdicts) }
    func append(workMarks rows: [WorkMarkRow]) throws { try write(rows, into: .workMarks) }
    func append(taxonomies rows: [TaxonomyRow]) throws { try write(rows, into: .taxonomies) }
    func append(links: [ReviewLink]) throws { try write(links, into: .links) }

    // MARK: Products and sums

    func put(products: [ProductState]) throws {
        let table = Table.products
        let insert = try statement(
            """
            INSERT INTO \(table.name) (\(table.list)) VALUES (\(table.marks))
            ON CONFLICT (product_key) DO UPDATE SET \(table.replacing(kept: ["product_id"]))
            """)
        try write(products, insert) { $0.encode(into: &insert.row) }
    }

    func append(attributes rows: [AttributeRow]) throws {
        try write(rows, into: .productHistory)
    }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        try write(rows, into: .summaries, or: "REPLACE")
        if rows.isEmpty { return }
        try self.rows(of: .summaryHistory, or: "ABORT").insert(rows) {
            $0.encode(run: run, into: &$1)
        }
    }

    func put(distinctKeys: [Int64: DistinctKeys]) throws {
        let update = try statement(
            "UPDATE product_summary SET distinct_keys = ? WHERE product_key = ?")
        try write(distinctKeys.sorted { $0.key < $1.key }, update) { product, keys in
            update.row.add(blob: keys.bytes)
            update.add(product)
        }
    }

    /// Moves the previous row of a month to the history. A month without remaining reviews keeps
    /// its row, with a count of zero.
    func put(months rows: [MonthSummary], run: Int64) throws {
        if rows.isEmpty { return }
        let areNew =
            lastMonth?.follow(
                rows.lazy.map { WrittenKey(product: $0.productKey, month: $0.key) }) ?? false
        if !areNew {
            let keep = try statement(
                """
                INSERT INTO product_aggregates_history (\(Table.months.list))
                SELECT \(Table.months.list) FROM product_aggregates
                WHERE product_key = ? AND month = ? AND origin = ?
                """)
            try write(rows, keep) { row in
                keep.add(row.productKey)
                keep.add(row.key.month)
                keep.add(row.key.origin.rawValue)
            }
        }
        try self.rows(of: .months, or: "REPLACE").insert(rows) { $0.encode(run: run, into: &$1) }
    }

    func append(readings rows: [ReadingsRow]) throws { try write(rows, into: .readings) }
    func append(lists rows: [ReviewListRow]) throws { try write(rows, into: .reviewLists) }
    func append(themeSums rows: [ThemeSumsRow]) throws { try write(rows, into: .themeSums) }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        if rows.isEmpty { return }
        try write(rows.filter { !$0.isGone }, into: .scopes, or: "REPLACE")
        let gone = try statement("DELETE FROM scope_summary WHERE kind = ? AND id = ?")
        try write(rows.filter(\.isGone), gone) { row in
            gone.add(row.scope.kind.rawValue)
            gone.add(row.scope.id)
        }
        try self.rows(of: .scopeHistory, or: "ABORT").insert(rows) {
            $0.encode(run: run, into: &$1)
        }
    }

    // MARK: Shapes, insights, calls

    func put(shape: ShapeRow) throws { try write([shape], into: .shapes, or: "REPLACE") }

    func put(insights rows: [InsightRow]) throws {
        try write(rows, into: .insights, or: "REPLACE")
        try write(rows, into: .insightHistory)
    }

    func append(themes rows: [ThemeRow]) throws { try write(rows, into: .themes) }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        try writeOnce(rows, into: .themeReviews)
    }

    func append(search segment: SearchSegment, _ parts: [SearchPart]) throws {
        try write([segment], into: .searchSegments)
        try write(parts, into: .searchParts)
        writeBack.note(parts.reduce(0) { $0 + $1.data.count })
    }

    func append(answers: [CachedAnswer]) throws { try write(answers, into: .answers, or: "IGNORE") }

    func append(calls: [ModelCall]) throws { try write(calls, into: .modelCalls) }

    func append(batches: [ModelBatch], _ items: [BatchItem]) throws {
        try write(batches, into: .modelBatches)
        try write(items, into: .batchItems)
    }

    func append(deliveries rows: [DeliveryRow]) throws { try write(rows, into: .deliveries) }

    func append(enrichments: [EnrichmentRow]) throws {
        try write(enrichments, into: .enrichments)
    }
}
