import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// A ZIP archive, written for a test.
private struct TestArchive {
    struct File {
        var name: String
        var text: String
        var isDeflated = true
        var hasDescriptor = false
        var flags: UInt16 = 0
        var method: UInt16?
        var mode: UInt32 = 0o100644
        /// Instead of the text.
        var data: [UInt8]?

        var bytes: [UInt8] { data ?? Array(text.utf8) }
    }
    var files: [File]
    var isWide = false
    var prefix: [UInt8] = []
    var comment = ""

    private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// Raw deflate and the checksum, of a gzip member.
    private func packed(_ file: File) -> (data: [UInt8], checksum: [UInt8]) {
        let member = gzip(file.bytes)
        let data = file.isDeflated ? Array(member[10..<member.count - 8]) : file.bytes
        return (data, Array(member[(member.count - 8)..<(member.count - 4)]))
    }

    func written() -> [UInt8] {
        var all = prefix
        var directory: [UInt8] = []
        for file in files {
            let (data, checksum) = packed(file)
            let name = Array(file.name.utf8)
            let offset = all.count - prefix.count
            let method = bytes(file.method ?? (file.isDeflated ? 8 : 0))
            let flags = bytes(file.flags | (file.hasDescriptor ? 8 : 0))
            let sizes = bytes(UInt32(data.count)) + bytes(UInt32(file.bytes.count))
            let known = file.hasDescriptor ? [UInt8](repeating: 0, count: 12) : checksum + sizes
            all += bytes(0x0403_4B50 as UInt32) + bytes(20 as UInt16) + flags + method
            all += bytes(0 as UInt32) + known + bytes(UInt16(name.count)) + bytes(4 as UInt16)
            all += name + [0xFE, 0xCA, 0, 0] + data
            if file.hasDescriptor { all += bytes(0x0807_4B50 as UInt32) + checksum + sizes }
            directory += bytes(0x0201_4B50 as UInt32) + [20, 3, 20, 0] + flags + method
            directory += bytes(0 as UInt32) + checksum
            let wide =
                bytes(UInt64(file.bytes.count)) + bytes(UInt64(data.count))
                + bytes(UInt64(offset))
            let extra = isWide ? bytes(1 as UInt16) + bytes(24 as UInt16) + wide : []
            directory += isWide ? [UInt8](repeating: 0xFF, count: 8) : sizes
            directory += bytes(UInt16(name.count)) + bytes(UInt16(extra.count))
            directory += [UInt8](repeating: 0, count: 6) + bytes(file.mode << 16)
            directory += bytes(isWide ? UInt32.max : UInt32(offset)) + name + extra
        }
        return all + directory + end(directory, at: all.count - prefix.count)
    }

    private func end(_ directory: [UInt8], at offset: Int) -> [UInt8] {
        var end: [UInt8] = []
        let count = UInt64(files.count)
        if isWide {
            end += bytes(0x0606_4B50 as UInt32) + bytes(44 as UInt64) + [45, 3, 45, 0]
            end += bytes(0 as UInt64) + bytes(count) + bytes(count)
            end += bytes(UInt64(directory.count)) + bytes(UInt64(offset))
            end += bytes(0x0706_4B50 as UInt32) + bytes(0 as UInt32)
            end += bytes(UInt64(offset + directory.count)) + bytes(1 as UInt32)
        }
        end += bytes(0x0605_4B50 as UInt32) + bytes(0 as UInt32)
        end +=
            isWide
            ? [UInt8](repeating: 0xFF, count: 12)
            : bytes(UInt16(count)) + bytes(UInt16(count)) + bytes(UInt32(directory.count))
                + bytes(UInt32(offset))
        return end + bytes(UInt16(comment.utf8.count)) + Array(comment.utf8)
    }
}

/// A ZIP archive is read as a folder of its files, on a disk or elsewhere.
@Suite struct ZipTests {
    private let folder: TemporaryFolder
    private static let one = Fixture.array(Fixture.reviews("P1", 40))
    private static let two = Fixture.array(Fixture.reviews("P2", 3))

    init() throws { folder = try TemporaryFolder() }

    private func open(
        _ archive: TestArchive, _ name: String = "r.zip", isRemote: Bool
    ) throws -> [Dump] {
        try folder.write(name, archive.written())
        return try dumps("\(folder.path)/\(name)", isRemote)
    }

    /// The dumps at a path; of the same files elsewhere.
    private func dumps(
        _ path: String, _ isRemote: Bool, files glob: String? = nil
    ) throws -> [Dump] {
        guard isRemote else { return try openDumps(path, files: glob) }
        var listing = RemoteListing(path: "s3://bucket" + path.dropFirst(folder.path.count))
        if listing.path == "s3://bucket" { listing.path += "/" + path.split(separator: "/").last! }
        if let bytes = FileManager.default.contents(atPath: path) {
            listing.isFile = true
            listing.files = [("", MadeRemoteFile(Array(bytes)))]
        } else {
            for name in try FileManager.default.subpathsOfDirectory(atPath: path).sorted() {
                guard let bytes = FileManager.default.contents(atPath: "\(path)/\(name)") else {
                    continue
                }
                listing.files.append((name, MadeRemoteFile(Array(bytes))))
            }
        }
        return try openDumps(listing, files: glob)
    }

    private func loaded(_ dump: Dump) throws -> [String: [String]] {
        let fixture = Fixture()
        _ = try fixture.load(dump: dump)
        return try fixture.tables()
    }

    @Test(
        "Stored, deflated, with descriptors, zip64, a comment, bytes before it: as a folder",
        arguments: [false, true])
    func forms(isRemote: Bool) throws {
        try folder.write("d/a.json", Self.one)
        try folder.write("d/DE/b.jsonl", Self.two)
        let expected = try loaded(dumps(folder.path + "/d", isRemote)[0])
        for isDeflated in [true, false] {
            for hasDescriptor in [true, false] {
                for isWide in [true, false] {
                    var archive = TestArchive(files: [
                        .init(name: "a.json", text: Self.one, isDeflated: isDeflated),
                        .init(name: "DE/", text: "", isDeflated: false, mode: 0o040755),
                        .init(name: "DE/b.jsonl", text: Self.two, hasDescriptor: hasDescriptor),
                    ])
                    archive.isWide = isWide
                    let plain = try open(archive, isRemote: isRemote)
                    #expect(plain.map { $0.files.map(\.name) } == [["DE/b.jsonl", "a.json"]])
                    #expect(try loaded(plain[0]) == expected)
                    archive.prefix = [0x50, 0x4B, 0x03, 0x04] + Array("bytes before it".utf8)
                    archive.comment = "made by PK\u{5}\u{6}, with a comment"
                    #expect(try loaded(open(archive, isRemote: isRemote)[0]) == expected)
                }
            }
        }
    }

    @Test("Gzip and UTF-16 in an archive are read as on disk", arguments: [false, true])
    func layers(isRemote: Bool) throws {
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in Self.two.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let packed = gzip(Array(Self.one.utf8))
        try folder.write("d/a.json.gz", packed)
        try folder.write("d/b.json", utf16)
        let expected = try loaded(dumps(folder.path + "/d", isRemote)[0])
        for isDeflated in [true, false] {
            let archive = TestArchive(files: [
                .init(name: "a.json.gz", text: "", isDeflated: isDeflated, data: packed),
                .init(name: "b.json", text: "", isDeflated: isDeflated, data: utf16),
            ])
            // A packed file has the size and digest of its unpacked bytes, as on disk.
            #expect(try loaded(open(archive, isRemote: isRemote)[0]) == expected)
        }
    }

    @Test(
        "An archive in a folder is a folder named like it; a dated one is of its date",
        arguments: [false, true])
    func inFolder(isRemote: Bool) throws {
        let archive = TestArchive(files: [.init(name: "x/a.json", text: Self.one)])
        try folder.write("d/b.json", Self.two)
        try folder.write("d/more.zip", archive.written())
        let dump = try dumps(folder.path + "/d", isRemote)[0]
        #expect(dump.files.map(\.name) == ["b.json", "more.zip/x/a.json"])
        #expect(dump.ignored.isEmpty && dump.unread.isEmpty)
        #expect(try loaded(dump)["product_reviews_clean"]?.count == 43)
        try folder.write("s/r-2026-01-12.zip", archive.written())
        try folder.write("s/r-2026-01-05.zip", archive.written())
        let series = try dumps(folder.path + "/s", isRemote)
        #expect(series.map(\.name) == ["r-2026-01-05.zip", "r-2026-01-12.zip"])
        #expect(series.map { $0.files.map(\.name) } == [["x/a.json"], ["x/a.json"]])
        #expect(series[0].namedInstant == Instant(iso8601: "2026-01-05"))
    }

    @Test(
        "An archive of dated files is a series, and its own name tells a date",
        arguments: [false, true])
    func series(isRemote: Bool) throws {
        let archive = TestArchive(files: [
            .init(name: "r-2026-01-12.json", text: Self.one),
            .init(name: "r-2026-01-05.json", text: Self.two),
        ])
        #expect(
            try open(archive, isRemote: isRemote).map(\.name) == [
                "r-2026-01-05.json", "r-2026-01-12.json",
            ])
        let one = TestArchive(files: [.init(name: "a.json", text: Self.one)])
        #expect(
            try open(one, "r_20260105.zip", isRemote: isRemote)[0].namedInstant
                == Instant(iso8601: "2026-01-05"))
    }

    @Test(
        "What is not read of an archive is named, also names that lead out of it",
        arguments: [false, true])
    func others(isRemote: Bool) throws {
        let archive = TestArchive(files: [
            .init(name: "../x.json", text: Self.two), .init(name: "/etc/y.json", text: Self.two),
            .init(name: "a.json", text: Self.two), .init(name: "a.json", text: Self.one),
            .init(name: "__MACOSX/._a.json", text: "x"), .init(name: ".DS_Store", text: "x"),
            .init(name: "link.json", text: "a.json", mode: 0o120777),
            .init(name: "README.md", text: "x"), .init(name: "w\\b.json", text: Self.two),
        ])
        let dump = try open(archive, isRemote: isRemote)[0]
        #expect(dump.files.map(\.name) == ["a.json", "w/b.json"])
        #expect(
            dump.ignored == ["../x.json", "/etc/y.json", "README.md", "a.json", "link.json"])
        #expect(dump.unread.map(\.name) == ["../x.json", "/etc/y.json", "a.json", "link.json"])
        // The later file of two with one name is read.
        #expect(try loaded(dump)["product_reviews_clean"]?.count == 43)
    }

    @Test(
        "An archive that cannot be read is refused by name, unless --files leaves it out",
        arguments: [false, true])
    func refused(isRemote: Bool) throws {
        var file = TestArchive.File(name: "a.json", text: Self.one)
        file.flags = 1
        func fault(_ archive: TestArchive) throws {
            _ = try loaded(open(archive, isRemote: isRemote)[0])
        }
        #expect(throws: InputFault.badArchive(file: "a.json", .encrypted)) {
            try fault(TestArchive(files: [file]))
        }
        file.flags = 0
        file.method = 93
        #expect(throws: InputFault.badArchive(file: "a.json", .method(93))) {
            try fault(TestArchive(files: [file]))
        }
        file.method = nil
        let good = TestArchive(files: [file]).written()
        for end in [10, good.count / 2, good.count - 1] {
            try folder.write("r.zip", Array(good[..<end]))
            #expect(throws: InputFault.badArchive(file: "r.zip", .noDirectory)) {
                try dumps(folder.path + "/r.zip", isRemote)
            }
        }
        try folder.write("b.json", Self.two)
        #expect(throws: InputFault.badArchive(file: "r.zip", .noDirectory)) {
            try dumps(folder.path, isRemote)
        }
        #expect(
            try dumps(folder.path, isRemote, files: "*.json")[0].files.map(\.name) == ["b.json"])
    }

    @Test(
        "A damaged byte of an archive never loads as other reviews, and never crashes",
        arguments: [false, true])
    func damaged(isRemote: Bool) throws {
        let text = Fixture.array(Fixture.reviews("P1", 1))
        for isDeflated in [true, false] {
            let good = TestArchive(files: [
                .init(name: "a.json", text: text, isDeflated: isDeflated)
            ]).written()
            try folder.write("r.zip", good)
            let expected = try loaded(dumps(folder.path + "/r.zip", isRemote)[0])
            for place in good.indices {
                var bad = good
                bad[place] ^= place % 2 == 0 ? 0x01 : 0xFF
                try folder.write("r.zip", bad)
                guard let dump = try? dumps(folder.path + "/r.zip", isRemote).first,
                    dump.files.first?.name == "a.json", let tables = try? loaded(dump)
                else { continue }
                #expect(tables == expected, "\(place)")
            }
        }
    }

    @Test("An entry with bytes and nothing packed is damaged", arguments: [false, true])
    func nothingPacked(isRemote: Bool) throws {
        var bytes = TestArchive(files: [.init(name: "a.json", text: Self.one)]).written()
        let entry = try #require(
            bytes.indices.last { bytes[$0...].starts(with: [0x50, 0x4B, 0x01, 0x02]) })
        bytes.replaceSubrange(entry + 20..<entry + 24, with: [0, 0, 0, 0])
        try folder.write("r.zip", bytes)
        #expect(throws: InputFault.badArchive(file: "a.json", .damaged)) {
            _ = try loaded(dumps(folder.path + "/r.zip", isRemote)[0])
        }
    }

    @Test("A bomb is refused by name", arguments: [false, true])
    func bomb(isRemote: Bool) throws {
        let archive = TestArchive(files: [
            .init(name: "a.json", text: String(repeating: " ", count: 8 << 20))
        ])
        #expect(throws: InputFault.badArchive(file: "a.json", .ratio)) {
            _ = try loaded(open(archive, isRemote: isRemote)[0])
        }
    }

    @Test("An archive elsewhere is asked for a few times only, and its version is its files'")
    func requests() throws {
        var random = SplitMix64(seed: 3)
        var archive = TestArchive(files: [])
        for number in 0..<40 {
            var reviews = Fixture.array(Fixture.reviews("P\(number)", 200))
            // Noise, so that the archive is of several MiB.
            let noise = (0..<30_000).map { _ in String(random.next(), radix: 36) }
            reviews += "\n" + String(repeating: " ", count: noise.count)
            archive.files.append(
                .init(
                    name: "\(100 + number).json", text: reviews,
                    isDeflated: number.isMultiple(of: 2), hasDescriptor: number < 20))
            archive.files.append(.init(name: "n-\(100 + number).md", text: noise.joined()))
        }
        archive.files.sort { $0.name < $1.name }
        let bytes = archive.written()
        #expect(bytes.count > 8 << 20)
        let version = FileVersion(etag: "e", versionID: "v", modifiedAt: nil)
        let file = MadeRemoteFile(bytes, said: version)
        var listing = RemoteListing(path: "s3://bucket/r.zip")
        (listing.files, listing.isFile) = ([("r.zip", file)], true)
        let dump = try openDumps(listing)[0]
        let directory = file.asked.withLock { $0.count }
        #expect(directory <= 3 && dump.files.count == 40)
        let fixture = Fixture()
        let report = try fixture.load(dump: dump)
        #expect(report.files.allSatisfy { $0.version == version })
        let asked = file.asked.withLock { Array($0.dropFirst(directory)) }
        // Three looks at the beginning of each file, to find its shape, and few for all of them.
        #expect(asked.count < 3 * 40 + 10, "\(asked.count)")
        #expect(asked.allSatisfy { $0.count <= 8 << 20 })
    }

    @Test("An archive that ends early, is longer or fails in the middle stores nothing")
    func remoteFaults() throws {
        let text = Fixture.array(Fixture.reviews("P1", 12_000))
        let archive = TestArchive(files: [
            .init(name: "a.json", text: text, isDeflated: false),
            .init(name: "b.json", text: Self.two),
        ]).written()
        #expect(archive.count > 3 << 19)
        let fault = RemoteFault(
            kind: "cut", words: "it was cut", isOfServer: true, isRetryable: true)
        let changed = InputFault.changedWhileRead("r.zip")
        let middle = Int64(archive.count / 2)
        for (error, expected) in [(nil, changed), (fault, fault)] as [((any Error)?, any Error)] {
            let file = MadeRemoteFile(archive, fault: (middle, error), until: middle + 70_000)
            var listing = RemoteListing(path: "s3://bucket/r.zip")
            (listing.files, listing.isFile) = ([("r.zip", file)], true)
            let dump = try openDumps(listing)[0]
            let fixture = Fixture()
            let thrown = #expect(throws: (any Error).self) { try fixture.load(dump: dump) }
            #expect(thrown.map { "\($0)" } == "\(expected)")
            #expect(try fixture.tables()["product_reviews_clean"] ?? [] == [])
        }
    }
}
