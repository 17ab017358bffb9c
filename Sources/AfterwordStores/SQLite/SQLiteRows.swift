import AfterwordCore
import GRDB
import GRDBSQLite

/// Rows of one table, bound where their bytes lie and inserted many at a step: to start and end a statement costs as much as half a row.
///
/// Unsafe inside: what is bound without a copy (SQLITE_STATIC) outlives the step that reads it, and every column of a row is bound
/// anew for the next.
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

    /// Inserts so many rows.
    ///
    /// - Parameter bind: Binds the columns of the row of a place, to bytes that stay where they are until this returns.
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

/// The columns of one row after another, bound in their order.
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
        // A buffer without bytes may have no address, which would bind NULL.
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
