import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

@testable import AfterwordModels

/// Questions that are asked for no run, as `doctor` and `drift` ask them: reserved before they are
/// sent, booked by what came.
@Suite struct BookedCallTests {
    private let store = MemoryStore()
    private let surroundings = InsightSurroundings(now: { ReviewHistory.start }, batch: 7)

    private func model(_ server: ScriptedServer) throws -> OpenAIModel {
        var configuration = OpenAIModel.Configuration(
            key: APIKey("k"), baseURL: server.url,
            facts: try #require(ModelFacts.named("gpt-4o-mini")))
        configuration.answerSeconds = 7_200
        return try OpenAIModel(configuration)
    }

    private func question(_ model: OpenAIModel, number: Int = 1) throws -> CheckQuestion {
        let facts = try #require(model.facts)
        let request = model.shortQuestion
        var question = CheckQuestion(
            facts: facts, terms: model.terms, requestDigest: request.digest,
            most: facts.price(of: request, model.terms))
        question.number = number
        return question
    }

    /// Probes a server that lists its models with a status, and answers the question with `reply`.
    private func probe(
        listed: Int = 200, _ reply: ScriptedServer.Reply,
        _ change: (inout Budget) -> Void = { _ in }
    ) async throws -> (error: (any Error)?, asked: Int) {
        let server = try await ScriptedServer { request, _ in
            request.uri.hasSuffix("/models") ? .answer(listed, body: #"{"data": []}"#) : reply
        }
        let model = try model(server)
        var budget = Budget()
        change(&budget)
        let (own, ledger, surroundings) = (budget, store, surroundings)
        let question = try question(model)
        var thrown: (any Error)?
        do {
            _ = try await model.probe { ask in
                try await bookCall(question, budget: own, in: ledger, surroundings, ask: ask)
            }
        } catch { thrown = error }
        await model.shutDown()
        await server.stop()
        return (thrown, server.requests.count { $0.uri.hasSuffix("/completions") })
    }

    private func calls() throws -> [ModelCall] { try store.read { try $0.modelCalls() } }

    @Test("An answer costs what was used, within what was reserved; it is not kept")
    func answered() async throws {
        let body = chatAnswer("{}", input: 10, cached: 0, output: 5)
        #expect(try await probe(.answer(200, body: body)).asked == 1)
        let call = try #require(try calls().first)
        #expect(call.outcome == "answered" && call.batch == 7 && call.servedModel == "m")
        #expect(call.cost == 150 * 10 + 600 * 5 && call.cost ?? 0 <= call.reserved)
        #expect(call.endedAt != nil && call.clientRequestID == "afterword-doctor-2")
        #expect(try store.read { try $0.cachedAnswers() }.isEmpty)
    }

    @Test("A refusal costs nothing; without an answer it counts as the most it can cost")
    func failures() async throws {
        _ = try await probe(.answer(429, body: chatError("rate_limit_exceeded")))
        _ = try await probe(.hangUp)
        let calls = try calls()
        #expect(calls.map(\.outcome) == ["rate_limited", "unreachable"])
        #expect(calls[0].cost == 0 && calls[1].cost == calls[1].reserved)
        #expect(calls[1].reserved > 0)
    }

    @Test("What does not fit into the budget is not sent; a refused key is not asked for money")
    func refused() async throws {
        let answer = ScriptedServer.Reply.answer(200, body: chatAnswer("{}"))
        let poor = try await probe(answer) { $0.day = 1 }
        #expect((poor.error as? BudgetRefusal)?.span == .day && poor.asked == 0)
        let strange = try await probe(listed: 401, answer)
        #expect(strange.error == nil && strange.asked == 0)
        #expect(try calls().isEmpty)
    }

    @Test("Questions of one command are booked one by one, and drift books what it asks")
    func drift() async throws {
        let body = chatAnswer("{}", input: 10, cached: 0, output: 5)
        let server = try await ScriptedServer { _, _ in .answer(200, body: body) }
        let model = try model(server)
        let facts = try #require(model.facts)
        let answer = Exchange(kind: .answered(200), headers: [:], body: Array(body.utf8))
        let asked = chatBody(model.shortQuestion, facts, .standard).canonical
        let recording = Recording(1, Array(asked.utf8), answer, key: APIKey(""))
        for number in 1...2 {
            var question = CheckQuestion(
                facts: facts, terms: model.terms, requestDigest: recording.requestDigest,
                most: recording.greatestCost(facts))
            question.number = number
            let drift = try await bookCall(
                question, budget: Budget(), in: store, surroundings
            ) { await model.drift(of: recording) }
            if case .unanswered(let reason) = drift { Issue.record("\(reason)") }
        }
        await model.shutDown()
        await server.stop()
        let calls = try calls()
        #expect(calls.count == 2 && Set(calls.map(\.cacheKey)).count == 2)
        #expect(calls.allSatisfy { $0.outcome == "answered" && $0.cost == 4_500 })
        #expect(calls.allSatisfy { $0.requestDigest == recording.requestDigest })
    }

    @Test("The cheap tier is waited for where it has no room, and other failures are not")
    func flex() async throws {
        let waits = Mutex<[String]>([])
        func ask(
            _ tier: ServiceTier, code: String = "resource_unavailable", busy: Int
        ) async throws -> (result: Result<ModelReply, ModelFailure>, pauses: [Duration]) {
            waits.withLock { $0 = [] }
            let server = try await ScriptedServer { _, count in
                count < busy
                    ? .answer(429, body: chatError(code)) : .answer(200, body: chatAnswer("{}"))
            }
            let pauses = PauseLog()
            var configuration = OpenAIModel.Configuration(
                key: APIKey("k"), baseURL: server.url,
                facts: try #require(ModelFacts.named("gpt-6-luna")))
            configuration.answerSeconds = 7_200
            configuration.tier = tier
            configuration.jitter = { 0 }
            configuration.busyRetries = 5
            configuration.pause = { pauses.add($0) }
            configuration.onFailedTry = { failed in
                waits.withLock {
                    $0.append("\(failed.isForRoom ? "room" : "try") \(failed.number)/\(failed.of)")
                }
            }
            let model = try OpenAIModel(configuration)
            let result: Result<ModelReply, ModelFailure>
            do throws(ModelFailure) {
                result = .success(try await model.answer(someRequest()))
            } catch { result = .failure(error) }
            await model.shutDown()
            await server.stop()
            return (result, pauses.all)
        }
        let late = try await ask(.flex, busy: 5)
        #expect(try late.result.get().text == "{}")
        #expect(waits.withLock { $0 } == (1...5).map { "room \($0)/5" })
        #expect(late.pauses == [5, 10, 20, 40, 60].map { .seconds($0) })
        let never = try await ask(.flex, busy: 100)
        #expect(waits.withLock { $0.suffix(3) } == ["try 1/3", "try 2/3", "try 3/3"])
        #expect(never.pauses.count == 7 && never.pauses.suffix(2) == [.seconds(0.5), .seconds(1)])
        guard case .failure(let failure) = never.result else {
            Issue.record("answered")
            return
        }
        #expect(failure.fault == .rateLimited && failure.unknownTries == 0)
        #expect(try await ask(.standard, busy: 100).pauses == [.seconds(0.5), .seconds(1)])
        #expect(try await ask(.flex, code: "insufficient_quota", busy: 100).pauses == [])
    }
}

/// The pauses of a model. Thread-safe.
private final class PauseLog: Sendable {
    private let pauses = Mutex<[Duration]>([])
    var all: [Duration] { pauses.withLock { $0 } }
    func add(_ pause: Duration) { pauses.withLock { $0.append(pause) } }
}

/// Another program gives a batch up before the store is to note that the server has it, and may ask
/// its first question again.
final class GivingUpStore: ForwardingStore {
    let store: any ReviewStore
    private let isAskedAgain: Bool
    private var count = 0

    init(_ store: any ReviewStore, isAskedAgain: Bool) {
        (self.store, self.isAskedAgain) = (store, isAskedAgain)
    }

    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result {
        count += 1
        if count == 3 { try giveUp() }
        return try store.ledger(body)
    }

    private func giveUp() throws {
        try store.ledger { ledger in
            guard var batch = try ledger.openBatches().first else { return }
            let calls = try ledger.openCalls(ofBatch: batch.number)
            for var call in calls {
                (call.endedAt, call.cost, call.outcome) = (ReviewHistory.start, 0, "not_sent")
                try ledger.end(call)
            }
            (batch.endedAt, batch.status) = (ReviewHistory.start, "not_sent")
            try ledger.put(batch: batch)
            guard isAskedAgain, var again = calls.first else { return }
            again.modelBatch = nil
            _ = try ledger.begin(again)
        }
    }
}
