import CZlib

/// Compresses bytes as one gzip member, for HTTP responses.
package func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    // 15 window bits, and 16 for a gzip header instead of zlib's.
    let begun = deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    precondition(begun == Z_OK, "zlib has memory for a window")
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let (code, count) = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return (deflate(&stream, Z_FINISH), target.count - Int(stream.avail_out))
        }
    }
    precondition(code == Z_STREAM_END, "the bound holds all of it")
    return Array(output.prefix(count))
}
