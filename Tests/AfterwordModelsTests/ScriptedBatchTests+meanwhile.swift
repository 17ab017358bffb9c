import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

@testable import AfterwordModels

/// What other keys and other programs do to a batch.
extension ScriptedBatchTests {
    @Test("A batch at the server that is not shown to a key stays open as long as answers may be")
    func hidden() async throws {
        let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
        _ = try await ask(store, model)
        model.state.withLock { ($0.lookFailure, $0.hasFile) = (ModelFailure(.notThere), nil) }
        let unreachable = try await collect(store, model)
        #expect(unreachable[0].failure?.fault == .unreachable && !unreachable[0].isEnded)
        model.state.withLock { $0.hasFile = false }
        for seconds in [0, unsentBatchSeconds, batchLeaseSeconds, batchKeptSeconds - 1] {
            let other = try await collect(store, model, after: seconds)[0]
            #expect(other.isOfAnotherKey && !other.isEnded && other.failure == nil, "\(seconds)")
        }
        #expect(try calls(store).allSatisfy { $0.endedAt == nil })
        let late = try await collect(store, model, after: batchKeptSeconds)[0]
        #expect(late.isEnded && !late.isOfAnotherKey && late.booked == ["missing": 3])
        #expect(try calls(store).allSatisfy { $0.cost == $0.reserved })
    }

    @Test("Insights that another collector of the same model made are not said to be another's")
    func collectedByAnother() async throws {
        for isBefore in [true, false] {
            let (store, model) = (try loadedInsightDumps(), ScriptedBatches())
            _ = try await ask(store, model)
            let answers: @Sendable ([BatchQuestion]) async -> [BatchAnswer] = { questions in
                var all: [BatchAnswer] = []
                for question in questions { all.append(await Self.honest(question)) }
                return all
            }
            model.state.withLock { $0.answers = answers }
            let second: CollectedBatch
            if isBefore {
                // The other one made the insights, and was ended before it ended the batch.
                let batch = try #require(try store.ledger { try $0.openBatches() }.first)
                _ = try await collect(store, model)
                try store.ledger { try $0.put(batch: batch) }
                second = try await collect(store, model)[0]
            } else {
                // A model of the same name, asked at another place.
                let direct = try await makeInsights(
                    Self.scopes, in: store, by: SameName(), options: InsightOptions(),
                    surroundings: surroundings(5))
                #expect(direct.made == 3)
                second = try await collect(store, model)[0]
            }
            #expect(second.made == 0 && second.standing.isEmpty && second.overtaken.isEmpty)
            #expect(Set(second.madeAlready) == Set(Self.scopes), "\(isBefore)")
            #expect(try store.read { try $0.insightHistory(of: nil) }.count == 3)
        }
    }

    /// The simulated model under the name of `ScriptedBatches`.
    private struct SameName: LanguageModel {
        let name = "test-model"
        let place: String? = nil
        let facts: ModelFacts? = nil
        let tries = 1

        func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
            try await FakeModel().answer(request)
        }
    }
}
