import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Records that say that their review was deleted.
@Suite struct DeletedWhenTests {
    private static let shape = #"""
        {"shape": "marks", "version": 1,
         "fields": {"product_id": "p", "review_id": "i", "rating": "r", "body": "t"},
         "deleted_when": {"state": ["deleted", "removed"]}}
        """#

    /// Reviews of product P by number; those in `deleted` are marked.
    private func records(_ numbers: ClosedRange<Int>, deleted: Set<Int> = []) -> String {
        numbers.map { number in
            let state = deleted.contains(number) ? "removed" : "shown"
            return #"{"p":"P","i":\#(number),"r":4,"t":"Review \#(number).","state":"\#(state)"}"#
        }.joined(separator: "\n")
    }

    private func live(_ run: CaseRun) throws -> [String] {
        try run.reviews().filter(\.isLive).map(\.reviewID.string).sorted()
    }

    @discardableResult
    private func load(
        _ text: String, day: Int = 1, into run: CaseRun,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        try run.load(files: ["r.jsonl": text], shape: Self.shape) { options in
            options.observedAt = Instant(iso8601: "2026-05-0\(day)T00:00:00Z")
            change(&options)
        }
    }

    @Test("A marked record deletes its stored review, in a dump that is not complete")
    func deletes() throws {
        let run = CaseRun("marks")
        try load(records(1...12), into: run)
        let report = try load(
            #"{"p": "P", "i": 2, "state": "deleted"}"# + "\n"
                + #"{"p": "P", "i": 99, "state": "removed"}"#, day: 2, into: run)
        #expect(report.files.map(\.leftOut) == [2])
        #expect(report.run.balance.found == 0 && report.run.balance.rejected == 0)
        #expect(report.run.deleted == 1)
        #expect(try live(run).count == 11)
        #expect(try !live(run).contains("2") && !run.reviews().contains { $0.reviewID == "99" })
        let again = try load(#"{"p": "P", "i": 2, "state": "deleted"} "#, day: 3, into: run)
        #expect(again.run.deleted == 0)
        // It is shown again.
        let back = try load(records(2...2), day: 4, into: run)
        #expect(back.run.balance.inserted == 1)
        #expect(try live(run).count == 12)
    }

    @Test("A review that the same dump holds unmarked stays, in any order")
    func heldToo() throws {
        let marked = #"{"p": "P", "i": 1, "state": "deleted"}"#
        for text in [marked + "\n" + records(1...2), records(1...2) + "\n" + marked] {
            let run = CaseRun("marks")
            try load(records(1...2), into: run)
            let report = try load(text, day: 2, into: run)
            #expect(report.run.deleted == 0 && report.run.balance.unchanged == 2)
            #expect(try live(run) == ["1", "2"])
        }
    }

    @Test("A dump from before the newest deletes nothing")
    func older() throws {
        let run = CaseRun("marks")
        try load(records(1...3), day: 5, into: run)
        try load(records(1...3, deleted: [2]), day: 3, into: run)
        #expect(try live(run) == ["1", "2", "3"])
    }

    @Test("A marked review of a complete dump is deleted once, as one that is absent is")
    func complete() throws {
        let run = CaseRun("marks")
        try load(records(1...12), into: run)
        let report = try load(records(1...11, deleted: [3]), day: 2, into: run) {
            $0.completeness = .products
        }
        #expect(report.run.deleted == 2 && report.run.balance.unchanged == 10)
        #expect(try live(run).count == 10)
    }

    @Test("A capped dump does not keep what it says was deleted")
    func capped() throws {
        let run = CaseRun("marks")
        try load(records(1...4), into: run)
        try load(records(2...4, deleted: [2]), day: 2, into: run) {
            $0.completeness = .products
            $0.window = 2
        }
        #expect(try live(run) == ["1", "3", "4"])
    }

    @Test("The guards count these deletes")
    func guarded() throws {
        let run = CaseRun("marks")
        try load(records(1...20), into: run)
        let many = records(1...20, deleted: Set(1...11))
        #expect(throws: InputFault.tooManyDeletes(deleted: 11, scope: 20)) {
            try load(many, day: 2, into: run)
        }
        #expect(throws: InputFault.emptiesProduct(reviews: 20)) {
            try load(records(1...20, deleted: Set(1...20)), day: 2, into: run)
        }
        let report = try load(many, day: 2, into: run) { $0.maxDeletes = 11 }
        #expect(report.run.deleted == 11)
    }

    @Test("Marks come before conditions, and are no products and no reviews of their own")
    func marks() throws {
        let run = CaseRun("marks")
        let shape = Self.shape.replacing(
            #""deleted_when""#, with: #""where": {"state": ["shown"]}, "deleted_when""#)
        func load(_ text: String, day: Int) throws -> LoadReport {
            try run.load(files: ["r.jsonl": text], shape: shape) {
                $0.observedAt = Instant(iso8601: "2026-05-0\(day)T00:00:00Z")
            }
        }
        _ = try load(records(1...3), day: 1)
        let report = try load(
            #"{"p": "P", "i": 2, "state": "deleted"}"# + "\n"
                + #"{"p": "Q", "i": 7, "state": "removed"}"# + "\n"
                + #"{"p": "P", "i": 3, "state": "hidden"}"#, day: 2)
        #expect(report.run.deleted == 1 && report.files.map(\.leftOut) == [3])
        #expect(try live(run) == ["1", "3"])
        #expect(try run.store.read { try $0.products(nil).map(\.productID) } == ["P"])
        let broken = try load(
            #"{"p": "P", "state": "deleted"}"# + "\n" + records(1...1), day: 3)
        #expect(broken.run.balance.rejected == 1)
        #expect(try run.rejects() == ["wrong_type": 1])
    }

    @Test("The scope of the guard is all products that the dump names")
    func scope() throws {
        let run = CaseRun("marks")
        func texts(_ state: (Int, Int) -> String) -> String {
            (0..<12).flatMap { product in
                (0..<4).map { number in
                    #"{"p":"P\#(product)","i":"\#(product)-\#(number)","r":4,"#
                        + #""state":"\#(state(product, number))"}"#
                }
            }.joined(separator: "\n")
        }
        try load(texts { _, _ in "shown" } + "\n" + records(1...40), into: run)
        let report = try load(
            texts { $1 == 0 ? "removed" : "shown" } + "\n" + records(1...40), day: 2, into: run)
        #expect(report.run.deleted == 12)
    }

    @Test("A shape needs an id to say which review is gone")
    func needsID() throws {
        let text = Self.shape.replacing(#""review_id": "i", "#, with: "")
        #expect(
            throws: ShapeFault(
                description: #""deleted_when" needs "review_id": it says which review is gone"#)
        ) { try Shape(parsing: Array(text.utf8)) }
    }
}
