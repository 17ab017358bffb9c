package import AfterwordCore

/// Makes the insights of scopes: read → plan → ask → check → store, in waves of at most
/// `InsightOptions.wave` scopes.
///
/// Stored insights with unchanged evidence stay, also those that another program stores while this
/// one asks. A paid model is asked only after the cost is reserved; a free one is asked directly.
/// Each stored batch is an insight run; where nothing is new there is no run.
///
/// - Throws: `InsightFault`, `StoreFault`. Model failures and refused budgets are in the report;
///   insights made until then are stored.
package func makeInsights(
    _ scopes: [ReviewScope], in store: any ReviewStore, by model: any LanguageModel,
    options: InsightOptions, surroundings: InsightSurroundings
) async throws -> InsightReport {
    let only = scopes.count == 1 && !options.countsThemes ? scopes[0] : nil
    let source = try store.read { reader in
        let past: (any StoreReader)? = options.asOf.map { AsOfReader(reader, run: $0) }
        return try InsightSource(past ?? reader, for: only)
    }
    let lexicon = source.lexicon
    var report = InsightReport()
    let isThemeless = options.countsThemes && source.themesAreOld
    var wave = InsightWave(
        provider: AnswerProvider(model: model, options: options, surroundings: surroundings),
        source: source, lexicon: lexicon, themes: isThemeless ? countedThemes(source, lexicon) : nil
    )
    for start in stride(from: 0, to: max(scopes.count, 1), by: InsightOptions.wave) {
        let end = min(start + InsightOptions.wave, scopes.count)
        try await wave.make(Array(scopes[start..<end]), in: store, &report)
        surroundings.progress(end, scopes.count)
    }
    return report
}

/// Makes the insights of one wave of scopes.
private struct InsightWave {
    let provider: AnswerProvider
    let source: InsightSource
    let lexicon: Lexicon
    /// Counted themes, stored with the first rows.
    var themes: CountedThemes?

    /// Makes the insights of one wave. Plans that wait for another program are retried after the
    /// others are stored.
    mutating func make(
        _ scopes: [ReviewScope], in store: any ReviewStore, _ report: inout InsightReport
    ) async throws {
        let subjects = try scopes.map { try self.source.subject($0) }
        let (source, options, lexicon, model) = (source, provider.options, lexicon, provider.model)
        let plans = await concurrently(subjects, width: options.parallel) { subject in
            planInsight(
                subject, stored: source.stored[subject.scope] ?? [], model: model.identity,
                options: options, lexicon: lexicon)
        }
        var ends = [InsightOutcome?](repeating: nil, count: plans.count)
        var answers: [AnswerProvider.Answer?]
        try await recompose(plans, &ends, store, &report)
        if let price = AskingPrice(model) {
            var paid = PaidAnswers(provider, price, plans.map(\.question))
            try await paid.ask(store, &report)
            answers = paid.answers
            try await keep(plans, answers, &ends, store, &report)
            if !paid.waiting.isEmpty {
                try await paid.askWaiting(store, &report)
                answers = paid.answers
                try await keep(plans, answers, &ends, store, &report)
            }
        } else {
            answers = try await provider.freeAnswers(plans.map(\.question), store, &report)
            try await keep(plans, answers, &ends, store, &report)
        }
        for (index, plan) in plans.enumerated() {
            report.outcomes.append((plan.subject.scope, outcome(plan, ends[index], answers[index])))
        }
    }

    /// Composes outdated insights again from their cached answers.
    private mutating func recompose(
        _ plans: [InsightPlan], _ ends: inout [InsightOutcome?], _ store: any ReviewStore,
        _ report: inout InsightReport
    ) async throws {
        var answers = [AnswerProvider.Answer?](repeating: nil, count: plans.count)
        try store.read { reader in
            for (index, plan) in plans.enumerated() {
                guard case .recompose = plan.step,
                    let known = try reader.cachedAnswer(plan.cacheKey)
                else { continue }
                answers[index] = .known(known)
                report.cacheHits += 1
            }
        }
        guard answers.contains(where: { $0 != nil }) else { return }
        try await keep(plans, answers, &ends, store, &report)
    }

    /// Stores, as one run, the insights of answers that are not stored yet.
    private mutating func keep(
        _ plans: [InsightPlan], _ answers: [AnswerProvider.Answer?],
        _ ends: inout [InsightOutcome?], _ store: any ReviewStore, _ report: inout InsightReport
    ) async throws {
        let (run, lexicon) = (source.newestData.run, lexicon)
        let open = plans.indices.filter { ends[$0] == nil && answers[$0] != nil }
        let composed = await concurrently(
            open.map { (plans[$0], answers[$0]) }, width: provider.options.parallel
        ) { plan, answer -> InsightRow? in
            guard let answer = answer?.given,
                let read = try? readAnswer(answer.text, schema: plan.request.schema)
            else { return nil }
            var row = plan.row(read, evidenceRun: run, lexicon: lexicon)
            row.servedModel = answer.servedModel
            return row
        }
        let isFree = provider.model.facts == nil
        let kept =
            isFree
            ? provider.kept(plans.map(\.question), answers, at: provider.surroundings.now()) : []
        let (source, surroundings) = (source, provider.surroundings)
        let made = MadeInsights(
            rows: composed.compactMap { $0 }, answers: kept, themes: themes,
            isRefreshing: provider.options.isRefreshing, isOnce: provider.options.isOnce)
        let stored = try await surroundings.whenFree {
            try storeInsights(made, of: source, in: store, now: surroundings.now())
        }
        self.themes = nil
        if let run = stored.run { report.runs.append(run) }
        var outcomes = stored.outcomes.makeIterator()
        for (index, row) in zip(open, composed) where row != nil {
            ends[index] = outcomes.next()
        }
    }
}

private func outcome(
    _ plan: InsightPlan, _ end: InsightOutcome?, _ answer: AnswerProvider.Answer?
) -> InsightOutcome {
    switch plan.step {
    case .notEnough(let data): return .notEnough(data)
    case .standing(let standing): return .standing(standing)
    case .recompose(let old): return end ?? .standing(old)
    case .ask: break
    }
    if let end { return end }
    switch answer {
    case .success?, .known?: return .failed(ModelFailure(.malformed))
    case .failure(let failure)?: return .failed(failure)
    case .inFlight?: return .stillAsked
    case .inBatch?: return .inBatch
    case nil: return .notTried
    }
}

/// Applies `body` to many values, at most `width` at once.
///
/// - Returns: The results in the order of the values.
func concurrently<Value: Sendable, Made: Sendable>(
    _ values: [Value], width: Int, _ body: @escaping @Sendable (Value) async -> Made
) async -> [Made] {
    await withTaskGroup(of: (Int, Made).self) { group in
        var made = [Made?](repeating: nil, count: values.count)
        var next = 0
        while next < min(width, values.count) {
            let (index, value) = (next, values[next])
            group.addTask { (index, await body(value)) }
            next += 1
        }
        while let (index, result) = await group.next() {
            made[index] = result
            if next < values.count {
                let (index, value) = (next, values[next])
                group.addTask { (index, await body(value)) }
                next += 1
            }
        }
        return made.map { $0! }
    }
}
