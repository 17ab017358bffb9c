package import AfterwordCore

/// Calls of models, their costs and their answers, and the outbox: stored beside the history, in
/// transactions of their own.
///
/// Requirements on an implementation:
///
/// 1. One thread at a time calls it; a load may be under way in the same store.
/// 2. A transaction is committed when `ledger` returns, and survives a power failure: money is
///    reserved before it is spent.
/// 3. The transaction is used only by the thread that called `ledger`, and not after `body` has
///    returned.
package protocol ModelLedger: AnyObject {
    /// Runs `body` in one short transaction under a lock shared by every program on the store: no
    /// other program changes what `body` has read before it has written.
    ///
    /// - Throws: `StoreFault.locked` where the lock is not free in time; what `body` throws.
    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result
}

/// Access to calls, answers, API keys, jobs and messages inside one transaction.
package protocol LedgerTransaction: JobTransaction, DeliveryTransaction {
    /// The cached answer for a key.
    func answer(for key: Digest256) throws -> CachedAnswer?
    /// The call for a key that has begun and not ended.
    func openCall(for key: Digest256) throws -> ModelCall?
    /// Sum in nano-dollars of the calls since a moment: the cost of those that ended, the
    /// reservation of those whose cost is unknown.
    func spent(since instant: Instant) throws -> Int64
    /// The same sum of the calls of one command.
    func spent(batch: Int64) throws -> Int64
    /// The part of `spent` that is reserved by calls in flight: open, with a lease beyond `now`,
    /// and not in a batch, which may take a day.
    func onTheWay(since instant: Instant, at now: Instant) throws -> Int64
    /// The same part of the calls of one command.
    func onTheWay(batch: Int64, at now: Instant) throws -> Int64
    /// Number of calls for a key that ended with an unusable answer (`ModelFailure.unusable`).
    func unusableAnswers(for key: Digest256) throws -> Int64
    /// Inserts a call.
    ///
    /// - Returns: Its number.
    func begin(_ call: ModelCall) throws -> Int64
    /// Updates the call of that number, as it ended.
    func end(_ call: ModelCall) throws
    /// Upserts an answer by its key.
    func put(answer: CachedAnswer) throws
    /// Upserts an API key by its name.
    func put(key: APIKeyRow) throws

    /// The batches that have not ended, in order of their numbers.
    func openBatches() throws -> [ModelBatch]
    /// Inserts a batch.
    ///
    /// - Returns: Its number.
    func begin(_ batch: ModelBatch) throws -> Int64
    /// Appends what batches ask.
    func append(items: [BatchItem]) throws
    /// Updates the batch of that number.
    func put(batch: ModelBatch) throws
    /// What a batch asks, in order of its lines.
    func items(ofBatch number: Int64) throws -> [BatchItem]
    /// The calls of a batch that have not ended, in order of their numbers.
    func openCalls(ofBatch number: Int64) throws -> [ModelCall]
}

/// A row of `llm_calls`: one call that costs money. Holds no prompt; of the answer, only one that
/// could not be read.
package struct ModelCall: Equatable, Sendable {
    /// Assigned by the store; 0 before.
    package var call: Int64
    /// Number shared by the calls of one command.
    package var batch: Int64
    package var cacheKey: Digest256
    package var requestDigest: Digest256
    package var model: String
    package var startedAt: Instant
    /// Lease of the process that made the call. Others wait until then; afterwards they treat the
    /// call as lost, and its reservation as spent.
    package var leaseUntil: Instant
    package var endedAt: Instant?
    /// In nano-dollars.
    package var reserved: Int64
    /// In nano-dollars; nil where unknown.
    package var cost: Int64?
    package var usage: ModelUsage?
    /// `answered`, or the kind of failure (`ModelFailure.outcome`).
    package var outcome: String?
    /// The service tier that the response names.
    package var tier: String?
    /// The server's id of the last attempt, and the client's id.
    package var requestID: String?
    package var clientRequestID: String?
    /// The beginning of an unreadable answer (`keptAnswer`).
    package var unreadAnswer: String?
    /// The model as the server names it.
    package var servedModel: String?
    /// The batch that it is asked in (`ModelBatch.number`); nil for one that is asked directly.
    package var modelBatch: Int64?

    package init(
        call: Int64, batch: Int64, cacheKey: Digest256, requestDigest: Digest256, model: String,
        startedAt: Instant, leaseUntil: Instant, endedAt: Instant? = nil, reserved: Int64,
        cost: Int64? = nil, usage: ModelUsage? = nil, outcome: String? = nil
    ) {
        self.call = call
        self.batch = batch
        self.cacheKey = cacheKey
        self.requestDigest = requestDigest
        self.model = model
        self.startedAt = startedAt
        self.leaseUntil = leaseUntil
        self.endedAt = endedAt
        self.reserved = reserved
        self.cost = cost
        self.usage = usage
        self.outcome = outcome
    }

    /// Row checksum of `llm_calls`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .callChecksum)
        builder.add(batch)
        builder.add(raw: cacheKey.bytes)
        builder.add(raw: requestDigest)
        builder.add(model)
        builder.add(startedAt.microseconds)
        builder.add(leaseUntil.microseconds)
        builder.add(optional: endedAt?.microseconds)
        builder.add(reserved)
        builder.add(optional: cost)
        for number in [usage?.input, usage?.cachedInput, usage?.output] {
            builder.add(optional: number)
        }
        builder.add(optional: outcome.map { Text($0) })
        let later = [tier, requestID, clientRequestID, unreadAnswer]
        // Rows from before these columns keep their checksum.
        if usage?.cacheWrite != nil || later.contains(where: { $0 != nil }) {
            builder.add(optional: usage?.cacheWrite)
            for text in later { builder.add(optional: text.map { Text($0) }) }
        }
        if let servedModel {
            builder.add("served_model")
            builder.add(servedModel)
        }
        if let modelBatch {
            builder.add("llm_batch")
            builder.add(modelBatch)
        }
        return builder.finish128()
    }
}

/// A row of `product_insights_cache`: an answer by the digest of its request.
package struct CachedAnswer: Equatable, Sendable {
    package var key: Digest256
    package var model: String
    package var madeAt: Instant
    package var usage: ModelUsage
    /// The model's text, unchanged.
    package var answer: String
    /// The service tier that the response names; nil where it is not known.
    package var tier: String?
    /// The model as the server names it; nil where it is not known.
    package var servedModel: String?
    /// How long the answer took, with retries; nil where it is not known.
    package var microseconds: Int64?

    package init(
        key: Digest256, model: String, madeAt: Instant, usage: ModelUsage, answer: String
    ) {
        self.key = key
        self.model = model
        self.madeAt = madeAt
        self.usage = usage
        self.answer = answer
    }

    /// Row checksum of `product_insights_cache`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .answerChecksum)
        builder.add(raw: key.bytes)
        builder.add(model)
        builder.add(madeAt.microseconds)
        for number in [usage.input, usage.cachedInput, usage.output] { builder.add(number) }
        builder.add(answer)
        // Rows from before these columns keep their checksum.
        if usage.cacheWrite != nil || microseconds != nil || tier != nil || servedModel != nil {
            for number in [usage.cacheWrite, microseconds] { builder.add(optional: number) }
            for text in [tier, servedModel] { builder.add(optional: text.map { Text($0) }) }
        }
        return builder.finish128()
    }
}
