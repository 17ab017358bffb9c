import AfterwordCore
import GRDB
import GRDBSQLite

/// A prepared statement whose parameters are bound in order, through SQLite's C API.
///
/// Not thread-safe. A step binds every parameter again.
final class BoundStatement {
    let statement: SQLiteStatement
    /// The parameters of the next step.
    var row: BoundRow

    init(_ database: Database, _ sql: String) throws {
        statement = try SQLiteStatement(database, sql)
        row = BoundRow(statement)
    }

    func add(_ number: Int64?) { row.add(number) }
    func add(_ instant: Instant) { row.add(instant) }
    func add(_ text: Text?) { row.add(text) }
    func add(_ text: String) { row.add(text) }
    func add(_ digest: Digest128) { row.add(digest) }
    func add(_ digest: Digest256) { row.add(digest) }

    /// Runs the statement once with the values added, then resets it.
    ///
    /// - Throws: `DatabaseError` where the step fails.
    func step() throws {
        try whileBound {
            let code = sqlite3_step(statement.pointer)
            sqlite3_reset(statement.pointer)
            guard code == SQLITE_DONE || code == SQLITE_ROW else { throw statement.fault(code) }
        }
    }

    /// Runs `body` while the added values are bound, then begins the next row.
    func whileBound(_ body: () throws -> Void) throws {
        defer { row.restart() }
        try body()
    }
}

/// Binds the columns of consecutive rows, in order: the sink of SQLite.
///
/// Unsafe code: bytes are bound without a copy inside SQLite (SQLITE_STATIC). Bytes that outlive
/// the step are bound in place; all others are copied to `copies`, which keeps them until the next
/// row begins after the step.
struct BoundRow: RowSink {
    private let pointer: OpaquePointer
    private let copies = BoundCopies()
    private var index: Int32 = 0

    fileprivate init(_ statement: SQLiteStatement) { pointer = statement.pointer }

    fileprivate mutating func restart() {
        index = 0
        copies.removeAll()
    }

    mutating func add(_ number: Int64?) {
        index += 1
        if let number {
            sqlite3_bind_int64(pointer, index, number)
        } else {
            sqlite3_bind_null(pointer, index)
        }
    }

    mutating func add(flag: Bool?) { add(flag.map { $0 ? 1 : 0 }) }

    mutating func add(text: BorrowedBytes?) {
        guard let text else { return add(nil as Int64?) }
        index += 1
        // The address of an empty buffer may be null, which would bind NULL.
        guard let start = text.address.baseAddress else {
            sqlite3_bind_text(pointer, index, "", 0, nil)
            return
        }
        sqlite3_bind_text(
            pointer, index, start.assumingMemoryBound(to: CChar.self), Int32(text.count), nil)
    }

    mutating func add(blob: BorrowedBytes) {
        index += 1
        guard let start = blob.address.baseAddress else {
            sqlite3_bind_zeroblob(pointer, index, 0)
            return
        }
        sqlite3_bind_blob(pointer, index, start, Int32(blob.count), nil)
    }

    mutating func addNullBlob() { add(nil as Int64?) }

    mutating func add(copyOfText text: BorrowedBytes) { add(text: copies.copy(text)) }
    mutating func add(copyOfBlob bytes: BorrowedBytes) { add(blob: copies.copy(bytes)) }
}
