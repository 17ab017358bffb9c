import AfterwordCore

/// Gets the paid answers of a wave. The cost of each request is reserved before it is sent and
/// booked afterwards. Requests run in child tasks; only the current task uses the store.
struct PaidAnswers {
    let provider: AnswerProvider
    let facts: ModelFacts
    let plans: [InsightPlan]
    private(set) var answers: [AnswerProvider.Answer?]
    /// Plans that cannot be asked now: another program has sent the same request, or its
    /// reservations leave no room in the budget.
    private(set) var waiting: [Int]
    private var held: BudgetRefusal?
    private var onTheWay: [Int: (call: ModelCall, question: PaidQuestion)] = [:]
    private var beats: Int64 = 0

    private enum Event: Sendable {
        case answered(Int, Result<ModelReply, ModelFailure>)
        case beat
    }

    init(_ provider: AnswerProvider, _ facts: ModelFacts, _ plans: [InsightPlan]) {
        self.provider = provider
        self.facts = facts
        self.plans = plans
        answers = [AnswerProvider.Answer?](repeating: nil, count: plans.count)
        waiting = plans.indices.filter { plans[$0].step == .ask }
    }

    private var surroundings: InsightSurroundings { provider.surroundings }

    /// Sends the requests of all waiting plans. Afterwards `waiting` holds those that depend on
    /// other programs.
    mutating func ask(_ store: any ReviewStore, _ report: inout InsightReport) async throws {
        var queue = waiting.map { question($0, isAgain: false) }[...]
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
                case .answered(let index, let result):
                    let again = try await settle(index, result, store, &report)
                    if let again { queue.insert(again, at: queue.startIndex) }
                    // A server that reports impossible usage cannot be trusted with the other
                    // requests either.
                    if report.beyond != nil { group.cancelAll() }
                }
            }
            group.cancelAll()
        }
    }

    /// Retries the waiting plans until none is left or the number of waits is used up.
    mutating func askWaiting(_ store: any ReviewStore, _ report: inout InsightReport) async throws {
        var waits = surroundings.waits
        let first = waiting
        if let held {
            surroundings.notice(.waitingForBudget(held))
        } else {
            surroundings.notice(
                .waitingForAnother(scopes: first.map { plans[$0].subject.scope }))
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

    private func question(_ index: Int, isAgain: Bool) -> (index: Int, question: PaidQuestion) {
        (index, PaidQuestion(plans[index], facts, provider.model.terms, isAgain: isAgain))
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
                answers[index] = .success(ModelReply(text: known.answer, usage: known.usage))
            case .inFlight: waiting.append(index)
            case .leftAlone: answers[index] = .failure(ModelFailure(.leftAlone))
            case .askAgain:
                queue[queue.startIndex] = self.question(index, isAgain: true)
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
                group.addTask { .answered(index, await result(model, request)) }
            }
            queue.removeFirst()
        }
    }

    private func reserve(
        _ question: PaidQuestion, _ store: any ReviewStore
    ) async throws -> Reservation {
        try await surroundings.whenFree {
            try reserveCall(question, of: provider, in: store, now: surroundings.now())
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
        let (age, overflow) = surroundings.now().microseconds.subtractingReportingOverflow(
            first.microseconds)
        guard !overflow, age >= 0 else { return }
        surroundings.notice(
            .waitingForModel(questions: calls.count, seconds: age / 1_000_000))
    }

    /// Books an answer; returns the question if it is to be asked once more.
    private mutating func settle(
        _ index: Int, _ result: Result<ModelReply, ModelFailure>, _ store: any ReviewStore,
        _ report: inout InsightReport
    ) async throws -> (index: Int, question: PaidQuestion)? {
        guard let (call, question) = onTheWay.removeValue(forKey: index) else { return nil }
        let settled = try await surroundings.whenFree {
            try settleCall(call, question, result, of: provider, in: store)
        }
        report.cost = saturatingSum(report.cost, settled.cost)
        report.isProven = true
        answers[index] = AnswerProvider.Answer(result)
        let scope = plans[index].subject.scope
        if !settled.isUsageKnown { surroundings.notice(.unknownUsage(scope)) }
        if let beyond = settled.beyond, report.beyond == nil {
            report.beyond = beyond
            report.ending = ModelFailure(.beyondBound)
            surroundings.notice(.beyondBound(scope, beyond))
        }
        if case .failure(let failure) = result, failure.endsTheRun {
            report.ending = report.ending ?? failure
        }
        guard let fault = unusableFault(result, question.plan) else { return nil }
        let isAskedAgain =
            !question.isAgain && report.ending == nil && ModelFailure(fault).isWorthAnotherTry
        surroundings.notice(.unusable(scope, fault, isAskedAgain: isAskedAgain))
        return isAskedAgain ? self.question(index, isAgain: true) : nil
    }
}
