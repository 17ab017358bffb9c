package import AfterwordCore

/// A question to a paid model that is none of an insight's: a check of the server.
package struct CheckQuestion: Sendable {
    package var facts: ModelFacts
    package var terms: PriceTerms
    package var requestDigest: Digest256
    /// The most that it can cost, in nano-dollars: it is sent once.
    package var most: Int64
    /// Keeps the questions of one command apart.
    package var number = 1

    package init(facts: ModelFacts, terms: PriceTerms, requestDigest: Digest256, most: Int64) {
        self.facts = facts
        self.terms = terms
        self.requestDigest = requestDigest
        self.most = most
    }
}

/// Asks a question whose answer is not kept: the most that it can cost is reserved before, and what
/// it cost is booked afterwards, as of any other.
///
/// - Parameter ask: Sends it; the result says what is booked.
/// - Throws: `BudgetRefusal` where it does not fit into the budget, and nothing was sent;
///   `StoreFault`.
package func bookCall<Value: Sendable>(
    _ question: CheckQuestion, budget: Budget, in store: any ModelLedger,
    _ surroundings: InsightSurroundings,
    ask: () async -> (value: Value, result: Result<ModelReply, ModelFailure>)
) async throws -> Value {
    let command = surroundings.batch
    var key = DigestEncoder(domain: "afterword.check.key.1")
    key.add(command)
    key.add(Int64(question.number))
    key.add(raw: question.requestDigest)
    let start = surroundings.now()
    var call = ModelCall(
        call: 0, batch: command, cacheKey: key.finish(), requestDigest: question.requestDigest,
        model: question.facts.name, startedAt: start,
        leaseUntil: start.adding(seconds: callLeaseSeconds), reserved: question.most)
    let new = call
    call.call = try await surroundings.whenFree {
        try store.ledger { ledger in
            var room = BudgetRoom(ledger, command: command, now: start)
            switch try room.verdict(on: question.most, of: budget) {
            case .full(let refusal), .refused(let refusal): throw refusal
            case .fits: return try ledger.begin(new)
            }
        }
    }
    let (value, result) = await ask()
    let ending = CallEnding(
        schema: .row([:]), price: AskingPrice(question.facts, question.terms),
        oneTry: question.most, bound: nil)
    let ended = ending.settled(call, result, at: surroundings.now())
    try await surroundings.whenFree { try store.ledger { try $0.end(ended.call) } }
    return value
}
