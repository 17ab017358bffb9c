import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization

@testable import AfterwordModels

/// A server of batches as a script: what it says of a batch, and what it answers.
final class ScriptedBatches: BatchModel {
    let name = "test-model"
    let place: String? = "host"
    let price = Mutex(ModelFacts.named("gpt-4o-mini"))
    var facts: ModelFacts? { price.withLock { $0 } }
    let tries = 3

    struct State {
        var questions: [BatchQuestion] = []
        var batches: [String: ServerBatch] = [:]
        var uploadFailure: ModelFailure?
        var createFailure: ModelFailure?
        var lookFailure: ModelFailure?
        var end = "completed"
        var answers: @Sendable ([BatchQuestion]) async -> [BatchAnswer] = { _ in [] }
        /// The server's counts, and the lines of its files that cannot be read.
        var (total, completed, failed): (Int64, Int64, Int64) = (0, 0, 0)
        var unreadable: Int64 = 0
        /// Nil where the server cannot be asked.
        var hasFile: Bool? = true
        /// What others do after the server made a batch and before it says so.
        var meanwhile: (@Sendable () async -> Void)?
    }
    let state = Mutex(State())

    func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        try await FakeModel().answer(request)
    }

    func upload(
        _ questions: [BatchQuestion], named name: String
    ) async throws(ModelFailure) -> String {
        let failure = state.withLock { state in
            state.questions = questions
            return state.uploadFailure
        }
        if let failure { throw failure }
        return "file-1"
    }

    func createBatch(
        ofFile file: String, named name: String
    ) async throws(ModelFailure) -> ServerBatch {
        let (failure, batch) = state.withLock { state in
            let batch = ServerBatch(id: "batch_1", status: "validating")
            // A failure of which it is not known whether the batch was made.
            if state.createFailure.map({ $0.unknownTries > 0 }) ?? true {
                state.batches[name] = batch
            }
            return (state.createFailure, batch)
        }
        if let failure { throw failure }
        await state.withLock { $0.meanwhile }?()
        return batch
    }

    func batch(_ id: String) async throws(ModelFailure) -> ServerBatch {
        let (failure, state) = state.withLock { ($0.lookFailure, $0) }
        if let failure { throw failure }
        var batch = ServerBatch(id: id, status: state.end)
        (batch.total, batch.completed) = (state.total, state.completed)
        batch.done = state.completed + state.failed
        return batch
    }

    func hasFile(_ id: String) async throws(ModelFailure) -> Bool {
        guard let has = state.withLock({ $0.hasFile }) else { throw ModelFailure(.unreachable) }
        return has
    }

    func batch(
        named name: String, since instant: Instant
    ) async throws(ModelFailure) -> ServerBatch? {
        let (found, end) = state.withLock { ($0.batches[name], $0.end) }
        return found.map { ServerBatch(id: $0.id, status: end) }
    }

    func answers(of batch: ServerBatch) async throws(ModelFailure) -> BatchAnswers {
        let state = state.withLock { $0 }
        return BatchAnswers(
            await state.answers(state.questions), unreadable: state.unreadable)
    }
}
