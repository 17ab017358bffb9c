import AfterwordCore
import AfterwordPipeline

/// A transaction on copies of calls, answers, keys and jobs.
final class MemoryLedger: LedgerTransaction {
    var state: MemoryStore.State
    let jobs = MemoryJobs()

    init(_ state: MemoryStore.State) {
        self.state = state
        jobs.rows = state.jobs
    }

    func answer(for key: Digest256) throws -> CachedAnswer? { state.answers[key] }

    func openCall(for key: Digest256) throws -> ModelCall? {
        state.calls.last { $0.cacheKey == key && $0.endedAt == nil }
    }

    func spent(since instant: Instant) throws -> Int64 {
        state.calls.filter { $0.startedAt >= instant }
            .reduce(0) { $0 + ($1.cost ?? $1.reserved) }
    }

    func spent(batch: Int64) throws -> Int64 {
        state.calls.filter { $0.batch == batch }.reduce(0) { $0 + ($1.cost ?? $1.reserved) }
    }

    func onTheWay(since instant: Instant, at now: Instant) throws -> Int64 {
        reserved(at: now) { $0.startedAt >= instant }
    }

    func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        reserved(at: now) { $0.batch == batch }
    }

    private func reserved(at now: Instant, _ isMeant: (ModelCall) -> Bool) -> Int64 {
        state.calls.filter { call in
            isMeant(call) && call.endedAt == nil && call.modelBatch == nil
                && call.leaseUntil > now
        }.reduce(0) { $0 + $1.reserved }
    }

    func unusableAnswers(for key: Digest256) throws -> Int64 {
        Int64(
            state.calls.count { call in
                call.cacheKey == key && ModelFailure.unusable.contains(call.outcome ?? "")
            })
    }

    func begin(_ call: ModelCall) throws -> Int64 {
        var call = call
        call.call = Int64(state.calls.count + 1)
        state.calls.append(call)
        return call.call
    }

    func end(_ call: ModelCall) throws { state.calls[Int(call.call - 1)] = call }
    func put(answer: CachedAnswer) throws { state.answers[answer.key] = answer }
    func put(key: APIKeyRow) throws { state.keys[key.name] = key }

    func openBatches() throws -> [ModelBatch] { state.batches.filter { $0.endedAt == nil } }

    func begin(_ batch: ModelBatch) throws -> Int64 {
        var batch = batch
        batch.number = Int64(state.batches.count + 1)
        state.batches.append(batch)
        return batch.number
    }

    func append(items: [BatchItem]) throws { state.batchItems += items }

    func openCalls(ofBatch number: Int64) throws -> [ModelCall] {
        state.calls.filter { $0.modelBatch == number && $0.endedAt == nil }
    }

    func put(batch: ModelBatch) throws { state.batches[Int(batch.number - 1)] = batch }

    func items(ofBatch number: Int64) throws -> [BatchItem] {
        state.batchItems.filter { $0.batch == number }
    }

    func deliveries() throws -> [DeliveryRow] { state.deliveries.inOrder }

    func put(delivery: DeliveryRow) throws {
        state.deliveries.removeAll { $0.isOfSameMessage(as: delivery) }
        state.deliveries.append(delivery)
    }

    func job(_ id: String) throws -> JobRow? { jobs.job(id) }
    func job(askedBy: String, idempotency: Digest256) throws -> JobRow? {
        jobs.job(askedBy: askedBy, idempotency: idempotency)
    }
    func openJob(scope: ReviewScope, language: String) throws -> JobRow? {
        jobs.openJob(scope: scope, language: language)
    }
    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant] {
        jobs.countedJobs(askedBy: askedBy, after: instant)
    }
    func put(job: JobRow) throws { jobs.put(job: job) }
    func removeJobs(before instant: Instant) throws { jobs.removeJobs(before: instant) }
}

extension [DeliveryRow] {
    /// By recipient, time and period.
    var inOrder: [DeliveryRow] {
        sorted { left, right in
            (Text(left.recipient), left.createdAt, Text(left.period))
                < (Text(right.recipient), right.createdAt, Text(right.period))
        }
    }
}
