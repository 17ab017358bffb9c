import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared statement that is bound and stepped through SQLite's C API, row after row.
///
/// SQLite copies what is bound, so that no pointer outlives its call.
final class SQLiteInsert: ColumnSink {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String
    private var index: Int32 = 0

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

    private func bind(_ number: Int64) {
        index += 1
        sqlite3_bind_int64(statement, index, number)
    }

    func add(_ number: Int64?) {
        if let number { bind(number) } else { bindNull() }
    }

    func add(_ text: Text?) {
        guard let text else { return bindNull() }
        index += 1
        text.bytes.withUnsafeBytes { bytes in
            // An empty array may have no address, which would bind NULL.
            guard let base = bytes.baseAddress else {
                _ = sqlite3_bind_text(statement, index, "", 0, Self.copied)
                return
            }
            _ = sqlite3_bind_text(
                statement, index, base.assumingMemoryBound(to: CChar.self), Int32(bytes.count),
                Self.copied)
        }
    }

    func add(_ text: String) { add(Text(text)) }

    func add(flag: Bool?) { add(flag.map { $0 ? 1 : 0 }) }

    func add(blob bytes: [UInt8]) {
        index += 1
        bytes.withUnsafeBytes { buffer in
            _ =
                buffer.count == 0
                ? sqlite3_bind_zeroblob(statement, index, 0)
                : sqlite3_bind_blob(
                    statement, index, buffer.baseAddress, Int32(buffer.count), Self.copied)
        }
    }

    private func bindNull() {
        index += 1
        sqlite3_bind_null(statement, index)
    }

    /// Runs the statement with what was bound, and makes it ready for the next row.
    func step() throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        index = 0
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: String(cString: sqlite3_errmsg(connection)),
                sql: sql)
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite takes its own copy while it binds.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
