import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Stored records, read again by a mended shape.
@Suite struct RecleanTests {
    private static func shape(body: String = "text", rating: String = #""stars""#) -> String {
        """
        {"shape":"r","version":1,"fields":{"product_id":"p","review_id":"id","rating":\(rating),
         "title":"title","body":"\(body)","created_at":"date"}}
        """
    }

    private static func record(_ number: Int, stars: Int, text: String = "A text") -> String {
        """
        {"p":"P\(number % 2)","id":"R\(number)","stars":\(stars),"title":"T","text":"\(text)",\
        "old":"An old text","date":"2026-01-0\(1 + number % 9)"}
        """
    }

    private static let dump = (0..<10).map { record($0, stars: 1 + $0 % 5) }

    private func load(
        _ run: CaseRun, _ records: [String], on day: String, shape: String
    ) throws -> LoadReport {
        try run.load(files: ["r.jsonl": records.joined(separator: "\n")], shape: shape) {
            $0.observedAt = Instant(iso8601: day)
        }
    }

    private func reclean(
        _ run: CaseRun, by shape: String? = nil, _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> RecleanReport {
        try run.reclean(by: shape, change)
    }

    private func bodies(_ run: CaseRun) throws -> Set<String?> {
        Set(try run.reviews().map { $0.values.body?.string })
    }

    @Test("A mended shape reaches stored reviews: a restated version, and nothing twice")
    func mended() throws {
        let run = CaseRun("reclean")
        let first = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "missing"))
        #expect(first.staleShapes.isEmpty)
        let second = try load(run, Self.dump, on: "2026-02-08", shape: Self.shape())
        #expect(second.run.balance.unchanged == 10)
        #expect(second.staleShapes.map(\.name) == ["r"] && second.staleShapes[0].staleSince == 2)
        #expect(try bodies(run) == [nil])
        let report = try reclean(run)
        #expect(report.read == 10 && report.restated == 10)
        #expect(report.fields == [.body: 10])
        #expect(report.run.run == 3 && report.run.observedOrigin == .reclean)
        #expect(report.run.observedAt == second.run.observedAt)
        #expect(try bodies(run) == ["A text"])
        let rows = try run.store.read { try $0.history(ofProduct: Text("P0"), review: nil) }
        #expect(rows.count(where: { $0.operation == .restate }) == 5)
        #expect(
            rows.filter { $0.operation == .restate }.allSatisfy {
                $0.version == 2 && $0.changedFields.names == ["body"]
            })
        #expect(try run.store.read { try $0.shapes() }.allSatisfy { $0.staleSince == nil })
        #expect(try reclean(run).restated == 0)
        let again = try load(run, Self.dump, on: "2026-02-15", shape: Self.shape())
        #expect(again.run.balance.unchanged == 10 && again.staleShapes.isEmpty)
    }

    @Test("An answer as of an earlier run stays what it was")
    func past() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "missing"))
        func asOfFirst() throws -> [StoredReview] {
            try run.store.read { try AsOfReader($0, run: 1).reviews(ofProduct: nil) }
        }
        let before = try asOfFirst().map(\.values)
        _ = try reclean(run, by: Self.shape())
        #expect(try asOfFirst().map(\.values) == before)
        #expect(before.allSatisfy { $0.body == nil })
    }

    @Test("Nobody edited anything: no news and no alert; the mean's change has a reason of its own")
    func noNews() throws {
        let run = CaseRun("reclean")
        let ten = Self.shape(rating: #"{"from":"stars","scale":10}"#)
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape())
        _ = try load(run, [Self.record(20, stars: 5)], on: "2026-02-08", shape: Self.shape())
        let report = try reclean(run, by: ten)
        // One star of ten is one of five: two reviews stay.
        #expect(report.fields[.rating] == 9)
        try run.store.read { reader in
            let window = DumpWindow(from: 2, to: 3)
            #expect(try reviewChanges(reader, in: window).isEmpty)
            #expect(try brandShifts(reader, in: window).allSatisfy { $0.alerts.isEmpty })
            let changed = try changes(reader, of: .product(Text("P0")), in: window)
            #expect(Set(changed.movements.map(\.movement.reason)) == [.restated])
            #expect(changed.alerts.isEmpty)
            let attribution = try #require(changed.attribution)
            #expect(changed.part(.restated) == attribution.change)
            #expect(changed.counts == NewsCounts())
        }
    }

    @Test("An edit in the same window is news by what was edited alone")
    func editBeside() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "old"))
        _ = try reclean(run, by: Self.shape())
        var edited = Self.dump
        edited[0] = Self.record(0, stars: 1, text: "Another text")
        edited[4] = Self.record(4, stars: 1)
        _ = try load(run, edited, on: "2026-02-08", shape: Self.shape())
        let news = try run.store.read {
            try reviewChanges($0, in: DumpWindow(from: 1, to: 3))
        }.sorted { $0.review.reviewID < $1.review.reviewID }
        #expect(news.map(\.review.reviewID.string) == ["R0", "R4"])
        #expect(news.allSatisfy { $0.difference.news == .edited })
        #expect(news[1].difference.starBefore == 5 && news[1].difference.starAfter == 1)
        #expect(news[1].before?.values.body == news[1].review.values.body)
    }

    @Test("Sums and months follow, also where a time is found only now")
    func sums() throws {
        let run = CaseRun("reclean")
        let noDate = Self.shape().replacing(#""date""#, with: #""when""#)
        _ = try load(run, Self.dump, on: "2026-02-01", shape: noDate)
        let report = try reclean(run, by: Self.shape())
        #expect(report.fields == [.createdAt: 10])
        try run.store.read { reader in
            let months = try reader.months(ofProduct: Text("P0"))
            #expect(months.map(\.key.month) == [202_601])
            #expect(months[0].key.origin == .source && months[0].counters.reviewCount == 5)
        }
        #expect(try run.reviews().allSatisfy { $0.times.updatedAt == $0.times.createdAt })
        let difference = try run.store.read { try differenceFromRebuilt($0) }
        #expect(difference == nil)
    }

    @Test("A shape that would lose a field of all reviews is refused, and one that nothing used")
    func refused() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape())
        #expect(throws: RecleanFault.losesField(.body, reviews: 10)) {
            _ = try reclean(run, by: Self.shape(body: "missing"))
        }
        let other = Self.shape().replacing(#""shape":"r""#, with: #""shape":"s""#)
        #expect(throws: RecleanFault.unusedShape("s", used: ["r"])) {
            _ = try reclean(run, by: other)
        }
        #expect(throws: RecleanFault.emptyStore) { _ = try reclean(CaseRun("reclean")) }
        #expect(try run.store.read { try $0.runs() }.count == 1)
    }

    @Test("A rating beyond the scale that was let in does not keep another shape from being mended")
    func otherShapes() throws {
        let run = CaseRun("reclean")
        let loud = Self.dump.map { $0.replacing(#""p":"P"#, with: #""p":"Q"#) }
        let beyond = loud[0].replacing(#""stars":1"#, with: #""stars":9"#)
        #expect(beyond != loud[0])
        let other = Self.shape().replacing(#""shape":"r""#, with: #""shape":"s""#)
        try run.load(
            files: ["loud.jsonl": ([beyond] + loud.dropFirst()).joined(separator: "\n")],
            shape: other
        ) {
            $0.maxRejects = 100
            $0.observedAt = Instant(iso8601: "2026-01-25T00:00:00Z")
        }
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "missing"))
        _ = try load(run, Self.dump, on: "2026-02-08", shape: Self.shape())
        #expect(try reclean(run).fields == [.body: 10])
    }

    @Test("Records that the shape makes no review of stay as they are; too many are refused")
    func unread() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape())
        let strict = Self.shape(body: "old").dropLast(1) + #","where":{"stars":[1,2,3,4]}}"#
        let report = try reclean(run, by: String(strict))
        #expect(report.unread == 2 && report.restated == 8)
        #expect(try bodies(run) == ["A text", "An old text"])
        let many = CaseRun("reclean")
        let records = (0..<40).map { Self.record($0, stars: 1 + $0 % 5) }
        _ = try load(many, records, on: "2026-02-01", shape: Self.shape())
        let none = Self.shape().dropLast(1) + #","where":{"stars":[1]}}"#
        #expect(throws: RecleanFault.tooManyUnread(32, of: 40)) {
            _ = try reclean(many, by: String(none))
        }
        #expect(try reclean(many, by: String(none)) { $0.maxRejects = 32 }.unread == 32)
    }

    @Test("A deleted review stays deleted")
    func deleted() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "old"))
        try run.load(
            files: ["r.jsonl": Self.dump.dropLast().joined(separator: "\n")],
            shape: Self.shape(body: "old")
        ) {
            $0.observedAt = Instant(iso8601: "2026-02-08")
            $0.completeness = .products
        }
        #expect(try reclean(run, by: Self.shape()).restated == 9)
        #expect(try run.reviews().filter { !$0.isLive }.map(\.version) == [2])
    }

    /// A shape without ids of reviews: they are identified by their texts.
    private static func textShape(body: String, id: String? = nil) -> String {
        let own = id.map { #""review_id":"\#($0)","# } ?? ""
        return """
            {"shape":"r","version":1,"fields":{"product_id":"p",\(own)"rating":"stars",
             "title":"title","body":"\(body)"}}
            """
    }

    private static func long(_ number: Int, _ text: String) -> String {
        let words = "\(text) of number \(number), which is long enough to be told apart"
        return """
            {"p":"P","id":"R\(number)","stars":4,"title":"A title of number \(number), quite long",\
            "text":"\(words)","old":"\(words) before"}
            """
    }

    @Test("Reviews without ids are found by what their texts are now")
    func moved() throws {
        let run = CaseRun("reclean")
        let dump = (0..<12).map { Self.long($0, "The text") }
        _ = try load(run, dump, on: "2026-02-01", shape: Self.textShape(body: "old"))
        let report = try reclean(run, by: Self.textShape(body: "text"))
        #expect(report.restated == 12 && report.moved == 12 && report.merged == 0)
        let next = try load(run, dump, on: "2026-02-08", shape: Self.textShape(body: "text"))
        #expect(next.run.balance.unchanged == 12)
        #expect(try reclean(run).moved == 0)
        #expect(try run.store.read { try $0.links() }.allSatisfy { $0.match == .reclean })
    }

    @Test(
        "A shape that finds ids from now on: the reviews keep theirs, and are found by the new ones"
    )
    func ids() throws {
        let run = CaseRun("reclean")
        let dump = (0..<12).map { Self.long($0, "The text") }
        _ = try load(run, dump, on: "2026-02-01", shape: Self.textShape(body: "text"))
        let old = try run.reviews().map(\.reviewID)
        let withID = Self.textShape(body: "text", id: "id")
        #expect(throws: InputFault.self) {
            _ = try load(run, dump, on: "2026-02-08", shape: withID)
        }
        let report = try reclean(run, by: withID)
        #expect(report.restated == 0 && report.moved == 12)
        var edited = dump
        edited[3] = Self.long(3, "Another text")
        let next = try load(run, edited, on: "2026-02-15", shape: withID)
        #expect(next.run.balance.unchanged == 11 && next.run.balance.updated == 1)
        #expect(try run.reviews().map(\.reviewID) == old)
    }

    @Test("Reviews that are one by the new reading: the one seen last stays, and nobody left")
    func merged() throws {
        let run = CaseRun("reclean")
        let shape = Self.textShape(body: "text")
        let dump = (0..<12).map { Self.long($0, "The text") }
        _ = try load(run, dump, on: "2026-02-01", shape: shape)
        _ = try load(run, [Self.long(3, "Something else")], on: "2026-02-08", shape: shape)
        #expect(try run.reviews().count == 13)
        let withID = Self.textShape(body: "text", id: "id")
        let report = try reclean(run, by: withID)
        #expect(report.merged == 1 && report.moved == 12)
        let live = try run.reviews().filter(\.isLive)
        #expect(live.count == 12)
        #expect(live.contains { $0.values.body?.string.hasPrefix("Something else") == true })
        try run.store.read { reader in
            let window = DumpWindow(from: 2, to: 3)
            #expect(try reviewChanges(reader, in: window).isEmpty)
            let changed = try changes(reader, of: .product(Text("P")), in: window)
            #expect(changed.movements.map(\.movement.reason) == [.restated])
            #expect(changed.counts == NewsCounts())
            #expect(changed.alerts.isEmpty)
        }
        let next = try load(run, [Self.long(3, "Something else")], on: "2026-02-15", shape: withID)
        #expect(next.run.balance.unchanged == 1)
    }

    @Test("A shape by which many reviews are one is refused")
    func mergesTooMany() throws {
        let run = CaseRun("reclean")
        let dump = (0..<30).map { Self.long($0, "The text") }
        _ = try load(run, dump, on: "2026-02-01", shape: Self.textShape(body: "text"))
        let wrong = Self.textShape(body: "text", id: "p")
        #expect(throws: RecleanFault.tooManyMerged(29, of: 30)) {
            _ = try reclean(run, by: wrong)
        }
    }

    @Test("A plan changes nothing")
    func plan() throws {
        let run = CaseRun("reclean")
        _ = try load(run, Self.dump, on: "2026-02-01", shape: Self.shape(body: "old"))
        let before = try run.store.read { try goldenTables($0) }
        #expect(try reclean(run, by: Self.shape()) { $0.isRehearsal = true }.restated == 10)
        #expect(try run.store.read { try goldenTables($0) } == before)
    }
}
