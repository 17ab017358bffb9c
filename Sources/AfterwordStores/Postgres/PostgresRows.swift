import AfterwordCore
import AfterwordPipeline
import CLibpq

/// The columns of a result, place by name, and the query that produced it.
struct PostgresColumns {
    let places: [String: Int]
    let question: String

    init(_ places: [String: Int], _ question: String) {
        self.places = places
        self.question = question
    }

    func name(of place: Int) -> String { places.first { $0.value == place }?.key ?? "" }
}

/// Decodes values of our column types from the wire format.
private enum PostgresValue {
    /// An integer of 2, 4 or 8 bytes, big-endian, or a boolean of one byte; nil for any other
    /// length.
    static func number(_ bytes: some Collection<UInt8>) -> Int64? {
        guard [1, 2, 4, 8].contains(bytes.count), let first = bytes.first else { return nil }
        let isNegative = bytes.count > 1 && first & 0x80 != 0
        return bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }
}

/// The rows of a result, in binary. Owns libpq's memory, which lives as long as a row refers to it.
package final class PostgresRows {
    private let result: OpaquePointer?
    let columns: PostgresColumns
    let count: Int

    init(_ result: OpaquePointer?, _ question: String) {
        self.result = result
        count = Int(PQntuples(result))
        var places: [String: Int] = [:]
        for index in 0..<PQnfields(result) {
            places[String(cString: PQfname(result, index))] = Int(index)
        }
        columns = PostgresColumns(places, question)
    }

    deinit { PQclear(result) }

    func map<Value>(_ decode: (PostgresRow) throws -> Value) rethrows -> [Value] {
        try (0..<count).map { try decode(PostgresRow(rows: self, row: Int32($0))) }
    }

    /// One column of all rows, as text.
    package func lines(_ column: String) throws -> [String] { try map { try $0.string(column) } }

    package var first: PostgresRow? { count > 0 ? PostgresRow(rows: self, row: 0) : nil }

    /// The bytes of a value; nil for NULL.
    fileprivate func bytes(_ row: Int32, _ column: Int) -> [UInt8]? {
        let column = Int32(column)
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return Array(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length))
    }
}

/// One row. Values are read by column name or, in queries that return many reviews, by place.
package struct PostgresRow: ColumnRow {
    fileprivate let rows: PostgresRows
    fileprivate let row: Int32

    var question: String { rows.columns.question }

    // MARK: By place

    private func value(_ place: Int) throws -> [UInt8] {
        guard let bytes = rows.bytes(row, place) else {
            throw unreadable(rows.columns.name(of: place))
        }
        return bytes
    }

    func number(_ place: Int) throws -> Int64 {
        guard let number = PostgresValue.number(try value(place)) else {
            throw unreadable(rows.columns.name(of: place))
        }
        return number
    }

    func reviewKey(_ place: Int) throws -> Int64 {
        let key = try number(place)
        guard KeyLayout.validKeys.contains(key) else {
            throw unreadable(rows.columns.name(of: place))
        }
        return key
    }

    func digest128(_ place: Int) throws -> Digest128 {
        let bytes = try value(place)
        guard bytes.count == 16 else { throw unreadable(rows.columns.name(of: place)) }
        return Digest128(bytes)
    }

    // MARK: By name

    private func value(_ column: String) throws -> [UInt8]? {
        guard let place = rows.columns.places[column] else { throw unreadable(column) }
        return rows.bytes(row, place)
    }

    package func optional(_ column: String) throws -> Int64? {
        guard let bytes = try value(column) else { return nil }
        guard let number = PostgresValue.number(bytes) else { throw unreadable(column) }
        return number
    }
    func bytes(_ column: String) throws -> [UInt8] {
        guard let bytes = try value(column) else { throw unreadable(column) }
        return bytes
    }
    func text(_ column: String) throws -> Text? { try value(column).map { Text($0) } }
    package func number(_ column: String) throws -> Int64 {
        guard let number = try optional(column) else { throw unreadable(column) }
        return number
    }
}

/// The server sent a COPY stream that cannot be parsed.
private let badCopy = StoreFault.failed("the server sent a COPY that cannot be read")

/// One row of a COPY BINARY that the server sends.
struct PostgresCopiedRow: ColumnRow {
    private let message: [UInt8]
    private let columns: PostgresColumns
    private let fields: [Range<Int>?]

    var question: String { columns.question }

    /// The rows of one message. The first message begins with a header; the last one ends with a
    /// trailer.
    static func each(
        in message: [UInt8], hasHeader: Bool, _ columns: PostgresColumns,
        _ body: (PostgresCopiedRow) throws -> Void
    ) throws {
        func number(_ start: Int, _ length: Int) throws -> Int {
            guard start >= 0, start + length <= message.count,
                let number = PostgresValue.number(message[start..<start + length])
            else { throw badCopy }
            return Int(number)
        }
        // Signature (11 bytes), flags (4), and the length of the header extension (4).
        var offset = hasHeader ? 19 + (try number(15, 4)) : 0
        while offset < message.count {
            let count = try number(offset, 2)
            offset += 2
            if count < 0 { return }
            var fields: [Range<Int>?] = []
            fields.reserveCapacity(count)
            for _ in 0..<count {
                let length = try number(offset, 4)
                offset += 4
                guard length <= message.count - offset else { throw badCopy }
                fields.append(length < 0 ? nil : offset..<offset + length)
                offset += max(length, 0)
            }
            try body(PostgresCopiedRow(message: message, columns: columns, fields: fields))
        }
    }

    private func value(_ column: String) throws -> ArraySlice<UInt8>? {
        guard let index = columns.places[column], index < fields.count else {
            throw unreadable(column)
        }
        return fields[index].map { message[$0] }
    }

    func optional(_ column: String) throws -> Int64? {
        guard let bytes = try value(column) else { return nil }
        guard let number = PostgresValue.number(bytes) else { throw unreadable(column) }
        return number
    }
    func bytes(_ column: String) throws -> [UInt8] {
        guard let bytes = try value(column) else { throw unreadable(column) }
        return Array(bytes)
    }
    func text(_ column: String) throws -> Text? { try value(column).map { Text(Array($0)) } }
}

/// Reads the fields of a COPY BINARY in place, without copying them: for queries over all reviews.
///
/// The message must outlive this value.
struct PostgresFields {
    private let message: UnsafeRawBufferPointer
    private let question: String
    private var offset = 0

    init(_ message: UnsafeRawBufferPointer, hasHeader: Bool, _ question: String) throws {
        self.message = message
        self.question = question
        // Signature (11 bytes), flags (4), and the length of the header extension (4).
        if hasHeader { offset = 19 + Int(try read(Int32.self, at: 15)) }
    }

    private func read<Number: FixedWidthInteger>(
        _: Number.Type, at place: Int
    ) throws -> Number {
        guard place >= 0, place <= message.count - MemoryLayout<Number>.size else { throw badCopy }
        return Number(bigEndian: message.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    /// Moves to the first field of the next row; returns false after the last row.
    mutating func beginRow() throws -> Bool {
        guard offset < message.count, try read(Int16.self, at: offset) >= 0 else { return false }
        offset += 2
        return true
    }

    /// The bytes of the next field, which must not be NULL.
    private mutating func next(_ column: StaticString) throws -> UnsafeRawBufferPointer {
        let length = Int(try read(Int32.self, at: offset))
        offset += 4
        guard length >= 0 else { throw unreadable(column) }
        guard length <= message.count - offset else { throw badCopy }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: message[offset..<offset + length])
    }

    private func unreadable(_ column: StaticString) -> StoreFault {
        let column = "\(column)"
        return .unreadable(table: Table.name(ofColumn: column, in: question), column: column)
    }

    /// An integer of 8 bytes.
    private mutating func number(_ column: StaticString) throws -> Int64 {
        let field = try next(column)
        guard field.count == 8 else { throw unreadable(column) }
        return Int64(bigEndian: field.loadUnaligned(as: Int64.self))
    }

    private mutating func flag(_ column: StaticString) throws -> Bool {
        let field = try next(column)
        guard field.count == 1 else { throw unreadable(column) }
        return field[0] != 0
    }

    private mutating func digest128(_ column: StaticString) throws -> Digest128 {
        let field = try next(column)
        guard field.count == 16 else { throw unreadable(column) }
        return Digest128(BorrowedBytes(field))
    }

    /// A row of `Queries.currentPayloads`.
    mutating func currentPayload() throws -> CurrentPayload {
        let key = try number("review_key")
        guard KeyLayout.validKeys.contains(key) else { throw unreadable("review_key") }
        let identity = try digest128("identity_digest")
        let payload = try digest128("payload_digest")
        let isIdentifiedByContent = try flag("identity_kind")
        let isLive = try flag("is_live")
        guard let flags = decode(ratingFlags: try number("rating_flags")) else {
            throw unreadable("rating_flags")
        }
        return CurrentPayload(
            reviewKey: key, productKey: productKey(ofReview: key), identity: identity,
            payload: payload, isIdentifiedByContent: isIdentifiedByContent, isLive: isLive,
            rating: flags.rating, hasText: flags.hasText)
    }
}
