import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Pruning between dumps changes nothing but the bytes of records that no review holds.
@Suite struct PruneLawTests {
    @Test(
        "A store that is pruned between dumps answers as one that is not",
        arguments:
            StoreKind.available)
    func answersStay(kind: StoreKind) async throws {
        var (pruned, stored): (Int64, Int) = (0, 0)
        for seed in 1...UInt64(kind == .memory ? 40 : 8) {
            await Task.yield()
            let stores = TemporaryStores(kind)
            let (store, whole) = (try stores.make(), KeepingPruned(try stores.make()))
            let history = ReviewHistory(seed: seed)
            for (number, step) in history.steps.enumerated() {
                let loading = HistoryLoading()
                let loaded = try history.load(step, number: number, into: store, loading)
                let other = try history.load(step, number: number, into: whole, loading)
                #expect(loaded == other, "seed \(seed)")
                guard loaded, let report = try prune(store, number, step) else { continue }
                pruned += report.records
                #expect(try prune(whole, number, step) != nil, "seed \(seed)")
            }
            let rows = try store.read { try $0.raw(ofProduct: nil) }
            stored += rows.count { $0.prunedRun != nil }
            for run in try [nil] + store.read({ try $0.runs().map(\.run) }) {
                let (own, other) = try (tables(store, asOf: run), tables(whole.store, asOf: run))
                for name in Set(own.keys).union(other.keys) {
                    #expect(own[name] == other[name], "seed \(seed), \(name) as of \(run ?? 0)")
                }
            }
            #expect(try store.read { try auditStore($0) } == nil, "seed \(seed)")
            #expect(try store.auditByQuery() == nil, "seed \(seed)")
            let copy = try stores.make()
            _ = try copyStore(from: store, to: copy)
            #expect(try copy.read { try $0.raw(ofProduct: nil) } == rows, "seed \(seed)")
        }
        #expect(pruned > 20 && stored == Int(pruned))
    }

    private func prune(
        _ store: any ReviewStore, _ number: Int, _ step: ReviewHistory.Step
    ) throws -> PruneReport? {
        let clock = ReviewHistory.start.adding(seconds: Int64(2_000 + number) * 86_400)
        return try pruneBronze(
            store, before: step.observedAt.adding(seconds: 1),
            surroundings: LoadSurroundings(now: { clock }))
    }

    /// All tables but bronze and the chain of runs, which holds what a run pruned.
    private func tables(
        _ store: any ReviewStore, asOf run: Int64? = nil
    ) throws -> [String: [String]] {
        var tables = try store.read { reader in
            try goldenTables(run.map { AsOfReader(reader, run: $0) } ?? reader)
        }
        (tables["product_reviews_raw"], tables["runs"]) = (nil, nil)
        return tables
    }
}

/// A store whose records keep their bytes when they are pruned.
private final class KeepingPruned: ForwardingStore {
    let store: any ReviewStore
    init(_ store: any ReviewStore) { self.store = store }
    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result { try store.load(intent) { try body(Load($0)) } }

    private final class Load: ForwardingLoad {
        let load: any StoreLoad
        init(_ load: any StoreLoad) { self.load = load }
        func prune(raw keys: [Int64], run: Int64) throws {}
    }
}
