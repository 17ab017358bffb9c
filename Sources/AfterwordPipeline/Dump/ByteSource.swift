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
/// A file is read in place and is open only while it is read (`OpenFiles`). An inflated stream is
/// written to a private, nameless temporary file as it goes by, so that its records can be found
/// again by their offsets.
final class ByteSource {
    private enum Bytes {
        case memory([UInt8])
        case file(ReadFile)
        /// A part of the temporary file, from `start` on.
        case spool(Spool, start: Int64)
    }
    private let bytes: Bytes
    let name: String
    /// Of a transcoded stream: places in it, and where they were in the source.
    private var checkpoints: [(stream: Int64, source: Int64)] = []
    /// Of pieces put together: where each begins, and where it was.
    private var pieces: [(stream: Int64, source: Int64)] = []
    /// Bytes written to the temporary file.
    private var length: Int64 = 0

    /// Bytes between two checkpoints: what is counted again to find a place.
    static let checkpointBytes = 1 << 16

    /// Bytes of one read: 1 MiB.
    static let slabBytes = 1 << 20

    /// - Throws: `InputFault` where the file cannot be opened.
    init(_ file: DumpFile, _ files: OpenFiles) throws {
        name = file.name
        switch file.content {
        case .memory(let memory): bytes = .memory(memory)
        case .path(let path):
            let readFile = ReadFile(path: path, name: file.name, files: files)
            _ = try readFile.opened()
            bytes = .file(readFile)
        }
    }

    /// Pieces of another stream, each with where it was there.
    init(name: String, pieces: [(bytes: [UInt8], source: Int64)]) {
        self.name = name
        var memory: [UInt8] = []
        for piece in pieces {
            self.pieces.append((Int64(memory.count), piece.source))
            memory += piece.bytes
        }
        bytes = .memory(memory)
    }

    /// A stream that is written to the temporary file: all of it, before another one begins.
    init(spoolFor name: String, _ files: OpenFiles) throws {
        self.name = name
        let spool = try files.temporaryFile(for: name)
        bytes = .spool(spool, start: spool.length)
    }

    /// Where bytes are read: the descriptor, the place in it, and how many are there at most.
    private func place(
        at offset: Int64, _ count: Int
    ) throws -> (descriptor: Int32, offset: Int64, count: Int) {
        switch bytes {
        case .memory: preconditionFailure("memory is not read by a descriptor")
        case .file(let file): return (try file.opened(), offset, count)
        case .spool(let spool, let start):
            return (
                spool.descriptor, start + offset, Int(max(0, min(Int64(count), length - offset)))
            )
        }
    }

    /// The bytes from an offset on, at most `count` of them; fewer at the end.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        if case .memory(let memory) = bytes {
            let start = min(Int(offset), memory.count)
            return Array(memory[start..<min(start + count, memory.count)])
        }
        let place = try place(at: offset, count)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try fill(place.count) { filled in
                pread(
                    place.descriptor, buffer.baseAddress! + filled, place.count - filled,
                    off_t(place.offset) + off_t(filled))
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
                if case .memory(let memory) = source.bytes {
                    let end = min(Int(offset) + length, memory.count)
                    for byte in memory[min(Int(offset), end)..<end] {
                        buffer.initializeElement(at: filled, to: byte)
                        filled += 1
                    }
                } else {
                    let place = try source.place(at: offset, length)
                    filled += try source.fill(place.count) { filled in
                        pread(
                            place.descriptor, buffer.baseAddress! + start + filled,
                            place.count - filled, off_t(place.offset) + off_t(filled))
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
            guard got >= 0 else {
                throw InputFault.unreadableFile(name, reason: systemReason(errno))
            }
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

    func append(_ more: [UInt8]) throws {
        guard case .spool(let spool, let start) = bytes else {
            preconditionFailure("only a stream in the temporary file grows")
        }
        precondition(spool.length == start + length, "one stream is written at a time")
        try spool.append(more)
        length += Int64(more.count)
    }
}
