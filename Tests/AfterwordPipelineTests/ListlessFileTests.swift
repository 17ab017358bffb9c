import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// A file in which a shape finds no list of reviews: an empty page, an error, or a wrong path.
@Suite struct ListlessFileTests {
    private static let shape = #"""
        {"shape":"sr","version":1,"records":"reviews[*]","fields":{"product_id":"asin",
         "review_id":"id","rating":"stars","body":"text"}}
        """#
    private static let review =
        #"{"asin":"B0","id":"1","stars":5,"text":"Good thing, all in all."}"#

    private func load(_ text: String, shape: String = shape, name: String = "p.json") throws
        -> LoadReport
    {
        try CaseRun("listless").load(files: [name: text], shape: shape)
    }

    @Test(
        "empty-page-blocks-all: an enclosing object without its list is a dump with none",
        arguments: [
            #"{"page":2,"total":0}"#, "{}", "null", #"{"meta":{"next":null,"items":[]}}"#,
            #"{"status":"ok","error":null,"page":3}"#, "{\"page\":2}\n{\"page\":3}",
            #"[{"page":2,"total":0}]"#,
        ])
    func emptyPages(text: String) throws {
        let report = try load(text)
        #expect(report.run.balance.found == 0 && report.run.productsNamed == 0)
        #expect(report.emptyPages == ["p.json"])
        // In a series, of a given shape and of a detected one.
        let page = #"{"page":1,"reviews":[\#(Self.review)]}"#
        for shape in [Self.shape, nil] {
            let run = CaseRun("listless")
            let many = (0..<30).map { number in
                #"{"asin":"B0\#(number % 4)","id":"r\#(number)","stars":\#(1 + number % 5),"#
                    + #""text":"The lid of number \#(number) closes well and stays cool."}"#
            }
            let whole =
                shape == nil
                ? #"{"page":1,"reviews":[\#(many.joined(separator: ","))]}"# : page
            #expect(try run.load(files: ["1.json": whole], shape: shape).run.balance.inserted > 0)
            let none = try run.load(files: ["2.json": text], shape: shape)
            #expect(none.run.balance.found == 0)
            let third = try run.load(files: ["3.json": whole], shape: shape)
            #expect(third.run.balance.unchanged == third.run.balance.found)
        }
    }

    @Test(
        "An error in the place of reviews is refused as one",
        arguments: [
            (#"{"error":"rate limited"}"#, ["error"]),
            (#"{"status":429,"message":"Slow down"}"#, ["status", "message"]),
            (#"{"success":false,"data":null}"#, ["success", "data"]),
        ])
    func errors(text: String, keys: [String]) throws {
        #expect(throws: InputFault.failedAnswer(file: "p.json", keys: keys)) { try load(text) }
    }

    @Test("misspelt-shape-never-mended: a path that finds nothing is refused with what is there")
    func wrongPath() throws {
        let keys = ["asin", "id", "stars", "text"]
        let wrong = Self.shape.replacing("reviews[*]", with: "review[*]")
        func fault(_ path: String, _ records: String) -> InputFault {
            .recordsNotFound(file: "p.json", records: records, path: path, keys: keys)
        }
        let rows = "[\(Self.review),\(Self.review.replacing("\"1\"", with: "\"2\""))]"
        #expect(throws: fault("", "review[*]")) { try load(rows, shape: wrong) }
        #expect(throws: fault("", "review[*]")) { try load(Self.review, shape: wrong) }
        #expect(throws: fault("reviews[*]", "review[*]")) {
            try load(#"{"page":1,"reviews":\#(rows)}"#, shape: wrong)
        }
        #expect(throws: fault("data.items[*]", "reviews[*]")) {
            try load(#"{"links":[{"a":1}],"data":{"items":\#(rows)}}"#)
        }
    }

    @Test("refusal-without-reason: a shape that is in doubt is refused with the doubt")
    func doubt() throws {
        let rows = (0..<12).map { number in
            #"{"itemId":"P\#(number % 3)","id":"r\#(number)","rating":\#(1 + number % 10),"#
                + #""text":"The lid of number \#(number) closes well and stays cool."}"#
        }
        let run = CaseRun("listless")
        #expect {
            try run.load(files: ["r.jsonl": rows.joined(separator: "\n")])
        } throws: { fault in
            guard case InputFault.doubtfulShape("r.jsonl", let seen, let doubts) = fault else {
                return false
            }
            return !doubts.isEmpty && seen == ["itemId", "id", "rating", "text"]
        }
    }

    @Test("Reviews among questions are no file of products")
    func questions() throws {
        let text = #"""
            {"product_id":"P1","id":"1","rating":1,"text":"Leaks into my bag."}
            {"product_id":"P1","id":"2","rating":5,"text":"Closes well."}
            {"product_id":"P2","id":"3","rating":4,"text":"Nice colour."}
            {"product_id":"P2","id":"Q4","question":"Does it fit?","answer":"Yes"}
            """#
        #expect {
            try CaseRun("listless").load(files: ["qa.jsonl": text])
        } throws: { fault in
            if case InputFault.doubtfulShape = fault { true } else { false }
        }
        let folder = try TemporaryFolder()
        try folder.write("qa.jsonl", text)
        guard case .proposal = try detectShape(at: folder.path + "/qa.jsonl") else {
            Issue.record("no proposal")
            return
        }
    }

    @Test("Of a given shape, only what is missing is named missing, with the nearest key")
    func missing() throws {
        let flat = #"""
            {"shape":"f","version":1,"fields":{"product_id":"ASIN","rating":"stars","body":"text"}}
            """#
        #expect(
            throws: InputFault.unknownShape(
                file: "p.json", seen: ["asin", "id", "stars", "text"],
                missing: [#"ASIN (did you mean "asin"?)"#])
        ) { try load("[\(Self.review)]", shape: flat) }
    }

    @Test("Lists of columns are named as a table by columns")
    func columns() throws {
        let flat = Self.shape.replacing(#""records":"reviews[*]","#, with: "")
        #expect(throws: InputFault.otherFormat(file: "p.json", .columns)) {
            try load(
                #"{"asin":["A","B"],"id":["1","2"],"stars":[1,2],"text":["x","y"]}"#, shape: flat)
        }
    }

    @Test("A field that no record has is named with what the records have")
    func unmapped() throws {
        let flat = #"""
            {"shape":"f","version":1,"fields":{"product_id":"asin","review_id":"id",
             "rating":"stars","title":"head","body":"text","created_at":"date"}}
            """#
        let text = Self.review.replacing("}", with: #","headline":"Good","when":"2026-01-05"}"#)
        let report = try load(text, shape: flat)
        #expect(report.missing.map(\.field) == ["title", "created_at"])
        for field in report.missing where field.nearest == nil {
            #expect(field.unmapped == ["headline", "when"])
        }
        #expect(report.missing.contains { $0.nearest == nil })
    }
}
