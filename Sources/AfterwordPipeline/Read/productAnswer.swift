package import AfterwordCore

/// One product at a glance.
package struct ProductAnswer: Sendable {
    package var product: ProductState
    package var entry: RankedEntry
    /// Reviews by calendar month, from source times; nil where the source tells no times
    /// (`no_source_time`): its mock ones are no trend.
    package var months: [MonthSummary]?
    /// Its sums after each run that changed it.
    package var runs: [HistoryOf<ProductSummary>]
    /// Where a product has too few ratings to say much, what its brand has.
    package var brand: ScopeSummary?
}

/// The answer for a product; nil for an unknown one.
package func productAnswer(_ reader: any StoreReader, _ id: Text) throws -> ProductAnswer? {
    guard let product = try reader.products(id).first else { return nil }
    var scopes: [Scope: ScopeSummary] = [:]
    for summary in try reader.scopes() { scopes[summary.scope] = summary }
    let portfolio = scopes[.portfolio]?.counters ?? Counters()
    let attributes = product.dimension
    let brand = attributes[.brand].flatMap { scopes[Scope(kind: .brand, id: $0)] }
    let own = product.summary.counters
    let months = try reader.months(ofProduct: id).filter { $0.key.origin == .source }
    return ProductAnswer(
        product: product,
        entry: RankedEntry(
            id: id, counters: own, attributes: attributes, productCount: 1,
            impact: impact(of: own, within: brand?.counters ?? portfolio, portfolio: portfolio),
            isRanked: own.ratedCount >= MinimumSupport.product),
        months: months.isEmpty ? nil : months,
        runs: try reader.summaryHistory(ofProduct: id), brand: brand)
}

extension ProductAnswer {
    package var json: JSONValue {
        entry.json("product_id")
            .with("first_review_at", JSONValue(product.summary.firstReviewAt))
            .with("last_review_at", JSONValue(product.summary.lastReviewAt))
            .with("last_observed_at", JSONValue(product.lastObservedAt))
            .with(
                "months",
                months.map { .array($0.map(\.json)) } ?? .string("no_source_time")
            )
            .with("runs", .array(runs.map { $0.row.json.with("run", JSONValue($0.run)) }))
    }
}
