import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
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
