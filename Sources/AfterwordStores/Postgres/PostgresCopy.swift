import AfterwordCore
import AfterwordPipeline
import CLibpq

/// Writes rows in the format of COPY BINARY: a header, then of each row the number of its fields and of
/// each field its length and bytes.
final class PostgresCopy: ColumnSink {
    private let connection: OpaquePointer
    private var buffer: [UInt8]
    /// Bytes gathered before they go to libpq.
    private static let pieceBytes = 1 << 18

    init(_ connection: OpaquePointer) {
        self.connection = connection
        buffer =
            Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    }

    func begin(fields: Int) throws {
        if buffer.count >= Self.pieceBytes { try send() }
        append(Int16(fields))
    }

    func add(_ number: Int64?) {
        guard let number else { return append(Int32(-1)) }
        append(Int32(8))
        append(number)
    }

    func add(_ text: Text?) {
        guard let text else { return append(Int32(-1)) }
        add(blob: text.bytes)
    }

    func add(_ text: String) { add(blob: Array(text.utf8)) }

    func add(blob bytes: [UInt8]) {
        append(Int32(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    func add(flag: Bool?) {
        guard let flag else { return append(Int32(-1)) }
        append(Int32(1))
        buffer.append(flag ? 1 : 0)
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

    private func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }
}
