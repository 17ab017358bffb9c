import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Containers: every whole record of a file is read, whatever holds it.
@Suite struct CaseContainerTests {
    private func row(_ number: Int, _ body: String = "long enough to be told apart") -> String {
        #"{"parent_asin":"B0S","asin":"B0S","user_id":"u\#(number)","rating":5,"title":"t","#
            + #""text":"Row \#(number) \#(body)","timestamp":1780272000000}"#
    }

    @Test(
        "several-arrays-one-file",
        arguments: ["appended-pages.json", "page-a-line.jsonl", "rows-then-pages.jsonl"])
    func severalArrays(file: String) throws {
        let run = CaseRun("several-arrays-one-file")
        let report = try run.load(file)[0]
        #expect(report.run.balance.inserted == 120)
        #expect(report.run.balance.rejected == 0)
        let ratings = try run.reviews().compactMap(\.values.rating)
        #expect(ratings.reduce(0, +) == 2000, "the true mean is 1.67")
    }

    @Test("several-arrays-one-file: brothers")
    func arrayBrothers() throws {
        let brothers: [(String, Int64)] = [
            ("[\(row(1)),\(row(2))],[\(row(3))]", 3), ("[]\n[]\n[\(row(1))]", 1),
            ("[\(row(1))]\n\(row(2))\n[\(row(3)),\(row(4))]\n", 4),
            ("[\(row(1))][\(row(2))]\n\n[\(row(3))]", 3), ("\(row(1))\n[\(row(2))]", 2),
            ("[\(row(1)),\n\(row(2))]\u{20}\n[ ]\n", 2),
        ]
        for (text, count) in brothers {
            let run = CaseRun("several-arrays-one-file")
            let report = try run.load(files: ["a.json": text])
            #expect(report.run.balance.inserted == count, "\(text.prefix(8))… \(count)")
            #expect(report.run.balance.rejected == 0)
        }
    }

    @Test(
        "cut-record-in-array-swallows-rest",
        arguments: [("cut.json", 59), ("no-commas.json", 59), ("array-then-lines.json", 59)]
            as [(String, Int64)])
    func cutRecord(file: String, atLeast: Int64) throws {
        let run = CaseRun("cut-record-in-array-swallows-rest")
        let report = try run.load(file)[0]
        #expect(report.run.balance.inserted >= atLeast)
        #expect(report.run.balance.rejected <= 2)
    }

    /// Bodies hold JSON that looks like records, escaped once and twice.
    @Test("A cut costs the cut record and at most one neighbour, and invents none")
    func cutAnywhere() throws {
        let bodies = [
            "plain",
            #"says {\"parent_asin\":\"B0S\",\"asin\":\"B0S\",\"user_id\":\"x\"},{\"a\":1}"#,
            #"twice {\\\"parent_asin\\\":\\\"B0S\\\"},{\\\"a\\\":1},"#, "end",
        ]
        let rows = bodies.enumerated().map { row($0.offset, $0.element) }
        for separator in [",", ",\n"] {
            let text = Array("[\(rows.joined(separator: separator))]".utf8)
            let second = rows[0].utf8.count + separator.utf8.count + 1
            for length in [1, 30] {
                for start in stride(from: second, to: second + rows[1].utf8.count - length, by: 7) {
                    var cut = text
                    cut.removeSubrange(start..<start + length)
                    let run = CaseRun("cut-record-in-array-swallows-rest")
                    try run.load(files: ["a.json": String(decoding: cut, as: UTF8.self)]) {
                        $0.maxRejects = 100
                    }
                    let authors = Set(try run.reviews().compactMap { $0.values.body?.string })
                    #expect(authors.count >= 2, "cut of \(length) at \(start - second)")
                    #expect(authors.allSatisfy { $0.hasPrefix("Row ") })
                }
            }
        }
    }

    @Test(
        "Reviews behind a cut one are never those of the product that was cut",
        arguments: [
            (
                #"""
                {"A1":{"name":"a","reviews":[{"id":"r1","t":"x"},{"id":"r2","t":"te]},\
                "B1":{"name":"b","reviews":[{"id":"r3","t":"x"},{"id":"r4","t":"x"}]}}
                """#, "{asin}.reviews[*]", "@asin"
            ),
            (
                #"{"asin":"A1","reviews":[{"id":"r1","t":"x"},{"id":"r2","t":"cu"# + "\n"
                    + #"{"title":"T","asin":"B1","reviews":[{"id":"r3","t":"x"},"#
                    + #"{"id":"r4","t":"x"}]}"#,
                "reviews[*]", "^asin"
            ),
        ])
    func otherProduct(dump: String, records: String, product: String) throws {
        let run = CaseRun("cut-record-in-array-swallows-rest")
        let shape = #"""
            {"shape":"c","version":1,"records":"\#(records)","fields":{
             "product_id":"\#(product)","review_id":"id","body":"t"}}
            """#
        _ = try? run.load(files: ["r.json": dump], shape: shape) { $0.maxRejects = 9 }
        for review in try run.reviews() where ["r3", "r4"].contains(review.reviewID.string) {
            #expect(review.productID == "B1")
        }
    }

    @Test("one-review-is-no-list")
    func oneReview() throws {
        let run = CaseRun("one-review-is-no-list")
        let report = try run.load("jsonld-one-review.json", shape: "jsonld.shape")[0]
        #expect(report.run.balance.inserted == 1)
        #expect(report.run.balance.rejected == 0)
        #expect(try run.reviews().first?.values.rating == 30)
    }

    @Test("empty-page-blocks-all: a page without reviews is counted, the rest loads")
    func emptyPage() throws {
        let run = CaseRun("empty-page-blocks-all")
        #expect(try run.load("pages", shape: "s.shape")[0].run.balance.inserted == 1)
    }

    @Test("empty-page-blocks-all: an empty snapshot is a dump with none, not the end of a series")
    func emptySnapshot() throws {
        let run = CaseRun("empty-page-blocks-all")
        let reports = try run.load("series", shape: "s.shape")
        #expect(reports.map(\.run.balance.inserted) == [0, 1])
    }

    @Test("empty-page-blocks-all: brothers", arguments: [#"{"page":2}"#, #"{"reviews":null}"#])
    func emptyBrothers(page: String) throws {
        let run = CaseRun("empty-page-blocks-all")
        let shape = try run.shape("s.shape")
        let report = try run.load(files: [
            "1.json": #"{"reviews":[{"id":"1","asin":"A","stars":5,"text":"Good thing."}]}"#,
            "2.json": page,
        ]) { $0.shapes = [shape] }
        #expect(report.run.balance.inserted == 1)
    }

    @Test("stars-as-words-and-booleans: a dump of which nothing is read is never a run")
    func nothingRead() throws {
        let run = CaseRun("stars-as-words-and-booleans")
        let shape = #"{"shape":"n","version":1,"fields":{"product_id":"p","rating":"r"}}"#
        let text = (0..<10).map { #"{"p":"P","r":"unknown words \#($0) of 99"}"# }
        #expect(throws: InputFault.self) {
            try run.load(files: ["a.jsonl": text.joined(separator: "\n")], shape: shape)
        }
        #expect(try run.store.read { try $0.runs() }.isEmpty)
    }

    @Test("The reject guard counts bytes: a reject that is most of a file is refused")
    func rejectedBytes() throws {
        let run = CaseRun("several-arrays-one-file")
        let rest = String(repeating: "and then another page was saved here. ", count: 200)
        let dump = "[\(row(1)),\(row(2))] \(rest)"
        #expect {
            try run.load(files: ["a.json": dump])
        } throws: { fault in
            guard case InputFault.rejectedBytes(_, let rejected, _, let reasons) = fault else {
                return false
            }
            return rejected >= rest.utf8.count - 2 && reasons == "1 not_json"
        }
        try run.load(files: ["a.json": dump]) { $0.maxRejects = 1 }
        #expect(try run.reviews().count == 2)
    }
}
