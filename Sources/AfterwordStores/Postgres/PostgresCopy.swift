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
final class PostgresCopy: RowSink {
    private let connection: OpaquePointer?
    /// Number of fields of a row.
    private let fields: Int
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

    init(_ connection: OpaquePointer, fields: Int) {
        self.connection = connection
        self.fields = fields
        room = .allocate(byteCount: Self.pieceBytes + 1 << 12, alignment: 8)
        // Signature, flags, and the length of the header extension.
        let signature: StaticString = "PGCOPY\n"
        write(signature.borrowed.address)
        append(0xFF0D_0A00 as UInt32)
        append(0 as UInt64)
    }

    private init() {
        connection = nil
        fields = 0
        room = .allocate(byteCount: 1 << 10, alignment: 8)
        types = []
    }

    deinit { room.deallocate() }

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
        _ encode: (inout PostgresCopy) -> Void
    ) -> (fields: [UInt8], types: [Oid]) {
        var row = PostgresCopy()
        encode(&row)
        return (
            Array(UnsafeRawBufferPointer(rebasing: row.room[..<row.count])), row.types ?? []
        )
    }

    func beginRow() throws {
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

    func add(flag: Bool?) {
        types?.append(Self.bool)
        guard let flag else { return append(Int32(-1)) }
        append(Int32(1))
        append(UInt8(flag ? 1 : 0))
    }

    func add(text: BorrowedBytes?) {
        types?.append(Self.text)
        guard let text else { return append(Int32(-1)) }
        append(text)
    }

    func add(blob: BorrowedBytes) {
        types?.append(Self.bytea)
        append(blob)
    }

    func addNullBlob() {
        types?.append(Self.bytea)
        append(Int32(-1))
    }

    // Every value is copied to the buffer.
    func add(copyOfText text: BorrowedBytes) { add(text: text) }
    func add(copyOfBlob bytes: BorrowedBytes) { add(blob: bytes) }

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

    private func append(_ bytes: BorrowedBytes) {
        append(Int32(bytes.count))
        write(bytes.address)
    }

    private func append<Number: FixedWidthInteger>(_ number: Number) {
        take(MemoryLayout<Number>.size).storeBytes(of: number.bigEndian, as: Number.self)
    }
}
