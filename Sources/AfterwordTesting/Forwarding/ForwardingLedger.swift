package import AfterwordCore
package import AfterwordPipeline

/// A ledger transaction that forwards to another every call it does not implement itself. For
/// tests.
package protocol ForwardingLedger: LedgerTransaction {
    /// The transaction that receives the calls.
    var ledger: any LedgerTransaction { get }
}

extension ForwardingLedger {
    package func answer(for key: Digest256) throws -> CachedAnswer? {
        try ledger.answer(for: key)
    }
    package func openCall(for key: Digest256) throws -> ModelCall? {
        try ledger.openCall(for: key)
    }
    package func spent(since instant: Instant) throws -> Int64 {
        try ledger.spent(since: instant)
    }
    package func spent(batch: Int64) throws -> Int64 {
        try ledger.spent(batch: batch)
    }
    package func onTheWay(since instant: Instant, at now: Instant) throws -> Int64 {
        try ledger.onTheWay(since: instant, at: now)
    }
    package func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        try ledger.onTheWay(batch: batch, at: now)
    }
    package func unusableAnswers(for key: Digest256) throws -> Int64 {
        try ledger.unusableAnswers(for: key)
    }
    package func begin(_ call: ModelCall) throws -> Int64 {
        try ledger.begin(call)
    }
    package func end(_ call: ModelCall) throws {
        try ledger.end(call)
    }
    package func put(answer: CachedAnswer) throws {
        try ledger.put(answer: answer)
    }
    package func put(key: APIKeyRow) throws {
        try ledger.put(key: key)
    }
    package func openBatches() throws -> [ModelBatch] {
        try ledger.openBatches()
    }
    package func begin(_ batch: ModelBatch) throws -> Int64 {
        try ledger.begin(batch)
    }
    package func append(items: [BatchItem]) throws {
        try ledger.append(items: items)
    }
    package func openCalls(ofBatch number: Int64) throws -> [ModelCall] {
        try ledger.openCalls(ofBatch: number)
    }
    package func put(batch: ModelBatch) throws {
        try ledger.put(batch: batch)
    }
    package func items(ofBatch number: Int64) throws -> [BatchItem] {
        try ledger.items(ofBatch: number)
    }
    package func deliveries() throws -> [DeliveryRow] {
        try ledger.deliveries()
    }
    package func put(delivery: DeliveryRow) throws {
        try ledger.put(delivery: delivery)
    }
    package func job(_ id: String) throws -> JobRow? {
        try ledger.job(id)
    }
    package func job(askedBy: String, idempotency: Digest256) throws -> JobRow? {
        try ledger.job(askedBy: askedBy, idempotency: idempotency)
    }
    package func openJob(scope: ReviewScope, language: String) throws -> JobRow? {
        try ledger.openJob(scope: scope, language: language)
    }
    package func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant] {
        try ledger.countedJobs(askedBy: askedBy, after: instant)
    }
    package func put(job: JobRow) throws {
        try ledger.put(job: job)
    }
    package func removeJobs(before instant: Instant) throws {
        try ledger.removeJobs(before: instant)
    }
}
