import AfterwordCore
import Synchronization

/// Gets the answers of a wave from a model without cost: cached ones first, the others by
/// concurrent requests.
struct AnswerProvider {
    /// The result for one plan.
    enum Answer: Sendable {
        case success(ModelReply)
        case failure(ModelFailure)
        /// Another program's call for the same request did not end in time.
        case inFlight

        init(_ result: Result<ModelReply, ModelFailure>) {
            switch result {
            case .success(let reply): self = .success(reply)
            case .failure(let failure): self = .failure(failure)
            }
        }
    }

    let model: any LanguageModel
    let options: InsightOptions
    let surroundings: InsightSurroundings

    /// The answers of a model that costs nothing, one per plan; nil for plans whose step is not
    /// `ask`.
    func freeAnswers(
        _ plans: [InsightPlan], _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws -> [Answer?] {
        var answers = [Answer?](repeating: nil, count: plans.count)
        var open: [Int] = []
        try store.read { reader in
            for (index, plan) in plans.enumerated() where plan.step == .ask {
                if !options.isRefreshing, let known = try reader.cachedAnswer(plan.cacheKey) {
                    answers[index] = .success(ModelReply(text: known.answer, usage: known.usage))
                    report.cacheHits += 1
                } else {
                    open.append(index)
                }
            }
        }
        let asked = await askFree(open.map { plans[$0] }, &report)
        for (index, answer) in zip(open, asked) { answers[index] = answer }
        return answers
    }

    /// Asks a model that costs nothing, as `PaidAnswers` asks others: once more where an answer is
    /// unusable, and nothing after a failure that the next request would meet too.
    ///
    /// - Returns: One answer per plan; nil for those that were not asked.
    func askFree(_ plans: [InsightPlan], _ report: inout InsightReport) async -> [Answer?] {
        let asking = FreeAsking(model, endedBy: report.ending, surroundings.notice)
        let answers = await concurrently(plans, width: options.parallel) { await asking.ask($0) }
        report.calls += asking.calls
        report.ending = asking.ending
        return answers
    }

    /// The usable free answers, to be stored with the insights made from them.
    func kept(_ plans: [InsightPlan], _ answers: [Answer?], at now: Instant) -> [CachedAnswer] {
        zip(plans, answers).compactMap { plan, answer in
            guard case .success(let reply)? = answer, isReadable(reply, plan) else { return nil }
            return CachedAnswer(
                key: plan.cacheKey, model: plan.request.model, madeAt: now, usage: reply.usage,
                answer: reply.text)
        }
    }
}

/// The requests of one wave to a model that costs nothing. Thread-safe.
private final class FreeAsking: Sendable {
    private struct State {
        var calls = 0
        var ending: ModelFailure?
    }

    private let model: any LanguageModel
    private let notice: @Sendable (InsightNotice) -> Void
    private let state: Mutex<State>

    init(
        _ model: any LanguageModel, endedBy ending: ModelFailure?,
        _ notice: @escaping @Sendable (InsightNotice) -> Void
    ) {
        self.model = model
        self.notice = notice
        state = Mutex(State(ending: ending))
    }

    var calls: Int { state.withLock { $0.calls } }
    /// The failure after which nothing more is asked.
    var ending: ModelFailure? { state.withLock { $0.ending } }

    /// The answer of a plan, with a second request at once where the first answer is unusable; nil
    /// where none was sent.
    func ask(_ plan: InsightPlan) async -> AnswerProvider.Answer? {
        guard let first = await send(plan.request) else { return nil }
        guard let fault = unusableFault(first, plan) else { return AnswerProvider.Answer(first) }
        let isAskedAgain = ending == nil && ModelFailure(fault).isWorthAnotherTry
        notice(.unusable(plan.subject.scope, fault, isAskedAgain: isAskedAgain))
        guard isAskedAgain, let second = await send(plan.request.askedAgain) else {
            return AnswerProvider.Answer(first)
        }
        if let fault = unusableFault(second, plan) {
            notice(.unusable(plan.subject.scope, fault, isAskedAgain: false))
        }
        return AnswerProvider.Answer(second)
    }

    private func send(_ request: ModelRequest) async -> Result<ModelReply, ModelFailure>? {
        let isEnded = state.withLock { state in
            if state.ending == nil { state.calls += 1 }
            return state.ending != nil
        }
        guard !isEnded else { return nil }
        let answer = await result(model, request)
        if case .failure(let failure) = answer, failure.endsTheRun {
            state.withLock { $0.ending = $0.ending ?? failure }
        }
        return answer
    }
}

/// Why a model's answer, which may have been billed, cannot be used; nil where it can be, and where
/// there is none.
func unusableFault(
    _ result: Result<ModelReply, ModelFailure>, _ plan: InsightPlan
) -> ModelFailure.Fault? {
    switch result {
    case .success(let reply): isReadable(reply, plan) ? nil : .malformed
    case .failure(let failure):
        ModelFailure.unusable.contains(failure.outcome) ? failure.fault : nil
    }
}

/// Sends a request to a model and returns its failure as a value.
func result(
    _ model: any LanguageModel, _ request: ModelRequest
) async -> Result<ModelReply, ModelFailure> {
    do throws(ModelFailure) {
        return .success(try await model.answer(request))
    } catch {
        return .failure(error)
    }
}
