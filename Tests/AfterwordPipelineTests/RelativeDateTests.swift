import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Dates written as a distance from the dump: estimates.
@Suite struct RelativeDateTests {
    private static let shape = """
        {"shape":"r","version":1,"fields":{"product_id":"p","review_id":"id","rating":"stars",
         "body":"text","created_at":"date"}}
        """

    private static func record(
        _ id: String, stars: Int, date: String, text: String = "A text"
    ) -> String {
        #"{"p":"P1","id":"\#(id)","stars":\#(stars),"text":"\#(text)","date":"\#(date)"}"#
    }

    private func load(
        _ run: CaseRun, _ records: [String], on day: String,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        try run.load(files: ["r.jsonl": records.joined(separator: "\n")], shape: Self.shape) {
            $0.observedAt = Instant(iso8601: day)
            change(&$0)
        }
    }

    @Test(
        "An estimate is as exact as its unit, and whole days begin at midnight UTC",
        arguments: [
            ("3 hours ago", "2026-03-31T11:30:00Z"), ("2 days ago", "2026-03-29T00:00:00Z"),
            ("vor 2 Wochen", "2026-03-17T00:00:00Z"), ("1 month ago", "2026-02-28T00:00:00Z"),
            ("il y a 13 mois", "2025-02-28T00:00:00Z"), ("a year ago", "2025-03-31T00:00:00Z"),
            ("yesterday", "2026-03-30T00:00:00Z"), ("3日前", "2026-03-28T00:00:00Z"),
        ])
    func estimates(_ text: String, _ expected: String) throws {
        let run = CaseRun("relative")
        let report = try run.load(
            files: ["r.jsonl": Self.record("1", stars: 5, date: text)], shape: Self.shape
        ) { $0.observedAt = Instant(iso8601: "2026-03-31T14:30:00Z") }
        let review = try #require(try run.reviews().first)
        #expect(review.times.createdOrigin == .estimated)
        #expect(review.times.createdAt == Instant(iso8601: expected))
        #expect(review.times.updatedAt == review.times.createdAt)
        #expect(review.times.updatedOrigin == .mock)
        #expect(review.values.createdAt == nil)
        #expect(report.estimated == 1)
        #expect(report.unread.isEmpty && report.files[0].unreadableFields == 0)
    }

    @Test("An estimate from before reviews were published is none")
    func tooEarly() throws {
        let run = CaseRun("relative")
        _ = try load(run, [Self.record("1", stars: 5, date: "40 years ago")], on: "2026-03-01")
        #expect(try run.reviews()[0].times.createdOrigin == .mock)
    }

    @Test("Taken at the first insert and kept: neither a later dump nor an edit moves it")
    func kept() throws {
        let run = CaseRun("relative")
        _ = try load(run, [Self.record("1", stars: 5, date: "2 days ago")], on: "2026-03-10")
        let first = try run.reviews()[0].times
        let again = try load(
            run, [Self.record("1", stars: 5, date: "9 days ago")], on: "2026-03-17")
        #expect(again.run.balance.unchanged == 1)
        #expect(try run.reviews()[0].times == first)
        let edited = try load(
            run, [Self.record("1", stars: 1, date: "16 days ago")], on: "2026-03-24")
        #expect(edited.run.balance.updated == 1)
        let review = try run.reviews()[0]
        #expect(review.times.createdAt == first.createdAt)
        #expect(review.times.createdOrigin == .estimated)
        #expect(review.version == 2)
        let row = try run.store.read { try $0.history(ofProduct: Text("P1"), review: nil) }[1]
        #expect(row.changedFields.names == ["rating"])
    }

    @Test("A date of the source stays when a later dump writes it as a distance, and replaces one")
    func besideSource() throws {
        let run = CaseRun("relative")
        let records = [
            Self.record("1", stars: 5, date: "2026-03-01"),
            Self.record("2", stars: 5, date: "3 days ago"),
        ]
        _ = try load(run, records, on: "2026-03-10")
        let report = try load(
            run,
            [
                Self.record("1", stars: 5, date: "16 days ago"),
                Self.record("2", stars: 5, date: "2026-03-06"),
            ], on: "2026-03-17")
        #expect(report.run.balance.unchanged == 1)
        #expect(report.run.balance.updated == 1)
        let reviews = try run.reviews()
        #expect(reviews[0].values.createdAt == Instant(iso8601: "2026-03-01"))
        #expect(reviews[1].values.createdAt == Instant(iso8601: "2026-03-06"))
        #expect(reviews[1].times.createdOrigin == .source)
    }

    @Test("A deleted review that returns keeps its estimate")
    func returned() throws {
        let run = CaseRun("relative")
        let both = ["1", "2"].map { Self.record($0, stars: 5, date: "2 days ago") }
        _ = try load(run, both, on: "2026-03-10")
        let first = try run.reviews()[0].times.createdAt
        _ = try load(run, [both[1]], on: "2026-03-17") { $0.completeness = .products }
        let back = try load(run, both, on: "2026-03-24")
        #expect(back.run.balance.inserted == 1)
        #expect(try run.reviews()[0].times.createdAt == first)
    }

    @Test("Estimates make no month of the source, and no first or last review time")
    func noTrend() throws {
        let run = CaseRun("relative")
        _ = try load(run, [Self.record("1", stars: 5, date: "2 days ago")], on: "2026-03-10")
        try run.store.read { reader in
            let months = try reader.months(ofProduct: Text("P1"))
            #expect(months.map(\.key.origin) == [.estimated])
            #expect(months.map(\.key.month) == [202_603])
            #expect(try reader.products(nil)[0].summary.firstReviewAt == nil)
        }
    }

    @Test("The same dump of relative dates again changes nothing, by every route")
    func rerun() throws {
        for stages in [true, false] {
            let run = CaseRun("relative")
            let records = (0..<20).map {
                Self.record("\($0)", stars: 1 + $0 % 5, date: "\($0 + 1) days ago")
            }
            _ = try load(run, records, on: "2026-03-10") { $0.stagesRecords = stages }
            let before = try run.store.read { try goldenTables($0) }
            let report = try load(run, records, on: "2026-03-10")
            #expect(report.run.balance.unchanged == 20)
            let after = try run.store.read { try goldenTables($0) }
            #expect(before["product_reviews_history"] == after["product_reviews_history"])
        }
    }
}
