import AfterwordPipeline

/// How a load writes rows: few as parameters, many by COPY, through a temporary table where some
/// may exist already.
extension PostgresLoad {
    /// At most this many rows are sent as parameters, in one round trip; a COPY takes two.
    private static let fewRows = 4

    /// Rows of one table, with how each is encoded.
    struct Rows<Row> {
        var rows: [Row]
        var table: Table
        var encode: (Row, inout PostgresCopy) -> Void
    }

    /// Inserts rows.
    func copy<Row: TableRow>(_ rows: [Row], into table: Table) throws {
        try copy(Rows(rows: rows, table: table) { $0.encode(into: &$1) })
    }

    /// Inserts rows.
    func copy<Row>(_ all: Rows<Row>) throws {
        guard !all.rows.isEmpty else { return }
        let (table, encode) = (all.table, all.encode)
        let insert = { (source: String) in
            "INSERT INTO \(table.name) (\(table.list)) SELECT \(table.list) FROM \(source)"
        }
        if all.rows.count <= Self.fewRows, try sendFew(all, [insert]) != nil { return }
        try connection.copy(into: table) { copy in
            // A span gives access to each row without copying it.
            let rows = all.rows.span
            for index in rows.indices {
                try copy.beginRow()
                encode(rows[index], &copy)
            }
        }
    }

    /// Sends few rows as parameters, in one pipeline that runs each statement of `over` for each
    /// row. Returns nil, without sending anything, where the rows do not fit into one pipeline.
    private func sendFew<Row>(
        _ all: Rows<Row>, _ over: [(String) -> String]
    ) throws -> [PostgresRows]? {
        guard all.rows.count * over.count <= PostgresStatement.pipelineLimit else { return nil }
        let source = "(SELECT \(PostgresStatement.selection(all.table))) AS stage"
        let statements = over.map { $0(source) }
        var byteCount = 0
        var pipeline: [PostgresStatement] = []
        for row in all.rows {
            let parameters = PostgresCopy.parameters { all.encode(row, &$0) }
            byteCount += parameters.fields.count * statements.count
            guard byteCount <= PostgresStatement.pipelineBytes else { return nil }
            pipeline += statements.map { PostgresStatement($0, parameters) }
        }
        return try connection.pipeline(pipeline)
    }

    /// Writes rows that may already exist. Each closure of `over` makes a statement that reads the
    /// rows from the given source, named `stage`. Few rows are sent as parameters, many through a
    /// temporary table.
    ///
    /// - Parameter name: Distinguishes the temporary table from that of other columns.
    @discardableResult
    func stage<Row>(
        _ all: Rows<Row>, as name: String? = nil, over: [(String) -> String]
    ) throws -> [PostgresRows] {
        guard !all.rows.isEmpty else { return [] }
        if let answers = try sendFew(all, over) { return answers }
        let stage = all.table.named("stage_\(name ?? all.table.name)")
        if stages.insert(stage.name).inserted {
            try connection.runAll(
                """
                CREATE TEMPORARY TABLE \(stage.name) ON COMMIT DROP AS
                SELECT \(stage.list) FROM \(all.table.name) WITH NO DATA
                """)
        } else {
            try connection.runAll("TRUNCATE \(stage.name)")
        }
        try connection.copy(into: stage) { copy in
            for row in all.rows {
                try copy.beginRow()
                all.encode(row, &copy)
            }
        }
        return try over.map { try connection.run($0("\(stage.name) AS stage")) }
    }

    /// Upserts rows, without changing the columns `kept` of existing rows. Then deletes the rows of
    /// these keys that match the SQL condition `gone`.
    func upsert<Row: TableRow>(
        _ rows: [Row], into table: Table, kept: [String] = [], gone: String? = nil
    ) throws {
        let put = { (source: String) in
            """
            INSERT INTO \(table.name) (\(table.list)) SELECT \(table.list) FROM \(source)
            ON CONFLICT (\(table.keyColumns.joined(separator: ", "))) DO UPDATE
            SET \(table.replacing(kept: kept))
            """
        }
        let same = table.keyColumns.map { "t.\($0) = stage.\($0)" }.joined(separator: " AND ")
        let remove = gone.map { gone in
            { (source: String) in
                "DELETE FROM \(table.name) t USING \(source) WHERE \(same) AND \(gone)"
            }
        }
        let all = Rows(rows: rows, table: table) { (row: Row, copy) in row.encode(into: &copy) }
        try stage(all, over: [put] + (remove.map { [$0] } ?? []))
    }

    /// Inserts rows whose key does not exist yet, and leaves the existing ones unchanged. Returns
    /// the keys of the inserted rows.
    func insertOnce<Row: TableRow>(_ rows: [Row], into table: Table) throws -> [PostgresRow] {
        let insert = { (source: String) in
            """
            INSERT INTO \(table.name) (\(table.list)) SELECT \(table.list) FROM \(source)
            ON CONFLICT DO NOTHING RETURNING \(table.keyColumns.joined(separator: ", "))
            """
        }
        let all = Rows(rows: rows, table: table) { (row: Row, copy) in row.encode(into: &copy) }
        return try stage(all, over: [insert]).flatMap { $0.map { $0 } }
    }

    /// Whether all these rows are new: this is the first load, and in key order the rows come after
    /// every row that the load has written to the table.
    func areNew<Row>(_ rows: [Row], in table: Table, _ key: (Row) -> WrittenKey) -> Bool {
        lastWritten?[table.name, default: WrittenKey(product: 0)].follow(rows.lazy.map(key))
            ?? false
    }
}
