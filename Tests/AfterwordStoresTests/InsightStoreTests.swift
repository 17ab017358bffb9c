import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// What every store must do for insights and their cost.
@Suite struct InsightStoreTests {
    private static let lumora = ReviewScope.scope(Scope(kind: .brand, id: "Lumora"))

    private func made(_ store: any ReviewStore) async throws {
        let golden = try #require(
            try GoldenCase.all(in: "Golden").first { $0.name == "insights" })
        _ = try await golden.run(on: store, models: simulatedModels)
    }

    private func call(_ key: UInt8, batch: Int64, at seconds: Int64, reserved: Int64) -> ModelCall {
        let digest = Digest256([UInt8](repeating: key, count: 32))
        return ModelCall(
            call: 0, batch: batch, cacheKey: digest, requestDigest: digest, model: "m",
            startedAt: Instant(seconds: seconds), leaseUntil: Instant(seconds: seconds + 60),
            reserved: reserved)
    }

    @Test("A call of before tier, request ids and unread answers keeps its row checksum")
    func rowChecksum() {
        let old = call(1, batch: 2, at: 3, reserved: 4)
        var builder = DigestEncoder(domain: "afterword.seal.call.1")
        builder.add(old.batch)
        builder.add(raw: old.cacheKey.bytes)
        builder.add(raw: old.requestDigest)
        builder.add(old.model)
        builder.add(old.startedAt.microseconds)
        builder.add(old.leaseUntil.microseconds)
        builder.add(optional: nil as Int64?)
        builder.add(old.reserved)
        for _ in 0..<4 { builder.add(optional: nil as Int64?) }
        builder.add(optional: nil as Text?)
        #expect(old.rowChecksum == builder.finish128())
        var checksums: Set<String> = [old.rowChecksum.description]
        for change in [
            { $0.tier = "x" }, { $0.requestID = "x" }, { $0.clientRequestID = "x" },
            { $0.unreadAnswer = "x" },
        ] as [(inout ModelCall) -> Void] {
            var changed = old
            change(&changed)
            #expect(checksums.insert(changed.rowChecksum.description).inserted)
        }
    }

    @Test(
        "Insights, themes, answers and calls are copied, audited, and told as of each run",
        arguments: StoreKind.available, StoreKind.available)
    func copies(one: StoreKind, other: StoreKind) async throws {
        let stores = (TemporaryStores(one), TemporaryStores(other))
        let source = try stores.0.make()
        try await made(source)
        try source.ledger { ledger in
            _ = try ledger.begin(call(9, batch: 1, at: 1, reserved: 1))
        }
        let target = try stores.1.make()
        let runs = try copyStore(from: source, to: target)
        for read in [
            { try goldenTables($0).values.map { $0 }.flatMap { $0 }.sorted() },
            { try $0.cachedAnswers().map { "\($0)" } }, { try $0.modelCalls().map { "\($0)" } },
        ] as [(any StoreReader) throws -> [String]] {
            #expect(try source.read(read) == target.read(read))
        }
        for run in runs.map(\.run) {
            let (here, there) = (
                try source.read { try AsOfReader($0, run: run).insights(of: nil) },
                try target.read { try AsOfReader($0, run: run).insights(of: nil) }
            )
            // As of a dump: the insights made of it, before the next dump's first run.
            let end = runs.dumps.insightsEnd(asOf: run)
            #expect(here == there && here.allSatisfy { $0.madeRun <= end })
        }
        #expect(try target.read { try auditStore($0) } == nil)
    }

    @Test(
        "A run of insights that fails at any call leaves nothing, and the next one is whole",
        arguments: StoreKind.available)
    func failing(kind: StoreKind) async throws {
        struct Stop: Error {}
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try await made(store)
        let before = try store.read { try goldenTables($0) }
        var options = InsightOptions()
        options.isRefreshing = true
        options.countsThemes = true
        let surroundings = InsightSurroundings(now: { ReviewHistory.start }, batch: 1)
        var failures = 0
        for place in 1...20 {
            let failing = CountingStore(store) { if $0 == place { throw Stop() } }
            do {
                let report = try await makeInsights(
                    [Self.lumora], in: failing, by: FakeModel(), options: options,
                    surroundings: surroundings)
                #expect(report.made == 1)
                break
            } catch is Stop {
                failures += 1
                #expect(try store.read { try goldenTables($0) } == before, "call \(place)")
            }
        }
        #expect(failures > 2)
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test("A question that is open is open once, whoever else asks", arguments: StoreKind.lasting)
    func once(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        _ = try store.ledger { try $0.begin(call(1, batch: 1, at: 1, reserved: 1)) }
        #expect(throws: StoreFault.self) {
            _ = try store.ledger { try $0.begin(call(1, batch: 2, at: 2, reserved: 1)) }
        }
        #expect(try store.read { try $0.modelCalls() }.count == 1)
    }
}
