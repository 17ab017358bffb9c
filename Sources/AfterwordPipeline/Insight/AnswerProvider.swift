import AfterwordCore

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
        report.calls += open.count
        let model = model
        let asked = await concurrently(
            open.map { plans[$0].request }, width: options.parallel
        ) { await Answer(result(model, $0)) }
        for (index, answer) in zip(open, asked) { answers[index] = answer }
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
