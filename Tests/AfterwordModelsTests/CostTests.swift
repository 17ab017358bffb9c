import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// What paid models cost, summed in several ways.
@Suite struct CostTests {
    private let day = Instant(iso8601: "2026-11-29")!

    /// A store with calls of two commands, models and tiers; the second call's insight was made.
    private func store() throws -> MemoryStore {
        let store = MemoryStore()
        func call(_ number: UInt8, _ batch: Int64, _ model: String, hours: Int64) -> ModelCall {
            let key = Digest256([UInt8](repeating: number, count: 32))
            return ModelCall(
                call: 0, batch: batch, cacheKey: key, requestDigest: key, model: model,
                startedAt: day.adding(seconds: hours * 3_600),
                leaseUntil: day.adding(seconds: hours * 3_600 + 60), reserved: 1_000)
        }
        var answered = call(1, 7, "gpt-4o-mini", hours: 1)
        answered.endedAt = day.adding(seconds: 3_601)
        answered.cost = 300
        answered.usage = ModelUsage(input: 10, cachedInput: 4, cacheWrite: 2, output: 5)
        (answered.outcome, answered.tier) = ("answered", "flex")
        var failed = call(2, 7, "gpt-6-luna", hours: 2)
        failed.endedAt = day.adding(seconds: 7_201)
        (failed.cost, failed.outcome, failed.tier) = (700, "cut", "default")
        failed.usage = ModelUsage(input: 1, cachedInput: 0, cacheWrite: 1, output: 1)
        let calls = [answered, failed, call(3, 8, "gpt-6-luna", hours: 30)]
        try store.ledger { ledger in
            for var call in calls {
                call.call = try ledger.begin(call)
                if call.endedAt != nil { try ledger.end(call) }
            }
        }
        return store
    }

    private func costs(_ key: CostKey) throws -> [CostGroup] {
        try store().read { try AfterwordPipeline.costs($0, by: key) }
    }

    @Test("By day and model, the oldest first; open calls count with what is reserved")
    func days() throws {
        let groups = try costs(.day)
        #expect(groups.map(\.key) == ["2026-11-29", "2026-11-29", "2026-11-30"])
        #expect(groups.map(\.model) == ["gpt-4o-mini", "gpt-6-luna", "gpt-6-luna"])
        #expect(groups.map(\.cost) == [300, 700, 1_000] && groups.map(\.open) == [0, 0, 1])
        #expect(groups.map(\.failed) == [0, 1, 0] && groups[0].usage.cacheWrite == 2)
        let document = groups[0].json(by: .day)
        #expect(document["day"]?.text == "2026-11-29" && document["model"]?.text == "gpt-4o-mini")
        #expect(document["cached_input_tokens"]?.integer == 4)
    }

    @Test("By model and tier, the most expensive first")
    func models() throws {
        let models = try costs(.model)
        #expect(models.map(\.key) == ["gpt-6-luna", "gpt-4o-mini"])
        #expect(models.map(\.cost) == [1_700, 300] && models.map(\.calls) == [2, 1])
        let tiers = try costs(.tier)
        #expect(tiers.map(\.key) == [nil, "default", "flex"])
        #expect(tiers[0].json(by: .tier)["tier"]?.canonical == "null")
        #expect(tiers[0].json(by: .tier)["model"] == nil)
    }

    @Test("Of each command, what was predicted at most beside what it cost")
    func runs() throws {
        let runs = try costs(.run)
        #expect(runs.map(\.key) == ["2026-11-29T01:00:00Z", "2026-11-30T06:00:00Z"])
        #expect(runs.map(\.predicted) == [2_000, 1_000] && runs.map(\.cost) == [1_000, 1_000])
        let document = runs[0].json(by: .run)
        #expect(document["predicted_nanodollars_at_most"]?.integer == 2_000)
    }

    @Test("By scope: that of the insight which was made of the answer, else none")
    func scopes() async throws {
        let store = MemoryStore()
        _ = try loadDump(
            openDumps("Golden/insights/dumps/2026-05-04")[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { afterAllDumps }))
        let surroundings = InsightSurroundings(now: { ReviewHistory.start }, batch: 1)
        _ = try await makeInsights(
            [lumora], in: store, by: CountingModel(), options: InsightOptions(),
            surroundings: surroundings)
        let groups = try store.read { try AfterwordPipeline.costs($0, by: .scope) }
        #expect(groups.map(\.key) == ["brand:Lumora"] && groups[0].calls == 1)
        #expect(try costs(.scope).map(\.key) == [nil])
        // What a tie leaves open is ordered by name.
        #expect(try costs(.scope).first?.calls == 3)
    }
}
