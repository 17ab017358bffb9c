import AfterwordCore

/// The result of ending a call.
struct SettledCall: Sendable {
    /// As it is stored.
    var call: ModelCall
    /// A usable answer, to be kept.
    var answer: CachedAnswer?
    var isUsageKnown: Bool
    var beyond: BeyondBound?

    /// In nano-dollars.
    var cost: Int64 { call.cost ?? 0 }
}

/// Ends a call and books its cost: the provider's token count at the price of the tier named in the
/// response, plus the full price of each attempt whose result is unknown. A usable answer is cached
/// in the same transaction; of an unusable one the beginning is stored.
///
/// - Throws: `StoreFault`.
func settleCall(_ settled: SettledCall, in store: any ModelLedger) throws {
    try store.ledger { ledger in
        try ledger.end(settled.call)
        if let answer = settled.answer { try ledger.put(answer: answer) }
    }
}

extension PaidQuestion {
    /// A call of this question, ended by its result; nothing is stored.
    func settled(
        _ call: ModelCall, _ result: Result<ModelReply, ModelFailure>, at now: Instant
    ) -> SettledCall {
        CallEnding(
            schema: request.schema, price: price, oneTry: oneTry, bound: request.usageBound
        ).settled(call, result, at: now)
    }
}

/// How a call ends.
struct CallEnding: Sendable {
    /// The schema of a usable answer.
    var schema: JSONValue
    var price: AskingPrice
    /// The most that one attempt can cost, in nano-dollars.
    var oneTry: Int64
    /// The most that one attempt can use; nil where that is not known any more.
    var bound: ModelUsage?

    /// A call, ended by its result; nothing is stored.
    func settled(
        _ call: ModelCall, _ result: Result<ModelReply, ModelFailure>, at now: Instant
    ) -> SettledCall {
        var (ended, answer) = (call, nil as CachedAnswer?)
        ended.endedAt = now
        let (tier, unknownTries): (ServiceTier, Int)
        switch result {
        case .success(let reply):
            (tier, unknownTries) = (reply.tier, reply.unknownTries)
            ended.usage = reply.isUsageKnown ? reply.usage : nil
            ended.note(reply.requestIDs, reply.servedModel)
            if isReadable(reply.text, schema: schema) {
                ended.outcome = "answered"
                answer = CachedAnswer(
                    key: call.cacheKey, model: call.model, madeAt: now, usage: reply.usage,
                    answer: reply.text)
                answer?.servedModel = reply.servedModel
                if reply.isUsageKnown { answer?.tier = tier.rawValue }
            } else {
                ended.outcome = "unreadable"
                ended.unreadAnswer = keptAnswer(reply.text.utf8)
            }
        case .failure(let failure):
            (tier, unknownTries) = (failure.tier, failure.unknownTries)
            ended.usage = failure.usage
            ended.outcome = failure.outcome
            ended.unreadAnswer = failure.answer
            ended.note(failure.requestIDs, failure.servedModel)
        }
        let counted = ended.usage.map { price.cost($0, tier) }
        if counted != nil { ended.tier = tier.rawValue }
        ended.cost = saturatingSum(
            counted ?? 0, saturatingProduct(oneTry, Int64(unknownTries)))
        return SettledCall(
            call: ended, answer: answer, isUsageKnown: counted != nil || unknownTries == 0,
            beyond: ended.usage.flatMap { beyond($0, counted, ended.cost ?? 0, tier) })
    }

    /// The excess of a call that used more tokens, or cost more, than one attempt can; otherwise
    /// nil.
    private func beyond(
        _ usage: ModelUsage, _ counted: Int64?, _ cost: Int64, _ tier: ServiceTier
    ) -> BeyondBound? {
        guard let counted, !usage.isWithin(bound ?? usage) || counted > oneTry else { return nil }
        return BeyondBound(usage: usage, bound: bound, cost: cost, price: oneTry, tier: tier)
    }
}

extension ModelCall {
    fileprivate mutating func note(_ ids: RequestIDs, _ served: String?) {
        requestID = ids.server
        clientRequestID = ids.own
        servedModel = served
    }
}
