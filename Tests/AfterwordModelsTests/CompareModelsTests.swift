import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Two models on the same stored evidence.
@Suite struct CompareModelsTests {
    /// A clock that moves on by a millisecond each time it is read.
    private final class Ticks: Sendable {
        private let count = Mutex<Int64>(0)
        func next() -> Instant {
            count.withLock {
                $0 += 1
                return Instant(
                    microseconds: ReviewHistory.start.microseconds + $0 * 1_000)
            }
        }
    }

    private static let texts = [
        "It leaked after two days and my bag was wet", "The paint is peeling off after a week",
        "Works great and it looks good, very easy to use", "The seam is leaking again",
        "Very good quality and nice to hold",
    ]

    /// A store of products with five reviews each.
    private func loaded(_ products: Int) throws -> MemoryStore {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-compare-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let stars = [1, 2, 5, 1, 4]
        let records = (0..<products * 5).map { number in
            """
            {"CHILD_ASIN": "P\(number / 5)", "CUSTOMER_REVIEW_RATING": \(stars[number % 5]), \
            "CUSTOMER_REVIEW_TITLE": "A title", "PRODUCT_BRAND": "Lumora", \
            "CUSTOMER_REVIEW_DESCRIPTION": "\(Self.texts[number % 5]), said number \(number)."}
            """
        }
        try Data(records.joined(separator: "\n").utf8)
            .write(to: folder.appendingPathComponent("a.jsonl"))
        let store = MemoryStore()
        _ = try loadDump(
            openDumps(folder.path)[0], into: store, options: LoadOptions(),
            surroundings: LoadSurroundings(now: { afterAllDumps }))
        return store
    }

    private func compare(
        _ store: MemoryStore, _ a: any LanguageModel, _ b: any LanguageModel,
        _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> ComparedModels {
        var options = InsightOptions()
        change(&options)
        let ticks = Ticks()
        let (scopes, source) = try store.read { reader in
            (try chooseScopes(reader, .top(100)), try InsightSource(reader))
        }
        return try await compareModels(
            scopes, of: source, in: store, by: (a: a, b: b),
            terms: ComparisonTerms(
                options: options,
                surroundings: InsightSurroundings(now: { ticks.next() }, batch: 1)))
    }

    @Test("An honest and a lying model: the same evidence, every drop counted, the gate shut")
    func lying() async throws {
        let store = try loaded(12)
        let compared = try await compare(
            store, FakeModel(), try #require(try FakeModel(named: "fake:lying:7")))
        #expect(compared.scopes.count == 13 && compared.leftOut == [])
        let faults = compared.comparison.faults()
        #expect(faults.contains { if case .worse(.grounded, _) = $0 { true } else { false } })
        #expect(compared.a.dropped.reasons.isEmpty && compared.a.faults.isEmpty)
        #expect(!compared.b.dropped.reasons.isEmpty)
        #expect(compared.a.latency(percent: 50) ?? 0 >= 1_000 && compared.a.cost == nil)
        #expect(compared.b.report.calls == 13 && compared.a.usage.output > 0)
        // Nothing is stored.
        #expect(try store.read { try $0.runs().count } == 1)
        let document = compared.json(faults)
        #expect(document["verdict"]?.text == "refused")
        #expect(document["by_scope"]?.elements?.count == 13)
        #expect(
            document["shares"]?.elements?.map { $0["share"]?.text } == [
                "answered", "grounded", "themes",
            ])
        #expect(document["b"]?["dropped"]?["text number"]?.integer ?? 0 > 0)
        let report = compared.junit(faults)
        #expect(report.isRed && report.cases.count == 6)
        #expect(report.xml().contains("B is worse than A: claims grounded"))
        let equal = try await compare(store, FakeModel(), FakeModel(.gullible))
        #expect(equal.comparison.faults() == [] && !equal.junit([]).isRed)
        #expect(equal.json([])["verdict"]?.text == "no_worse")
    }

    @Test("Of a replay no time of an answer is shown: it would be that of reading files")
    func replayed() async throws {
        let replay = CountingModel(isPaid: false, place: ModelIdentity.recordings)
        let compared = try await compare(try loaded(3), FakeModel(), replay)
        #expect(replay.questions == 4 && compared.b.trials.allSatisfy { $0.fault == nil })
        #expect(compared.b.latency(percent: 50) == nil && compared.b.latency(percent: 90) == nil)
        #expect(compared.a.latency(percent: 50) != nil)
    }

    @Test("A model without answers is worse, and its failures are counted by kind")
    func silent() async throws {
        let store = try loaded(9)
        let refused = try await compare(store, FakeModel(), FakeModel(.refusal))
        #expect(refused.comparison.worse.map(\.share) == [.answered])
        #expect(refused.b.faults.map(\.fault) == ["refused"])
        #expect(refused.b.faults.map(\.count) == [10])
        #expect(refused.json([])["b"]?["faults"]?["refused"]?.integer == 10)
        let missing = refused.junit(refused.comparison.faults()).xml()
        #expect(missing.contains("of the scopes that A answered B answered 0.00 %"), "\(missing)")
        let unlike = try await compare(store, FakeModel(.refusal), FakeModel())
        let words = unlike.json(unlike.comparison.faults())["faults"]?.elements?.first?.text
        #expect(words == "A answered 0 scopes, at least 9 needed to find a difference")
        let unreadable = try await compare(store, FakeModel(), FakeModel(.badJSON))
        #expect(unreadable.b.faults.map(\.fault) == ["unreadable"])
        #expect(unreadable.b.report.calls == 20)
        let denied = CountingModel(isPaid: false, failure: ModelFailure(.unauthorized))
        let ended = try await compare(store, FakeModel(), denied) { $0.parallel = 1 }
        #expect(ended.b.report.ending?.fault == .unauthorized && denied.questions == 1)
        #expect(ended.scopes.isEmpty)
    }

    @Test("A paid model is asked within its budget, its answers are kept, and cost is compared")
    func paid() async throws {
        let store = try loaded(3)
        let paid = CountingModel()
        let first = try await compare(store, FakeModel(), paid)
        #expect(paid.questions == 4 && first.b.report.calls == 4)
        #expect(first.b.cost == first.b.report.cost && first.b.cost ?? 0 > 0)
        #expect(first.comparison.faults() == [.tooFewScopes(4, least: 9)])
        let second = try await compare(store, FakeModel(), paid)
        #expect(paid.questions == 4 && second.b.report.cacheHits == 4)
        #expect(second.b.report.cost == 0 && second.b.cost == first.b.cost)
        // How long an answer took is kept with it.
        let kept = try store.read { try $0.cachedAnswers() }.compactMap(\.microseconds)
        #expect(kept.count == 4 && kept.contains(second.b.latency(percent: 50) ?? -1))
        _ = try await compare(store, FakeModel(), paid) { $0.isRefreshing = true }
        #expect(paid.questions == 8)
        let poor = try await compare(store, FakeModel(), CountingModel()) {
            $0.isRefreshing = true
            $0.budget.run = 0
        }
        #expect(poor.b.report.refusal != nil && poor.scopes.isEmpty)
        let refused = try await compare(
            store, FakeModel(), CountingModel(failure: ModelFailure(.unauthorized))
        ) { $0.isRefreshing = true }
        #expect(refused.b.report.ending?.fault == .unauthorized && refused.scopes.isEmpty)
    }

    @Test("A comparison without a result is an error in JUnit")
    func unfinished() {
        let xml = unfinishedComparison(of: "a", with: "b", "the budget is spent").xml()
        #expect(xml.contains(#"name="models compare a b" tests="1" failures="0" errors="1""#))
        #expect(xml.contains(#"<error message="the budget is spent""#), "\(xml)")
    }

    @Test("What a server answered in a model's name is not taken for the model's own answer")
    func places() async throws {
        let store = try loaded(3)
        let simulated = CountingModel(place: "127.0.0.1:8790")
        _ = try await compare(store, FakeModel(), simulated)
        let real = CountingModel()
        #expect(try await compare(store, FakeModel(), real).b.report.calls == 4)
        #expect(try await compare(store, FakeModel(), simulated).b.report.cacheHits == 4)
        #expect(simulated.questions == 4 && real.questions == 4)
    }

    @Test("A question that another program has under way counts as no answer")
    func underWay() async throws {
        let store = try loaded(1)
        let source = try store.read { try InsightSource($0) }
        let plan = planInsight(
            try source.subject(lumora.self), stored: [], model: ModelIdentity("test-model"),
            options: InsightOptions())
        try store.ledger { ledger in
            _ = try ledger.begin(
                ModelCall(
                    call: 0, batch: 2, cacheKey: plan.cacheKey,
                    requestDigest: plan.request.digest, model: "test-model",
                    startedAt: ReviewHistory.start,
                    leaseUntil: ReviewHistory.start.adding(seconds: 1_000_000), reserved: 5))
        }
        let ticks = Ticks()
        var surroundings = InsightSurroundings(now: { ticks.next() }, batch: 1)
        surroundings.waits = 2
        let compared = try await compareModels(
            [lumora], of: source, in: store, by: (a: FakeModel(), b: CountingModel()),
            terms: ComparisonTerms(options: InsightOptions(), surroundings: surroundings))
        #expect(compared.b.faults.map(\.fault) == ["in_flight"])
    }

    @Test("Over HTTP: two models of the fake API, and the simulated one against one of them")
    func overHTTP() async throws {
        let store = try loaded(9)
        let api = try FakeOpenAI(FakeOpenAI.Configuration(), on: MemoryShelf()) {
            1_796_000_000_000_000
        }
        let server = try await FakeServer(api, host: "127.0.0.1", port: 0)
        func model(_ name: String) throws -> OpenAIModel {
            var configuration = OpenAIModel.Configuration(
                key: APIKey("k"), baseURL: "http://127.0.0.1:\(server.port)/v1",
                facts: try #require(ModelFacts.named(name)))
            configuration.answerSeconds = 7_200
            return try OpenAIModel(configuration)
        }
        let (old, new) = (try model("gpt-4o-mini"), try model("gpt-6-luna"))
        let compared = try await compare(store, old, new)
        #expect(compared.comparison.faults() == [] && compared.scopes.count == 10)
        #expect(compared.a.cost ?? 0 > 0 && compared.b.cost ?? 0 > 0)
        let fake = try await compare(store, FakeModel(), new)
        #expect(fake.comparison.faults() == [] && fake.b.report.cacheHits == 10)
        await old.shutDown()
        await new.shutDown()
        await server.stop()
    }

    @Test("Simulated models have names with behavior and seed")
    func names() throws {
        #expect(try FakeModel(named: "gpt-6-luna") == nil)
        #expect(try FakeModel(named: "fake")?.name == "fake-1")
        #expect(try FakeModel(named: "fake:varied")?.name == "fake-1-varied-0")
        #expect(try FakeModel(named: "fake:careless:12")?.name == "fake-1-careless-12")
        #expect(throws: FakeModel.NameFault.unknownBehaviour("odd")) {
            try FakeModel(named: "fake:odd")
        }
        for (name, seed) in [("fake:varied:x", "x"), ("fake:varied:1:2", "1:2")] {
            #expect(throws: FakeModel.NameFault.noSeed(seed)) { try FakeModel(named: name) }
        }
    }
}
