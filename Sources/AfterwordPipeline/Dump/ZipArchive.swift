/// Where a ZIP archive has the bytes of one of its files.
package struct ZipEntry: Equatable, Sendable {
    /// How the bytes are packed.
    package enum Method: Equatable, Sendable {
        case stored
        case deflated
        /// One that is not read, by its number.
        case other(Int)
    }

    /// Path inside the archive, with `/` as separator.
    var name: String
    var method: Method
    var isEncrypted: Bool
    /// A symbolic link or a folder, rather than a file.
    var isRegular: Bool
    /// Offset of the local header, which the bytes follow.
    var headerOffset: Int64
    var packedBytes: Int64
    /// Number of bytes when unpacked.
    var bytes: Int64
    var checksum: UInt32

    /// Why the entry cannot be unpacked; nil where it can.
    var fault: ArchiveFault? {
        if isEncrypted { return .encrypted }
        if case .other(let number) = method { return .method(number) }
        return nil
    }
}

/// Why a ZIP archive, or a file in one, is refused.
package enum ArchiveFault: Error, Equatable, Sendable {
    /// Without the directory at its end, or with one that does not fit.
    case noDirectory
    /// Its data does not unpack to what the directory says.
    case damaged
    case encrypted
    /// The number of a compression other than deflate.
    case method(Int)
    /// One of several volumes.
    case severalVolumes
    /// A directory of more than `ZipArchive.directoryLimit` bytes.
    case manyFiles
    /// Its data grows more than `Inflater.ratioLimit` times when unpacked.
    case ratio
}

/// The directory of a ZIP archive: with zip64 and with data descriptors, whose sizes it repeats.
struct ZipArchive {
    /// In the order of the directory.
    private(set) var entries: [ZipEntry] = []

    /// Greatest length of a directory, 64 MiB: it is held in memory.
    static let directoryLimit = 1 << 26

    /// Greatest size and offset that is believed, 1 PiB.
    private static let sizeLimit: UInt64 = 1 << 50

    /// First bytes of an archive, of one without files, and of one of several volumes.
    static let signatures: [[UInt8]] = [
        [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x50, 0x4B, 0x07, 0x08],
    ]

    /// Reads the directory of an archive.
    ///
    /// - Throws: `ArchiveFault` as `InputFault.badArchive`; `InputFault` from the file.
    init(_ file: DumpFile) throws {
        let source = try ByteSource(archive: file, OpenFiles())
        do {
            entries = try Self.entries(source, try byteCount(file))
        } catch let fault as ArchiveFault {
            throw InputFault.badArchive(file: file.name, fault)
        }
    }

    private static func entries(_ source: ByteSource, _ size: Int64) throws -> [ZipEntry] {
        let end = try DirectoryEnd(source, size)
        guard end.length <= directoryLimit else { throw ArchiveFault.manyFiles }
        var rest = LittleEndian(try source.read(at: end.offset, count: Int(end.length)))
        guard rest.bytes.count == Int(end.length) else { throw ArchiveFault.noDirectory }
        var entries: [ZipEntry] = []
        while rest.remaining > 0 {
            entries.append(try entry(&rest, base: end.base))
        }
        // Some programs write more files than the field counts.
        guard entries.count & 0xFFFF == Int(end.count & 0xFFFF) else {
            throw ArchiveFault.noDirectory
        }
        return entries
    }

    /// The next entry of the directory.
    private static func entry(_ rest: inout LittleEndian, base: Int64) throws -> ZipEntry {
        guard rest.remaining >= 46, rest.number(4) == 0x0201_4B50 else {
            throw ArchiveFault.noDirectory
        }
        let system = rest.number(2) >> 8
        rest.skip(2)
        let flags = rest.number(2)
        let method = rest.number(2)
        rest.skip(4)
        let checksum = UInt32(rest.number(4))
        var (packed, bytes) = (rest.number(4), rest.number(4))
        let (nameLength, extraLength, commentLength) = (
            Int(rest.number(2)), Int(rest.number(2)), Int(rest.number(2))
        )
        var disk = rest.number(2)
        rest.skip(2)
        let attributes = rest.number(4)
        var offset = rest.number(4)
        guard rest.remaining >= nameLength + extraLength + commentLength else {
            throw ArchiveFault.noDirectory
        }
        let name = rest.take(nameLength)
        var extra = LittleEndian(rest.take(extraLength))
        rest.skip(commentLength)
        widen(&bytes, &packed, &offset, &disk, from: &extra)
        guard disk == 0 else { throw ArchiveFault.severalVolumes }
        guard max(bytes, packed, offset) <= sizeLimit else { throw ArchiveFault.noDirectory }
        let kind = system == 3 ? attributes >> 28 : 8
        return ZipEntry(
            name: decoded(name), method: named(method), isEncrypted: flags & 1 != 0,
            isRegular: kind == 8 || kind == 0, headerOffset: base + Int64(offset),
            packedBytes: Int64(packed), bytes: Int64(bytes), checksum: checksum)
    }

    /// Replaces numbers that 32 bits cannot hold by those of the zip64 field.
    private static func widen(
        _ bytes: inout UInt64, _ packed: inout UInt64, _ offset: inout UInt64,
        _ disk: inout UInt64, from extra: inout LittleEndian
    ) {
        while extra.remaining >= 4 {
            let (kind, length) = (extra.number(2), Int(extra.number(2)))
            guard extra.remaining >= length else { return }
            var field = LittleEndian(extra.take(length))
            guard kind == 1 else { continue }
            if bytes == 0xFFFF_FFFF, field.remaining >= 8 { bytes = field.number(8) }
            if packed == 0xFFFF_FFFF, field.remaining >= 8 { packed = field.number(8) }
            if offset == 0xFFFF_FFFF, field.remaining >= 8 { offset = field.number(8) }
            if disk == 0xFFFF, field.remaining >= 4 { disk = field.number(4) }
        }
    }

    private static func named(_ method: UInt64) -> ZipEntry.Method {
        switch method {
        case 0: .stored
        case 8: .deflated
        default: .other(Int(method))
        }
    }

    /// A name as UTF-8, else as one character a byte. Windows' `\` separates folders too.
    private static func decoded(_ name: [UInt8]) -> String {
        let text =
            String(validating: name, as: UTF8.self)
            ?? String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
        return text.replacing("\\", with: "/")
    }
}

/// The end of an archive, which says where its directory is.
private struct DirectoryEnd {
    var offset: Int64 = 0
    var length: Int64 = 0
    var count: Int64 = 0
    /// Number of bytes before the archive, as of a program that unpacks itself.
    var base: Int64 = 0

    /// - Throws: `ArchiveFault`; `InputFault` from the file.
    init(_ source: ByteSource, _ size: Int64) throws {
        let start = max(0, size - 65_557)
        let tail = try source.read(at: start, count: Int(size - start))
        guard let place = Self.place(in: tail) else { throw ArchiveFault.noDirectory }
        var end = LittleEndian(Array(tail[(place + 4)...]))
        // Of a zip64 archive these may say that the other end has them.
        guard [0, 0xFFFF].contains(end.number(2)), [0, 0xFFFF].contains(end.number(2)) else {
            throw ArchiveFault.severalVolumes
        }
        end.skip(2)
        count = Int64(end.number(2))
        length = Int64(end.number(4))
        offset = Int64(end.number(4))
        var follows = start + Int64(place)
        if let wide = try Self.wide(source, before: follows) {
            guard wide.disks <= 1 else { throw ArchiveFault.severalVolumes }
            (count, length, offset, follows) = (wide.count, wide.length, wide.offset, wide.place)
        }
        guard length >= 0, offset >= 0, length <= follows, offset <= follows - length else {
            throw ArchiveFault.noDirectory
        }
        base = follows - length - offset
        offset += base
    }

    /// The last place of the end's signature whose comment fits.
    private static func place(in tail: [UInt8]) -> Int? {
        guard tail.count >= 22 else { return nil }
        return stride(from: tail.count - 22, through: 0, by: -1).first { place in
            tail[place..<place + 4].elementsEqual([0x50, 0x4B, 0x05, 0x06])
                && place + 22 + Int(tail[place + 20]) + Int(tail[place + 21]) << 8 <= tail.count
        }
    }

    /// The end of a zip64 archive, which a locator before the other end points to.
    private static func wide(
        _ source: ByteSource, before end: Int64
    ) throws -> (place: Int64, disks: UInt64, count: Int64, length: Int64, offset: Int64)? {
        guard end >= 76 else { return nil }
        var locator = LittleEndian(try source.read(at: end - 20, count: 20))
        guard locator.remaining == 20, locator.number(4) == 0x0706_4B50 else { return nil }
        locator.skip(4)
        let told = Int64(clamping: locator.number(8))
        let disks = locator.number(4)
        // Bytes before the archive move it: then it ends where the locator begins.
        for place in [told, end - 76] where place >= 0 && place <= end - 76 {
            var wide = LittleEndian(try source.read(at: place, count: 56))
            guard wide.remaining == 56, wide.number(4) == 0x0606_4B50 else { continue }
            wide.skip(28)
            let count = Int64(clamping: wide.number(8))
            let length = Int64(clamping: wide.number(8))
            return (place, disks, count, length, Int64(clamping: wide.number(8)))
        }
        throw ArchiveFault.noDirectory
    }
}

/// Numbers of a byte string, the least significant byte first.
struct LittleEndian {
    let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - place }

    /// The number of the next `count` bytes, at most 8; the caller has looked whether they are
    /// there.
    mutating func number(_ count: Int) -> UInt64 {
        take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func skip(_ count: Int) { place += count }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { place += count }
        return Array(bytes[place..<place + count])
    }
}
