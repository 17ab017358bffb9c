import AfterwordCore
import AfterwordTesting
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import AfterwordPipeline

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reading many files with few of them open, and refusing what is not a regular file.
@Suite struct OpenFilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String) -> DumpFile {
        DumpFile(name: name, content: .path(folder.url.appendingPathComponent(name).path))
    }

    @Test("holds-every-file-open: of many files a handful is open, and each is read where it was")
    func handful() throws {
        let files = OpenFiles(limit: 3)
        var sources: [ByteSource] = []
        for number in 0..<20 {
            try folder.write("\(number)", "file \(number)")
            sources.append(try ByteSource(file("\(number)"), files))
            #expect(files.count <= 3)
        }
        for number in [0, 19, 0, 7, 8, 9, 10, 0, 19] {
            let bytes = try sources[number].read(at: 5, count: 9)
            #expect(String(decoding: bytes, as: UTF8.self) == "\(number)")
            #expect(files.count <= 3)
        }
    }

    @Test("Threads that read more files than may be open get each its own bytes")
    func threads() throws {
        let files = OpenFiles(limit: 2)
        var sources: [ByteSource] = []
        for number in 0..<12 {
            try folder.write("\(number)", String(repeating: "\(number % 10)", count: 4_000))
            sources.append(try ByteSource(file("\(number)"), files))
        }
        let wrong = Atomic(0)
        // Written by no thread.
        nonisolated(unsafe) let all = sources
        DispatchQueue.concurrentPerform(iterations: 2_000) { turn in
            let number = turn &* 7 % 12
            let expected = [UInt8](repeating: UInt8(ascii: "0") + UInt8(number % 10), count: 100)
            if (try? all[number].read(at: Int64(turn), count: 100)) != expected {
                wrong.add(1, ordering: .relaxed)
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(files.count <= 2)
    }

    @Test("holds-every-file-open: inflated streams share one temporary file and stay apart")
    func spools() throws {
        let files = OpenFiles()
        let first = try ByteSource(spoolFor: "a", files)
        try first.append(Array("first".utf8))
        let second = try ByteSource(spoolFor: "b", files)
        try second.append(Array("second".utf8))
        #expect(try first.read(at: 0, count: 99) == Array("first".utf8))
        #expect(try second.read(at: 3, count: 99) == Array("ond".utf8))
        #expect(try first.read(at: 5, count: 9).isEmpty)
        let places = [(source: second, offset: Int64(0), count: 3), (first, 1, 4)]
        let both = try ByteSource.read(places, count: 7, margin: 0)
        #expect(both == Array("secirst".utf8))
        #expect(throws: InputFault.changedWhileRead("a")) {
            try ByteSource.read([(source: first, offset: 3, count: 5)], count: 5, margin: 0)
        }
    }

    @Test("A file that is another one when it is opened again has changed")
    func replaced() throws {
        let files = OpenFiles(limit: 1)
        try folder.write("a", "0123")
        try folder.write("b", "4567")
        let source = try ByteSource(file("a"), files)
        let other = try ByteSource(file("b"), files)
        try folder.write("new", "0123")
        let path = folder.url.path
        #expect(rename(path + "/new", path + "/a") == 0)
        #expect(throws: InputFault.changedWhileRead("a")) { try source.read(at: 0, count: 1) }
        #expect(try other.read(at: 0, count: 1) == [0x34])
        #expect(throws: InputFault.unreadableFile("c", reason: "No such file or directory")) {
            try ByteSource(file("c"), files)
        }
    }

    @Test("fifo-as-dump-hangs: a pipe, a socket and a device are refused by name, unopened")
    func special() throws {
        let path = folder.url.path
        #expect(mkfifo(path + "/p.json", 0o600) == 0)
        #expect(throws: InputFault.notAFile("p.json", kind: "a pipe")) {
            try openDumps(path + "/p.json")
        }
        #expect(throws: InputFault.notAFile("p.json", kind: "a pipe")) {
            try ByteSource(file("p.json"), OpenFiles())
        }
        #expect(throws: InputFault.notAFile("p.json", kind: "a pipe")) {
            try detectShape(at: path + "/p.json")
        }
        #expect(throws: InputFault.notAFile("p.json", kind: "a pipe")) {
            try Catalog(file: path + "/p.json")
        }
        // The error names the full path, because the last part of a shell's /dev/fd/63 is only a
        // number.
        #expect(throws: InputFault.notAFile("/dev/null", kind: "a device")) {
            try openDumps("/dev/null")
        }
        try folder.write("d/a.json", "[]")
        #expect(mkfifo(path + "/d/q.json", 0o600) == 0)
        let dump = try openDumps(path + "/d")[0]
        #expect(dump.files.map(\.name) == ["a.json"] && dump.ignored == ["q.json"])
        #expect(FileKind(mode: S_IFSOCK | 0o600).words == "a socket")
    }

    @Test("fifo-as-dump-hangs: a folder where one file is read is named as a folder")
    func folderForFile() throws {
        try folder.write("d/a.json", "[]")
        let path = folder.url.path
        #expect(throws: InputFault.folderForFile("d")) { try Catalog(file: path + "/d") }
        #expect(FileKind.irregular(at: path + "/d") == .folder)
        #expect(FileKind.irregular(at: path + "/d/a.json") == nil)
        #expect(FileKind.irregular(at: path + "/d/b.json") == nil)
        #expect(FileKind.irregular(at: path + "/d/a.json/c") == nil)
    }
}

/// File formats recognized only to be refused with a clear error.
@Suite struct OtherFormatTests {
    @Test(
        "cli-errors: a format that is not read is told by its first bytes",
        arguments: [
            ("PK\u{3}\u{4}more", .zip), ("PAR1", .parquet), ("SQLite format 3\0", .sqlite),
            ("BZh91AY", .bzip2), ("%PDF-1.7", .pdf),
            ("review_id,rating,text\nr1,5,Good\n", nil), ("id\trating\n1\t5\n", nil),
            ("[{\"a\": 1}, {\"b\": 2}]", nil), ("{\"a\": 1}\n{\"b\": 2}\n", nil),
            ("exported by hand, 5 rows\n{\"a\": 1, \"b\": 2}\n", nil),
            ("<html>, a\nb, c", nil), ("", nil), ("one line, no more", nil), ("1,2\n3,4\n", nil),
        ] as [(String, OtherFormat?)])
    func formats(head: String, expected: OtherFormat?) {
        #expect(OtherFormat(Array(head.utf8)) == expected)
    }

    @Test("cli-errors: a ZIP of JSON and a spreadsheet are refused as what they are")
    func refused() throws {
        let fixture = Fixture()
        let review = Fixture.array(Fixture.reviews("P1", 3))
        func dump(_ name: String, _ text: String) -> Dump {
            Dump(
                name: name, files: [DumpFile(name: name, content: .memory(Array(text.utf8)))])
        }
        #expect(throws: InputFault.otherFormat(file: "a.json", .zip)) {
            try fixture.load(dump: dump("a.json", "PK\u{3}\u{4}" + review))
        }
        #expect(throws: InputFault.otherFormat(file: "r.xlsx", .spreadsheet)) {
            try fixture.load(dump: dump("r.xlsx", "PK\u{3}\u{4}xl/workbook"))
        }
        #expect(try fixture.store.read { try $0.runs() }.isEmpty)
    }
}
