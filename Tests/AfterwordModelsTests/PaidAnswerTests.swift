import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

/// Paid requests: how often they are made, their maximum cost, and what is reported about them.
@Suite struct PaidAnswerTests {
    /// A model with scripted answers; requests are numbered from 1.
    private final class ScriptedModel: LanguageModel {
        let name = "test-model"
        let facts = ModelFacts.named("gpt-4o-mini")
        let tries = 3
        let terms: PriceTerms
        private let asked = Mutex<[ModelRequest]>([])
        private let script: @Sendable (ModelRequest, Int) async -> Result<ModelReply, ModelFailure>

        init(
            terms: PriceTerms = PriceTerms(),
            _ script:
                @escaping @Sendable (ModelRequest, Int) async -> Result<
                    ModelReply, ModelFailure
                >
        ) {
            self.terms = terms
            self.script = script
        }

        var questions: [ModelRequest] { asked.withLock { $0 } }

        func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
            let number = asked.withLock { asked in
                asked.append(request)
                return asked.count
            }
            return try await script(request, number).get()
        }
    }

    private final class Notices: Sendable {
        let all = Mutex<[InsightNotice]>([])
    }

    private let notices = Notices()
    private static let knokke = ReviewScope.scope(Scope(kind: .brand, id: "Knokke"))
    private static let scopes = [lumora, knokke, .product("B0FLASK002"), .product("B0LAMP0001")]

    private func surroundings(
        batch: Int64 = 1, now: @escaping @Sendable () -> Instant = { ReviewHistory.start }
    ) -> InsightSurroundings {
        var surroundings = InsightSurroundings(now: now, batch: batch)
        let notices = notices
        surroundings.notice = { notice in notices.all.withLock { $0.append(notice) } }
        return surroundings
    }

    private static func usage(_ input: Int64, _ output: Int64) -> ModelUsage {
        ModelUsage(input: input, cachedInput: 0, output: output)
    }

    private static func reply(
        _ request: ModelRequest, usage: ModelUsage = usage(1_000, 100),
        tier: ServiceTier = .standard
    ) async -> Result<ModelReply, ModelFailure> {
        do throws(ModelFailure) {
            let honest = try await FakeModel().answer(request)
            return .success(ModelReply(text: honest.text, usage: usage, tier: tier))
        } catch {
            return .failure(error)
        }
    }

    private func calls(_ store: MemoryStore) throws -> [ModelCall] {
        try store.read { try $0.modelCalls() }
    }

    @Test(
        "unreadable-answers-are-paid-again-and-again: asked once more and told so, kept, then left alone",
        arguments: ["unreadable", "malformed", "cut"])
    func unusable(outcome: String) async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { _, _ in
            switch outcome {
            case "unreadable":
                .success(ModelReply(text: "no \u{0}JSON", usage: Self.usage(10, 5)))
            case "cut": .failure(ModelFailure(.cut, usage: Self.usage(10, 5)))
            default: .failure(ModelFailure(.malformed, unknownTries: 1, answer: "<html>"))
            }
        }
        func make(_ isRefreshing: Bool = false) async throws -> InsightReport {
            var options = InsightOptions()
            options.isRefreshing = isRefreshing
            return try await makeInsights(
                [lumora], in: store, by: model, options: options, surroundings: surroundings())
        }
        let first = try await make()
        #expect(first.failures.count == 1 && model.questions.count == 2)
        #expect(model.questions.map { $0.hint == nil } == [true, false])
        let kept = try calls(store)
        #expect(kept.map(\.outcome) == [outcome, outcome])
        let words = ["unreadable": "no \u{FFFD}JSON", "malformed": "<html>"][outcome]
        #expect(kept.map(\.unreadAnswer) == [words, words])
        for _ in 0..<3 {
            let again = try await make()
            #expect(again.leftAlone == [lumora] && again.failures.isEmpty && again.calls == 0)
        }
        #expect(model.questions.count == 2)
        _ = try await make(true)
        #expect(model.questions.count == 4)
    }

    @Test("A refused answer is asked for once more in a later run, then left alone")
    func refused() async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { _, _ in
            .failure(ModelFailure(.refused, usage: Self.usage(10, 5)))
        }
        for _ in 0..<4 {
            _ = try await makeInsights(
                [lumora], in: store, by: model, options: InsightOptions(),
                surroundings: surroundings())
        }
        #expect(model.questions.count == 2)
    }

    @Test("An answer that can be read the second time is the insight, and both are booked")
    func secondAnswer() async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { request, number in
            number == 1
                ? .success(ModelReply(text: "{", usage: Self.usage(10, 5)))
                : await Self.reply(request)
        }
        let report = try await makeInsights(
            [lumora], in: store, by: model, options: InsightOptions(),
            surroundings: surroundings())
        #expect(report.made == 1 && report.cost == 4_500 + 210_000)
        #expect(
            notices.all.withLock { $0 } == [.unusable(lumora, .malformed, isAskedAgain: true)])
    }

    @Test(
        "usage-beyond-reservation-passes-every-ceiling: booked, said at once, and nothing more is asked",
        arguments: [1, 4])
    func beyond(parallel: Int) async throws {
        let store = try loadedInsightDumps()
        // Requests running beside the first one wait until they are cancelled.
        let model = ScriptedModel { request, number in
            if number == 1 {
                return await Self.reply(request, usage: Self.usage(5_000_000, 5_000_000))
            }
            try? await Task.sleep(for: .seconds(3_600))
            return .failure(ModelFailure(.unreachable, unknownTries: 1))
        }
        var options = InsightOptions()
        options.parallel = parallel
        let report = try await makeInsights(
            Self.scopes, in: store, by: model, options: options, surroundings: surroundings())
        let beyond = try #require(report.beyond)
        // Five million input tokens at 150 and output tokens at 600 nano-dollars.
        #expect(beyond.cost == 3_750_000_000 && beyond.usage.input == 5_000_000)
        #expect(report.ending == ModelFailure(.beyondBound) && !beyond.isOfTier)
        // The first request of a run is made alone.
        #expect(model.questions.count == 1 && report.made == 1)
        let others = try calls(store).dropFirst()
        #expect(others.allSatisfy { $0.endedAt != nil && ($0.cost ?? .max) <= $0.reserved })
        let told = notices.all.withLock { $0 }
        #expect(told.contains { if case .beyondBound = $0 { true } else { false } })
    }

    @Test(
        "A dearer tier than was asked for is booked as dear, and ends the run where it passes the bound"
    )
    func tiers() async throws {
        for (tier, cost, isBeyond) in [
            (ServiceTier.standard, 210_000 as Int64, false), (.flex, 105_000, false),
            (.priority, 420_000, false),
        ] {
            let store = try loadedInsightDumps()
            let report = try await makeInsights(
                [lumora], in: store,
                by: ScriptedModel { request, _ in await Self.reply(request, tier: tier) },
                options: InsightOptions(), surroundings: surroundings())
            #expect(report.cost == cost && (report.beyond != nil) == isBeyond, "\(tier)")
            #expect(try calls(store).map(\.tier) == [tier.rawValue])
        }
        let store = try loadedInsightDumps()
        let model = ScriptedModel { request, _ in
            await Self.reply(request, usage: request.usageBound, tier: .priority)
        }
        let report = try await makeInsights(
            [lumora, Self.knokke], in: store, by: model, options: InsightOptions(),
            surroundings: surroundings())
        // The counts are those of the question: what is dearer is the tier, and that is said.
        let beyond = try #require(report.beyond)
        #expect(beyond.isOfTier && beyond.tier == .priority && beyond.cost == 2 * beyond.price)
        #expect(report.ending == ModelFailure(.beyondBound) && model.questions.count == 1)
    }

    @Test("What a call used and nobody can believe counts as the most a try can cost, and is said")
    func unknownUsage() async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { request, _ in
            var reply = await Self.reply(request)
            if case .success(var own) = reply {
                own.isUsageKnown = false
                own.unknownTries = 1
                reply = .success(own)
            }
            return reply
        }
        let report = try await makeInsights(
            [lumora], in: store, by: model, options: InsightOptions(),
            surroundings: surroundings())
        let call = try #require(try calls(store).first)
        #expect(report.made == 1 && call.usage == nil && call.cost == call.reserved / 3)
        #expect(notices.all.withLock { $0 } == [.unknownUsage(lumora)])
    }

    @Test(
        "budget-refuses-while-it-is-free: what is only reserved is waited for; no ceiling is passed",
        arguments: Budget.Span.allCases)
    func reserved(span: Budget.Span) async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { request, _ in await Self.reply(request) }
        var options = InsightOptions()
        options.parallel = 64
        let facts = try #require(model.facts)
        let dearest = try store.read { reader in
            let source = try InsightSource(reader)
            return try Self.scopes.map { scope in
                planInsight(
                    try source.subject(scope), stored: [], model: model.identity,
                    options: options
                ).reservation(facts)
            }.max() ?? 0
        }
        // Room for one reservation and for the actual cost of three others.
        let ceiling = 3 * dearest + 3 * 210_000
        switch span {
        case .run: options.budget.run = ceiling
        case .day: options.budget.day = ceiling
        case .month: options.budget.month = ceiling
        }
        let report = try await makeInsights(
            Self.scopes, in: store, by: model, options: options, surroundings: surroundings())
        #expect(report.refusal == nil && report.made == Self.scopes.count)
        let refused = try await makeInsights(
            Self.scopes, in: store, by: model,
            options: {
                var refreshing = options
                refreshing.isRefreshing = true
                return refreshing
            }(), surroundings: surroundings())
        #expect(refused.refusal?.span == span)
    }

    @Test("What another program has reserved is waited for, and said, until its lease runs out")
    func reservedElsewhere() async throws {
        let store = try loadedInsightDumps()
        let clock = Mutex(ReviewHistory.start)
        let model = ScriptedModel { request, _ in await Self.reply(request) }
        try store.ledger { ledger in
            let digest = Digest256([UInt8](repeating: 9, count: 32))
            _ = try ledger.begin(
                ModelCall(
                    call: 0, batch: 99, cacheKey: digest, requestDigest: digest, model: "m",
                    startedAt: ReviewHistory.start,
                    leaseUntil: ReviewHistory.start.adding(seconds: callLeaseSeconds),
                    reserved: 900_000_000))
        }
        var options = InsightOptions()
        options.budget.day = 910_000_000
        var around = surroundings(now: { clock.withLock { $0 } })
        around.wait = { clock.withLock { $0 = $0.adding(seconds: 7) } }
        let report = try await makeInsights(
            [lumora], in: store, by: model, options: options, surroundings: around)
        // The other program's lease has run out, so its reservation counts as spent and leaves no
        // room.
        #expect(report.refusal?.span == .day && report.made == 0)
        #expect(clock.withLock { $0 } >= ReviewHistory.start.adding(seconds: callLeaseSeconds))
        let told = notices.all.withLock { $0 }
        #expect(told.contains { if case .waitingForBudget = $0 { true } else { false } })
    }

    @Test(
        "crash-then-five-silent-minutes: a dead program's question is free after a minute, said, the others first"
    )
    func crashed() async throws {
        let store = try loadedInsightDumps()
        let model = ScriptedModel { request, _ in await Self.reply(request) }
        let plan = try store.read { reader in
            planInsight(
                try InsightSource(reader).subject(lumora), stored: [], model: model.identity,
                options: InsightOptions())
        }
        try store.ledger { ledger in
            _ = try ledger.begin(
                ModelCall(
                    call: 0, batch: 99, cacheKey: plan.cacheKey,
                    requestDigest: plan.request.digest, model: model.name,
                    startedAt: ReviewHistory.start,
                    leaseUntil: ReviewHistory.start.adding(seconds: callLeaseSeconds),
                    reserved: 5))
        }
        let clock = Mutex(ReviewHistory.start)
        var around = surroundings(now: { clock.withLock { $0 } })
        around.wait = { clock.withLock { $0 = $0.adding(seconds: 7) } }
        let report = try await makeInsights(
            [lumora, Self.knokke], in: store, by: model, options: InsightOptions(),
            surroundings: around)
        #expect(report.made == 2 && report.runs == [3, 4])
        let rows = try store.read { try $0.insights(of: nil) }
        #expect(
            rows.map { "\($0.scope.written) \($0.madeRun)" }.sorted() == [
                "brand:Knokke 3", "brand:Lumora 4",
            ])
        #expect(clock.withLock { $0 } < ReviewHistory.start.adding(seconds: 70))
        #expect(notices.all.withLock { $0 } == [.waitingForAnother(scopes: [lumora])])
        #expect(try calls(store).first?.outcome == "abandoned")
    }

    @Test(
        "A lease is renewed while its owner lives: a slow answer is never taken for a dead program's"
    )
    func renewed() async throws {
        let store = try loadedInsightDumps()
        let clock = Mutex(ReviewHistory.start)
        let (beats, tick) = AsyncStream<Void>.makeStream()
        let (answers, go) = AsyncStream<Void>.makeStream()
        let model = ScriptedModel { request, _ in
            var waiting = answers.makeAsyncIterator()
            _ = await waiting.next()
            return await Self.reply(request)
        }
        var around = surroundings(now: { clock.withLock { $0 } })
        let beaten = Mutex(0)
        around.beat = {
            var waiting = beats.makeAsyncIterator()
            _ = await waiting.next()
            clock.withLock { $0 = $0.adding(seconds: callLeaseSeconds / 4) }
            // The answer arrives after ten beats, long after the first lease would have run out.
            let count = beaten.withLock { count in
                count += 1
                return count
            }
            if count == 10 { go.yield() } else { tick.yield() }
        }
        tick.yield()
        let report = try await makeInsights(
            [lumora], in: store, by: model, options: InsightOptions(), surroundings: around)
        tick.finish()
        let call = try #require(try calls(store).first)
        #expect(report.made == 1)
        #expect(call.leaseUntil >= ReviewHistory.start.adding(seconds: 3 * callLeaseSeconds))
        let told = notices.all.withLock { $0 }
        #expect(told.contains { if case .waitingForModel = $0 { true } else { false } })
    }
}
