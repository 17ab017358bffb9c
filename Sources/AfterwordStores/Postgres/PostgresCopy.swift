import AfterwordCore
import AfterwordPipeline
import CLibpq

/// Encodes rows in the COPY BINARY format: a header, then for each row the number of its fields,
/// and for each field its length and bytes. The fields without a header also serve as parameters of
/// a `PostgresStatement`.
///
/// Unsafe code: every write goes to memory whose size was checked or grown first. Not thread-safe:
/// one thread owns the encoder, and no callee calls back into it. Exclusivity checking is therefore
/// off; a check per byte takes longer than writing it.
final class PostgresCopy: ColumnSink {
    private let connection: OpaquePointer?
    @exclusivity(unchecked) private var room: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var count = 0
    /// The types of the fields so far; nil while a COPY is encoded.
    @exclusivity(unchecked) private var types: [Oid]?
    /// Buffered bytes after which the buffer is sent to libpq: 256 KiB.
    private static let pieceBytes = 1 << 18

    private static let bool: Oid = 16
    private static let bytea: Oid = 17
    private static let int8: Oid = 20
    private static let text: Oid = 25

    init(_ connection: OpaquePointer) {
        self.connection = connection
        room = .allocate(byteCount: Self.pieceBytes + 1 << 12, alignment: 8)
        append(Array("PGCOPY\n".utf8), [0xFF, 0x0D, 0x0A, 0x00], [UInt8](repeating: 0, count: 8))
    }

    private init() {
        connection = nil
        room = .allocate(byteCount: 1 << 10, alignment: 8)
        types = []
    }

    deinit { room.deallocate() }

    private func append(_ parts: [UInt8]...) {
        for part in parts { part.withUnsafeBytes { write($0) } }
    }

    /// Extends the buffer by `size` bytes and returns their address. The caller must fill them.
    @inline(__always)
    private func take(_ size: Int) -> UnsafeMutableRawPointer {
        if count + size > room.count { grow(size) }
        defer { count += size }
        return room.baseAddress! + count
    }

    private func grow(_ size: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(room.count * 2, count + size), alignment: 8)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<count]))
        room.deallocate()
        room = larger
    }

    @inline(__always)
    private func write(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        take(bytes.count).copyMemory(from: start, byteCount: bytes.count)
    }

    /// The fields of one row as binary parameters, and their types.
    static func parameters(
        _ add: (PostgresCopy) -> Void
    ) -> (fields: [UInt8], types: [Oid]) {
        let row = PostgresCopy()
        add(row)
        return (
            Array(UnsafeRawBufferPointer(rebasing: row.room[..<row.count])), row.types ?? []
        )
    }

    func begin(fields: Int) throws {
        if count >= Self.pieceBytes { try send() }
        append(Int16(fields))
    }

    func add(_ number: Int64?) {
        types?.append(Self.int8)
        guard let number else { return append(Int32(-1)) }
        let place = take(12)
        place.storeBytes(of: Int32(8).bigEndian, as: Int32.self)
        place.storeBytes(of: number.bigEndian, toByteOffset: 4, as: Int64.self)
    }

    func add(_ text: Text?) {
        types?.append(Self.text)
        guard let text else { return append(Int32(-1)) }
        append(text.bytes)
    }

    func add(_ text: String) {
        types?.append(Self.text)
        text.lend { add(bytes: $0) }
    }

    func add(blob bytes: [UInt8]) {
        types?.append(Self.bytea)
        append(bytes)
    }

    func add(flag: Bool?) {
        types?.append(Self.bool)
        guard let flag else { return append(Int32(-1)) }
        append(Int32(1))
        append(UInt8(flag ? 1 : 0))
    }

    func add(text: BorrowedBytes?) {
        guard let text else { return append(Int32(-1)) }
        add(bytes: text)
    }

    func add(bytes: BorrowedBytes) {
        append(Int32(bytes.count))
        write(bytes.address)
    }

    func finish() throws {
        append(Int16(-1))
        try send()
        guard PQputCopyEnd(connection, nil) == 1 else { throw broken }
    }

    private var broken: StoreFault { .unreachable("the connection to the server broke") }

    private func send() throws {
        let sent = PQputCopyData(
            connection, room.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(count))
        guard sent == 1 else { throw broken }
        count = 0
    }

    private func append(_ bytes: [UInt8]) {
        append(Int32(bytes.count))
        bytes.withUnsafeBytes { write($0) }
    }

    private func append<Number: FixedWidthInteger>(_ number: Number) {
        take(MemoryLayout<Number>.size).storeBytes(of: number.bigEndian, as: Number.self)
    }
}
