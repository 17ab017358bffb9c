package import AfterwordCore

/// What one model did for one scope.
package struct ModelTrial: Sendable {
    /// Nil where there is no usable answer; then `fault` says why.
    package var score: AnswerScore?
    /// One word, as in `llm_calls`.
    package var fault: String?
    /// Nil where it is not known.
    package var usage: ModelUsage?
    /// Nano-dollars, by the usage and the tier that the answer names; nil for a free model, and
    /// where usage or tier are not known, as of answers that an earlier program kept.
    package var cost: Int64?
    /// How long the answer took, with retries; of a kept answer, when it was asked for. Nil where
    /// that is not known.
    package var microseconds: Int64?
}

/// What one model did for all scopes, in their order.
package struct ModelTrials: Sendable {
    package var name: String
    package var trials: [ModelTrial] = []
    /// Questions, money and failures that ended the asking.
    package var report = InsightReport()

    package init(name: String) { self.name = name }
}

/// The result of asking two models the same.
package struct ComparedModels: Sendable {
    /// The scopes that were asked about.
    package var scopes: [ReviewScope] = []
    /// The scopes with too few reviews to ask about.
    package var leftOut: [ReviewScope] = []
    package var a: ModelTrials
    package var b: ModelTrials

    package var comparison: ModelComparison {
        ModelComparison(
            scopes.indices.map { index in
                ModelComparison.Entry(
                    scope: scopes[index], a: a.trials[index].score, b: b.trials[index].score)
            })
    }
}

/// Asks two models about the same scopes and scores their answers. Makes no insights and no run.
///
/// A paid model is asked as for an insight: the most that a question can cost is reserved first,
/// its answer is kept, and a kept answer is not asked for again unless
/// `InsightOptions.isRefreshing`. A refused budget or a failure that ends all asking ends the
/// comparison; the reports of the two models say so, and the scopes are then fewer than asked for.
///
/// - Throws: `InsightFault`, `StoreFault`.
package func compareModels(
    _ scopes: [ReviewScope], of source: InsightSource, in store: any ReviewStore,
    by models: (a: any LanguageModel, b: any LanguageModel), terms: ComparisonTerms
) async throws -> ComparedModels {
    var compared = ComparedModels(
        a: ModelTrials(name: models.a.name), b: ModelTrials(name: models.b.name))
    for start in stride(from: 0, to: scopes.count, by: InsightOptions.wave) {
        let end = min(start + InsightOptions.wave, scopes.count)
        let subjects = try scopes[start..<end].map { try source.subject($0) }
        compared.leftOut += subjects.filter { $0.notEnoughData != nil }.map(\.scope)
        let asked = subjects.filter { $0.notEnoughData == nil }
        let both = ComparedSubjects(all: asked, lexicon: source.lexicon)
        let a = try await trials(both, in: store, by: models.a, terms, &compared.a.report)
        let b = try await trials(both, in: store, by: models.b, terms, &compared.b.report)
        guard let a, let b else { return compared }
        compared.scopes += asked.map(\.scope)
        compared.a.trials += a
        compared.b.trials += b
        terms.surroundings.progress(end, scopes.count)
    }
    return compared
}

/// How models are asked when they are compared.
package struct ComparisonTerms: Sendable {
    package var options: InsightOptions
    package var surroundings: InsightSurroundings

    package init(options: InsightOptions, surroundings: InsightSurroundings) {
        self.options = options
        self.surroundings = surroundings
    }
}

/// What both models are asked about, and the lexicon that read it.
private struct ComparedSubjects {
    var all: [InsightSubject]
    var lexicon: Lexicon
}

/// The trials of one model; nil where asking ended early.
private func trials(
    _ subjects: ComparedSubjects, in store: any ReviewStore, by model: any LanguageModel,
    _ terms: ComparisonTerms, _ report: inout InsightReport
) async throws -> [ModelTrial]? {
    let (options, lexicon) = (terms.options, subjects.lexicon)
    let timed = TimedModel(model, now: terms.surroundings.now)
    let plans = await concurrently(subjects.all, width: options.parallel) { subject in
        planInsight(subject, stored: [], model: model.identity, options: options, lexicon: lexicon)
    }
    let provider = AnswerProvider(
        model: timed, options: options, surroundings: terms.surroundings)
    let answers: [AnswerProvider.Answer?]
    let questions = plans.map(\.question)
    if let price = AskingPrice(model) {
        var paid = PaidAnswers(provider, price, questions)
        try await paid.ask(store, &report)
        if !paid.waiting.isEmpty { try await paid.askWaiting(store, &report) }
        answers = paid.answers
    } else {
        answers = await provider.askFree(questions.compactMap(\.self), &report)
    }
    if report.refusal != nil || report.ending != nil { return nil }
    return await concurrently(Array(zip(plans, answers)), width: options.parallel) {
        var trial = ModelTrial($1, to: $0, of: model, lexicon)
        trial.microseconds = timed.microseconds($0.request) ?? trial.microseconds
        // Of a replay it would be the time of reading files.
        if model.place == ModelIdentity.recordings { trial.microseconds = nil }
        return trial
    }
}

extension ModelTrial {
    /// The trial of an answer, or of what came in its place.
    fileprivate init(
        _ answer: AnswerProvider.Answer?, to plan: InsightPlan, of model: any LanguageModel,
        _ lexicon: Lexicon
    ) {
        let tier: ServiceTier?
        switch answer {
        case .success(let reply):
            usage = reply.isUsageKnown ? reply.usage : nil
            tier = reply.tier
        case .known(let kept):
            // What a kept answer cost is known by its own tier only.
            tier = kept.tier.flatMap(ServiceTier.init(rawValue:))
            usage = kept.usage.input > 0 ? kept.usage : nil
            microseconds = kept.microseconds
        case .failure(let failure):
            usage = failure.usage
            tier = failure.tier
            fault = failure.outcome
        case .inBatch:
            (tier, fault) = (nil, "in_batch")
        case .inFlight, nil:
            (tier, fault) = (nil, "in_flight")
        }
        if let given = answer?.given { score(given.text, plan, model, lexicon) }
        guard let usage, let tier, let price = AskingPrice(model) else { return }
        cost = price.cost(usage, tier)
    }

    /// Scores an answer, or says that it cannot be read.
    private mutating func score(
        _ text: String, _ plan: InsightPlan, _ model: any LanguageModel, _ lexicon: Lexicon
    ) {
        guard let read = try? readAnswer(text, schema: plan.request.schema) else {
            fault = "unreadable"
            return
        }
        let insight = composeInsight(
            read, plan.evidence, of: plan.subject,
            by: InsightTerms(language: plan.language, model: model.name, lexicon: lexicon))
        score = AnswerScore(read, insight)
    }
}
