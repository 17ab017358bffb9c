import AfterwordCore
import AfterwordPipeline
import CLibpq

/// Writes rows in the format of COPY BINARY: a header, then of each row the number of its fields and of
/// each field its length and bytes. The fields alone serve as parameters of a `PostgresStatement`.
final class PostgresCopy: ColumnSink {
    private let connection: OpaquePointer?
    private var buffer: [UInt8] = []
    /// The types of the fields so far, where they are asked for.
    private var types: [Oid]?
    /// Bytes gathered before they go to libpq.
    private static let pieceBytes = 1 << 18

    private static let bool: Oid = 16
    private static let bytea: Oid = 17
    private static let int8: Oid = 20
    private static let text: Oid = 25

    init(_ connection: OpaquePointer) {
        self.connection = connection
        buffer =
            Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    }

    private init() {
        connection = nil
        types = []
    }

    /// The fields of one row as parameters.
    static func parameters(
        _ add: (PostgresCopy) -> Void
    ) -> (fields: [UInt8], types: [Oid]) {
        let row = PostgresCopy()
        add(row)
        return (row.buffer, row.types ?? [])
    }

    func begin(fields: Int) throws {
        if buffer.count >= Self.pieceBytes { try send() }
        append(Int16(fields))
    }

    func add(_ number: Int64?) {
        types?.append(Self.int8)
        guard let number else { return append(Int32(-1)) }
        append(Int32(8))
        append(number)
    }

    func add(_ text: Text?) {
        types?.append(Self.text)
        guard let text else { return append(Int32(-1)) }
        append(text.bytes)
    }

    func add(_ text: String) {
        types?.append(Self.text)
        append(Int32(text.utf8.count))
        buffer.append(contentsOf: text.utf8)
    }

    func add(blob bytes: [UInt8]) {
        types?.append(Self.bytea)
        append(bytes)
    }

    func add(flag: Bool?) {
        types?.append(Self.bool)
        guard let flag else { return append(Int32(-1)) }
        append(Int32(1))
        buffer.append(flag ? 1 : 0)
    }

    func add(text: LentBytes?) {
        guard let text else { return append(Int32(-1)) }
        add(bytes: text)
    }

    func add(bytes: LentBytes) {
        append(Int32(bytes.count))
        buffer.append(contentsOf: bytes.address)
    }

    func finish() throws {
        append(Int16(-1))
        try send()
        guard PQputCopyEnd(connection, nil) == 1 else { throw broken }
    }

    private var broken: StoreFault { .unreachable("the connection to the server broke") }

    private func send() throws {
        let sent = buffer.withUnsafeBytes { bytes in
            PQputCopyData(
                connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count))
        }
        guard sent == 1 else { throw broken }
        buffer.removeAll(keepingCapacity: true)
    }

    private func append(_ bytes: [UInt8]) {
        append(Int32(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    private func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }
}
