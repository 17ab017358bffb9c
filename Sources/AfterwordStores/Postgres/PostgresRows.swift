import AfterwordCore
import CLibpq

/// The rows of a result, in binary; lives as long as its rows are read.
package final class PostgresRows {
    private let result: OpaquePointer?
    private let columns: [String: Int32]
    let count: Int

    init(_ result: OpaquePointer?) {
        self.result = result
        count = Int(PQntuples(result))
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(result) {
            columns[String(cString: PQfname(result, index))] = index
        }
        self.columns = columns
    }

    deinit { PQclear(result) }

    func map<Value>(_ decode: (PostgresRow) throws -> Value) rethrows -> [Value] {
        try (0..<count).map { try decode(PostgresRow(rows: self, row: Int32($0))) }
    }

    package var first: PostgresRow? { count > 0 ? PostgresRow(rows: self, row: 0) : nil }

    /// The bytes of a value; nil for NULL.
    fileprivate func bytes(_ row: Int32, _ column: String) -> [UInt8]? {
        guard let index = columns[column] else {
            preconditionFailure("no column is called \(column)")
        }
        guard PQgetisnull(result, row, index) == 0 else { return nil }
        let length = Int(PQgetlength(result, row, index))
        return Array(UnsafeRawBufferPointer(start: PQgetvalue(result, row, index), count: length))
    }
}

/// One row: values by the names of their columns.
package struct PostgresRow: ColumnRow {
    fileprivate let rows: PostgresRows
    fileprivate let row: Int32

    package func optional(_ column: String) -> Int64? {
        // Integers of 2, 4 and 8 bytes, big-endian, and booleans of one.
        rows.bytes(row, column).map { bytes in
            let negative = bytes.count > 1 && bytes[0] & 0x80 != 0
            return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
        }
    }
    func bytes(_ column: String) -> [UInt8] { rows.bytes(row, column) ?? [] }
    func text(_ column: String) -> Text? { rows.bytes(row, column).map { Text($0) } }
    package func number(_ column: String) -> Int64 { optional(column) ?? 0 }
}
