import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Malformed files as they occur in practice, and the expected result of each: every complete
/// record is stored, and all other bytes become rejects with a reason.
@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: "../shared/data/ugly"),
        "SKIPPED: the research and broken dumps are not beside this checkout"))
struct UglyTests {
    static let folder = "../shared/data"

    /// A file, and the counts expected from loading it.
    struct Case: CustomTestStringConvertible {
        var file: String
        /// Records that were read: inserted, copies and shadowed.
        var read: [Int64]
        var rejects: [String: Int]
        var tolerated: Int64 = 0
        var shape = ""
        var testDescription: String { file }

        init(
            _ file: String, _ read: [Int64], _ rejects: [String: Int] = [:], tolerated: Int64 = 0,
            shape: String
        ) {
            self.file = file
            self.read = read
            self.rejects = rejects
            self.tolerated = tolerated
            self.shape = shape
        }
    }

    /// Rows of one app. No field names the product.
    private static let app = """
        {"shape": "app", "version": 1, "fields": {"product_id": {"value": "app"}, "review_id": "id",
         "rating": "rating", "title": "title", "body": "body", "author_name": "author",
         "country": "cc", "created_at": "date"}}
        """

    /// Counted by Python's `json` over the repaired files; the copies and shadowed records of 2018
    /// by (asin, reviewerID, style).
    static let cases = [
        Case("ugly/array_one_huge_line.json", [1424, 67, 9], shape: "amazon-2018"),
        Case("ugly/bom_array.json", [83, 0, 0], shape: "app"),
        Case("ugly/concatenated_no_newline.json", [50, 0, 0], shape: "amazon-2014"),
        // 39 of 69 rows contain a byte that is invalid in UTF-8.
        Case("ugly/cp1252.json", [30, 0, 0], ["bad_utf8": 39], shape: "app"),
        Case("ugly/crlf_blank_lines.jsonl", [50, 0, 0], shape: "amazon-2014"),
        // Of repeated keys, the last one counts.
        Case("ugly/duplicate_keys.json", [1, 0, 0], shape: "app"),
        Case("ugly/last_line_cut.jsonl", [49, 0, 0], ["truncated": 1], shape: "amazon-2014"),
        Case("ugly/lone_surrogate.jsonl", [1, 0, 0], shape: "amazon-2014"),
        Case("ugly/mojibake.json", [83, 0, 0], shape: "app"),
        Case("ugly/nan_literals.jsonl", [60, 0, 0], tolerated: 24, shape: "amazon-2014"),
        Case("ugly/nul_in_string.jsonl", [1, 0, 0], shape: "amazon-2014"),
        Case(
            "ugly/one_bad_line_in_middle.jsonl", [60, 0, 0],
            // A line that ends after a comma, and a line of HTML, both among valid ones.
            ["expected_key": 1, "expected_value": 1], shape: "amazon-2014"),
        Case("ugly/reviews_2018.jsonl.gz", [424, 67, 9], shape: "amazon-2018"),
        Case(
            "ugly/reviews_2018_truncated.jsonl.gz", [278, 0, 0],
            ["truncated": 1, "damaged_gzip": 1], shape: "amazon-2018"),
        Case("ugly/trailing_commas.json", [30, 0, 0], ["trailing_comma": 1], shape: "amazon-2014"),
        Case("ugly/utf16le_bom.json", [83, 0, 0], shape: "app"),
        Case(
            "mcauley2014-cellphones-truncated/Cell_Phones_and_Accessories_5.json", [4776, 0, 0],
            ["truncated": 1], shape: "amazon-2014"),
        Case(
            "mcauley2018-fashion-wrapped/AMAZON_FASHION_5.json", [3100, 67, 9],
            shape: "amazon-2018-wrapped"),
    ]

    private func load(_ file: String, into store: MemoryStore) throws -> LoadReport {
        var options = LoadOptions()
        options.maxRejects = 100
        let isApp = Self.cases.contains { $0.file == file && $0.shape == "app" }
        if isApp { options.shapes = [try Shape(parsing: Array(Self.app.utf8))] }
        let dump = try openDumps("\(Self.folder)/\(file)")[0]
        return try loadDump(
            dump, into: store, options: options,
            surroundings: LoadSurroundings(now: { ReviewHistory.start }))
    }

    @Test("A broken container gives up its whole records", arguments: cases)
    func container(expected: Case) throws {
        let store = MemoryStore()
        let report = try load(expected.file, into: store)
        let balance = report.run.balance
        #expect([balance.inserted, balance.copies, balance.shadowed] == expected.read)
        #expect(report.files[0].shape == expected.shape)
        #expect(report.files[0].nonstandardLiterals == expected.tolerated)
        let rejects = try store.read { try $0.rejects() }
        var reasons: [String: Int] = [:]
        for reject in rejects { reasons[reject.reason.rawValue, default: 0] += 1 }
        #expect(reasons == expected.rejects.filter { $0.value > 0 })
        let finding = try store.read { try auditStore($0) }
        #expect(finding == nil)
    }

    @Test("The cut record of 2014 is a reject from its first byte to the end of the file")
    func cut() throws {
        let file = "mcauley2014-cellphones-truncated/Cell_Phones_and_Accessories_5.json"
        let store = MemoryStore()
        _ = try load(file, into: store)
        let reject = try #require(try store.read { try $0.rejects() }.first)
        let bytes = try #require(FileManager.default.contents(atPath: "\(Self.folder)/\(file)"))
        #expect(reject.offset + reject.length == bytes.count)
        #expect(bytes[Int(reject.offset)] == UInt8(ascii: "{"))
        #expect(reject.payload == Array(bytes[Int(reject.offset)...]))
    }

    @Test(
        "A file without any record is refused with its reason",
        arguments: [
            ("ugly/html_error_page_saved_as.json", "html_page", 1),
            ("ugly/plain_text_named_gz.jsonl.gz", "not_gzip", 1),
            ("ugly/python_repr.json", "python_repr", 100),
            ("lfs-pointers/All_Beauty.jsonl.gz", "lfs_pointer", 1),
            ("lfs-pointers/Appliances.jsonl", "lfs_pointer", 1),
            ("lfs-pointers/Musical_Instruments_5.json", "lfs_pointer", 1),
            ("lfs-pointers/Software_5.json", "lfs_pointer", 1),
            ("lfs-pointers/meta_All_Beauty.jsonl.gz", "lfs_pointer", 1),
        ] as [(String, String, Int64)])
    func nothing(file: String, reason: String, rejected: Int64) throws {
        let name = String(file.split(separator: "/")[1])
        #expect(
            throws: InputFault.onlyRejects(
                file: name, reasons: "\(rejected) \(reason)", rejected: rejected)
        ) {
            try load(file, into: MemoryStore())
        }
    }

    @Test("White space and null are no dump")
    func empty() throws {
        #expect(throws: InputFault.emptyFile("only_whitespace.json")) {
            try load("ugly/only_whitespace.json", into: MemoryStore())
        }
        #expect(throws: InputFault.self) { try load("ugly/null.json", into: MemoryStore()) }
    }

    /// The lone surrogate is in a field that the shape does not map, so its bytes are stored
    /// unchanged.
    @Test("An escaped NUL becomes the replacement character; bronze keeps what was written")
    func replaced() throws {
        let store = MemoryStore()
        _ = try load("ugly/nul_in_string.jsonl", into: store)
        _ = try load("ugly/lone_surrogate.jsonl", into: store)
        let bodies = try store.read {
            try $0.reviews(ofProduct: nil).map { $0.values.body?.string }
        }
        #expect(bodies.count { $0?.contains("\u{FFFD}") == true } == 1)
        let raw = try store.read { try $0.raw(ofProduct: nil) }
        let kept = raw.map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(kept.contains { $0.contains(#"\u0000"#) })
        #expect(kept.contains { $0.contains(#"\ud83d"#) })
    }

    @Test(
        "Products without reviews beside a dump feed nothing by themselves, and are narrowed away")
    func narrowed() throws {
        let folder = "\(Self.folder)/mcauley2018-fashion-wrapped"
        let dump = try openDumps(folder, files: "AMAZON_*")[0]
        #expect(dump.files.map(\.name) == ["AMAZON_FASHION_5.json"])
        #expect(dump.ignored.contains("product_details.json"))
        #expect(throws: InputFault.self) {
            try loadDump(
                openDumps(folder)[0], into: MemoryStore(), options: LoadOptions(),
                surroundings: LoadSurroundings(now: { ReviewHistory.start }))
        }
    }
}
