import AfterwordCore

/// Gets the paid answers of a wave. The cost of each request is reserved before it is sent and
/// booked afterwards. Requests run in child tasks; only the current task uses the store.
struct PaidAnswers {
    let provider: AnswerProvider
    let price: AskingPrice
    /// Nil for places where nothing is asked.
    let questions: [ModelQuestion?]
    private(set) var answers: [AnswerProvider.Answer?]
    /// Questions that cannot be asked now: another program has sent the same request, or its
    /// reservations leave no room in the budget.
    private(set) var waiting: [Int]
    private var held: BudgetRefusal?
    private var onTheWay: [Int: (call: ModelCall, question: PaidQuestion)] = [:]
    private var beats: Int64 = 0

    private enum Event: Sendable {
        case answered(Int, Result<ModelReply, ModelFailure>, microseconds: Int64)
        case beat
    }

    init(_ provider: AnswerProvider, _ price: AskingPrice, _ questions: [ModelQuestion?]) {
        self.provider = provider
        self.price = price
        self.questions = questions
        answers = [AnswerProvider.Answer?](repeating: nil, count: questions.count)
        waiting = questions.indices.filter { questions[$0] != nil }
    }

    private var surroundings: InsightSurroundings { provider.surroundings }

    /// Sends the requests of all that wait. Afterwards `waiting` holds those that depend on
    /// other programs.
    mutating func ask(_ store: any ReviewStore, _ report: inout InsightReport) async throws {
        var queue = waiting.compactMap { question($0, isAgain: false) }[...]
        waiting = []
        held = nil
        try await withThrowingTaskGroup(of: Event.self) { group in
            addBeat(to: &group)
            while true {
                try await start(&queue, &group, store, &report)
                guard !onTheWay.isEmpty, let event = try await group.next() else { break }
                switch event {
                case .beat:
                    try await beat(store)
                    if report.beyond == nil { addBeat(to: &group) }
                case .answered(let index, let result, let microseconds):
                    let again = try await settle(index, result, microseconds, store, &report)
                    if let again { queue.insert(again, at: queue.startIndex) }
                    // A server that reports impossible usage cannot be trusted with the other
                    // requests either.
                    if report.beyond != nil { group.cancelAll() }
                }
            }
            group.cancelAll()
        }
    }

    /// Retries what waits until none is left or the number of waits is used up.
    mutating func askWaiting(_ store: any ReviewStore, _ report: inout InsightReport) async throws {
        var waits = surroundings.waits
        let first = waiting
        if let held {
            surroundings.notice(.waitingForBudget(held))
        } else {
            surroundings.notice(
                .waitingForAnother(scopes: first.compactMap { questions[$0]?.scope }))
        }
        while !waiting.isEmpty, waits > 0, report.refusal == nil, report.ending == nil {
            await surroundings.wait()
            let before = waiting.count
            try await ask(store, &report)
            if waiting.count == before { waits -= 1 }
        }
        if let held, !waiting.isEmpty, report.refusal == nil { report.refusal = held }
        if held == nil, report.refusal == nil, report.ending == nil {
            for index in waiting { answers[index] = .inFlight }
        }
        waiting = []
    }

    private func question(
        _ index: Int, isAgain: Bool
    ) -> (index: Int, question: PaidQuestion)? {
        questions[index].map { (index, PaidQuestion($0, price, isAgain: isAgain)) }
    }

    // MARK: Begin, renew, end

    /// Starts as many requests as the width and the budget allow.
    private mutating func start(
        _ queue: inout ArraySlice<(index: Int, question: PaidQuestion)>,
        _ group: inout ThrowingTaskGroup<Event, any Error>, _ store: any ReviewStore,
        _ report: inout InsightReport
    ) async throws {
        // The first request of a run goes alone, so that a server with impossible usage is found
        // before others are sent.
        let width = report.isProven ? provider.options.parallel : 1
        while onTheWay.count < width, report.refusal == nil, report.ending == nil,
            let (index, question) = queue.first
        {
            switch try await reserve(question, store) {
            case .cached(let known):
                report.cacheHits += 1
                answers[index] = .known(known)
            case .inFlight: waiting.append(index)
            case .inBatch: answers[index] = .inBatch
            case .leftAlone: answers[index] = .failure(ModelFailure(.leftAlone))
            case .askAgain:
                queue[queue.startIndex].question = PaidQuestion(
                    question.question, price, isAgain: true)
                continue
            case .full(let refusal):
                // One of the open requests will end and may free budget.
                if !onTheWay.isEmpty { return }
                held = refusal
                waiting += queue.map(\.index)
                queue = []
                return
            case .refused(let refusal): report.refusal = refusal
            case .granted(let call):
                onTheWay[index] = (call, question)
                report.calls += 1
                let (model, request) = (provider.model, question.request)
                let now = surroundings.now
                group.addTask {
                    let start = now()
                    let result = await result(model, request)
                    return .answered(index, result, microseconds: now().microseconds(since: start))
                }
            }
            queue.removeFirst()
        }
    }

    private func reserve(
        _ question: PaidQuestion, _ store: any ReviewStore
    ) async throws -> Reservation {
        try await surroundings.whenFree {
            try reserveCall(
                question, provider.options, in: store, command: surroundings.batch,
                now: surroundings.now())
        }
    }

    private func addBeat(to group: inout ThrowingTaskGroup<Event, any Error>) {
        let beat = surroundings.beat
        group.addTask {
            await beat()
            return .beat
        }
    }

    private mutating func beat(_ store: any ReviewStore) async throws {
        let calls = onTheWay.values.map(\.call)
        let now = surroundings.now()
        try await surroundings.whenFree { try renewLeases(calls, in: store, now: now) }
        for index in onTheWay.keys {
            onTheWay[index]?.call.leaseUntil = now.adding(seconds: callLeaseSeconds)
        }
        beats += 1
        guard beats.isMultiple(of: 2), let first = calls.map(\.startedAt).min() else { return }
        let age = surroundings.now().microseconds(since: first)
        surroundings.notice(
            .waitingForModel(questions: calls.count, seconds: age / 1_000_000))
    }

    /// Books an answer; returns the question if it is to be asked once more.
    private mutating func settle(
        _ index: Int, _ result: Result<ModelReply, ModelFailure>, _ microseconds: Int64,
        _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws -> (index: Int, question: PaidQuestion)? {
        guard let (call, question) = onTheWay.removeValue(forKey: index) else { return nil }
        var ended = question.settled(call, result, at: surroundings.now())
        ended.answer?.microseconds = microseconds
        let settled = ended
        try await surroundings.whenFree { try settleCall(settled, in: store) }
        report.cost = saturatingSum(report.cost, settled.cost)
        report.isProven = true
        answers[index] = AnswerProvider.Answer(result)
        let scope = question.question.scope
        if !settled.isUsageKnown { surroundings.notice(.unknownUsage(scope)) }
        if let beyond = settled.beyond, report.beyond == nil {
            report.beyond = beyond
            report.ending = ModelFailure(.beyondBound)
            surroundings.notice(.beyondBound(scope, beyond))
        }
        if case .failure(let failure) = result, failure.endsTheRun {
            report.ending = report.ending ?? failure
        }
        guard let fault = question.question.unusableFault(of: result) else { return nil }
        let isAskedAgain =
            !question.isAgain && report.ending == nil && ModelFailure(fault).isWorthAnotherTry
        surroundings.notice(.unusable(scope, fault, isAskedAgain: isAskedAgain))
        return isAskedAgain ? self.question(index, isAgain: true) : nil
    }
}

extension Instant {
    /// The time that passed since another moment, in microseconds; 0 where the clock was set back.
    func microseconds(since earlier: Instant) -> Int64 {
        let (passed, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return overflow ? 0 : max(passed, 0)
    }
}
