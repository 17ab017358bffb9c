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
    let source = try InsightSource(reader, for: scope)
    let plan = planInsight(
        try source.subject(scope), stored: source.stored[scope] ?? [], model: model,
        options: options, lexicon: source.lexicon)
    switch plan.step {
    case .notEnough(let data): return .settled(.notEnough(data))
    case .standing(let row): return .settled(.standing(row))
    case .recompose: return .known
    case .ask:
        let isKept = try !options.isRefreshing && reader.cachedAnswer(plan.cacheKey) != nil
        return isKept ? .known : .asks
    }
}
