package import AfterwordCore

/// What asking for an insight comes to, before anything is asked.
package enum InsightOutlook: Equatable, Sendable {
    /// Nothing is to be made: it stands, or there is too little to say.
    case settled(InsightOutcome)
    /// The model's answer is kept, or only the program's part is made anew: it asks nothing.
    case known
    /// A model is asked.
    case asks
}

/// Reads what an insight of a scope would be made of; writes nothing and asks no model.
package func insightOutlook(
    _ reader: any StoreReader, of scope: ReviewScope, model: String, options: InsightOptions
) throws -> InsightOutlook {
    let source = try InsightSource(reader, for: scope)
    let plan = planInsight(
        try source.subject(scope), stored: source.stored[scope] ?? [], model: model,
        options: options)
    switch plan.step {
    case .notEnough(let data): return .settled(.notEnough(data))
    case .standing(let row): return .settled(.standing(row))
    case .recompose: return .known
    case .ask:
        let isKept = try !options.isRefreshing && reader.cachedAnswer(plan.cacheKey) != nil
        return isKept ? .known : .asks
    }
}
