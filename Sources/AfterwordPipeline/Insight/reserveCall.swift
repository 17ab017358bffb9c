package import AfterwordCore

/// What the ledger says to a question that costs something.
package enum Reservation: Sendable {
    /// The answer is known by now.
    case cached(CachedAnswer)
    case granted(ModelCall)
    /// Another program asks the same.
    case inFlight
    /// No room as long as others are on their way.
    case full(BudgetRefusal)
    case refused(BudgetRefusal)
    /// One answer to it could not be used: it is asked once more, and told so.
    case askAgain
    /// Its answers could not be used.
    case leftAlone
}

/// How long others wait for a call whose owner gives no sign. It is renewed every quarter of this
/// while its owner lives.
package let callLeaseSeconds: Int64 = 60

/// Answers to one question that may be unusable before it is left alone.
let unusableAnswerLimit: Int64 = 2

/// A question on its way to the model.
struct PaidQuestion: Sendable {
    var plan: InsightPlan
    var request: ModelRequest
    /// The most that one try can cost, in nano-dollars.
    var price: Int64
    /// It was asked before, and the answer could not be used.
    var isAgain: Bool

    init(_ plan: InsightPlan, _ facts: ModelFacts, _ terms: PriceTerms, isAgain: Bool) {
        self.plan = plan
        self.isAgain = isAgain
        request = isAgain ? plan.request.askedAgain : plan.request
        price = facts.price(of: request, terms)
    }
}

/// Reserves the most that a question can cost, in one transaction with the look at what is spent:
/// no two programs can both see room for one. A call whose lease ran out is ended, and counts as
/// spent.
func reserveCall(
    _ question: PaidQuestion, tries: Int, in store: any ModelLedger, options: InsightOptions,
    batch: Int64, now: Instant
) throws -> Reservation {
    let key = question.plan.cacheKey
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
        let amount = saturatingProduct(question.price, Int64(tries))
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

/// Says that the owner of calls lives. One that another program has ended stays ended.
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

/// What a call came to.
struct SettledCall {
    /// Nano-dollars.
    var cost: Int64
    var isUsageKnown: Bool
    var beyond: BeyondBound?
}

/// Ends a call: what it cost by the maker's count, at the price of the tier that the answer names;
/// a try whose end is not known costs the most it can, for it may have been spent. An answer that
/// can be read is kept with it, of another one the beginning.
func settleCall(
    _ call: ModelCall, _ question: PaidQuestion, _ result: Result<ModelReply, ModelFailure>,
    by model: any LanguageModel, in store: any ModelLedger, now: Instant
) throws -> SettledCall {
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

/// A call that used more than its question can, or costs more than a try of it can; else nil.
private func beyond(
    _ usage: ModelUsage?, _ counted: Int64?, _ cost: Int64, _ question: PaidQuestion
) -> BeyondBound? {
    guard let usage, let counted else { return nil }
    let bound = question.request.usageBound
    guard !usage.isWithin(bound) || counted > question.price else { return nil }
    return BeyondBound(usage: usage, bound: bound, cost: cost, price: question.price)
}

/// Whether an answer is of the form that was asked for.
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
