import AfterwordCore
import Synchronization

/// Gets the answers of a wave from a model without cost: cached ones first, the others by
/// concurrent requests.
struct AnswerProvider {
    /// The result for one plan.
    enum Answer: Sendable {
        case success(ModelReply)
        /// A kept answer; nothing was asked.
        case known(CachedAnswer)
        case failure(ModelFailure)
        /// Another program's call for the same request did not end in time.
        case inFlight
        /// A batch asks the same.
        case inBatch

        init(_ result: Result<ModelReply, ModelFailure>) {
            switch result {
            case .success(let reply): self = .success(reply)
            case .failure(let failure): self = .failure(failure)
            }
        }

        /// The text of an answer, and the model that the server names; nil where there is none.
        var given: (text: String, servedModel: String?)? {
            switch self {
            case .success(let reply): (reply.text, reply.servedModel)
            case .known(let kept): (kept.answer, kept.servedModel)
            case .failure, .inFlight, .inBatch: nil
            }
        }
    }

    let model: any LanguageModel
    let options: InsightOptions
    let surroundings: InsightSurroundings

    /// The answers of a model that costs nothing, one per question; nil where there is none.
    func freeAnswers(
        _ questions: [ModelQuestion?], _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws -> [Answer?] {
        var answers = [Answer?](repeating: nil, count: questions.count)
        var open: [Int] = []
        try store.read { reader in
            for (index, question) in questions.enumerated() {
                guard let question else { continue }
                if !options.isRefreshing, let known = try reader.cachedAnswer(question.cacheKey) {
                    answers[index] = .known(known)
                    report.cacheHits += 1
                } else {
                    open.append(index)
                }
            }
        }
        let asked = await askFree(open.compactMap { questions[$0] }, &report)
        for (index, answer) in zip(open, asked) { answers[index] = answer }
        return answers
    }

    /// Asks a model that costs nothing, as `PaidAnswers` asks others: once more where an answer is
    /// unusable, and nothing after a failure that the next request would meet too.
    ///
    /// - Returns: One answer per question; nil for those that were not asked.
    func askFree(
        _ questions: [ModelQuestion], _ report: inout InsightReport
    ) async -> [Answer?] {
        let asking = FreeAsking(model, endedBy: report.ending, surroundings.notice)
        let answers = await concurrently(questions, width: options.parallel) {
            await asking.ask($0)
        }
        report.calls += asking.calls
        report.ending = asking.ending
        return answers
    }

    /// The usable free answers, to be stored with the rows made from them.
    func kept(
        _ questions: [ModelQuestion?], _ answers: [Answer?], at now: Instant
    ) -> [CachedAnswer] {
        zip(questions, answers).compactMap { question, answer in
            guard let question, case .success(let reply)? = answer,
                isReadable(reply.text, schema: question.request.schema)
            else { return nil }
            var kept = CachedAnswer(
                key: question.cacheKey, model: question.request.model, madeAt: now,
                usage: reply.usage, answer: reply.text)
            kept.servedModel = reply.servedModel
            return kept
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

    /// The answer to a question, with a second request at once where the first answer is unusable;
    /// nil where none was sent.
    func ask(_ question: ModelQuestion) async -> AnswerProvider.Answer? {
        guard let first = await send(question.request) else { return nil }
        guard let fault = question.unusableFault(of: first) else {
            return AnswerProvider.Answer(first)
        }
        let isAskedAgain = ending == nil && ModelFailure(fault).isWorthAnotherTry
        notice(.unusable(question.scope, fault, isAskedAgain: isAskedAgain))
        guard isAskedAgain, let second = await send(question.request.askedAgain) else {
            return AnswerProvider.Answer(first)
        }
        if let fault = question.unusableFault(of: second) {
            notice(.unusable(question.scope, fault, isAskedAgain: false))
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
