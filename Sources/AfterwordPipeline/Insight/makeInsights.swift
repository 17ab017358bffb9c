package import AfterwordCore

/// Makes the insights of scopes: read → plan → ask → check → store, in waves of one transaction each.
///
/// What stands is left. A model that costs something is asked only what was reserved for before; one that costs nothing is
/// asked at once. Each wave is a run of its own kind; where nothing is new there is none.
///
/// - Throws: `InsightFault`, `StoreFault`. Failures of the model and spent budgets are in the report: what was made is stored.
package func makeInsights(
    _ scopes: [ReviewScope], in store: any ReviewStore, by model: any LanguageModel,
    options: InsightOptions, surroundings: InsightSurroundings, lexicon: Lexicon = .first
) async throws -> InsightReport {
    let only = scopes.count == 1 && !options.countsThemes ? scopes[0] : nil
    let source = try store.read { try InsightSource($0, for: only, lexicon: lexicon) }
    var report = InsightReport()
    let isThemeless = options.countsThemes && source.themesAreOld
    var themes = isThemeless ? countedThemes(source, lexicon) : nil
    for start in stride(from: 0, to: max(scopes.count, 1), by: InsightOptions.wave) {
        let wave = scopes[start..<min(start + InsightOptions.wave, scopes.count)]
        let subjects = try wave.map { try source.subject($0) }
        let plans = await concurrently(subjects, width: options.parallel) { subject in
            planInsight(
                subject, stored: source.stored[subject.scope] ?? [], model: model.name,
                options: options, lexicon: lexicon)
        }
        let desk = AnswerDesk(
            model: model, options: options, surroundings: surroundings)
        let answers = try await desk.answers(plans, store, &report)
        let rows = await concurrently(Array(zip(plans, answers)), width: options.parallel) {
            plan, answer -> InsightRow? in
            guard case .success(let answer)? = answer,
                let read = try? readAnswer(answer.text, schema: plan.request.schema)
            else { return nil }
            return plan.row(read, evidenceRun: source.newestDump.run, lexicon: lexicon)
        }
        let kept = model.facts == nil ? desk.kept(plans, answers, at: surroundings.now()) : []
        let stored = try await surroundings.whenFree {
            try storeInsights(
                rows.compactMap { $0 }, kept, themes, of: source, in: store,
                now: surroundings.now())
        }
        themes = nil
        if let run = stored.run { report.runs.append(run) }
        var made = stored.rows.makeIterator()
        for (index, plan) in plans.enumerated() {
            let row = rows[index] == nil ? nil : made.next()
            report.outcomes.append((plan.subject.scope, outcome(plan, row, answers[index])))
        }
        surroundings.progress(min(start + InsightOptions.wave, scopes.count), scopes.count)
    }
    return report
}

private func outcome(
    _ plan: InsightPlan, _ row: InsightRow?, _ answer: AnswerDesk.Answer?
) -> InsightOutcome {
    switch plan.step {
    case .notEnough(let data): return .notEnough(data)
    case .standing(let row): return .standing(row)
    case .ask: break
    }
    if let row { return .made(row) }
    switch answer {
    case .success?: return .failed(ModelFailure(.malformed))
    case .failure(let failure)?: return .failed(failure)
    case .inFlight?: return .stillAsked
    case nil: return .notTried
    }
}

/// Does the same with many values, so many at once; results in the order of the values.
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
