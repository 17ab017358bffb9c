import AfterwordCore
import GRDB

/// Inserts rows of one table, `manyRows` per step. Starting and ending a statement costs as much as
/// half a row.
final class SQLiteRows {
    private let one: BoundStatement
    private let many: BoundStatement
    private static let manyRows = 16

    /// - Parameter conflict: What becomes of a row whose key exists: `ABORT` or `REPLACE`.
    init(_ database: Database, _ table: Table, or conflict: String = "ABORT") throws {
        func prepare(_ rows: Int) throws -> BoundStatement {
            let marks = Array(repeating: "(\(table.marks))", count: rows).joined(separator: ", ")
            return try BoundStatement(
                database,
                "INSERT OR \(conflict) INTO \(table.name) (\(table.list)) VALUES \(marks)")
        }
        one = try prepare(1)
        many = try prepare(Self.manyRows)
    }

    /// Inserts rows.
    ///
    /// - Parameter encode: Adds the columns of one row.
    func insert<Row>(_ rows: [Row], _ encode: (Row, inout BoundRow) -> Void) throws {
        // A span gives access to each row without copying it.
        let rows = rows.span
        var place = 0
        while place < rows.count {
            let isMany = place + Self.manyRows <= rows.count
            let statement = isMany ? many : one
            for _ in 0..<(isMany ? Self.manyRows : 1) {
                encode(rows[place], &statement.row)
                place += 1
            }
            try statement.step()
        }
    }

    /// Inserts `count` rows.
    ///
    /// - Parameter encode: Adds the columns of a row, by its place. Bytes that it adds in place
    ///   must stay at their address until `insert` returns.
    func insert(_ count: Int, _ encode: (Int, inout BoundRow) -> Void) throws {
        var place = 0
        while place < count {
            let isMany = place + Self.manyRows <= count
            let statement = isMany ? many : one
            for _ in 0..<(isMany ? Self.manyRows : 1) {
                encode(place, &statement.row)
                place += 1
            }
            try statement.step()
        }
    }
}
