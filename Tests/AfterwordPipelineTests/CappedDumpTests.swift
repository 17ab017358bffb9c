import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Dumps of a source that holds only so many of a product's newest reviews.
@Suite struct CappedDumpTests {
    private static let shape = """
        {"shape":"r","version":1,"fields":{"product_id":"p","review_id":"id","rating":"stars",
         "body":"text","created_at":"date"}}
        """

    /// Reviews of a product, one on each of some days of January 2026.
    private static func reviews(_ product: String, _ days: some Sequence<Int>) -> [String] {
        days.map { day in
            #"{"p":"\#(product)","id":"\#(product)-\#(day)","stars":4,"text":"Text \#(day)","#
                + #""date":"2026-01-\#(day < 10 ? "0" : "")\#(day)"}"#
        }
    }

    private func load(
        _ run: CaseRun, _ records: [String], on day: String, shape: String = Self.shape,
        _ change: (inout LoadOptions) -> Void = { $0.window = 10 }
    ) throws -> LoadReport {
        try run.load(files: ["r.jsonl": records.joined(separator: "\n")], shape: shape) {
            $0.observedAt = Instant(iso8601: day)
            $0.completeness = .products
            change(&$0)
        }
    }

    private func live(_ run: CaseRun) throws -> [String] {
        try run.reviews().filter(\.isLive).map(\.reviewID.string).sorted()
    }

    @Test("An absent review older than the oldest present one is kept; a newer one is deleted")
    func window() throws {
        let run = CaseRun("capped")
        _ = try load(run, Self.reviews("A", 1...12), on: "2026-01-13") { _ in }
        // The newest ten are 4 to 14 without 9, which is gone; 1 to 3 lie beyond the cap.
        let days = (4...14).filter { $0 != 9 }
        let report = try load(run, Self.reviews("A", days), on: "2026-01-20")
        #expect(report.run.outOfWindow == 3)
        #expect(report.run.deleted == 1)
        #expect(report.run.balance.inserted == 2)
        #expect(try live(run).contains("A-1") && !live(run).contains("A-9"))
        #expect(try run.store.read { try $0.runs() }[1].outOfWindow == 3)
    }

    @Test("A product with fewer reviews than the window is complete")
    func belowWindow() throws {
        let run = CaseRun("capped")
        _ = try load(run, Self.reviews("A", 1...9), on: "2026-01-13")
        let report = try load(run, Self.reviews("A", 2...9), on: "2026-01-20")
        #expect(report.run.outOfWindow == 0)
        #expect(report.run.deleted == 1)
    }

    @Test("The shape of a source can say its window")
    func shapeWindow() throws {
        let run = CaseRun("capped")
        let shape = Self.shape.replacing(#""version":1"#, with: #""version":1,"window":10"#)
        _ = try load(run, Self.reviews("A", 1...12), on: "2026-01-13", shape: shape) { _ in }
        let report = try load(
            run, Self.reviews("A", 3...12), on: "2026-01-20", shape: shape
        ) { _ in }
        #expect(report.run.outOfWindow == 2)
        #expect(report.run.deleted == 0)
    }

    @Test("Reviews without a time of the source cannot be placed: none of a capped product is lost")
    func withoutTimes() throws {
        let run = CaseRun("capped")
        let shape = Self.shape.replacing(#","created_at":"date""#, with: "")
        _ = try load(run, Self.reviews("A", 1...12), on: "2026-01-13", shape: shape)
        let report = try load(run, Self.reviews("A", 3...12), on: "2026-01-20", shape: shape)
        #expect(report.run.outOfWindow == 2)
    }

    @Test("A kept review is found again, and deleted where a dump reaches it")
    func reached() throws {
        let run = CaseRun("capped")
        _ = try load(run, Self.reviews("A", 1...12), on: "2026-01-13")
        _ = try load(run, Self.reviews("A", 3...12), on: "2026-01-20")
        #expect(try live(run).count == 12)
        let all = try load(run, Self.reviews("A", 2...12), on: "2026-01-27") {
            $0.window = 100
        }
        #expect(all.run.balance.unchanged == 11)
        #expect(all.run.deleted == 1)
        #expect(try !live(run).contains("A-1"))
    }

    @Test(
        "Five products that share the greatest count, eight or more, make a complete dump suspect")
    func suspect() throws {
        func dump(products: Int, _ count: Int) -> [String] {
            (0..<products).flatMap { Self.reviews("P\($0)", 1...count) }
                + Self.reviews("Q", 1...3)
        }
        let run = CaseRun("capped")
        #expect {
            _ = try load(run, dump(products: 5, 8), on: "2026-01-20") { _ in }
        } throws: { fault in
            guard case InputFault.cappedDump(let products, let reviews) = fault else {
                return false
            }
            return products == 5 && reviews == 8
        }
        #expect(try run.store.read { try $0.runs() }.isEmpty)
        _ = try load(run, dump(products: 4, 8), on: "2026-01-20") { _ in }
        _ = try load(run, dump(products: 5, 7), on: "2026-01-21") { $0.maxDeletes = 100 }
        _ = try load(run, dump(products: 5, 8), on: "2026-01-22") { $0.acceptsCapped = true }
        _ = try load(run, dump(products: 5, 8), on: "2026-01-23") { $0.window = 8 }
        _ = try load(run, dump(products: 5, 8), on: "2026-01-24") { $0.completeness = .none }
    }

    @Test("Records whose bytes the store holds count as well")
    func suspectKnown() throws {
        let run = CaseRun("capped")
        let records = (0..<6).flatMap { Self.reviews("P\($0)", 1...9) }
        _ = try load(run, records, on: "2026-01-20") { $0.completeness = .none }
        #expect(throws: InputFault.self) {
            _ = try load(run, records + Self.reviews("Q", 1...2), on: "2026-01-21") { _ in }
        }
    }
}
