import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Updates that are no edits: a dump that is read otherwise, or ids that are others' now.
@Suite struct UpdateGuardTests {
    private func mongo(_ key: String, of count: Int = 5, only: Range<Int> = 0..<5) -> String {
        (0..<count).map { number in
            let own = only.contains(number) ? key : "$numberInt"
            return #"{"_id":"65a1b2c3d4e5f60718293a0\#(number)","productId":"P\#(number % 2)","#
                + #""rating":{"\#(own)":"\#(1 + number % 5)"},"text":"Leaks, number \#(number)."}"#
        }.joined(separator: "\n")
    }

    private let shape = #"""
        {"shape":"m","version":1,"fields":{"product_id":"productId","review_id":"_id",
         "rating":["rating","$numberInt"],"body":"text"}}
        """#

    @Test("A field that the known reviews lose is refused, not wiped")
    func losesField() throws {
        let run = CaseRun("losses")
        try run.load(files: ["r.jsonl": mongo("$numberInt")], shape: shape)
        for only in [0..<5, 1..<4] {
            #expect {
                try run.load(files: ["r.jsonl": mongo("$numberDouble", only: only)], shape: shape)
            } throws: { fault in
                guard case InputFault.losesField("rating", let lost, 5, let missing) = fault else {
                    return false
                }
                return lost == only.count && (missing != nil) == (only.count == 5)
            }
        }
        #expect(try run.reviews().allSatisfy { $0.values.rating != nil })
        let some = try run.load(
            files: ["r.jsonl": mongo("$numberDouble", only: 1..<3)], shape: shape)
        #expect(some.run.balance.updated == 2, "edits may take a field from some")
        let all = try run.load(files: ["r.jsonl": mongo("$numberDouble")], shape: shape) {
            $0.acceptsDrift = true
        }
        #expect(all.run.balance.updated == 3)
    }

    @Test("Ids under which stand the reviews of others are refused")
    func otherReviews() throws {
        let shape = #"""
            {"shape":"k","version":1,"fields":{"product_id":"p","review_id":"Id","rating":"s",
             "author_name":"by","body":"text"}}
            """#
        let words = [
            "zipper", "kettle", "handle", "button", "battery", "colour", "carpet", "lantern",
            "pillow", "bottle", "cushion", "ladder",
        ]
        func dump(from first: Int, _ edit: String = "") -> String {
            (0..<10).map { row in
                let own = first + row
                let text = "The \(words[own]) \(words[(own + 5) % 12]) \(words[(own + 7) % 12])"
                return #"{"p":"P","Id":\#(row),"s":\#(1 + own % 5),"by":"Author \#(own)","#
                    + #""text":"\#(text)\#(edit)"}"#
            }.joined(separator: "\n")
        }
        let run = CaseRun("others")
        try run.load(files: ["r.jsonl": dump(from: 0)], shape: shape)
        #expect(throws: InputFault.otherReviews(count: 10, changed: 10)) {
            try run.load(files: ["r.jsonl": dump(from: 1)], shape: shape)
        }
        #expect(
            try run.load(files: ["r.jsonl": dump(from: 0, " edited")], shape: shape)
                .run.balance.updated == 10)
        #expect(
            try run.load(files: ["r.jsonl": dump(from: 1)], shape: shape) {
                $0.acceptsDrift = true
            }.run.balance.updated == 10)
    }

    @Test("misspelt-shape-never-mended: reviews stored by a shape of another name are said")
    func otherShape() throws {
        let text = #"""
            {"p":"P","id":"1","s":5,"head":"Good","text":"Closes well, and stays so."}
            {"p":"P","id":"2","s":4,"head":"Fine","text":"Nice colour, small handle."}
            """#
        func shape(_ name: String, _ version: Int, _ more: String = "") -> String {
            #"{"shape":"\#(name)","version":\#(version),"fields":{"product_id":"p","#
                + #""review_id":"id","rating":"s","body":"text"\#(more)}}"#
        }
        let run = CaseRun("others")
        try run.load(files: ["r.jsonl": text], shape: shape("t", 1))
        let title = #","title":"head""#
        for _ in 0..<2 {
            let report = try run.load(files: ["r.jsonl": text], shape: shape("tt", 1, title))
            #expect(report.otherShapes.map(\.name) == ["t"])
        }
        let same = try run.load(files: ["r.jsonl": text], shape: shape("t", 2, title))
        #expect(same.otherShapes.isEmpty && same.staleShapes.map(\.name) == ["t"])
    }
}
