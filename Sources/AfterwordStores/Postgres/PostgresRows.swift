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

    /// A whole number of eight bytes by the place of its column, or a boolean of one: for what is asked of every review.
    func number(_ row: Int32, _ column: Int32) -> Int64 {
        let value = UnsafeRawPointer(PQgetvalue(result, row, column)!)
        return PQgetlength(result, row, column) == 1
            ? Int64(value.load(as: UInt8.self))
            : Int64(bigEndian: value.loadUnaligned(as: Int64.self))
    }

    /// The bytes of a value by the place of its column.
    func bytes(_ row: Int32, _ column: Int32) -> [UInt8] {
        Array(
            UnsafeRawBufferPointer(
                start: PQgetvalue(result, row, column),
                count: Int(PQgetlength(result, row, column))))
    }

    /// One column of all rows, as text.
    package func lines(_ column: String) -> [String] { map { $0.string(column) } }

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

/// One row of COPY BINARY on its way out.
struct PostgresCopiedRow: ColumnRow {
    private let message: [UInt8]
    private let columns: [String: Int]
    private let fields: [Range<Int>?]

    /// The rows of a message, after the header that the first one begins with, up to the trailer of the last.
    static func each(
        in message: [UInt8], hasHeader: Bool, _ columns: [String: Int],
        _ body: (PostgresCopiedRow) -> Void
    ) {
        func number(_ start: Int, _ length: Int) -> Int {
            let negative = message[start] & 0x80 != 0
            return message[start..<start + length].reduce(negative ? -1 : 0) { $0 << 8 | Int($1) }
        }
        // Eleven bytes of signature, four of flags, four of the length of what an extension adds.
        var offset = hasHeader ? 19 + number(15, 4) : 0
        while offset < message.count {
            let count = number(offset, 2)
            offset += 2
            if count < 0 { return }
            var fields: [Range<Int>?] = []
            fields.reserveCapacity(count)
            for _ in 0..<count {
                let length = number(offset, 4)
                offset += 4
                fields.append(length < 0 ? nil : offset..<offset + length)
                offset += max(length, 0)
            }
            body(PostgresCopiedRow(message: message, columns: columns, fields: fields))
        }
    }

    private func value(_ column: String) -> ArraySlice<UInt8>? {
        guard let index = columns[column] else {
            preconditionFailure("no column is called \(column)")
        }
        return fields[index].map { message[$0] }
    }

    func optional(_ column: String) -> Int64? {
        value(column).map { bytes in
            let negative = bytes.count > 1 && bytes.first.map { $0 & 0x80 != 0 } ?? false
            return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
        }
    }
    func bytes(_ column: String) -> [UInt8] { value(column).map(Array.init) ?? [] }
    func text(_ column: String) -> Text? { value(column).map { Text(Array($0)) } }
}

/// The fields of COPY BINARY one after another, where they lie: for what is asked of every review.
struct PostgresFields {
    private let message: UnsafeRawBufferPointer
    private var offset = 0

    init(_ message: UnsafeRawBufferPointer, hasHeader: Bool) {
        self.message = message
        // Eleven bytes of signature, four of flags, four of the length of what an extension adds.
        if hasHeader { offset = 19 + Int(read(Int32.self, at: 15)) }
    }

    private func read<Number: FixedWidthInteger>(_: Number.Type, at place: Int) -> Number {
        Number(bigEndian: message.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    /// Stands on the first field of the next row; false where none follows.
    mutating func beginRow() -> Bool {
        guard offset < message.count, read(Int16.self, at: offset) >= 0 else { return false }
        offset += 2
        return true
    }

    private mutating func next() -> UnsafeRawBufferPointer? {
        let length = Int(read(Int32.self, at: offset))
        offset += 4
        guard length >= 0 else { return nil }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: message[offset..<offset + length])
    }

    /// A whole number of eight bytes, or a boolean of one; nil for NULL.
    mutating func number() -> Int64? {
        next().map { field in
            field.count == 1
                ? Int64(field[0])
                : Int64(bigEndian: field.loadUnaligned(as: Int64.self))
        }
    }

    mutating func digest128() -> Digest128 {
        Digest128(LentBytes(next() ?? UnsafeRawBufferPointer(start: nil, count: 0)))
    }
}
