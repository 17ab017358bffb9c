import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared question about one key, read through SQLite's C API by the places of its columns: for what is asked of every review.
final class SQLiteQuery {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else {
            preconditionFailure("a database in use has a connection")
        }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql)
        }
        self.statement = statement
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(statement) }

    /// A row while it is stood on.
    struct Row {
        fileprivate let statement: OpaquePointer

        func number(_ place: Int32) -> Int64 { sqlite3_column_int64(statement, place) }

        func bytes(_ place: Int32) -> [UInt8] {
            let count = Int(sqlite3_column_bytes(statement, place))
            guard let start = sqlite3_column_blob(statement, place) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    func forEach(_ key: Int64, _ take: (Row) -> Void) throws {
        sqlite3_bind_int64(statement, 1, key)
        defer { sqlite3_reset(statement) }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else {
                throw DatabaseError(
                    resultCode: ResultCode(rawValue: code),
                    message: String(cString: sqlite3_errmsg(connection)), sql: sql)
            }
            take(Row(statement: statement))
        }
    }
}
