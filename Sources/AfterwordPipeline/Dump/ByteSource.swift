import AfterwordCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Bytes of a dump that are read twice: once from start to end, later at single offsets.
///
/// A file is read in place, and is open only while it is read (`OpenFiles`); a file of a ZIP
/// archive is read by `ZipEntryReader`, one that lies elsewhere by `RemoteReader`, and an archive
/// there by `RemoteRanges`. An inflated or transcoded stream is written to an unlinked temporary
/// file as it is read first, so that records can be read again by their offsets in it.
final class ByteSource {
    private enum Bytes {
        case memory([UInt8])
        case file(ReadFile)
        /// A part of the temporary file, which begins at `start`.
        case spool(Spool, start: Int64)
        case entry(ZipEntryReader)
        case remote(RemoteReader)
        /// Of an archive that lies elsewhere.
        case ranges(RemoteRanges)
    }
    private let bytes: Bytes
    let name: String
    /// For a transcoded stream: offsets in the stream, and the matching offsets in the source.
    private var checkpoints: [(stream: Int64, source: Int64)] = []
    /// For assembled pieces: the offset of each in the stream, and in the source.
    private var pieces: [(stream: Int64, source: Int64)] = []
    /// Number of bytes written to the temporary file.
    private var length: Int64 = 0

    /// Source bytes between two checkpoints: at most so many are counted to convert an offset.
    static let checkpointBytes = 1 << 16

    /// Bytes of one read: 1 MiB.
    static let slabBytes = 1 << 20

    /// A file's own bytes.
    ///
    /// - Throws: `InputFault` where the file cannot be opened.
    init(_ file: DumpFile, _ files: OpenFiles) throws {
        name = file.name
        switch file.content {
        case .memory(let memory): bytes = .memory(memory)
        case .path(let path):
            let readFile = ReadFile(path: path, name: file.name, files: files)
            _ = try readFile.opened()
            bytes = .file(readFile)
        case .packed(let archive, let entry):
            // What is wrong with the archive's file is said of the file in it.
            let named = DumpFile(name: file.name, content: archive.content)
            let source = try ByteSource(archive: archive.isRemote ? archive : named, files)
            bytes = .entry(try ZipEntryReader(entry, of: source, name: file.name, files))
        case .remote(let remote):
            bytes = .remote(try RemoteReader(remote, name: file.name, files))
        }
    }

    /// An archive: read at single places, also where it lies elsewhere.
    ///
    /// - Throws: `InputFault` where the file cannot be opened.
    convenience init(archive file: DumpFile, _ files: OpenFiles) throws {
        guard case .remote(let remote) = file.content else {
            try self.init(file, files)
            return
        }
        self.init(files.ranges(of: remote, named: file.name), name: file.name)
    }

    private init(_ ranges: RemoteRanges, name: String) {
        self.name = name
        bytes = .ranges(ranges)
    }

    /// Whether it can be read at any place only by asking for it again.
    var isOfRanges: Bool { if case .ranges = bytes { true } else { false } }

    /// A stream in memory, assembled from pieces of another one, each with its offset there.
    init(name: String, pieces: [(bytes: [UInt8], source: Int64)]) {
        self.name = name
        var memory: [UInt8] = []
        for piece in pieces {
            self.pieces.append((Int64(memory.count), piece.source))
            memory += piece.bytes
        }
        bytes = .memory(memory)
    }

    /// An empty stream in the temporary file. It must be written completely before the next one
    /// begins.
    init(spoolFor name: String, _ files: OpenFiles) throws {
        self.name = name
        let spool = try files.temporaryFile(for: name)
        bytes = .spool(spool, start: spool.length)
    }

    /// The descriptor to read from, the offset in it, and the number of bytes that may be read
    /// there.
    func place(
        at offset: Int64, _ count: Int
    ) throws -> (descriptor: OpenDescriptor, offset: Int64, count: Int) {
        switch bytes {
        case .memory, .ranges: preconditionFailure("this is not read by a descriptor")
        case .file(let file): return (try file.opened(), offset, count)
        case .spool(let spool, let start):
            return (
                spool.descriptor, start + offset, Int(max(0, min(Int64(count), length - offset)))
            )
        case .entry(let reader): return try reader.place(at: offset, count)
        case .remote(let reader): return reader.place(at: offset, count)
        }
    }

    /// The bytes from an offset on: `count` of them, fewer at the end of the stream.
    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        if case .memory(let memory) = bytes {
            let start = min(Int(offset), memory.count)
            return Array(memory[start..<min(start + count, memory.count)])
        }
        if case .ranges(let ranges) = bytes { return try ranges.read(at: offset, count: count) }
        if case .entry(let reader) = bytes { try reader.unpack(to: offset + Int64(count)) }
        if case .remote(let reader) = bytes { try reader.fetch(to: offset + Int64(count)) }
        let place = try place(at: offset, count)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try fill(place.count) { filled in
                pread(
                    place.descriptor.number, buffer.baseAddress! + filled, place.count - filled,
                    off_t(place.offset) + off_t(filled))
            }
        }
    }

    /// The bytes of several ranges, one after another, and `margin` spaces after the last.
    ///
    /// - Parameter count: Total number of bytes, without the margin.
    /// - Throws: `InputFault.changedWhileRead` where a source ends too early.
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
                            place.descriptor.number, buffer.baseAddress! + start + filled,
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

    /// Calls `read` until `count` bytes are read or the source ends.
    ///
    /// - Parameter read: Reads the rest, after the first `filled` bytes.
    /// - Returns: The number of bytes read.
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

    /// Whether offsets in the stream differ from those in the source.
    var hasOtherPlaces: Bool { !checkpoints.isEmpty || !pieces.isEmpty }

    /// The range in the source of a range in the stream: the same range, unless the source is
    /// UTF-16 or the stream is assembled from pieces.
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

    /// Appends bytes to the temporary file that were transcoded from those at `source`.
    func append(_ bytes: [UInt8], transcodedFrom source: Int64) throws {
        checkpoints.append((length, source))
        try append(bytes)
    }

    /// Appends bytes to the temporary file.
    ///
    /// - Throws: `StoreFault.diskFull`.
    func append(_ more: [UInt8]) throws {
        guard case .spool(let spool, let start) = bytes else {
            preconditionFailure("only a stream in the temporary file grows")
        }
        precondition(spool.length == start + length, "one stream is written at a time")
        try spool.append(more)
        length += Int64(more.count)
    }
}
