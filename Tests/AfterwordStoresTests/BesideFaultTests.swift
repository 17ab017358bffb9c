import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Synchronization
import Testing

/// Look-ups on the read connection beside a load fail. Such a look-up was started early, perhaps on
/// another thread, and its result is awaited later.
@Suite struct BesideFaultTests {
    /// Three products with six reviews each. The second week edits two reviews of each product,
    /// removes the oldest and adds one.
    private func dump(_ week: Int) -> Dump {
        var lines: [String] = []
        for product in 0..<3 {
            for review in (week == 0 ? 0..<6 : 1..<7) {
                let isEdited = week == 1 && review < 3
                lines.append(
                    """
                    {"review_id": "R\(product)\(review)", "rating": \(isEdited ? 1 : 5).0, "title": "T", \
                    "text": "A text of its own, \(isEdited ? "edited" : "as it was")", "asin": "P\(product)", \
                    "parent_asin": "P\(product)", "user_id": "A\(review)", "timestamp": \(1_600_000_000_000 + review)}
                    """)
            }
        }
        return Dump(
            name: "dump",
            files: [
                DumpFile(
                    name: "a.jsonl", content: .memory(Array(lines.joined(separator: "\n").utf8)))
            ])
    }

    @discardableResult
    private func load(_ week: Int, into store: any ReviewStore) throws -> LoadReport {
        var options = LoadOptions()
        options.salts = .seeded(7)
        options.hasGuards = false
        options.completeness = .all
        options.observedAt = Instant(seconds: 1_700_000_000 + Int64(week) * 604_800)
        // One product per batch: the next products are looked up while one is written.
        options.batchRows = 4
        let clock = Instant(seconds: 1_800_000_000 + Int64(week))
        return try loadDump(
            dump(week), into: store, options: options,
            surroundings: LoadSurroundings(now: { clock }))
    }

    @Test(
        "A look-up that fails on the second way ends the load, which leaves the store as it was",
        arguments: StoreKind.lasting)
    func failing(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let whole = try stores.make()
        try load(0, into: whole)
        let report = try load(1, into: whole)
        #expect(report.run.balance.updated == 6 && report.run.balance.inserted == 3)
        #expect(report.run.deleted == 3)
        let expected = try whole.read { try goldenTables($0) }
        var call = 1
        var asked: Set<String> = []
        while true {
            let store = try stores.make()
            try load(0, into: store)
            let before = try store.read { try goldenTables($0) }
            let failing = FailingStore(store, at: call)
            do {
                try load(1, into: failing)
                break
            } catch is FailingStore.Stop {
                #expect(try store.read { try goldenTables($0) } == before, "call \(call)")
                try load(1, into: store)
                #expect(try store.read { try goldenTables($0) } == expected, "after call \(call)")
            }
            asked.insert(failing.failed)
            call += 1
        }
        let all = [
            "current", "payloads", "historyContents", "known", "months", "createdRange",
            "distinctKeys",
        ]
        #expect(asked == Set(all))
        #expect(call > 3 * all.count)
    }
}

/// A store whose read connection beside the load fails at the given call.
private final class FailingStore: ForwardingStore {
    struct Stop: Error {}

    let store: any ReviewStore
    private let call: Int
    private let state = Mutex((calls: 0, failed: ""))

    init(_ store: any ReviewStore, at call: Int) {
        self.store = store
        self.call = call
    }

    /// The look-up that failed.
    var failed: String { state.withLock { $0.failed } }

    fileprivate func count(_ name: String) throws {
        let isLast = state.withLock { state in
            state.calls += 1
            if state.calls == call { state.failed = name }
            return state.calls == call
        }
        if isLast { throw Stop() }
    }

    func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result {
        try store.besideLoad { lookUps in
            try body(lookUps.map { FailingLookUps($0, self) })
        }
    }
}

private final class FailingLookUps: StoreLookUps {
    private let lookUps: any StoreLookUps
    private let store: FailingStore

    init(_ lookUps: any StoreLookUps, _ store: FailingStore) {
        self.lookUps = lookUps
        self.store = store
    }

    private func ask(_ name: String) throws -> any StoreLookUps {
        try store.count(name)
        return lookUps
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try ask("current").current(reviewKeys)
    }
    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try ask("payloads").payloads(rawKeys)
    }
    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        try ask("historyContents").historyContents(reviewKeys)
    }
    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        try ask("known").known(records)
    }
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        try ask("months").months(wanted)
    }
    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        try ask("distinctKeys").distinctKeys(ofProducts: keys)
    }
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        try ask("createdRange").createdRange(wanted)
    }
}
