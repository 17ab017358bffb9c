package import AfterwordCore

/// The result of reserving the cost of a request.
package enum Reservation: Sendable {
    /// The answer is cached by now.
    case cached(CachedAnswer)
    case granted(ModelCall)
    /// Another program has sent the same request.
    case inFlight
    /// No room in the budget until open calls end.
    case full(BudgetRefusal)
    case refused(BudgetRefusal)
    /// An earlier answer was unusable; the request is sent once more with a hint.
    case askAgain
    /// Too many earlier answers were unusable; the request is not sent.
    case leftAlone
}

/// How long a call of another program is respected without a renewal, in seconds. The owner renews
/// the lease every quarter of this time.
package let callLeaseSeconds: Int64 = 60

/// How many answers to one request may be unusable before it is not sent again.
let unusableAnswerLimit: Int64 = 2

/// A request to a paid model.
struct PaidQuestion: Sendable {
    var plan: InsightPlan
    var request: ModelRequest
    /// The most that one attempt can cost, in nano-dollars.
    var price: Int64
    /// Whether an earlier answer to the same request was unusable.
    var isAgain: Bool

    init(_ plan: InsightPlan, _ facts: ModelFacts, _ terms: PriceTerms, isAgain: Bool) {
        self.plan = plan
        self.isAgain = isAgain
        request = isAgain ? plan.request.askedAgain : plan.request
        price = facts.price(of: request, terms)
    }
}

/// Reserves the most that a request can cost. The check of the budget and the reservation are one
/// transaction, so that two programs cannot both use the same room. A call whose lease expired is
/// ended and counted as spent in full.
///
/// - Throws: `StoreFault`.
func reserveCall(
    _ question: PaidQuestion, of provider: AnswerProvider, in store: any ModelLedger, now: Instant
) throws -> Reservation {
    let (key, options, batch) = (
        question.plan.cacheKey, provider.options, provider.surroundings.batch
    )
    return try store.ledger { ledger in
        if !options.isRefreshing, let answer = try ledger.answer(for: key) {
            return .cached(answer)
        }
        if var open = try ledger.openCall(for: key) {
            guard open.leaseUntil <= now else { return .inFlight }
            open.endedAt = now
            open.cost = open.reserved
            open.outcome = "abandoned"
            try ledger.end(open)
        }
        if !options.isRefreshing, !question.isAgain {
            let unusable = try ledger.unusableAnswers(for: key)
            if unusable >= unusableAnswerLimit { return .leftAlone }
            if unusable > 0 { return .askAgain }
        }
        let amount = saturatingProduct(question.price, Int64(provider.model.tries))
        let verdict = try options.budget.verdict(on: amount) { span in
            switch span {
            case .run: try ledger.spent(batch: batch)
            case .day: try ledger.spent(since: now.startOfDay)
            case .month: try ledger.spent(since: now.startOfMonth)
            }
        } onTheWay: { span in
            switch span {
            case .run: try ledger.onTheWay(batch: batch, at: now)
            case .day: try ledger.onTheWay(since: now.startOfDay, at: now)
            case .month: try ledger.onTheWay(since: now.startOfMonth, at: now)
            }
        }
        switch verdict {
        case .full(let refusal): return .full(refusal)
        case .refused(let refusal): return .refused(refusal)
        case .fits: break
        }
        var call = ModelCall(
            call: 0, batch: batch, cacheKey: key, requestDigest: question.request.digest,
            model: question.request.model, startedAt: now,
            leaseUntil: now.adding(seconds: callLeaseSeconds), reserved: amount)
        call.call = try ledger.begin(call)
        return .granted(call)
    }
}

/// Renews the leases of open calls. A call that another program has ended stays ended.
func renewLeases(_ calls: [ModelCall], in store: any ModelLedger, now: Instant) throws {
    guard !calls.isEmpty else { return }
    try store.ledger { ledger in
        for call in calls {
            guard var open = try ledger.openCall(for: call.cacheKey), open.call == call.call else {
                continue
            }
            open.leaseUntil = now.adding(seconds: callLeaseSeconds)
            try ledger.end(open)
        }
    }
}

/// The result of ending a call.
struct SettledCall {
    /// In nano-dollars.
    var cost: Int64
    var isUsageKnown: Bool
    var beyond: BeyondBound?
}

/// Ends a call and books its cost: the provider's token count at the price of the tier named in the
/// response, plus the full price of each attempt whose result is unknown. A usable answer is cached
/// in the same transaction; of an unusable one the beginning is stored.
///
/// - Throws: `StoreFault`.
func settleCall(
    _ call: ModelCall, _ question: PaidQuestion, _ result: Result<ModelReply, ModelFailure>,
    of provider: AnswerProvider, in store: any ModelLedger
) throws -> SettledCall {
    let (model, now) = (provider.model, provider.surroundings.now())
    var ended = call
    ended.endedAt = now
    var answer: CachedAnswer?
    let (tier, unknownTries): (ServiceTier, Int)
    switch result {
    case .success(let reply):
        (tier, unknownTries) = (reply.tier, reply.unknownTries)
        ended.usage = reply.isUsageKnown ? reply.usage : nil
        ended.note(reply.requestIDs)
        if isReadable(reply, question.plan) {
            ended.outcome = "answered"
            answer = CachedAnswer(
                key: call.cacheKey, model: call.model, madeAt: now, usage: reply.usage,
                answer: reply.text)
        } else {
            ended.outcome = "unreadable"
            ended.unreadAnswer = keptAnswer(reply.text.utf8)
        }
    case .failure(let failure):
        (tier, unknownTries) = (failure.tier, failure.unknownTries)
        ended.usage = failure.usage
        ended.outcome = failure.outcome
        ended.unreadAnswer = failure.answer
        ended.note(failure.requestIDs)
    }
    var terms = model.terms
    terms.tier = tier
    let counted = ended.usage.map { model.facts?.cost($0, terms) ?? 0 }
    if counted != nil { ended.tier = tier.rawValue }
    let cost = saturatingSum(
        counted ?? 0, saturatingProduct(question.price, Int64(unknownTries)))
    ended.cost = cost
    let row = ended
    try store.ledger { ledger in
        try ledger.end(row)
        if let answer { try ledger.put(answer: answer) }
    }
    return SettledCall(
        cost: cost, isUsageKnown: counted != nil || unknownTries == 0,
        beyond: beyond(ended.usage, counted, cost, question))
}

/// The excess of a call that used more tokens, or cost more, than one attempt can; otherwise nil.
private func beyond(
    _ usage: ModelUsage?, _ counted: Int64?, _ cost: Int64, _ question: PaidQuestion
) -> BeyondBound? {
    guard let usage, let counted else { return nil }
    let bound = question.request.usageBound
    guard !usage.isWithin(bound) || counted > question.price else { return nil }
    return BeyondBound(usage: usage, bound: bound, cost: cost, price: question.price)
}

/// Whether an answer conforms to the schema.
func isReadable(_ reply: ModelReply, _ plan: InsightPlan) -> Bool {
    (try? readAnswer(reply.text, schema: plan.request.schema)) != nil
}

extension ModelCall {
    fileprivate mutating func note(_ ids: RequestIDs) {
        requestID = ids.server
        clientRequestID = ids.own
    }
}

extension Instant {
    /// The first moment of its month in UTC.
    package var startOfMonth: Instant {
        let date = CivilDate(daysSinceEpoch: startOfDay.microseconds / 86_400_000_000)
        let first = CivilDate(year: date.year, month: date.month, day: 1)
        return Instant(seconds: Int64(first?.daysSinceEpoch ?? 0) * 86_400)
    }
}
