package import AfterwordCore

/// What the ledger says to a question that costs something.
package enum Reservation: Sendable {
    /// The answer is known by now.
    case cached(CachedAnswer)
    case granted(ModelCall)
    /// Another program asks the same.
    case inFlight
    case refused(BudgetRefusal)
}

/// How long a call may take before others take it for dead: longer than a model's own time-outs with all their tries.
package let callLeaseSeconds: Int64 = 1_800

/// Reserves the most that a question can cost, in one transaction with the look at what is spent: no two programs can both
/// see room for one. A call whose lease ran out is ended, and counts as spent.
func reserveCall(
    _ plan: InsightPlan, _ facts: ModelFacts, tries: Int, in store: any ModelLedger,
    options: InsightOptions, batch: Int64, now: Instant
) throws -> Reservation {
    try store.ledger { ledger in
        if !options.isRefreshing, let answer = try ledger.answer(for: plan.cacheKey) {
            return .cached(answer)
        }
        if var open = try ledger.openCall(for: plan.cacheKey) {
            guard open.leaseUntil <= now else { return .inFlight }
            open.endedAt = now
            open.cost = open.reserved
            open.outcome = "abandoned"
            try ledger.end(open)
        }
        let amount = plan.reservation(facts) * Int64(tries)
        let refusal = try options.budget.refusal(of: amount) { span in
            switch span {
            case .run: try ledger.spent(batch: batch)
            case .day: try ledger.spent(since: now.startOfDay)
            case .month: try ledger.spent(since: now.startOfMonth)
            }
        }
        if let refusal { return .refused(refusal) }
        var call = ModelCall(
            call: 0, batch: batch, cacheKey: plan.cacheKey, requestDigest: plan.request.digest,
            model: plan.request.model, startedAt: now,
            leaseUntil: now.adding(seconds: callLeaseSeconds), reserved: amount)
        call.call = try ledger.begin(call)
        return .granted(call)
    }
}

/// Ends a call: what it cost by the maker's count; a try whose end is not known costs the most it can, for it may have been
/// spent. An answer that can be read is kept with it.
///
/// - Parameter price: The most that one try can cost, in nano-dollars.
/// - Returns: Nano-dollars.
func settleCall(
    _ call: ModelCall, _ result: Result<ModelReply, ModelFailure>, readable: Bool,
    _ facts: ModelFacts, try price: Int64, in store: any ModelLedger, now: Instant
) throws -> Int64 {
    var ended = call
    ended.endedAt = now
    var answer: CachedAnswer?
    switch result {
    case .success(let reply):
        ended.usage = reply.usage
        ended.cost = facts.cost(reply.usage) + Int64(reply.unknownTries) * price
        ended.outcome = readable ? "answered" : "unreadable"
        if readable {
            answer = CachedAnswer(
                key: call.cacheKey, model: call.model, madeAt: now, usage: reply.usage,
                answer: reply.text)
        }
    case .failure(let failure):
        ended.usage = failure.usage
        ended.cost =
            (failure.usage.map { facts.cost($0) } ?? 0) + Int64(failure.unknownTries) * price
        ended.outcome = failure.outcome
    }
    try store.ledger { ledger in
        try ledger.end(ended)
        if let answer { try ledger.put(answer: answer) }
    }
    return ended.cost ?? 0
}

extension Instant {
    /// The first moment of its month in UTC.
    package var startOfMonth: Instant {
        let date = CivilDate(daysSinceEpoch: startOfDay.microseconds / 86_400_000_000)
        let first = CivilDate(year: date.year, month: date.month, day: 1)
        return Instant(seconds: Int64(first?.daysSinceEpoch ?? 0) * 86_400)
    }
}
