import AfterwordCore
import GRDB
import GRDBSQLite

/// Inserts rows of one table, `manyRows` per step, with values bound in place. Starting and ending
/// a statement costs as much as half a row.
///
/// Unsafe code: values are bound without a copy (SQLITE_STATIC). The bound bytes outlive the step
/// that reads them, and each row binds every column again.
final class SQLiteRows {
    private let one: SQLiteStatement
    private let many: SQLiteStatement
    private static let manyRows = 16

    init(_ database: Database, _ table: String, _ columns: String) throws {
        let row = "(\(Columns.marks(columns)))"
        func prepare(_ rows: Int) throws -> SQLiteStatement {
            let marks = Array(repeating: row, count: rows).joined(separator: ", ")
            return try SQLiteStatement(
                database, "INSERT INTO \(table) (\(columns)) VALUES \(marks)")
        }
        one = try prepare(1)
        many = try prepare(Self.manyRows)
    }

    /// Inserts `count` rows.
    ///
    /// - Parameter bind: Binds the columns of one row. The bound bytes must stay at their address
    ///   until `insert` returns.
    func insert(_ count: Int, _ bind: (Int, inout BoundRow) -> Void) throws {
        var place = 0
        while place < count {
            let isMany = place + Self.manyRows <= count
            let statement = isMany ? many : one
            var row = BoundRow(statement)
            for _ in 0..<(isMany ? Self.manyRows : 1) {
                bind(place, &row)
                place += 1
            }
            try statement.stepOnce()
        }
    }
}

/// Binds the columns of consecutive rows, in order.
struct BoundRow {
    private let pointer: OpaquePointer
    private var index: Int32 = 0

    fileprivate init(_ statement: SQLiteStatement) { pointer = statement.pointer }

    mutating func add(_ number: Int64) {
        index += 1
        sqlite3_bind_int64(pointer, index, number)
    }

    mutating func add(optional number: Int64?) {
        if let number { add(number) } else { addNull() }
    }

    mutating func addNull() {
        index += 1
        sqlite3_bind_null(pointer, index)
    }

    mutating func add(text: BorrowedBytes) {
        index += 1
        // The address of an empty buffer may be null, which would bind NULL.
        guard let start = text.address.baseAddress else {
            sqlite3_bind_text(pointer, index, "", 0, nil)
            return
        }
        sqlite3_bind_text(
            pointer, index, start.assumingMemoryBound(to: CChar.self), Int32(text.count), nil)
    }

    mutating func add(word: StaticString) { add(text: word.lent) }

    mutating func add(blob: BorrowedBytes) {
        index += 1
        guard let start = blob.address.baseAddress else {
            sqlite3_bind_zeroblob(pointer, index, 0)
            return
        }
        sqlite3_bind_blob(pointer, index, start, Int32(blob.count), nil)
    }
}
