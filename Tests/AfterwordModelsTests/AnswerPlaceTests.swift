import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

/// Which answers are kept for which model, and how models that cost nothing are asked.
@Suite struct AnswerPlaceTests {
    private let surroundings = InsightSurroundings(now: { ReviewHistory.start }, batch: 1)

    private func make(
        _ store: MemoryStore, _ model: any LanguageModel,
        _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> InsightReport { try await make([lumora], store, model, change) }

    private func make(
        _ scopes: [ReviewScope], _ store: MemoryStore, _ model: any LanguageModel,
        _ change: (inout InsightOptions) -> Void = { _ in }
    ) async throws -> InsightReport {
        var options = InsightOptions()
        change(&options)
        return try await makeInsights(
            scopes, in: store, by: model, options: options, surroundings: surroundings)
    }

    @Test("What answers in a model's name has answers of its own; an insight keeps the one it has")
    func places() async throws {
        func plan(_ place: String?, _ store: MemoryStore) throws -> InsightPlan {
            try store.read { reader in
                planInsight(
                    try InsightSource(reader).subject(lumora),
                    stored: try reader.insights(of: lumora),
                    model: ModelIdentity("test-model", place: place), options: InsightOptions())
            }
        }
        let places = [nil, "127.0.0.1:1", "127.0.0.1:2", ModelIdentity.recordings]
        let empty = try loadedInsightDumps()
        #expect(Set(try places.map { try plan($0, empty).cacheKey }).count == 4)
        for place in places {
            let store = try loadedInsightDumps()
            let model = CountingModel(place: place)
            _ = try await make(store, model)
            let row = try #require(try store.read { try $0.insights(of: lumora) }.first)
            #expect(row.cacheKey == (try plan(place, empty).cacheKey))
            // Another server's answer is nothing to compose from; the insight stands all the same.
            let isFound = place != "127.0.0.1:2"
            #expect((try plan("127.0.0.1:1", store).cacheKey == row.cacheKey) == isFound)
            #expect(try await make(store, CountingModel(place: "127.0.0.1:1")).standing == 1)
        }
    }

    @Test("A free model is asked once more as a paid one is, and no further where that is no use")
    func freeEndings() async throws {
        let knokke = ReviewScope.scope(Scope(kind: .brand, id: "Knokke"))
        for (model, questions) in [
            (CountingModel(isPaid: false, reply: "{"), 4),
            (CountingModel(isPaid: false, failure: ModelFailure(.cut)), 4),
            (CountingModel(isPaid: false, failure: ModelFailure(.refused)), 2),
            (CountingModel(isPaid: false, failure: ModelFailure(.unauthorized)), 1),
        ] {
            let report = try await make([lumora, knokke], try loadedInsightDumps(), model) {
                $0.parallel = 1
            }
            #expect(model.questions == questions && report.calls == questions)
            #expect((report.ending != nil) == (questions == 1) && report.runs == [])
            #expect(report.failures.count == (questions == 1 ? 1 : 2))
        }
        let second = ReplacedAnswer()
        let report = try await make(try loadedInsightDumps(), second)
        #expect(report.made == 1 && report.calls == 2 && second.hints == [false, true])
    }

    /// A free model whose answer is of the form that is asked for only after a hint.
    private final class ReplacedAnswer: LanguageModel {
        let name = "test-model"
        let facts: ModelFacts? = nil
        let tries = 1
        private let asked = Mutex<[Bool]>([])

        var hints: [Bool] { asked.withLock { $0 } }

        func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
            asked.withLock { $0.append(request.hint != nil) }
            return try await FakeModel(request.hint == nil ? .badJSON : .honest).answer(request)
        }
    }
}
