package import AfterwordCore

/// Everything shown about one product.
package struct ProductAnswer: Sendable {
    package var product: ProductState
    /// When it was last in a dump; nil as of an earlier run, for which this is not stored.
    package var lastObservedAt: Instant?
    package var entry: RankedEntry
    /// Sums by calendar month of source times; nil where the source gives no times
    /// (`no_source_time`), because mock times show no trend.
    package var months: [MonthSummary]?
    /// Its sums after each run that changed them.
    package var runs: [HistoryOf<ProductSummary>]
    /// The sums of its brand; nil without one.
    package var brand: ScopeSummary?
}

/// The answer for a product; nil for an unknown one.
package func productAnswer(_ reader: any StoreReader, _ id: Text) throws -> ProductAnswer? {
    try reader.products(id).first.map { try productAnswer(reader, of: $0) }
}

/// The answer for a product that is already read.
package func productAnswer(
    _ reader: any StoreReader, of product: ProductState
) throws -> ProductAnswer {
    let id = product.productID
    let attributes = product.dimension
    let own = attributes[.brand].map { Scope(kind: .brand, id: $0) }
    let scopes = try reader.scopes([.portfolio] + (own.map { [$0] } ?? []))
    let portfolio = scopes.first { $0.scope == .portfolio }?.counters ?? Counters()
    let brand = scopes.first { $0.scope == own }
    let counters = product.summary.counters
    let months = try reader.months(ofProduct: id).filter { $0.key.origin == .source }
    return ProductAnswer(
        product: product,
        lastObservedAt: reader is AsOfReader ? nil : product.lastObservedAt,
        entry: RankedEntry(
            id: id, counters: counters, attributes: attributes, productCount: 1,
            impact: impact(
                of: counters, within: brand?.counters ?? portfolio, portfolio: portfolio),
            isRanked: counters.ratedCount >= MinimumSupport.product),
        months: months.isEmpty ? nil : months,
        runs: try reader.summaryHistory(ofProduct: id), brand: brand)
}

extension ProductAnswer {
    package var json: JSONValue { Self.form.json(self) }
}
