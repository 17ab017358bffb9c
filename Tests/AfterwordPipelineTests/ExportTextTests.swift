import AfterwordCore
import Foundation
import Testing

@testable import AfterwordPipeline

/// Tables of an export as text, and the list of what it holds.
@Suite struct ExportTextTests {
    private static let fields = [
        ArrowField("n", .number), ArrowField("f", .flag, isNullable: true),
        ArrowField("t", .text, isNullable: true), ArrowField("b", .bytes),
        ArrowField("i", .instant, isNullable: true),
        ArrowField("d", .decimal(precision: 7, scale: 6), isNullable: true),
    ]

    private static func batch(_ text: String?) -> ArrowBatch {
        var batch = ArrowBatch(fields)
        batch.columns[0].append(-7)
        batch.columns[1].append(text == nil ? nil : 1)
        if let text {
            text.lend { batch.columns[2].append($0) }
        } else {
            batch.columns[2].append(nil as BorrowedBytes?)
        }
        [0xFF, 0x0A].lend { batch.columns[3].append($0) }
        batch.columns[4].append(text == nil ? nil : 1_500_000)
        batch.columns[5].append(text == nil ? nil : -12_345)
        return batch
    }

    private static func lines(_ text: String?, isCSV: Bool, guards: Bool = true) -> String {
        let table = TextTable(fields, isCSV: isCSV, guardsFormulas: guards)
        return String(decoding: table.head + table.lines(batch(text)), as: UTF8.self)
    }

    @Test("A CSV row has texts in quotes, all else without, and nothing for NULL")
    func csv() {
        #expect(
            Self.lines("a \"b\", c", isCSV: true)
                == "n,f,t,b,i,d\r\n"
                + "-7,true,\"a \"\"b\"\", c\",ff0a,1970-01-01T00:00:01.500000Z,-0.012345\r\n")
        #expect(Self.lines(nil, isCSV: true) == "n,f,t,b,i,d\r\n-7,,,ff0a,,\r\n")
    }

    @Test("No text of CSV becomes a formula, unless it is to stay as it is")
    func formulas() {
        #expect(Self.lines("=1+1", isCSV: true).contains("\"'=1+1\""))
        #expect(Self.lines("=1+1", isCSV: true, guards: false).contains("\"=1+1\""))
    }

    @Test("A JSON line has the columns in order, and texts as they are")
    func json() {
        #expect(
            Self.lines("=\"\n", isCSV: false)
                == #"{"n":-7,"f":true,"t":"=\"\n","b":"ff0a","i":"1970-01-01T00:00:01.500000Z","#
                + #""d":-0.012345}"# + "\n")
        #expect(
            Self.lines(nil, isCSV: false)
                == #"{"n":-7,"f":null,"t":null,"b":"ff0a","i":null,"d":null}"# + "\n")
    }

    @Test("A manifest is read as it was written, and nothing else is taken for one")
    func manifest() throws {
        var manifest = ExportManifest(
            format: .csv, guardsFormulas: true, tables: ["runs"], columns: 5)
        let digest = Digest256([UInt8](repeating: 7, count: 32))
        let file = ExportManifest.File(
            table: "runs", path: "runs/run=000001/part-0.csv", rows: 1, bytes: 2, digest: digest)
        manifest.runs = [
            .init(
                run: 1, recordedAt: Instant(microseconds: 5), historyDigest: digest, files: [file])
        ]
        // As earlier versions of this program wrote it.
        let before = String(decoding: manifest.json, as: UTF8.self)
            .replacing("\"store\":null,", with: "")
        #expect(!before.contains("store"))
        #expect(try ExportManifest(Array(before.utf8)) == manifest)
        manifest.origin = .init(
            run: 1, recordedAt: Instant(microseconds: 5), historyDigest: digest)
        let text = String(decoding: manifest.json, as: UTF8.self)
        #expect(try ExportManifest(manifest.json) == manifest && text.hasSuffix("}\n"))
        let spoilt = [
            ("\"first_run\":1", "\"first_run\":null"),
            ("\"afterword_export\":1", "\"afterword_export\":2"), ("csv\"", "xls\""),
            ("\"run\":1", "\"run\":\"1\""), ("\"rows\":1", "\"rows\":null"), ("{", "["),
            ("0707", "070"), ("\"tables\":", "\"table\":"),
        ]
        for (old, new) in spoilt {
            #expect(throws: ExportFault.badManifest, "\(old)") {
                try ExportManifest(Array(text.replacing(old, with: new).utf8))
            }
        }
    }

    @Test("Each fault says what to do")
    func words() {
        let faults: [ExportFault] = [
            .noSuchTable("x", names: ["runs"]), .notReadable,
            .otherExport(what: "format", there: "csv"), .otherStore(run: 3), .badManifest,
            .writerFailed("why"), .commitFailed("why"), .commitRefused("no"), .underWay,
            .linked("x"),
        ]
        #expect(Set(faults.map(\.words)).count == faults.count)
        let retryable: [ExportFault] = [.writerFailed("why"), .commitFailed("why"), .underWay]
        #expect(faults.filter(\.isRetryable) == retryable)
    }

    @Test("A folder that cannot be made or read is named")
    func folders() throws {
        let fixture = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-target-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: fixture) }
        let target = ExportFolder(fixture)
        #expect(try target.read("a/b") == nil)
        try target.write([1, 2], to: "a/b")
        #expect(try target.read("a/b")?.bytes == [1, 2])
        #expect(throws: OutputFault(path: "\(fixture)/a/b/c", number: ENOTDIR)) {
            try target.begin("a/b/c/d")
        }
        #expect(throws: OutputFault.self) { try target.read("a/b/c") }
        #expect(throws: OutputFault(path: "\(fixture)/a", number: EISDIR)) { try target.read("a") }
        #expect(throws: OutputFault(path: "\(fixture)/x", number: ENOENT)) {
            try target.commit("\(fixture)/nothing", as: "x")
        }
        #expect(throws: OutputFault(path: "/dev/full", number: ENOSPC)) {
            let file = try GrowingFile("/dev/full")
            try file.write([1])
        }
        #expect(throws: OutputFault(path: "\(fixture)/no/no", number: ENOENT)) {
            try GrowingFile("\(fixture)/no/no")
        }
    }
}
