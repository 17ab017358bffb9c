import AfterwordCore

/// The bytes of a remote file. They are written to an unlinked temporary file as they are read from
/// start to end, so that records can be read again by their offsets.
///
/// Not thread-safe until all of it was read once; then several threads may read.
final class RemoteReader {
    private let file: any RemoteFile
    private let name: String
    private let spool: Spool
    private let start: Int64
    private var stream: (any RemoteStream)?
    /// Where the open stream ends.
    private var streamEnd: Int64 = 0
    /// Number of bytes that may be read now.
    private var length: Int64 = 0

    /// A look at the beginning asks for no more than so many bytes, 1 MiB.
    static let headBytes: Int64 = 1 << 20

    init(_ file: any RemoteFile, name: String, _ files: OpenFiles) throws {
        self.file = file
        self.name = name
        spool = try files.unpackedFile(for: name)
        start = spool.length
    }

    /// Makes the bytes before `end` readable, or those that there are.
    ///
    /// - Throws: `InputFault.changedWhileRead`, `RemoteFault`, `StoreFault`.
    func fetch(to end: Int64) throws {
        let end = min(end, file.byteCount)
        while length < end {
            precondition(spool.length == start + length, "one file is read for the first time")
            let stream = try self.stream ?? open(end)
            guard let bytes = try stream.next() else {
                guard length == streamEnd else { throw InputFault.changedWhileRead(name) }
                self.stream = nil
                continue
            }
            try spool.append(bytes)
            length += Int64(bytes.count)
            guard length <= streamEnd else { throw InputFault.changedWhileRead(name) }
            if length == streamEnd { self.stream = nil }
        }
    }

    private func open(_ end: Int64) throws -> any RemoteStream {
        streamEnd = file.byteCount
        if length == 0, end <= Self.headBytes { streamEnd = min(streamEnd, Self.headBytes) }
        let opened = file.open(from: length, to: streamEnd)
        stream = opened
        return opened
    }

    /// Where the bytes from an offset on can be read: as `ByteSource.place`.
    func place(
        at offset: Int64, _ count: Int
    ) -> (descriptor: OpenDescriptor, offset: Int64, count: Int) {
        (spool.descriptor, start + offset, Int(max(0, min(Int64(count), length - offset))))
    }
}
