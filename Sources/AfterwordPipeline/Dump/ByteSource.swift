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
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try fill(count) { filled in
                pread(
                    descriptor, buffer.baseAddress! + filled, count - filled,
                    off_t(offset) + off_t(filled))
            }
        }
    }

    /// The bytes of places in sources, one after another, and as many spaces as `margin` behind them.
    ///
    /// - Parameter count: How many they are, without the margin.
    /// - Throws: `InputFault.changedWhileRead` where a source ends before.
    static func read(
        _ places: some Sequence<(source: ByteSource, offset: Int64, count: Int)>, count: Int,
        margin: Int
    ) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count + margin) { buffer, filled in
            for (source, offset, length) in places {
                precondition(length <= count - filled, "there is room for what is read")
                let start = filled
                if source.descriptor < 0 {
                    let end = min(Int(offset) + length, source.memory.count)
                    for byte in source.memory[min(Int(offset), end)..<end] {
                        buffer.initializeElement(at: filled, to: byte)
                        filled += 1
                    }
                } else {
                    filled += try source.fill(length) { filled in
                        pread(
                            source.descriptor, buffer.baseAddress! + start + filled,
                            length - filled, off_t(offset) + off_t(filled))
                    }
                }
                guard filled - start == length else {
                    throw InputFault.changedWhileRead(source.name)
                }
            }
            buffer[filled..<filled + margin].initialize(repeating: 0x20)
            filled += margin
        }
    }

    /// Reads until all is there or the source ends.
    ///
    /// - Parameter read: Reads what is left behind what is filled.
    /// - Returns: How many bytes are filled.
    private func fill(_ count: Int, _ read: (_ filled: Int) -> Int) throws -> Int {
        var filled = 0
        while filled < count {
            let got = read(filled)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw InputFault.unreadableFile(name) }
            if got == 0 { break }
            filled += got
        }
        return filled
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
