import AfterwordCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The size of a file in bytes; unpacked where it is in a ZIP archive.
///
/// - Throws: `InputFault.unreadableFile`.
func byteCount(_ file: DumpFile) throws -> Int64 {
    switch file.content {
    case .memory(let bytes): return Int64(bytes.count)
    case .packed(_, let entry): return entry.bytes
    case .remote(let file): return file.byteCount
    case .path(let path):
        var info = stat()
        guard stat(path, &info) == 0 else {
            throw InputFault.unreadableFile(file.name, reason: systemReason(errno))
        }
        return Int64(info.st_size)
    }
}

/// SHA-256 of a file's bytes on disk, before inflating.
func fileDigest(_ file: DumpFile) throws -> Digest256 {
    let source = try ByteSource(file, OpenFiles())
    var digest = StreamDigest()
    var offset: Int64 = 0
    while true {
        let slab = try source.read(at: offset, count: ByteSource.slabBytes)
        if slab.isEmpty { return digest.finish() }
        offset += Int64(slab.count)
        digest.add(slab[...])
    }
}
