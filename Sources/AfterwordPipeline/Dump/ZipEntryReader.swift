/// The unpacked bytes of a file in a ZIP archive.
///
/// A stored file is read in place. A deflated one is unpacked as it is read from start to end, into
/// a temporary file, as is any file of an archive that lies elsewhere. Not thread-safe until all of
/// it was read once; then several threads may read.
final class ZipEntryReader {
    private let entry: ZipEntry
    private let name: String
    private let archive: ByteSource
    private let spool: Spool?
    private let spoolStart: Int64
    private let inflater = Inflater(isRaw: true)
    /// Offset of the packed bytes in the archive.
    private let start: Int64
    /// Number of packed bytes taken so far.
    private var taken: Int64 = 0
    /// Number of bytes that may be read now.
    private var length: Int64 = 0
    private var checksum: UInt32 = 0

    /// - Throws: `InputFault.badArchive`; `InputFault` from the archive.
    init(_ entry: ZipEntry, of archive: ByteSource, name: String, _ files: OpenFiles) throws {
        self.entry = entry
        self.name = name
        self.archive = archive
        if let fault = entry.fault { throw InputFault.badArchive(file: name, fault) }
        // Without packed bytes there is nothing to check later.
        if entry.packedBytes == 0, entry.bytes != 0 || entry.checksum != 0 {
            throw InputFault.badArchive(file: name, .damaged)
        }
        let isSpooled = entry.method == .deflated || archive.isOfRanges
        spool = isSpooled ? try files.unpackedFile(for: name) : nil
        spoolStart = spool?.length ?? 0
        var header = LittleEndian(try archive.read(at: entry.headerOffset, count: 30))
        guard header.remaining == 30, header.number(4) == 0x0403_4B50 else {
            throw InputFault.badArchive(file: name, .damaged)
        }
        header.skip(22)
        let (nameLength, extraLength) = (header.number(2), header.number(2))
        start = entry.headerOffset + 30 + Int64(nameLength + extraLength)
    }

    /// Makes the bytes before `end` readable, and checks the file once it is unpacked.
    ///
    /// - Throws: `InputFault.badArchive`; `StoreFault.diskFull`.
    func unpack(to end: Int64) throws {
        while length < end, taken < entry.packedBytes {
            let count = Int(min(Self.step, entry.packedBytes - taken))
            let packed = try archive.read(at: start + taken, count: count)
            guard !packed.isEmpty else { throw InputFault.badArchive(file: name, .damaged) }
            taken += Int64(packed.count)
            try add(packed)
            guard length <= entry.bytes else { throw InputFault.badArchive(file: name, .damaged) }
            if taken == entry.packedBytes { try check() }
        }
    }

    private func add(_ packed: [UInt8]) throws {
        guard entry.method == .deflated else { return try take(packed) }
        do {
            try inflater.inflate(packed) { try take($0) }
        } catch let fault as Inflater.Fault {
            throw InputFault.badArchive(file: name, fault == .ratio ? .ratio : .damaged)
        }
    }

    private func take(_ piece: [UInt8]) throws {
        checksum = crc(piece, after: checksum)
        try spool?.append(piece)
        length += Int64(piece.count)
    }

    private func check() throws {
        guard length == entry.bytes, checksum == entry.checksum, !inflater.isInsideMember else {
            throw InputFault.badArchive(file: name, .damaged)
        }
    }

    /// Where the bytes from an offset on can be read: as `ByteSource.place`.
    func place(
        at offset: Int64, _ count: Int
    ) throws -> (descriptor: OpenDescriptor, offset: Int64, count: Int) {
        let available = Int(max(0, min(Int64(count), length - offset)))
        guard let spool else { return try archive.place(at: start + offset, available) }
        return (spool.descriptor, spoolStart + offset, available)
    }

    /// Packed bytes that are unpacked at a time.
    private static let step: Int64 = 1 << 16
}
