import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// A dump elsewhere is read as a folder of the same files.
@Suite struct RemoteDumpTests {
    private let folder: TemporaryFolder
    private static let one = Array(Fixture.array(Fixture.reviews("P1", 40)).utf8)
    private static let two = Array(Fixture.array(Fixture.reviews("P2", 3)).utf8)

    init() throws { folder = try TemporaryFolder() }

    private func listing(
        _ files: [(String, [UInt8])], at path: String = "s3://bucket/d"
    ) -> RemoteListing {
        var listing = RemoteListing(path: path)
        listing.files = files.map { ($0.0, MadeRemoteFile($0.1)) }
        return listing
    }

    private func loaded(_ dump: Dump) throws -> [String: [String]] {
        let fixture = Fixture()
        _ = try fixture.load(dump: dump)
        return try fixture.tables()
    }

    @Test("Plain, gzip and UTF-16 files elsewhere load as those of a folder")
    func forms() throws {
        var utf16: [UInt8] = [0xFF, 0xFE]
        for byte in Self.two { utf16 += [byte, 0] }
        // More than one beginning long, with a record across its end.
        let long = Array(Fixture.array(Fixture.reviews("P3", 12_000)).utf8)
        #expect(long.count > 3 << 19)
        let files = [
            ("a.json.gz", gzip(Self.one)), ("DE/b.json", utf16), ("DE/c.json", long),
            ("notes.txt", Self.two),
        ]
        for (name, bytes) in files { try folder.write("d/" + name, bytes) }
        let expected = try openDumps(folder.path + "/d")[0]
        let dump = try openDumps(listing(files))[0]
        #expect(dump.name == expected.name && dump.ignored == expected.ignored)
        #expect(dump.unread == expected.unread)
        #expect(dump.files.map(\.name) == expected.files.map(\.name))
        #expect(try loaded(dump) == loaded(expected))
    }

    @Test("A look at the beginning asks for 1 MiB, and reading on for the rest")
    func ranges() throws {
        let long = Array(Fixture.array(Fixture.reviews("P3", 12_000)).utf8)
        let file = MadeRemoteFile(long)
        var listing = RemoteListing(path: "s3://bucket/c.json")
        listing.files = [("c.json", file)]
        listing.isFile = true
        _ = try loaded(openDumps(listing)[0])
        let (size, asked) = (Int64(long.count), file.asked.withLock { $0 })
        #expect(asked.allSatisfy { [0..<1 << 20, 1 << 20..<size].contains($0) })
        #expect(asked.filter { $0.lowerBound > 0 }.count == 1)
    }

    @Test("Dates in names make a series; an address of one file is this file")
    func series() throws {
        let files = [("2026-01-12/a.json", Self.one), ("2026-01-05/a.json", Self.two)]
        var both = listing(files)
        both.emptyFolders = ["2026-01-12/empty", "__MACOSX"]
        let dumps = try openDumps(both)
        #expect(dumps.map(\.name) == ["2026-01-05", "2026-01-12"])
        #expect(
            dumps.map(\.namedInstant) == [
                Instant(iso8601: "2026-01-05"), Instant(iso8601: "2026-01-12"),
            ])
        #expect(dumps.flatMap(\.unread).map(\.name) == ["empty"])
        let one = try openDumps(both, files: "*.json")
        #expect(one.flatMap(\.files).map(\.name) == ["a.json", "a.json"])
        var single = listing([("x", Self.one)], at: "s3://bucket/d/2026-02-02/r.json")
        single.isFile = true
        let dump = try openDumps(single)[0]
        #expect(dump.name == "r.json" && dump.namedInstant == Instant(iso8601: "2026-02-02"))
        #expect(try detectShape(at: "s3://bucket/d/r.json", dumps: [dump]).isBuiltIn)
        #expect(try lookAtDump("s3://bucket/d/r.json", dumps: [dump]).remarks.count == 2)
    }

    @Test("What the source says of a file is kept with it, and covered by the ledger")
    func versions() throws {
        let at = try #require(Instant(iso8601: "2026-01-05T10:15:00Z"))
        func version(_ id: String?) -> FileVersion? {
            FileVersion(said: "\"e\"", versionID: id, modifiedAt: at)
        }
        func ledger(_ versions: [FileVersion?]) throws -> (FileRecord, Digest256, Digest256) {
            var listing = RemoteListing(path: "s3://bucket/d")
            // Of one's bytes, which are read once.
            for (place, version) in versions.enumerated() {
                listing.files.append(("\(place).json", MadeRemoteFile(Self.one, said: version)))
            }
            let fixture = Fixture()
            let report = try fixture.load(dump: openDumps(listing)[0])
            #expect(report.files.map(\.version) == versions)
            return try fixture.store.read { reader in
                let files = try reader.files(ofRun: nil)
                #expect(files.map(\.version) == versions)
                #expect(try auditStore(reader) == nil)
                let run = try #require(try reader.newestRun())
                return (files[0], run.historyDigest, run.ledgerDigest)
            }
        }
        let (plain, history, none) = try ledger([nil, nil])
        #expect(plain.json["etag"] == nil && plain.answer["version"] == nil)
        let (file, sameHistory, one) = try ledger([version("v1"), version("v2")])
        #expect(sameHistory == history && file.version?.etag == "e")
        #expect(file.version?.words == "version v1 of 2026-01-05T10:15:00Z")
        let answer = file.answer["version"]
        #expect(file.json["version_id"]?.text == "v1" && answer?["etag"]?.text == "e")
        #expect(answer?["modified_at_us"]?.integer == at.microseconds)
        let others = try [
            [version("v1"), nil], [version("v3"), version("v2")], [nil, version("v2")],
        ].map { try ledger($0).2 }
        #expect(Set([none, one] + others).count == 5)
    }

    @Test("Tags and ids that are none are left out")
    func oddVersions() {
        let long = String(repeating: "x", count: 1_025)
        for odd in ["", "\"\"", "a b", "é", "a\u{0}", long] {
            let id = odd == "\"\"" ? nil : odd
            #expect(FileVersion(said: odd, versionID: id, modifiedAt: nil) == nil, "\(odd)")
        }
        let weak = FileVersion(said: "W/\"x\"", versionID: nil, modifiedAt: nil)
        #expect(weak?.etag == "W/\"x\"" && weak?.words == "etag W/\"x\"")
    }

    @Test("Hidden files are left out, empty listings and false archives refused")
    func refusals() throws {
        let hidden = listing([
            ("a.json", Self.one), (".git/b.json", Self.one), ("x/.b.json.part", Self.one),
        ])
        let dump = try openDumps(hidden)[0]
        #expect(dump.files.map(\.name) == ["a.json"] && dump.ignored == [])
        #expect(dump.unread.map(\.name) == ["x/.b.json.part"])
        #expect(throws: InputFault.nothingToRead(dump: "d", ignored: 0)) {
            try openDumps(listing([]))
        }
        let broken = Array("PK".utf8) + [3, 4] + Self.one
        var archive = listing([("r.zip", broken)], at: "s3://bucket/r.zip")
        archive.isFile = true
        #expect(throws: InputFault.badArchive(file: "r.zip", .noDirectory)) {
            try openDumps(archive)
        }
        let beside = listing([("r.zip", broken), ("a.json", Self.one), ("x.zip", Self.one)])
        #expect(throws: InputFault.badArchive(file: "r.zip", .noDirectory)) {
            try openDumps(beside)
        }
        let left = try openDumps(beside, files: "*.json")[0]
        #expect(left.files.map(\.name) == ["a.json"] && left.ignored == ["x.zip"])
    }

    @Test("A file that ends early, is longer or fails in the middle stores nothing")
    func faults() throws {
        let long = Array(Fixture.array(Fixture.reviews("P3", 12_000)).utf8)
        let fault = RemoteFault(
            kind: "cut", words: "it was cut", isOfServer: true, isRetryable: true)
        let files: [(MadeRemoteFile, any Error)] = [
            (MadeRemoteFile(long, listed: long.count + 5), InputFault.changedWhileRead("a.json")),
            (MadeRemoteFile(long, fault: (1_500_000, nil)), InputFault.changedWhileRead("a.json")),
            (MadeRemoteFile(long, fault: (1_500_000, fault)), fault),
            (MadeRemoteFile(long, fault: (0, fault)), fault),
        ]
        for (file, expected) in files {
            var listing = RemoteListing(path: "s3://bucket/d")
            listing.files = [("a.json", file)]
            let dump = try openDumps(listing)[0]
            let fixture = Fixture()
            let thrown = #expect(throws: (any Error).self) { try fixture.load(dump: dump) }
            #expect(thrown.map { "\($0)" } == "\(expected)")
            #expect(try fixture.tables()["product_reviews_clean"] ?? [] == [])
        }
    }
}

extension DetectedShape {
    fileprivate var isBuiltIn: Bool {
        if case .builtIn = self { true } else { false }
    }
}
