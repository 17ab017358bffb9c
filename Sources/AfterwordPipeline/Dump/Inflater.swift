import CZlib

/// Inflates a stream of concatenated gzip members, or one raw stream of deflate, as its bytes
/// arrive. Not thread-safe.
///
/// zlib's state is at a fixed address, owned by this class alone.
final class Inflater {
    /// Damaged data, or more inflated bytes than `ratioLimit` allows.
    enum Fault: Error, Equatable { case damaged, ratio }

    /// Inflated bytes allowed for each compressed byte, and 1 MiB allowed in any case.
    static let ratioLimit = 200
    static let ratioAllowance = 1 << 20

    private let isRaw: Bool
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var read = 0
    private var written = 0
    /// Whether a member has begun and not ended: at the end of the input, it is truncated.
    private(set) var isInsideMember = false

    /// - Parameter isRaw: The stream has neither header nor checksum, as in a ZIP archive.
    init(isRaw: Bool = false) {
        self.isRaw = isRaw
        stream.initialize(to: z_stream())
        // 16 + window bits: accept gzip headers and checksums only. Negative: accept neither.
        let status = inflateInit2_(
            stream, isRaw ? -MAX_WBITS : 16 + MAX_WBITS, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib cannot start")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates all of `input`; `emit` receives pieces of at most 1 MiB.
    ///
    /// - Throws: `Fault`; what `emit` throws.
    func inflate(_ input: [UInt8], emit: ([UInt8]) throws -> Void) throws {
        var input = input
        read += input.count
        let count = input.count
        try input.withUnsafeMutableBufferPointer { buffer in
            stream.pointee.next_in = buffer.baseAddress
            stream.pointee.avail_in = UInt32(count)
            while stream.pointee.avail_in > 0 {
                isInsideMember = true
                let (piece, status) = step()
                written += piece.count
                if !piece.isEmpty { try emit(piece) }
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                    throw Fault.damaged
                }
                if written > read * Self.ratioLimit + Self.ratioAllowance { throw Fault.ratio }
                if status == Z_STREAM_END {
                    isInsideMember = false
                    if isRaw, stream.pointee.avail_in > 0 { throw Fault.damaged }
                    inflateReset(stream)
                }
            }
        }
    }

    private func step() -> ([UInt8], Int32) {
        var status = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: 1 << 20) { output, filled in
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            status = CZlib.inflate(stream, Z_NO_FLUSH)
            filled = output.count - Int(stream.pointee.avail_out)
        }
        return (piece, status)
    }
}

/// CRC-32 of bytes that follow others of which it is `before`; 0 for none.
func crc(_ bytes: [UInt8], after before: UInt32) -> UInt32 {
    bytes.withUnsafeBufferPointer {
        UInt32(truncatingIfNeeded: crc32(UInt(before), $0.baseAddress, UInt32($0.count)))
    }
}
