import AfterwordCore

/// Ranges of a remote file, as the directory of an archive and its files are read: what follows the
/// range before comes by the stream that is open, so that an archive that is read from start to end
/// is asked for a few times only. Nothing of it is written to a temporary file. Not thread-safe.
final class RemoteRanges {
    private let file: any RemoteFile
    private let name: String
    private var stream: (any RemoteStream)?
    /// Where the next bytes of the stream lie, and where it ends.
    private var streamed: Int64 = 0
    private var streamEnd: Int64 = 0
    /// Bytes that came and are not read yet; they begin at `offset`.
    private var waiting: ArraySlice<UInt8> = []
    private var offset: Int64 = 0
    /// Bytes to be asked for next.
    private var step = RemoteRanges.firstStep
    /// The range that was read last.
    private var last: (start: Int64, bytes: [UInt8]) = (0, [])

    /// A first request after a jump asks for no more than so many bytes, 1 MiB; those that go on
    /// for eight times as many.
    static let firstStep: Int64 = 1 << 20
    /// A gap of so many bytes is read over, 64 KiB.
    static let gap: Int64 = 1 << 16

    init(_ file: any RemoteFile, name: String) {
        self.file = file
        self.name = name
    }

    /// The bytes from an offset on: `count` of them, fewer at the end of the file.
    ///
    /// - Throws: `InputFault.changedWhileRead`, `RemoteFault`, `StoreFault`.
    func read(at start: Int64, count: Int) throws -> [UInt8] {
        let end = min(start + Int64(count), file.byteCount)
        guard start < end else { return [] }
        let held = last.start..<last.start + Int64(last.bytes.count)
        if held.contains(start), end <= held.upperBound {
            let first = Int(start - held.lowerBound)
            return Array(last.bytes[first..<first + Int(end - start)])
        }
        try move(to: start)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(end - start))
        while offset < end { bytes += try take(Int(end - offset)) }
        last = (start, bytes)
        return bytes
    }

    /// Reads over a small gap, or begins anew.
    private func move(to start: Int64) throws {
        guard offset <= start, start - offset <= Self.gap else {
            (stream, waiting, offset, step) = (nil, [], start, Self.firstStep)
            return
        }
        if stream == nil, waiting.isEmpty { offset = start }
        while offset < start { _ = try take(Int(start - offset)) }
    }

    /// The next bytes, at most `count`.
    private func take(_ count: Int) throws -> ArraySlice<UInt8> {
        while waiting.isEmpty { try fetch() }
        let bytes = waiting.prefix(count)
        waiting = waiting.dropFirst(bytes.count)
        offset += Int64(bytes.count)
        return bytes
    }

    private func fetch() throws {
        let stream = self.stream ?? open()
        guard let bytes = try stream.next() else { throw InputFault.changedWhileRead(name) }
        streamed += Int64(bytes.count)
        guard streamed <= streamEnd else { throw InputFault.changedWhileRead(name) }
        waiting = bytes[...]
        if streamed == streamEnd { self.stream = nil }
    }

    private func open() -> any RemoteStream {
        (streamed, streamEnd) = (offset, min(offset + step, file.byteCount))
        step = min(step * 8, file.byteCount)
        let opened = file.open(from: streamed, to: streamEnd)
        stream = opened
        return opened
    }
}
