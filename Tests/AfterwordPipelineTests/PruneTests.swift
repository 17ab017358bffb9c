import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Bytes of old records are removed; what they said, and that they were there, stays.
@Suite struct PruneTests {
    private static let shape = """
        {"shape":"p","version":1,"fields":{"product_id":"p","review_id":"id","rating":"stars",
         "body":"text"}}
        """

    private static func record(_ id: String, _ text: String, votes: Int = 0) -> String {
        #"{"p":"P","id":"\#(id)","stars":1,"text":"\#(text)","votes":\#(votes)}"#
    }

    private func load(_ run: CaseRun, _ records: [String], on day: String) throws -> LoadReport {
        try run.load(files: ["r.jsonl": records.joined(separator: "\n")], shape: Self.shape) {
            $0.observedAt = Instant(iso8601: day)
        }
    }

    private func prune(
        _ run: CaseRun, before day: String, isRehearsal: Bool = false
    ) throws -> PruneReport? {
        let (now, moment) = (
            try #require(Instant(iso8601: "2026-11-28T13:00:00Z")),
            try #require(Instant(iso8601: day))
        )
        let report = try pruneBronze(
            run.store, before: moment, isRehearsal: isRehearsal,
            surroundings: LoadSurroundings(now: { now }))
        #expect(try run.store.read { try auditStore($0) } == nil)
        return report
    }

    private func raw(_ run: CaseRun) throws -> [RawRow] {
        try run.store.read { try $0.raw(ofProduct: nil) }
    }

    /// Three dumps, a week apart: A is edited in the second, B has another number of votes in the
    /// third, which no field maps; C stays.
    private func loaded() throws -> CaseRun {
        let run = CaseRun("prune")
        let (a, b, c) = (
            Self.record("A", "It leaks."), Self.record("B", "Fine."), Self.record("C", "Good.")
        )
        _ = try load(run, [a, b, c], on: "2026-01-05")
        let edited = Self.record("A", "It leaks, and the seller is silent.")
        _ = try load(run, [edited, b, c], on: "2026-01-12")
        _ = try load(run, [edited, Self.record("B", "Fine.", votes: 3), c], on: "2026-01-19")
        return run
    }

    @Test("Superseded records before the day lose their bytes and leave receipts; others stay")
    func superseded() throws {
        let run = try loaded()
        let before = try raw(run)
        #expect(before.count == 5)
        // Of the first dump, A and B are superseded and C is held.
        let report = try #require(try prune(run, before: "2026-01-12"))
        let first = Self.record("A", "It leaks.").utf8.count + Self.record("B", "Fine.").utf8.count
        #expect(report.records == 2 && report.bytes == Int64(first) && report.held == 1)
        #expect(report.run.run == 4 && report.run.observedOrigin == .prune)
        #expect(report.run.observedAt == Instant(iso8601: "2026-01-19"))
        let after = try raw(run)
        #expect(after.count == 5)
        for (old, new) in zip(before, after) {
            var receipt = old
            if new.prunedRun != nil {
                #expect(old.run == 1 && new.prunedRun == 4)
                (receipt.payload, receipt.context, receipt.prunedRun) = ([], [], 4)
            }
            #expect(new == receipt)
        }
        #expect(after.count { $0.prunedRun != nil } == 2)
        #expect(after.contains { $0.json["pruned_run"]?.integer == 4 })
        // The edited text of A is held, and C's record of the first dump.
        #expect(try prune(run, before: "2026-01-12") == nil)
        #expect(try run.store.read { try $0.runs().count } == 4)
        #expect(try prune(run, before: "2027-01-01") == nil)
    }

    @Test("A plan stores nothing; an empty store has nothing to prune")
    func plan() throws {
        let run = try loaded()
        let (before, plan) = (try raw(run), try prune(run, before: "2027-01-01", isRehearsal: true))
        #expect(plan?.records == 2 && plan?.held == 3)
        #expect(try raw(run) == before)
        #expect(throws: RecleanFault.emptyStore) {
            try prune(CaseRun("none"), before: "2027-01-01")
        }
    }

    @Test("A record that comes again is stored again, and the review that it is of reads on")
    func again() throws {
        let run = try loaded()
        _ = try prune(run, before: "2026-01-12")
        // A is as it was first, and B as in the second dump.
        let report = try load(
            run,
            [Self.record("A", "It leaks."), Self.record("B", "Fine."), Self.record("C", "Good.")],
            on: "2026-01-26")
        #expect(report.run.balance.updated == 1 && report.run.balance.unchanged == 2)
        let rows = try raw(run)
        #expect(rows.count == 7 && rows.count { $0.run == 5 } == 2)
        #expect(
            rows.filter { $0.run == 5 }.allSatisfy { $0.prunedRun == nil && !$0.payload.isEmpty })
        let reclean = try run.reclean(by: Self.shape)
        #expect(reclean.read == 3 && reclean.restated == 0)
        // What the fifth run replaced is old by now.
        #expect(try prune(run, before: "2026-01-20")?.records == 2)
    }

    @Test("A deleted review's record stays: it comes back as what it was")
    func deleted() throws {
        let run = CaseRun("prune")
        let (a, b) = (Self.record("A", "It leaks."), Self.record("B", "Fine."))
        _ = try load(run, [a, b], on: "2026-01-05")
        _ = try run.load(files: ["r.jsonl": b], shape: Self.shape) {
            $0.observedAt = Instant(iso8601: "2026-01-12")
            $0.completeness = .products
            $0.hasGuards = false
        }
        #expect(try run.reviews().count { !$0.isLive } == 1)
        #expect(try prune(run, before: "2027-01-01") == nil)
        let back = try load(run, [a, b], on: "2026-01-19")
        #expect(back.run.balance.inserted == 1 && back.run.balance.unchanged == 1)
        #expect(try raw(run).allSatisfy { !$0.payload.isEmpty })
    }

    @Test("The audit finds a record that is pruned by no run, half pruned, or held")
    func audited() throws {
        let run = try loaded()
        _ = try prune(run, before: "2026-01-12")
        func finding(_ change: @escaping (inout RawRow) -> Void) throws -> AuditFinding? {
            try run.store.read { try auditStore(ChangedRaw($0, change)) }
        }
        #expect(try finding { _ in } == nil)
        let wrong: [(inout RawRow) -> Void] = [
            { if $0.prunedRun != nil { $0.prunedRun = 3 } },
            { if $0.prunedRun != nil { $0.prunedRun = 9 } },
            { if $0.prunedRun != nil { $0.payload = [0x7B, 0x7D] } },
            { if $0.prunedRun != nil { $0.context = [0x7B, 0x7D] } },
            { if $0.prunedRun != nil { $0.prunedRun = nil } },
            { if $0.prunedRun == nil { $0.prunedRun = 4 } },
            {
                if $0.prunedRun == nil, $0.run == 2 {
                    ($0.payload, $0.context, $0.prunedRun) = ([], [], 4)
                }
            },
        ]
        for (number, change) in wrong.enumerated() {
            #expect(try finding(change) != nil, "change \(number)")
        }
    }
}

/// Reads records otherwise than they are stored.
private final class ChangedRaw: ForwardingReader {
    private let reader: any StoreReader
    private let change: (inout RawRow) -> Void
    init(_ reader: any StoreReader, _ change: @escaping (inout RawRow) -> Void) {
        (self.reader, self.change) = (reader, change)
    }
    func target() throws -> any StoreReader { reader }
    func raw(in span: RowSpan) throws -> [RawRow] {
        try reader.raw(in: span).map { row in
            var row = row
            change(&row)
            return row
        }
    }
}
