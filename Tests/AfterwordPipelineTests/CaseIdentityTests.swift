import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Identity, series and shapes.
@Suite struct CaseIdentityTests {
    @Test("date-spelling-doubles-reviews")
    func dateSpelling() throws {
        let run = CaseRun("date-spelling-doubles-reviews")
        let reports = try run.load(".", shape: "f.shape")
        #expect(reports.map(\.run.balance.inserted) == [4, 0])
        #expect(reports[1].run.balance.unchanged == 4)
    }

    @Test(
        "date-spelling-doubles-reviews: brothers",
        arguments: [
            "01.01.2026", "January 1, 2026", "1 janvier 2026", "2026-01-01 00:00:00 UTC",
            "1767225600",
        ])
    func dateBrothers(date: String) throws {
        let run = CaseRun("date-spelling-doubles-reviews")
        func row(_ date: String) -> String {
            """
            {"asin":"B","author":"Ana R.","stars":1,"text":"Long enough to be told apart.",\
            "date":"\(date)"}
            """
        }
        let shape = try run.shape("f.shape")
        try run.load(files: ["r.json": row("2026-01-01")]) {
            $0.shapes = [shape]
            $0.observedAt = Instant(iso8601: "2026-02-01")
        }
        let report = try run.load(files: ["r.json": row(date)]) {
            $0.shapes = [shape]
            $0.observedAt = Instant(iso8601: "2026-02-08")
        }
        #expect(report.run.balance.unchanged == 1)
    }

    @Test("ids-as-floats")
    func floats() throws {
        let run = CaseRun("ids-as-floats")
        let reports = try run.load(".", shape: "s.shape")
        #expect(reports.map(\.run.balance.inserted) == [3, 0, 0])
        #expect(reports[1].run.balance.rejected == 1)
        #expect(Set(try run.reviews().map(\.productID.string)) == ["700101", "700102"])
    }

    @Test("ids-as-floats: a dump in which nearly nothing known came back is refused")
    func driftOfIDs() throws {
        let run = CaseRun("ids-as-floats")
        func rows(_ prefix: String) -> String {
            (0..<60).map {
                """
                {"item_id":"\(prefix)\($0 % 12)","review_id":"\($0)","rating":5,\
                "text":"Long enough \($0)."}
                """
            }.joined(separator: "\n")
        }
        let shape = try run.shape("s.shape")
        try run.load(files: ["r.jsonl": rows("")]) {
            $0.shapes = [shape]
            $0.observedAt = Instant(iso8601: "2026-02-01")
        }
        #expect(throws: InputFault.self) {
            try run.load(files: ["r.jsonl": rows("sku-")]) {
                $0.shapes = [shape]
                $0.observedAt = Instant(iso8601: "2026-02-08")
            }
        }
    }

    @Test("invisible-characters-in-ids")
    func invisible() throws {
        let run = CaseRun("invisible-characters-in-ids")
        try run.load("reviews.jsonl")
        #expect(Set(try run.reviews().map(\.productID.string)) == ["B0X", "b0x"])
    }

    @Test("dated-files-one-folder: dated files of one folder are a series")
    func datedFiles() throws {
        let run = CaseRun("dated-files-one-folder")
        let reports = try run.load("weekly", shape: "s.shape")
        #expect(reports.count == 5)
        #expect(try run.ratings() == ["1": 50, "2": 40])
    }

    @Test("dated-files-one-folder: folders whose date does not stand first")
    func hive() throws {
        let run = CaseRun("dated-files-one-folder")
        #expect(try run.load("hive", shape: "s.shape").count == 2)
        #expect(try run.ratings() == ["1": 50, "2": 40])
    }

    @Test("dated-files-one-folder: the name of one file tells when it was taken")
    func datedFile() throws {
        let run = CaseRun("dated-files-one-folder")
        try run.load("weekly/reviews-2026-01-05.jsonl", shape: "s.shape")
        try run.load("weekly/reviews-2026-01-01.jsonl", shape: "s.shape")
        #expect(try run.ratings() == ["1": 50, "2": 40])
    }

    @Test(
        "dated-files-one-folder: a date at a word boundary of a name",
        arguments: [
            ("reviews-2026-01-05.jsonl", "2026-01-05T00:00:00Z"),
            ("dt=2026-01-05", "2026-01-05T00:00:00Z"),
            ("reviews-20260105-101500.jsonl", "2026-01-05T10:15:00Z"),
            ("reviews_20260105.json.gz", "2026-01-05T00:00:00Z"),
            ("export.2026-01-05T0930Z.json", "2026-01-05T09:30:00Z"),
            ("2026-01-05", "2026-01-05T00:00:00Z"), ("03_2026-01-05", "2026-01-05T00:00:00Z"),
            ("crawl 2026-01-05 final", "2026-01-05T00:00:00Z"),
            ("v20260105.json", nil), ("20261301.json", nil), ("B0020260105.json", nil),
            ("review_111.json", nil), ("reviews-05-01-2026.json", nil),
            ("12345678901234.json", nil),
        ] as [(String, String?)])
    func dateInName(name: String, expected: String?) {
        #expect(instant(inName: name)?.description == expected)
    }

    @Test("keys-with-dots")
    func dots() throws {
        let run = CaseRun("keys-with-dots")
        try run.load("reviews.jsonl", shape: "dot.shape")
        #expect(try run.ratings() == ["1": 10])
    }

    @Test("one-file-a-product")
    func fileProducts() throws {
        let run = CaseRun("one-file-a-product")
        let shape = """
            {"shape":"g","version":1,"records":"reviews.{id}","fields":{
             "product_id":{"file":"review_{id}.json"},"review_id":"@id","body":"review",
             "created_at":{"from":"timestamp_created","as":"unix_s"}}}
            """
        let parsed = try Shape(parsing: Array(shape.utf8))
        let report = try run.load(".") { $0.shapes = [parsed] }[0]
        #expect(report.run.balance.inserted == 328)
        #expect(report.run.productsNamed == 7)
    }

    @Test("flat-rows-keyed-product_id", arguments: ["reviews.json", "shop-api-reviews.json"])
    func flatRows(file: String) throws {
        let path = CaseRun.path("flat-rows-keyed-product_id", file)
        let fields =
            switch try detectShape(at: path) {
            case .builtIn(let shape): try JSONValue(parsing: Array(shape.document.utf8))["fields"]
            case .proposal(let proposal): proposal.document["fields"]
            }
        #expect(fields?["product_id"]?.text == "product_id")
        #expect(fields?["rating"] != nil)
    }

    @Test("misspelt-shape-never-mended: nothing of rating, title and body is refused")
    func misspelt() throws {
        let run = CaseRun("misspelt-shape-never-mended")
        #expect(throws: InputFault.self) { try run.load("2026-03-01", shape: "bad.shape") }
    }

    @Test("refusal-without-reason: columns and tables are named", arguments: ["reviews", "split"])
    func columns(file: String) throws {
        let run = CaseRun("refusal-without-reason")
        #expect {
            try run.load("pandas-columns/\(file).json")
        } throws: {
            "\($0)".contains("column")
        }
    }

    @Test("refusal-without-reason: a worded date is read")
    func wordedDate() throws {
        let run = CaseRun("refusal-without-reason")
        #expect(try run.load("reviews.json", shape: "z.shape")[0].run.balance.inserted == 30)
    }

    @Test("votes-shown-as-edits: a version, and no edit for the inbox")
    func votesAlone() throws {
        let run = CaseRun("votes-shown-as-edits")
        let reports = try run.load(".", shape: "v.shape")
        #expect(reports.map(\.run.balance.updated) == [0, 1])
    }
}
