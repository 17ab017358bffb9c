import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Copies between all kinds of stores.
@Suite struct CopyTests {
    @Test(
        "A copy to another kind of store and back holds the same bytes, and goes on as the original",
        arguments: StoreKind.available, StoreKind.available)
    func thereAndBack(one: StoreKind, other: StoreKind) throws {
        let stores = (TemporaryStores(one), TemporaryStores(other))
        let history = ReviewHistory(seed: 8)
        let source = try stores.0.make()
        try history.load(Array(history.steps.dropLast()), into: source)
        let there = try stores.1.make()
        let runs = try copyStore(from: source, to: there)
        #expect(runs.count == (try source.read { try $0.runs().count }))
        let back = try stores.0.make()
        _ = try copyStore(from: there, to: back)
        let expected = try source.read { try goldenTables($0) }
        #expect(try there.read { try goldenTables($0) } == expected)
        #expect(try back.read { try goldenTables($0) } == expected)
        #expect(try back.read { try $0.shapes() } == source.read { try $0.shapes() })
        // The bookkeeping was copied too: the next dump has the same effect on all three.
        let last = try #require(history.steps.last)
        let number = history.steps.count - 1
        for store in [source, there, back] {
            #expect(try history.load(last, number: number, into: store, HistoryLoading()))
        }
        let after = try source.read { try goldenTables($0) }
        #expect(try there.read { try goldenTables($0) } == after)
        #expect(try back.read { try goldenTables($0) } == after)
    }

    @Test(
        "A copy is the same, however few versions are held at once", arguments: StoreKind.available,
        [1, 4])
    func smallSpans(kind: StoreKind, rows: Int) throws {
        let stores = TemporaryStores(kind)
        for seed in [8, 11] as [UInt64] {
            let history = ReviewHistory(seed: seed)
            let source = try stores.make()
            try history.load(history.steps, into: source)
            let target = try stores.make()
            var steps: [Int] = []
            _ = try copyStore(from: source, to: target, spanRows: rows) { done, of in
                steps.append(done)
                #expect(done <= of)
            }
            let expected = try source.read { try goldenTables($0) }
            #expect(try target.read { try goldenTables($0) } == expected)
            #expect(steps.last == (try source.read { try $0.products(nil).count }))
        }
    }

    @Test(
        "The outbox comes along: what waits, is being sent, was sent or was given up",
        arguments: StoreKind.available, StoreKind.available)
    func outbox(one: StoreKind, other: StoreKind) throws {
        let stores = (TemporaryStores(one), TemporaryStores(other))
        defer { withExtendedLifetime(stores) {} }
        let history = ReviewHistory(seed: 8)
        let source = try stores.0.make()
        try history.load(history.steps[0], number: 0, into: source, HistoryLoading())
        let rows = ["dead", "lease", "new", "sent", "ü"].enumerated().map { place, period in
            var row = DeliveryRow(
                recipient: "b", period: period, kind: .news, runs: 0...1,
                createdAt: Instant(seconds: Int64(place)))
            row.messageID = "id of " + period
            return row
        }
        var messages = rows
        (messages[0].status, messages[0].endedAt) = (.dead, Instant(seconds: 20))
        messages[0].fault = "refused: 550 \u{fc}"
        // As it stands while a program sends it.
        (messages[1].attempts, messages[1].nextAt) = (1, Instant(seconds: 3_600))
        (messages[3].status, messages[3].endedAt) = (.sent, Instant(seconds: 30))
        messages[4].kind = .noDump
        try source.ledger { ledger in
            for row in messages { try ledger.put(delivery: row) }
        }
        let target = try stores.1.make()
        _ = try copyStore(from: source, to: target)
        #expect(try target.read { try $0.deliveries() } == messages)
        // Each can be claimed and ended there.
        messages[1].status = .sent
        messages[1].endedAt = Instant(seconds: 4_000)
        try target.ledger { try $0.put(delivery: messages[1]) }
        #expect(try target.read { try $0.deliveries() } == messages)
        #expect(try TemporaryStores.audited(target) == nil)
    }

    @Test(
        "A backup holds the outbox, and a store restored from it has it",
        arguments: StoreKind.available, StoreKind.available)
    func outboxOfBackup(one: StoreKind, other: StoreKind) throws {
        let stores = (TemporaryStores(one), TemporaryStores(other))
        defer { withExtendedLifetime(stores) {} }
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString).backup").path
        defer { unlink(path) }
        let history = ReviewHistory(seed: 8)
        let source = try stores.0.make()
        try history.load(history.steps[0], number: 0, into: source, HistoryLoading())
        var row = DeliveryRow(
            recipient: "b", period: "dump of 1", kind: .news, runs: 0...1,
            createdAt: Instant(seconds: 5))
        row.messageID = "1@example.org"
        try source.ledger { try $0.put(delivery: row) }
        _ = try backupStore(source, to: path)
        let target = try stores.1.make()
        _ = try restoreStore(from: path, into: target)
        #expect(try target.read { try $0.deliveries() } == [row])
    }

    @Test("Nothing is copied over what is there", arguments: StoreKind.available)
    func occupied(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let history = ReviewHistory(seed: 8)
        let store = try stores.make()
        try history.load(history.steps, into: store)
        let before = try store.read { try goldenTables($0) }
        #expect(throws: CopyFault.targetNotEmpty) {
            try copyStore(from: MemoryStore(), to: store)
        }
        #expect(try store.read { try goldenTables($0) } == before)
    }
}
