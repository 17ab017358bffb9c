import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// What every store promises to its callers, and what the SQL stores promise beyond.
@Suite struct StoreContractTests {
    private let history = ReviewHistory(seed: 3)

    @Test(
        "Every store keeps every requirement of its ports",
        arguments: StoreKind.available, StoreRequirement.all)
    func contract(kind: StoreKind, requirement: StoreRequirement) {
        #expect(checkStoreContract([requirement], make: kind.makePlace) == [])
    }

    /// If an ending thread held the last reference, it would close the store's connections, which
    /// Dispatch does not allow.
    @Test("A load that has returned holds nothing of its store")
    func letsGo() throws {
        for round in 0..<600 {
            weak var left: MemoryStore?
            do {
                let store = MemoryStore()
                left = store
                try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
            }
            #expect(left == nil, "round \(round)")
        }
    }

    @Test("A store's error shows the SQL, never the data", arguments: StoreKind.sql)
    func errors(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let row = try #require(
            try store.read { try $0.history(ofProduct: nil, review: nil) }
                .first { $0.values.body != nil })
        do {
            try store.load(LoadIntent(isRehearsal: false)) { try $0.append(history: [row]) }
            Issue.record("a version was stored twice")
        } catch StoreFault.failed(let message) {
            #expect(message.contains("product_reviews_history"))
            #expect(!message.contains(row.values.body?.string ?? " "))
        }
    }

    @Test(
        "late-row-keeps-others-time: a late row holds its own record's values, and audit holds",
        arguments: StoreKind.available)
    func lateRow(kind: StoreKind) throws {
        // Each older line lacks something that the newer one has: time, votes, author, title.
        let newer = """
            {"review_id":"r1","rating":5.0,"title":"T","text":"fine","asin":"P","parent_asin":"P",\
            "user_id":"U","timestamp":1767000000000,"helpful_vote":3,"verified_purchase":true}
            """
        let older = """
            {"review_id":"r1","rating":4.0,"text":"fine","asin":"P","parent_asin":"P"}
            """
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let now = Instant(iso8601: "2026-03-02T08:00:00Z")!
        for (day, line) in [("2026-01-08", newer), ("2026-01-01", older), ("2026-01-01", older)] {
            var options = LoadOptions()
            options.observedAt = Instant(iso8601: day)
            let dump = Dump(
                name: day, files: [DumpFile(name: "d.jsonl", content: .memory(Array(line.utf8)))])
            _ = try loadDump(
                dump, into: store, options: options,
                surroundings: LoadSurroundings(now: { now }))
        }
        try store.read { reader in
            let rows = try reader.history(ofProduct: "P", review: nil)
            let late = try #require(rows.first { $0.operation == .late })
            #expect(late.values.createdAt == nil && late.times.createdOrigin == .mock)
            #expect(late.times.updatedOrigin == .mock)
            #expect(late.times.createdAt <= Instant(iso8601: "2026-01-01")!)
            #expect(late.values.title == nil && late.values.helpfulVotes == nil)
            #expect(late.authorID == nil)
            #expect(rows.count == 2)
            #expect(try auditStore(reader) == nil)
        }
    }
}
