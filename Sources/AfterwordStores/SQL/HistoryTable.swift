import AfterwordCore
import AfterwordPipeline

/// A table of an export: columns as those of a view for analysts, of the rows that one run added.
/// The type of each column is that of the stored one, from its table's description.
struct HistoryTable {
    var view: ReportView
    /// The tables in the view's SQL, by their aliases.
    var tables: [String: Table]
    /// The column with the run that added a row.
    var run: String
    /// The columns by which the rows are ordered.
    var order: String
    /// Columns that are NULL where a row is of nothing that has them.
    var nullable: Set<String> = []
    /// Conditions beside that of the run, each with AND before it.
    var conditions = ""
    /// What stands inside the SQL for a condition on the run of the history `h`.
    static let ofRun = ":h"
    /// What begins a mark, up to a parenthesis, for a condition on the key of a product: a run
    /// after the first changed reviews of it.
    static let changed = ":changed("

    /// The table with the columns of a version.
    func asOf(version: Int64) -> HistoryTable {
        var table = self
        table.view.columns.removeAll { $0.since > version }
        return table
    }

    /// The table as the port names it.
    var runTable: RunTable {
        RunTable(
            name: view.name, comment: view.comment,
            fields: view.columns.map { column in
                let (type, isNullable) = form(of: column.expression)
                return ArrowField(
                    column.name, type, isNullable: isNullable || nullable.contains(column.name),
                    comment: column.comment)
            })
    }

    /// The query for the rows of a run. Values are as stored: an average is its sum and its count.
    func question(run: Int64) -> String {
        let columns = view.columns.flatMap { column -> [String] in
            switch column.expression {
            case .mean(let part, let whole), .share(let part, let whole):
                return ["\(part) AS \(column.name)", "\(whole) AS \(column.name)_of"]
            case .instantOf(let stored, let origin, let word):
                return ["CASE WHEN \(origin) = '\(word)' THEN \(stored) END AS \(column.name)"]
            case .plain(let stored), .instant(let stored), .digest(let stored), .stars(let stored),
                .millionths(let stored), .dollars(let stored), .fields(let stored):
                return ["\(stored) AS \(column.name)"]
            }
        }
        let rest = """
            \(view.source) WHERE \(Self.condition(self.run, is: run))\(conditions) \
            ORDER BY \(order)
            """
        return "SELECT \(columns.joined(separator: ", ")) "
            + Self.settled(rest, run).replacing(
                Self.ofRun, with: Self.condition("h.run", is: run))
    }

    /// The SQL with the marks for changed products replaced; the first run changed all.
    private static func settled(_ sql: String, _ run: Int64) -> String {
        let parts = sql.split(separator: changed, omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts[0])) { before, part in
            let key = part.prefix { $0 != ")" }
            let condition = """
                AND \(key) IN (SELECT \(KeyLayout.product(ofReview: "h.review_key")) \
                FROM product_reviews_history h WHERE \(ofRun))
                """
            return before + (run > 1 ? condition : "") + part.dropFirst(key.count + 1)
        }
    }

    /// A condition for one run. The history has an index of all runs but the first, which SQLite
    /// uses only where the condition says that it is none.
    private static func condition(_ column: String, is run: Int64) -> String {
        "\(column) = \(run)" + (run > 1 ? " AND \(column) > 1" : "")
    }

    private func form(
        of expression: ReportView.Expression
    ) -> (type: ArrowType, isNullable: Bool) {
        switch expression {
        case .plain(let name):
            let column = column(name)
            return (Self.type(column?.kind), column?.isOptional ?? false)
        case .instant(let name): return (.instant, column(name)?.isOptional ?? false)
        case .digest(let name): return (.text, column(name)?.isOptional ?? false)
        case .fields: return (.text, false)
        case .instantOf: return (.instant, true)
        case .stars(let name):
            return (.decimal(precision: 3, scale: 1), column(name)?.isOptional ?? false)
        case .mean: return (.decimal(precision: 5, scale: 3), true)
        case .share: return (.decimal(precision: 7, scale: 6), true)
        case .millionths(let name):
            return (.decimal(precision: 18, scale: 6), column(name)?.isOptional ?? false)
        case .dollars(let name):
            return (.decimal(precision: 18, scale: 9), column(name)?.isOptional ?? false)
        }
    }

    /// The stored column that an expression `alias.column` names; nil for a computed one, which is
    /// a number.
    private func column(_ name: String) -> Column? {
        if Self.isReviewID(name) {
            return Table.currentReviews.columns.first { $0.name == "review_id" }
        }
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2, let table = tables[parts[0]] else { return nil }
        return table.columns.first { $0.sqlName == parts[1] }
    }

    private static func type(_ kind: Column.Kind?) -> ArrowType {
        switch kind {
        case .number, nil: .number
        case .flag: .flag
        case .text: .text
        case .blob: .bytes
        }
    }
}

extension HistoryTable {
    /// Appends a row of the query to a batch.
    func append(_ row: any ColumnRow, to batch: inout ArrowBatch) throws {
        for (place, column) in view.columns.enumerated() {
            let name = column.name
            switch column.expression {
            case .mean(_, _): try appendRatio(row, name, times: 100, to: &batch.columns[place])
            case .share: try appendRatio(row, name, times: 1_000_000, to: &batch.columns[place])
            case .fields:
                let fields = FieldSet(rawValue: try row.number(name))
                fields.names.joined(separator: " ").lend { batch.columns[place].append($0) }
            case .digest:
                hexadecimal(try row.bytes(name)).lend { batch.columns[place].append($0) }
            case .plain, .instant, .instantOf, .stars, .millionths, .dollars:
                switch batch.columns[place].type {
                case .text: try row.lendText(name) { batch.columns[place].append($0) }
                case .bytes: try row.bytes(name).lend { batch.columns[place].append($0) }
                case .number, .flag, .instant, .decimal:
                    batch.columns[place].append(try row.optional(name))
                }
            }
        }
    }

    /// Appends a part divided by a whole, rounded; NULL where the whole is zero.
    private func appendRatio(
        _ row: any ColumnRow, _ name: String, times: Int64, to column: inout ArrowColumn
    ) throws {
        let (part, whole) = (try row.sum(name), try row.sum(name + "_of"))
        guard whole > 0 else { return column.append(nil as Int64?) }
        let (scaled, isTooGreat) = part.multipliedReportingOverflow(by: times)
        guard !isTooGreat else { throw row.unreadable(name) }
        column.append((scaled + whole / 2) / whole)
    }
}

extension SQLReader: RunTableReader {
    func runTables(columns version: Int64) -> [RunTable] {
        HistoryTable.all.map { $0.asOf(version: version).runTable }
    }

    var newestColumns: Int64 { Int64(ReportView.version) }

    func forEachBatch(
        of table: RunTable, run: Int64, rows: Int, _ take: (ArrowBatch) throws -> Void
    ) throws {
        guard var own = HistoryTable.all.first(where: { $0.view.name == table.name }) else {
            preconditionFailure("a table of an export is one of this reader")
        }
        let names = Set(table.fields.map(\.name))
        own.view.columns.removeAll { !names.contains($0.name) }
        var batch = ArrowBatch(table.fields)
        // Without values a query passes its rows as they come, and nothing is kept of them.
        _ = try session.rows(own.question(run: run), []) { row in
            try own.append(row, to: &batch)
            guard batch.rowCount >= rows || batch.byteCount >= BatchLimit.bytes else { return }
            try take(batch)
            batch.removeAll()
        }
        if batch.rowCount > 0 { try take(batch) }
    }
}
