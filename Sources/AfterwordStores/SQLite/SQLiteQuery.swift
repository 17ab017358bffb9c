import AfterwordCore
import AfterwordPipeline
import GRDBSQLite

/// Queries through SQLite's C API, which are fast enough to read every review.
extension BoundStatement {
    /// Passes each row of the query to `take`. The row is valid only during the call.
    func forEach(_ take: (SQLiteRow) throws -> Void) throws {
        try whileBound {
            let row = SQLiteRow(statement)
            defer { sqlite3_reset(statement.pointer) }
            while true {
                let code = sqlite3_step(statement.pointer)
                if code == SQLITE_DONE { return }
                guard code == SQLITE_ROW else { throw statement.fault(code) }
                try take(row)
            }
        }
    }

    func rows<Found>(_ decode: (SQLiteRow) throws -> Found) throws -> [Found] {
        var found: [Found] = []
        try forEach { found.append(try decode($0)) }
        return found
    }
}

/// The row that a statement currently points at. Values are read by column name or, in queries that
/// return every review, by place.
struct SQLiteRow: ColumnRow {
    private let statement: SQLiteStatement

    init(_ statement: SQLiteStatement) { self.statement = statement }

    var question: String { statement.sql }

    /// In a damaged file, a value may have another type than its column.
    private func isOfType(_ type: Int32, _ place: Int32) -> Bool {
        sqlite3_column_type(statement.pointer, place) == type
    }

    // MARK: By place

    private func unreadable(_ place: Int32) -> StoreFault { unreadable(statement.name(of: place)) }

    func number(_ place: Int32) throws -> Int64 {
        guard isOfType(SQLITE_INTEGER, place) else { throw unreadable(place) }
        return sqlite3_column_int64(statement.pointer, place)
    }

    func flag(_ place: Int32) throws -> Bool {
        let number = try number(place)
        guard number == 0 || number == 1 else { throw unreadable(place) }
        return number == 1
    }

    /// A review's key, which contains the key of its product.
    func reviewKey(_ place: Int32) throws -> Int64 {
        let key = try number(place)
        guard KeyLayout.validKeys.contains(key) else { throw unreadable(place) }
        return key
    }

    /// The rating flags of the column `rating_flags`.
    func ratingFlags(_ place: Int32) throws -> (rating: Int64?, hasText: Bool) {
        guard let flags = decode(ratingFlags: try number(place)) else { throw unreadable(place) }
        return flags
    }

    func digest128(_ place: Int32) throws -> Digest128 {
        // Ask for the blob first: the request may convert the value and so change its length.
        let start = sqlite3_column_blob(statement.pointer, place)
        let count = Int(sqlite3_column_bytes(statement.pointer, place))
        guard count == 16, isOfType(SQLITE_BLOB, place) else { throw unreadable(place) }
        return Digest128(BorrowedBytes(UnsafeRawBufferPointer(start: start, count: count)))
    }

    // MARK: By name

    private func place(_ column: String) throws -> Int32 {
        guard let place = statement.place(of: column) else { throw unreadable(column) }
        return place
    }

    func optional(_ column: String) throws -> Int64? {
        let place = try place(column)
        return isOfType(SQLITE_NULL, place) ? nil : try number(place)
    }

    func text(_ column: String) throws -> Text? {
        let place = try place(column)
        if isOfType(SQLITE_NULL, place) { return nil }
        guard isOfType(SQLITE_TEXT, place) else { throw unreadable(place) }
        return Text(bytes(place))
    }

    func lendText(_ column: String, _ take: (BorrowedBytes?) -> Void) throws {
        let place = try place(column)
        if isOfType(SQLITE_NULL, place) { return take(nil) }
        guard isOfType(SQLITE_TEXT, place) else { throw unreadable(place) }
        let start = sqlite3_column_blob(statement.pointer, place)
        let count = Int(sqlite3_column_bytes(statement.pointer, place))
        take(BorrowedBytes(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
    }

    func bytes(_ column: String) throws -> [UInt8] {
        let place = try place(column)
        guard isOfType(SQLITE_BLOB, place) else { throw unreadable(place) }
        return bytes(place)
    }

    private func bytes(_ place: Int32) -> [UInt8] {
        // For a text, these are the stored bytes: every file is encoded in UTF-8.
        guard let start = sqlite3_column_blob(statement.pointer, place) else { return [] }
        let count = Int(sqlite3_column_bytes(statement.pointer, place))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
