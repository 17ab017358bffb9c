import AfterwordCore
import Foundation

/// The size of a file in bytes.
func byteCount(_ file: DumpFile) throws -> Int64 {
    switch file.content {
    case .memory(let bytes): return Int64(bytes.count)
    case .path(let path):
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? NSNumber else {
            throw InputFault.unreadableFile(file.name)
        }
        return size.int64Value
    }
}

/// SHA-256 of a file's bytes as they lie there.
func fileDigest(_ file: DumpFile) throws -> Digest256 {
    let source = try ByteSource(file)
    var digest = StreamDigest()
    var offset: Int64 = 0
    while true {
        let slab = try source.read(at: offset, count: ByteSource.slabBytes)
        if slab.isEmpty { return digest.finish() }
        offset += Int64(slab.count)
        digest.add(slab[...])
    }
}
