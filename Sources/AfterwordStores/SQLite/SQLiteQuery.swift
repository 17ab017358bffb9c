import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared question about a range of keys, read through SQLite's C API by the places of its columns: for what is asked of every review.
final class SQLiteQuery {
    private let statement: SQLiteStatement

    init(_ database: Database, _ sql: String) throws {
        statement = try SQLiteStatement(database, sql)
    }

    /// A row while it is stood on.
    struct Row {
        fileprivate let statement: OpaquePointer

        func number(_ place: Int32) -> Int64 { sqlite3_column_int64(statement, place) }

        func optional(_ place: Int32) -> Int64? {
            sqlite3_column_type(statement, place) == SQLITE_NULL ? nil : number(place)
        }

        func digest128(_ place: Int32) -> Digest128 {
            let count = Int(sqlite3_column_bytes(statement, place))
            let start = sqlite3_column_blob(statement, place)
            return Digest128(LentBytes(UnsafeRawBufferPointer(start: start, count: count)))
        }

        func bytes(_ place: Int32) -> [UInt8] {
            let count = Int(sqlite3_column_bytes(statement, place))
            guard let start = sqlite3_column_blob(statement, place) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    func forEach(_ first: Int64, _ last: Int64, _ take: (Row) -> Void) throws {
        sqlite3_bind_int64(statement.pointer, 1, first)
        sqlite3_bind_int64(statement.pointer, 2, last)
        try forEach(take)
    }

    /// The rows of a question without keys.
    func forEach(_ take: (Row) -> Void) throws {
        defer { sqlite3_reset(statement.pointer) }
        while true {
            let code = sqlite3_step(statement.pointer)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw statement.fault(code) }
            take(Row(statement: statement.pointer))
        }
    }
}
