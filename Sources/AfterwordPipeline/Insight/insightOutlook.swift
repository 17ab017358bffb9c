package import AfterwordCore

/// What making an insight would involve, before any request.
package enum InsightOutlook: Equatable, Sendable {
    /// Nothing to make: the stored insight stays, or there are too few reviews.
    case settled(InsightOutcome)
    /// No request: the answer is cached, or only the program's part is composed again.
    case known
    /// A request to the model.
    case asks
}

/// Plans the insight of a scope; writes nothing and sends no request.
package func insightOutlook(
    _ reader: any StoreReader, of scope: ReviewScope, model: ModelIdentity, options: InsightOptions
) throws -> InsightOutlook {
    try outlook(reader, of: scope, model: model, options: options).outlook
}

/// The most that an insight of a scope can cost, in nano-dollars: 0 where the model is free or its
/// answer is known; nil where there is nothing to make.
package func insightPrice(
    _ reader: any StoreReader, of scope: ReviewScope, by model: any LanguageModel,
    options: InsightOptions
) throws -> Int64? {
    let found = try outlook(reader, of: scope, model: model.identity, options: options)
    switch found.outlook {
    case .settled: return nil
    case .known: return 0
    case .asks: return AskingPrice(model)?.most(found.plan.request) ?? 0
    }
}

private func outlook(
    _ reader: any StoreReader, of scope: ReviewScope, model: ModelIdentity, options: InsightOptions
) throws -> (outlook: InsightOutlook, plan: InsightPlan) {
    let source = try InsightSource(reader, for: scope)
    let plan = planInsight(
        try source.subject(scope), stored: source.stored[scope] ?? [], model: model,
        options: options, lexicon: source.lexicon)
    switch plan.step {
    case .notEnough(let data): return (.settled(.notEnough(data)), plan)
    case .standing(let row): return (.settled(.standing(row)), plan)
    case .recompose: return (.known, plan)
    case .ask:
        let isKept = try !options.isRefreshing && reader.cachedAnswer(plan.cacheKey) != nil
        return (isKept ? .known : .asks, plan)
    }
}
