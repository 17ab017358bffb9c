import GRDB
import GRDBSQLite

/// A statement prepared for many rows, for SQLite's C API.
final class SQLiteStatement {
    let pointer: OpaquePointer
    private let connection: OpaquePointer
    let sql: String
    /// The places of the columns it answers with.
    private let places: [String: Int32]

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
        pointer = statement
        self.connection = connection
        self.sql = sql
        var places: [String: Int32] = [:]
        for place in 0..<sqlite3_column_count(statement) {
            guard let name = sqlite3_column_name(statement, place) else { continue }
            places[String(cString: name)] = place
        }
        self.places = places
    }

    /// Nil where the answer has no such column: a schema that was changed behind the program's back.
    func place(of column: String) -> Int32? { places[column] }

    func name(of place: Int32) -> String {
        sqlite3_column_name(pointer, place).map { String(cString: $0) } ?? ""
    }

    deinit { sqlite3_finalize(pointer) }

    /// What a step that went wrong is told as.
    func fault(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(connection)), sql: sql)
    }
}
