import AfterwordCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Bytes that are read twice: once from end to end, then here and there.
///
/// A file is read in place. An inflated stream is written to a private, nameless temporary file as
/// it goes by, so that its records can be found again by their offsets.
final class ByteSource {
    private let descriptor: Int32
    private let memory: [UInt8]
    let name: String
    /// Of a transcoded stream: places in it, and where they were in the source.
    private var checkpoints: [(stream: Int64, source: Int64)] = []
    /// Of pieces put together: where each begins, and where it was.
    private var pieces: [(stream: Int64, source: Int64)] = []
    private var length: Int64 = 0

    /// Bytes between two checkpoints: what is counted again to find a place.
    static let checkpointBytes = 1 << 16

    /// Bytes of one read: 1 MiB.
    static let slabBytes = 1 << 20

    init(_ file: DumpFile) throws {
        name = file.name
        switch file.content {
        case .memory(let bytes):
            memory = bytes
            descriptor = -1
        case .path(let path):
            memory = []
            descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { throw InputFault.unreadableFile(file.name) }
        }
    }

    /// Pieces of another stream, each with where it was there.
    init(name: String, pieces: [(bytes: [UInt8], source: Int64)]) {
        self.name = name
        descriptor = -1
        var memory: [UInt8] = []
        for piece in pieces {
            self.pieces.append((Int64(memory.count), piece.source))
            memory += piece.bytes
        }
        self.memory = memory
    }

    /// A nameless temporary file to write an inflated stream to.
    init(spoolFor name: String) throws {
        self.name = name
        memory = []
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/afterword-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw InputFault.unreadableFile(name) }
        unlink(template)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The bytes from an offset on, at most `count` of them; fewer at the end.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        if descriptor < 0 {
            let start = min(Int(offset), memory.count)
            return Array(memory[start..<min(start + count, memory.count)])
        }
        let name = name
        let descriptor = descriptor
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress! + filled, count - filled,
                    off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw InputFault.unreadableFile(name) }
                if got == 0 { break }
                filled += got
            }
        }
    }

    /// Appends bytes from an offset on; fewer at the end.
    func read(at offset: Int64, count: Int, into bytes: inout [UInt8]) throws {
        guard descriptor >= 0 else {
            bytes += try read(at: offset, count: count)
            return
        }
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress! + start + filled, count - filled,
                    off_t(offset) + off_t(filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw InputFault.unreadableFile(name) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
    }

    /// Whether offsets in the stream are not those of the source.
    var hasOtherPlaces: Bool { !checkpoints.isEmpty || !pieces.isEmpty }

    /// Where bytes of the stream lie in the source: the same place, unless the source was UTF-16.
    func place(_ offset: Int64, _ count: Int64) throws -> (offset: Int64, length: Int64) {
        if let piece = pieces.last(where: { $0.stream <= offset }) {
            return (piece.source + offset - piece.stream, count)
        }
        guard !checkpoints.isEmpty else { return (offset, count) }
        let start = try sourceOffset(offset)
        return (start, try sourceOffset(offset + count) - start)
    }

    private func sourceOffset(_ offset: Int64) throws -> Int64 {
        var (low, high) = (0, checkpoints.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if checkpoints[middle].stream <= offset { low = middle } else { high = middle }
        }
        let checkpoint = checkpoints[low]
        let between = try read(at: checkpoint.stream, count: Int(offset - checkpoint.stream))
        return checkpoint.source + UTF16Transcoder.sourceBytes(of: between[...])
    }

    /// Appends bytes that were transcoded from those at `source`.
    func append(_ bytes: [UInt8], transcodedFrom source: Int64) throws {
        checkpoints.append((length, source))
        try append(bytes)
    }

    func append(_ bytes: [UInt8]) throws {
        length += Int64(bytes.count)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreFault.diskFull }
            written += count
        }
    }
}
