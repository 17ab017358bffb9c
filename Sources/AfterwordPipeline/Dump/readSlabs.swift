import AfterwordCore
import Synchronization

/// The result of reading a file from start to end.
struct FileReading {
    /// Size of the file on disk, in bytes.
    var byteCount: Int64 = 0
    /// SHA-256 of the file on disk, before inflating.
    var digest: Digest256
    /// Where the (inflated) bytes can be read again.
    var source: ByteSource
    /// Why the rest of the stream could not be inflated; nil for none.
    var fault: RejectReason?
}

/// Reads a file from start to end in slabs, inflated where it is gzip, and transcoded to UTF-8
/// where it is UTF-16. `isLast` comes with the last slab, which may be empty. Offsets in a stream
/// that `isTranscoded` are not those of the file.
///
/// - Parameter files: The limit on open files that this file counts against.
/// - Throws: `InputFault`, `StoreFault.diskFull`, and what `take` throws.
func readSlabs(
    _ file: DumpFile, _ workers: WorkerPool, _ files: OpenFiles = OpenFiles(),
    take: (_ slab: [UInt8], _ isLast: Bool, _ isTranscoded: Bool) throws -> Void
) throws -> FileReading {
    let source = try ByteSource(file, files)
    let head = try source.read(at: 0, count: 64)
    guard head.starts(with: [0x1F, 0x8B]) else {
        if file.name.lowercased().hasSuffix(".gz") {
            return try refuseGzip(source, head, workers)
        }
        return try readPlain(source, workers, files, take)
    }
    return try readGzip(source, workers, files, take)
}

private func forEachSlab(
    _ source: ByteSource, _ workers: WorkerPool, _ take: ([UInt8]) throws -> Void
) throws -> FileReading {
    let digest = FileDigest()
    var count: Int64 = 0
    var deferredTasks: [WorkerPool.DeferredTask] = []
    defer { for aside in deferredTasks { aside.finish() } }
    while true {
        let slab = try source.read(at: count, count: ByteSource.slabBytes)
        if slab.isEmpty { break }
        count += Int64(slab.count)
        // The worker pool hashes slabs while the next ones are read and parsed; this thread waits
        // only when more than `slabsAside` are pending.
        if deferredTasks.count == slabsAside { deferredTasks.removeFirst().finish() }
        digest.queue(slab)
        deferredTasks.append(workers.deferTask { digest.addNext() })
        try take(slab)
    }
    while !deferredTasks.isEmpty { deferredTasks.removeFirst().finish() }
    return FileReading(byteCount: count, digest: digest.finish(), source: source)
}

/// Number of slabs that may wait to be hashed.
private let slabsAside = 2

/// The digest of a file's bytes, computed by one thread at a time. Thread-safe.
private final class FileDigest: Sendable {
    private let waiting = Mutex<[[UInt8]]>([])
    private let digest = Mutex(StreamDigest())

    func queue(_ slab: [UInt8]) { waiting.withLock { $0.append(slab) } }

    /// Hashes the first pending slab. Slabs are hashed in order, on whichever thread calls.
    func addNext() {
        digest.withLock { digest in
            let slab = waiting.withLock { $0.isEmpty ? [] : $0.removeFirst() }
            digest.add(slab[...])
        }
    }

    func finish() -> Digest256 { digest.withLock { $0.finish() } }
}

private func readPlain(
    _ source: ByteSource, _ workers: WorkerPool, _ files: OpenFiles,
    _ take: ([UInt8], Bool, Bool) throws -> Void
) throws -> FileReading {
    var stream: DecodedStream?
    var reading = try forEachSlab(source, workers) { slab in
        if stream == nil {
            stream = try DecodedStream(beginningWith: slab, of: source, spools: false, files)
        }
        try stream?.feed(slab) { try take($0, false, stream?.isTranscoded == true) }
    }
    let isTranscoded = stream?.isTranscoded == true
    try stream?.finish { try take($0, false, isTranscoded) }
    try take([], true, isTranscoded)
    reading.source = stream?.spool ?? source
    return reading
}

private func readGzip(
    _ source: ByteSource, _ workers: WorkerPool, _ files: OpenFiles,
    _ take: ([UInt8], Bool, Bool) throws -> Void
) throws -> FileReading {
    var stream: DecodedStream?
    let inflater = Inflater()
    var fault: RejectReason?
    var reading = try forEachSlab(source, workers) { slab in
        guard fault == nil else { return }
        do {
            try inflater.inflate(slab) { piece in
                if stream == nil {
                    stream = try DecodedStream(
                        beginningWith: piece, of: source, spools: true, files)
                }
                try stream?.feed(piece) {
                    try take($0, false, stream?.isTranscoded == true)
                }
            }
        } catch let error as Inflater.Fault {
            fault = error == .ratio ? .gzipRatio : .damagedGzip
        }
    }
    if fault == nil, inflater.isInsideMember { fault = .damagedGzip }
    let isTranscoded = stream?.isTranscoded == true
    try stream?.finish { try take($0, false, isTranscoded) }
    try take([], true, isTranscoded)
    reading.source = try stream?.spool ?? ByteSource(spoolFor: source.name, files)
    reading.fault = fault
    return reading
}

/// A file's bytes as UTF-8: unchanged, or transcoded from UTF-16. A stream that differs from the
/// file's bytes is written to the temporary file, to be read again.
private final class DecodedStream {
    let spool: ByteSource?
    private var transcoder: UTF16Transcoder?
    var isTranscoded: Bool { transcoder != nil }
    /// Number of source bytes transcoded so far.
    private var taken: Int64 = 0

    init(
        beginningWith bytes: [UInt8], of source: ByteSource, spools: Bool, _ files: OpenFiles
    ) throws {
        transcoder = UTF16Transcoder(beginningOf: bytes)
        spool = spools || transcoder != nil ? try ByteSource(spoolFor: source.name, files) : nil
    }

    func feed(_ bytes: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
        guard transcoder != nil else {
            try spool?.append(bytes)
            return try take(bytes)
        }
        var start = taken == 0 ? 2 : 0
        taken += Int64(start)
        while start < bytes.count {
            let end = min(start + ByteSource.checkpointBytes, bytes.count)
            try emit(transcoder?.transcode(bytes[start..<end]) ?? [], take)
            start = end
        }
    }

    func finish(_ take: ([UInt8]) throws -> Void) throws {
        try emit(transcoder?.finish() ?? [], take)
    }

    /// The source length of a piece follows from its text; a surrogate pair that is split between
    /// two pieces comes with the second.
    private func emit(_ text: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
        guard !text.isEmpty else { return }
        try spool?.append(text, transcodedFrom: taken)
        taken += UTF16Transcoder.sourceBytes(of: text[...])
        try take(text)
    }
}

/// The result for a file named `.gz` that is not gzip.
private func refuseGzip(
    _ source: ByteSource, _ head: [UInt8], _ workers: WorkerPool
) throws -> FileReading {
    var reading = try forEachSlab(source, workers) { _ in }
    let pointer = Array("version https://git-lfs".utf8)
    reading.fault = head.starts(with: pointer) ? .lfsPointer : .notGzip
    return reading
}
