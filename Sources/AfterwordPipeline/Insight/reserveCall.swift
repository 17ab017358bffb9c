package import AfterwordCore

/// The result of reserving the cost of a request.
package enum Reservation: Sendable {
    /// The answer is cached by now.
    case cached(CachedAnswer)
    case granted(ModelCall)
    /// Another program has sent the same request.
    case inFlight
    /// A batch asks the same, which may take a day.
    case inBatch
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

/// How long the calls of a batch are respected, in seconds: 30 days, as long as a server keeps the
/// answers. Afterwards they count as lost, and their reservation as spent.
package let batchLeaseSeconds: Int64 = 2_592_000

/// How many answers to one request may be unusable before it is not sent again.
let unusableAnswerLimit: Int64 = 2

/// A request to a paid model.
struct PaidQuestion: Sendable {
    var question: ModelQuestion
    var request: ModelRequest
    var price: AskingPrice
    /// Whether an earlier answer to the same request was unusable.
    var isAgain: Bool

    init(_ question: ModelQuestion, _ price: AskingPrice, isAgain: Bool) {
        self.question = question
        self.price = price
        self.isAgain = isAgain
        request = isAgain ? question.request.askedAgain : question.request
    }

    /// The most that one attempt can cost, in nano-dollars.
    var oneTry: Int64 { price.oneTry(request) }
}

/// Reserves the most that a request can cost. The check of the budget and the reservation are one
/// transaction, so that two programs cannot both use the same room. A call whose lease expired is
/// ended and counted as spent in full.
///
/// - Throws: `StoreFault`.
func reserveCall(
    _ question: PaidQuestion, _ options: InsightOptions, in store: any ModelLedger,
    command: Int64, now: Instant
) throws -> Reservation {
    try store.ledger { ledger in
        var room = BudgetRoom(ledger, command: command, now: now)
        let booking = CallBooking(options: options, command: command, now: now)
        return try booking.reserve(question, ledger, &room)
    }
}

/// What is spent of each ceiling, read once and kept while calls are reserved in one transaction.
struct BudgetRoom {
    private let ledger: any LedgerTransaction
    private let command: Int64
    private let now: Instant
    private var spent: [Budget.Span: Int64] = [:]

    init(_ ledger: any LedgerTransaction, command: Int64, now: Instant) {
        self.ledger = ledger
        self.command = command
        self.now = now
    }

    mutating func verdict(on amount: Int64, of budget: Budget) throws -> BudgetVerdict {
        for span in Budget.Span.allCases where spent[span] == nil {
            spent[span] =
                switch span {
                case .run: try ledger.spent(batch: command)
                case .day: try ledger.spent(since: now.startOfDay)
                case .month: try ledger.spent(since: now.startOfMonth)
                }
        }
        let verdict = try budget.verdict(on: amount) {
            spent[$0] ?? 0
        } onTheWay: { span in
            switch span {
            case .run: try ledger.onTheWay(batch: command, at: now)
            case .day: try ledger.onTheWay(since: now.startOfDay, at: now)
            case .month: try ledger.onTheWay(since: now.startOfMonth, at: now)
            }
        }
        if verdict == .fits {
            for span in Budget.Span.allCases {
                spent[span] = saturatingSum(spent[span] ?? 0, amount)
            }
        }
        return verdict
    }
}

/// How calls are reserved in a transaction.
struct CallBooking {
    var options: InsightOptions
    var command: Int64
    var now: Instant
    /// The batch that they are asked in; nil where they are asked directly.
    var modelBatch: Int64?

    func reserve(
        _ question: PaidQuestion, _ ledger: any LedgerTransaction, _ room: inout BudgetRoom
    ) throws -> Reservation {
        let key = question.question.cacheKey
        if !options.isRefreshing, let answer = try ledger.answer(for: key) {
            return .cached(answer)
        }
        if var open = try ledger.openCall(for: key) {
            guard open.leaseUntil <= now else {
                return open.modelBatch == nil ? .inFlight : .inBatch
            }
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
        let amount = question.price.most(question.request)
        switch try room.verdict(on: amount, of: options.budget) {
        case .full(let refusal): return .full(refusal)
        case .refused(let refusal): return .refused(refusal)
        case .fits: break
        }
        let lease = modelBatch == nil ? callLeaseSeconds : batchLeaseSeconds
        var call = ModelCall(
            call: 0, batch: command, cacheKey: key, requestDigest: question.request.digest,
            model: question.request.model, startedAt: now, leaseUntil: now.adding(seconds: lease),
            reserved: amount)
        call.modelBatch = modelBatch
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

/// Questions that are not asked now, by the rules of `CallBooking.reserve`.
struct AskedQuestions {
    private var inBatch: Set<Digest256> = []
    private var unusable: [Digest256: Int64] = [:]

    init(_ reader: any StoreReader, _ options: InsightOptions) throws {
        for call in try reader.modelCalls() {
            if call.endedAt == nil, call.modelBatch != nil { inBatch.insert(call.cacheKey) }
            guard !options.isRefreshing, let outcome = call.outcome,
                ModelFailure.unusable.contains(outcome)
            else { continue }
            unusable[call.cacheKey, default: 0] += 1
        }
    }

    /// Whether a batch asks the question of a key.
    func isInBatch(_ key: Digest256) -> Bool { inBatch.contains(key) }

    /// Whether too many answers to the question of a key could not be used.
    func isLeftAlone(_ key: Digest256) -> Bool { unusable[key, default: 0] >= unusableAnswerLimit }
}

extension Instant {
    /// The first moment of its month in UTC.
    package var startOfMonth: Instant {
        let date = CivilDate(daysSinceEpoch: startOfDay.microseconds / 86_400_000_000)
        let first = CivilDate(year: date.year, month: date.month, day: 1)
        return Instant(seconds: Int64(first?.daysSinceEpoch ?? 0) * 86_400)
    }
}
