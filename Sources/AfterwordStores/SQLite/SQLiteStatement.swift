import GRDB
import GRDBSQLite

/// A statement prepared through SQLite's C API for repeated use.
final class SQLiteStatement {
    let pointer: OpaquePointer
    private let connection: OpaquePointer
    let sql: String
    /// The place of each result column, by name.
    private let places: [String: Int32]
    private let names: [String]
    /// The place after that of the column asked for last: most rows are read from left to right.
    private var next = 0

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
        var (places, names): ([String: Int32], [String]) = ([:], [])
        for place in 0..<sqlite3_column_count(statement) {
            let name = sqlite3_column_name(statement, place).map { String(cString: $0) } ?? ""
            places[name] = place
            names.append(name)
        }
        (self.places, self.names) = (places, names)
    }

    /// Nil where the result has no such column, because another program changed the schema.
    func place(of column: String) -> Int32? {
        if next < names.count, names[next] == column {
            next += 1
            return Int32(next - 1)
        }
        guard let place = places[column] else { return nil }
        next = Int(place) + 1
        return place
    }

    func name(of place: Int32) -> String {
        sqlite3_column_name(pointer, place).map { String(cString: $0) } ?? ""
    }

    deinit { sqlite3_finalize(pointer) }

    /// The error of a failed step, with SQLite's message and the SQL.
    func fault(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(connection)), sql: sql)
    }
}
