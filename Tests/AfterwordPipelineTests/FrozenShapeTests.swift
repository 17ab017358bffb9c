import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// A shape that a run detected by itself stays that of its source.
@Suite struct FrozenShapeTests {
    /// Three products with 20 reviews each, in a form that no built-in shape knows.
    private static func dump(
        from first: Int = 0, _ more: (Int) -> String = { _ in "" }
    ) -> String {
        (first..<first + 60).map { number in
            """
            {"sku":"SKU-\(number % 3)","reviewId":"R\(1000 + number)","stars":\(1 + number % 5),\
            "reviewText":"The lid of number \(number) closes well and the handle stays cool."\
            \(more(number))}
            """
        }.joined(separator: "\n")
    }

    private func refusal(_ run: CaseRun, _ text: String) -> (shape: String, differences: [String])?
    {
        do {
            try run.load(files: ["r.jsonl": text])
            return nil
        } catch InputFault.otherProposal(_, let shape, let differences) {
            return (shape, differences)
        } catch {
            Issue.record("another fault: \(error)")
            return nil
        }
    }

    private func detected() throws -> (run: CaseRun, name: String) {
        let run = CaseRun("frozen")
        let report = try run.load(files: ["r.jsonl": Self.dump()])
        #expect(report.run.balance.inserted == 60)
        let name = report.files[0].shape
        #expect(name.hasPrefix(detectedPrefix))
        return (run, name)
    }

    @Test("A new text that is longer does not silently become the body")
    func longerText() throws {
        let (run, name) = try detected()
        let text = Self.dump { number in
            #","content":"A much longer text about something else, which is no review at all, "#
                + #"number \#(number), and goes on for a while to be the longest of all texts.""#
        }
        let fault = try #require(refusal(run, text))
        #expect(fault.shape == name)
        #expect(fault.differences.contains { $0.hasPrefix("body: ") })
        #expect(try run.store.read { try $0.runs() }.count == 1)
    }

    @Test("A new field is said, not dropped")
    func newField() throws {
        let (run, _) = try detected()
        let text = Self.dump { #","verified_purchase":\#($0 % 2 == 0)"# }
        let fault = try #require(refusal(run, text))
        #expect(fault.differences == [#"verified: "verified_purchase", which was not read"#])
    }

    @Test("A renamed field is said")
    func renamed() throws {
        let (run, _) = try detected()
        let fault = try #require(
            refusal(run, Self.dump().replacing("\"stars\"", with: "\"rating\"")))
        #expect(fault.differences == [#"rating: "rating" instead of "stars""#])
    }

    @Test("Marks of deleted reviews are said, though what they mean is in doubt")
    func marksOfDeletion() throws {
        let (run, name) = try detected()
        let text = Self.dump { #","is_deleted":\#($0 % 10 == 0)"# }
        let fault = try #require(refusal(run, text))
        #expect(fault.shape == name)
        #expect(fault.differences == [#"deleted_when: is_deleted, which was not read"#])
    }

    @Test("Marks of answers are said, though what they mean is in doubt")
    func marksOfAnswers() throws {
        let (run, _) = try detected()
        let text = Self.dump { #","is_seller_reply":\#($0 % 10 == 0)"# }
        let fault = try #require(refusal(run, text))
        #expect(fault.differences == [#"where: is_seller_reply, which was not read"#])
    }

    @Test("Marks that are read by the shape of before, or that mark nothing, are no difference")
    func marksOfBefore() throws {
        let (run, name) = try detected()
        let text = Self.dump { _ in #","is_deleted":false"# }
        #expect(try run.load(files: ["r.jsonl": text]).files[0].shape == name)
    }

    @Test("Files that show less are read by the shape of before")
    func less() throws {
        let run = CaseRun("frozen")
        let whole = Self.dump { #","verified_purchase":\#($0 % 2 == 0)"# }
        let name = try run.load(files: ["r.jsonl": whole]).files[0].shape
        let less = try run.load(files: ["r.jsonl": Self.dump(from: 60)])
        #expect(less.files[0].shape == name)
        #expect(less.run.balance.inserted == 60)
        let one = Self.dump(from: 200).split(separator: "\n")[0]
        #expect(try run.load(files: ["r.jsonl": String(one)]).files[0].shape == name)
    }

    @Test("A shape that the user gives is used, whatever was detected before")
    func given() throws {
        let (run, _) = try detected()
        let shape = """
            {"shape":"mine","version":1,"fields":{"product_id":"sku","review_id":"reviewId",
             "rating":"stars","body":"reviewText","verified":"verified_purchase"}}
            """
        let text = Self.dump { #","verified_purchase":\#($0 % 2 == 0)"# }
        let report = try run.load(files: ["r.jsonl": text], shape: shape)
        #expect(report.run.balance.updated == 60)
    }

    @Test("Another source beside it has a shape of its own")
    func otherSource() throws {
        let (run, name) = try detected()
        let seller = Fixture.array(Fixture.reviews("P1", 3))
        let report = try run.load(files: ["s.json": seller])
        #expect(report.files[0].shape == "customer-reviews")
        let other = Self.dump(from: 500)
            .replacing("\"sku\"", with: "\"product_id\"").replacing("\"stars\"", with: "\"score\"")
            .replacing("\"reviewText\"", with: "\"comment\"")
        let second = try run.load(files: ["o.jsonl": other])
        #expect(second.files[0].shape.hasPrefix(detectedPrefix) && second.files[0].shape != name)
        #expect(try run.load(files: ["r.jsonl": Self.dump(from: 60)]).files[0].shape == name)
    }
}
