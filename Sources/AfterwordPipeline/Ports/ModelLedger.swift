package import AfterwordCore

/// What models cost, and what they answered: kept beside the history, in transactions of its own.
package protocol ModelLedger: AnyObject {
    /// One short transaction under a lock that every program on the store waits for, so that what one has read nobody
    /// changes before it has written.
    ///
    /// - Throws: `StoreFault.locked` where the lock cannot be had in time; what `body` throws.
    func ledger<Result>(_ body: (any LedgerTransaction) throws -> Result) throws -> Result
}

package protocol LedgerTransaction: JobTransaction {
    func answer(for key: Digest256) throws -> CachedAnswer?
    /// The call for a key that has begun and not ended.
    func openCall(for key: Digest256) throws -> ModelCall?
    /// Nano-dollars of calls since a moment, or of a batch: what they cost, or as long as that is not known what was
    /// reserved.
    func spent(since instant: Instant) throws -> Int64
    func spent(batch: Int64) throws -> Int64
    /// Of these, what is reserved by calls that are on their way: open, with a lease that goes beyond a moment.
    func onTheWay(since instant: Instant, at now: Instant) throws -> Int64
    func onTheWay(batch: Int64, at now: Instant) throws -> Int64
    /// How many calls for a key ended with an answer that could not be used (`ModelFailure.unusable`).
    func unusableAnswers(for key: Digest256) throws -> Int64
    /// Returns its number.
    func begin(_ call: ModelCall) throws -> Int64
    /// A call of that number, as it ended.
    func end(_ call: ModelCall) throws
    func put(answer: CachedAnswer) throws
    /// A key of the service: that of its name is replaced.
    func put(key: APIKeyRow) throws
}

/// A row of `llm_calls`: one question that costs something, without its text; of its answer only what could not be read.
package struct ModelCall: Equatable, Sendable {
    /// Given by the store; 0 before.
    package var call: Int64
    /// The calls of one command.
    package var batch: Int64
    package var cacheKey: Digest256
    package var requestDigest: Digest256
    package var model: String
    package var startedAt: Instant
    /// Until then others wait for it; after it they take it for dead, and what it reserved for spent.
    package var leaseUntil: Instant
    package var endedAt: Instant?
    /// Nano-dollars.
    package var reserved: Int64
    package var cost: Int64?
    package var usage: ModelUsage?
    /// `answered`, or why not.
    package var outcome: String?
    /// As the answer names it.
    package var tier: String?
    /// What the server called the last try, and what we did.
    package var requestID: String?
    package var clientRequestID: String?
    /// The beginning of an answer that could not be read (`keptAnswer`).
    package var unreadAnswer: String?

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

    /// Over the row of `llm_calls`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.call.1")
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
        // Rows of before these columns keep their seal.
        if usage?.cacheWrite != nil || later.contains(where: { $0 != nil }) {
            builder.add(optional: usage?.cacheWrite)
            for text in later { builder.add(optional: text.map { Text($0) }) }
        }
        return builder.finish128()
    }
}

/// A row of `product_insights_cache`: an answer by what it was asked with.
package struct CachedAnswer: Equatable, Sendable {
    package var key: Digest256
    package var model: String
    package var madeAt: Instant
    package var usage: ModelUsage
    /// As the model gave it, marks and all.
    package var answer: String

    package init(
        key: Digest256, model: String, madeAt: Instant, usage: ModelUsage, answer: String
    ) {
        self.key = key
        self.model = model
        self.madeAt = madeAt
        self.usage = usage
        self.answer = answer
    }

    /// Over the row of `product_insights_cache`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.answer.1")
        builder.add(raw: key.bytes)
        builder.add(model)
        builder.add(madeAt.microseconds)
        for number in [usage.input, usage.cachedInput, usage.output] { builder.add(number) }
        builder.add(answer)
        return builder.finish128()
    }
}
