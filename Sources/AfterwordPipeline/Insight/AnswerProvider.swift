import AfterwordCore

/// Gets the answers of a wave: known ones from the cache, the others by asking, so many at once.
struct AnswerProvider {
    enum Answer: Sendable {
        case success(ModelReply)
        case failure(ModelFailure)
        /// Another program asked the same all the time.
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

    /// One for each plan of a model that costs nothing; nil for what was not to be asked.
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

    /// Answers that cost nothing, to be kept with the insights made of them.
    func kept(_ plans: [InsightPlan], _ answers: [Answer?], at now: Instant) -> [CachedAnswer] {
        zip(plans, answers).compactMap { plan, answer in
            guard case .success(let reply)? = answer, isReadable(reply, plan) else { return nil }
            return CachedAnswer(
                key: plan.cacheKey, model: plan.request.model, madeAt: now, usage: reply.usage,
                answer: reply.text)
        }
    }
}

/// Asks a model; its failure is a value.
func result(
    _ model: any LanguageModel, _ request: ModelRequest
) async -> Result<ModelReply, ModelFailure> {
    do throws(ModelFailure) {
        return .success(try await model.answer(request))
    } catch {
        return .failure(error)
    }
}
