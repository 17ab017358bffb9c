import AfterwordCore
import GRDBSQLite

/// Asking through SQLite's C API: what is asked of every review would take too long otherwise.
extension BoundStatement {
    /// The rows of a question, each while it is stood on.
    func forEach(_ take: (SQLiteRow) -> Void) throws {
        try whileBound {
            let row = SQLiteRow(statement)
            defer { sqlite3_reset(statement.pointer) }
            while true {
                let code = sqlite3_step(statement.pointer)
                if code == SQLITE_DONE { return }
                guard code == SQLITE_ROW else { throw statement.fault(code) }
                take(row)
            }
        }
    }

    func rows<Found>(_ decode: (SQLiteRow) -> Found) throws -> [Found] {
        var found: [Found] = []
        try forEach { found.append(decode($0)) }
        return found
    }
}

/// The row that a statement stands on: values by the names of their columns or, for what is asked of every review, by their places.
struct SQLiteRow: ColumnRow {
    private let statement: SQLiteStatement

    init(_ statement: SQLiteStatement) { self.statement = statement }

    // MARK: By place

    func number(_ place: Int32) -> Int64 { sqlite3_column_int64(statement.pointer, place) }

    func digest128(_ place: Int32) -> Digest128 {
        // The blob first: to ask for it may change how many bytes it has.
        let start = sqlite3_column_blob(statement.pointer, place)
        let count = Int(sqlite3_column_bytes(statement.pointer, place))
        return Digest128(LentBytes(UnsafeRawBufferPointer(start: start, count: count)))
    }

    // MARK: By name

    private func isNull(_ place: Int32) -> Bool {
        sqlite3_column_type(statement.pointer, place) == SQLITE_NULL
    }

    func optional(_ column: String) -> Int64? {
        let place = statement.place(of: column)
        return isNull(place) ? nil : number(place)
    }

    func text(_ column: String) -> Text? {
        let place = statement.place(of: column)
        return isNull(place) ? nil : Text(bytes(place))
    }

    func bytes(_ column: String) -> [UInt8] { bytes(statement.place(of: column)) }

    private func bytes(_ place: Int32) -> [UInt8] {
        // Of a text these are its bytes as they are kept: every file is in UTF-8.
        guard let start = sqlite3_column_blob(statement.pointer, place) else { return [] }
        let count = Int(sqlite3_column_bytes(statement.pointer, place))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
