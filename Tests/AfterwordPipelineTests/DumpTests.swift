import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Opens dumps from files and folders.
@Suite struct DumpTests {
    @Test(
        "A name that holds a date or an instant tells when a dump was taken",
        arguments: [
            ("2026-08-04", "2026-08-04T00:00:00Z"),
            ("2026-08-04T02:09Z", "2026-08-04T02:09:00Z"),
            ("01_2026-07-29T1326Z_fa3f91d", "2026-07-29T13:26:00Z"),
            ("20260804", "2026-08-04T00:00:00Z"),
            ("2018-02-19_4b59a79_scrape", "2018-02-19T00:00:00Z"),
            ("2026-08-04-export", "2026-08-04T00:00:00Z"),
            ("sellerx", nil), ("2026", nil), ("2026-08", nil), ("20260804123", nil),
            ("reviews-2026-08-04", "2026-08-04T00:00:00Z"), ("2026-02-30", nil),
        ] as [(String, String?)])
    func names(name: String, expected: String?) {
        #expect(instant(inName: name)?.description == expected)
    }

    @Test("A folder of dated folders is a series, in order; other files are told as ignored")
    func series() throws {
        let folder = try TemporaryFolder()
        try folder.write("2026-03-09/a.json", "[]")
        try folder.write("2026-03-02/sub/b.jsonl", "[]")
        try folder.write("2026-03-02/notes.txt", "x")
        try folder.write("README.txt", "x")
        let dumps = try openDumps(folder.path)
        #expect(dumps.map(\.name) == ["2026-03-02", "2026-03-09"])
        #expect(dumps[0].files.map(\.name) == ["sub/b.jsonl"])
        #expect(dumps[0].ignored == ["notes.txt"])
        try folder.write("more/c.json", "[]")
        #expect(throws: InputFault.outsideSeries("more/c.json")) { try openDumps(folder.path) }
    }

    @Test("A link that leads out of the dump is refused, one inside is read")
    func links() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        try outside.write("secret.json", "[]")
        try folder.write("a.json", "[]")
        let manager = FileManager.default
        try manager.createSymbolicLink(
            atPath: folder.path + "/b.json", withDestinationPath: folder.path + "/a.json")
        #expect(try openDumps(folder.path)[0].files.map(\.name) == ["a.json", "b.json"])
        try manager.createSymbolicLink(
            atPath: folder.path + "/c.json", withDestinationPath: outside.path + "/secret.json")
        #expect(throws: InputFault.linkLeavesDump("c.json")) { try openDumps(folder.path) }
    }

    @Test("An empty folder, one without review files, and none at all")
    func nothing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: InputFault.self) { try openDumps(folder.path) }
        try folder.write("x.txt", "a,b")
        #expect(
            throws: InputFault.nothingToRead(
                dump: folder.url.lastPathComponent, ignored: 1)
        ) { try openDumps(folder.path) }
        try folder.write("x.xlsx", "a,b")
        #expect(throws: InputFault.otherFormat(file: "x.xlsx", .spreadsheet)) {
            try openDumps(folder.path)
        }
        try folder.write("x.csv", "a,b")
        #expect(try openDumps(folder.path).map(\.files.count) == [1])
        let gone = folder.path + "/gone"
        #expect(throws: InputFault.noSuchDump(gone)) { try openDumps(gone) }
        #expect(throws: InputFault.noSuchDump(gone)) { try Catalog(file: gone) }
        let below = folder.path + "/x.csv/gone"
        #expect(throws: InputFault.noSuchDump(below)) { try openDumps(below) }
    }

    @Test(
        "Gzip, in one member or several, loads as the plain bytes do; offsets are the inflated ones"
    )
    func gzip() throws {
        let text = Fixture.array(Fixture.reviews("P1", 50))
        let plain = Fixture()
        try plain.load(["a.json": text])
        let folder = try TemporaryFolder()
        let half = text.utf8.count / 2
        let bytes = Array(text.utf8)
        try folder.write("a.json.gz", try gzipped(bytes[..<half]) + gzipped(bytes[half...]))
        let fixture = Fixture()
        _ = try fixture.load(dump: openDumps(folder.path)[0])
        var expected = try plain.tables()
        var actual = try fixture.tables()
        expected["run_files"] = nil
        actual["run_files"] = nil
        for table in ["product_reviews_raw"] {
            actual[table] = actual[table]?.map { $0.replacing("a.json.gz", with: "a.json") }
        }
        #expect(actual == expected)
    }

    @Test("Damaged, false and bomb-like gzip are told by name; whole records before are kept")
    func badGzip() throws {
        let good = try gzipped(Array(Fixture.array(Fixture.reviews("P1", 2000)).utf8)[...])
        func reasons(_ bytes: [UInt8], _ name: String = "b.json.gz") throws -> [RejectReason] {
            let fixture = Fixture()
            let dump = Dump(
                name: "dump",
                files: [
                    DumpFile(
                        name: "a.json",
                        content: .memory(Array(Fixture.array(Fixture.reviews("P0", 1)).utf8))),
                    DumpFile(name: name, content: .memory(bytes)),
                ])
            _ = try fixture.load(dump: dump) { $0.maxRejects = 2 }
            return try fixture.store.read { try $0.rejects() }.map(\.reason)
                .sorted { $0.rawValue < $1.rawValue }
        }
        #expect(try reasons(Array(good.dropLast(good.count / 2))) == [.damagedGzip, .truncated])
        #expect(try reasons(Array("[]".utf8)) == [.notGzip])
        #expect(
            try reasons(Array("version https://git-lfs.github.com/spec/v1".utf8)) == [.lfsPointer])
        let bomb = try gzipped([UInt8](repeating: 0x20, count: 8 << 20)[...])
        #expect(try reasons(bomb) == [.gzipRatio])
        // A gzip file is recognized without the extension.
        #expect(try reasons(good, "b.json") == [])
    }

    /// Compresses with the system's gzip, to test against an independent implementation.
    private func gzipped(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try folder.write("x", Array(bytes))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-9", "-n", folder.path + "/x"]
        try process.run()
        process.waitUntilExit()
        return Array(try Data(contentsOf: folder.url.appendingPathComponent("x.gz")))
    }
}
