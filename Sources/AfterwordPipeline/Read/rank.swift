package import AfterwordCore

/// Products with reviews, ranked.
package func rankedProducts(
    _ reader: any StoreReader, _ query: RankingQuery
) throws -> Listing<RankedEntry> {
    let scopes = try scopeCounters(reader)
    let portfolio = scopes[.portfolio] ?? Counters()
    var entries: [RankedEntry] = []
    let wanted = WantedEntries(query)
    for product in try reader.productLabels() {
        let own = product.counters
        let attributes = product.dimension
        guard wanted.contains(product.productID, attributes),
            own.reviewCount >= query.minimumReviews
        else { continue }
        let brand = attributes[.brand].flatMap { scopes[Scope(kind: .brand, id: $0)] }
        entries.append(
            RankedEntry(
                id: product.productID, counters: own, attributes: attributes, productCount: 1,
                impact: impact(of: own, within: brand ?? portfolio, portfolio: portfolio),
                isRanked: own.ratedCount >= MinimumSupport.product))
    }
    return Listing(sorted(entries, query.order), page: query.page)
}

/// Brands with reviews, ranked.
package func rankedBrands(
    _ reader: any StoreReader, _ query: RankingQuery
) throws -> Listing<RankedEntry> {
    let scopes = try reader.scopes()
    let portfolio = scopes.first { $0.scope == .portfolio }?.counters ?? Counters()
    let wanted = WantedEntries(query)
    let entries = scopes.compactMap { summary -> RankedEntry? in
        var attributes = ProductAttributes()
        attributes[.brand] = summary.scope.id
        guard summary.scope.kind == .brand, wanted.contains(summary.scope.id, attributes),
            summary.counters.reviewCount >= query.minimumReviews
        else { return nil }
        return rankedBrand(summary, within: portfolio)
    }
    return Listing(sorted(entries, query.order), page: query.page)
}

/// One brand as in the ranking; nil for an unknown one.
package func rankedBrand(_ reader: any StoreReader, _ id: Text) throws -> RankedEntry? {
    let scope = Scope(kind: .brand, id: id)
    let found = try reader.scopes([.portfolio, scope])
    guard let own = found.first(where: { $0.scope == scope }) else { return nil }
    let portfolio = found.first { $0.scope == .portfolio }?.counters ?? Counters()
    return rankedBrand(own, within: portfolio)
}

private func rankedBrand(_ summary: ScopeSummary, within portfolio: Counters) -> RankedEntry {
    var attributes = ProductAttributes()
    attributes[.brand] = summary.scope.id
    return RankedEntry(
        id: summary.scope.id, counters: summary.counters, attributes: attributes,
        productCount: summary.productCount,
        impact: impact(of: summary.counters, within: portfolio, portfolio: portfolio),
        isRanked: summary.counters.ratedCount >= MinimumSupport.scope,
        distinct: summary.distinct)
}

private func scopeCounters(_ reader: any StoreReader) throws -> [Scope: Counters] {
    var counters: [Scope: Counters] = [:]
    for summary in try reader.scopes() { counters[summary.scope] = summary.counters }
    return counters
}

/// The filters of a query, with its text in lower case.
private struct WantedEntries {
    private let brand: Text?
    private let category: Text?
    private let text: String?

    init(_ query: RankingQuery) {
        brand = query.brand.map { Text($0) }
        category = query.category.map { Text($0) }
        text = query.text?.lowercased()
    }

    func contains(_ id: Text, _ attributes: ProductAttributes) -> Bool {
        if let brand, attributes[.brand] != brand { return false }
        if let category, attributes[.category] != category { return false }
        guard let text else { return true }
        return [id, attributes[.title], attributes[.brand]].contains { field in
            guard let field = field?.string else { return false }
            // A lower-case text has at most three times the bytes, so shorter fields are skipped.
            return field.utf8.count * 3 >= text.utf8.count && field.lowercased().contains(text)
        }
    }
}

private func sorted(_ entries: [RankedEntry], _ order: RankingOrder) -> [RankedEntry] {
    func before(_ left: RankedEntry, _ right: RankedEntry) -> Bool {
        let (l, r) = (key(left, order), key(right, order))
        if l.0 != r.0 { return l.0 > r.0 }
        if l.1 != r.1 { return l.1 > r.1 }
        return left.id < right.id
    }
    return entries.sorted(by: before)
}

/// The sort key of an order, the greatest first; ties are broken by id.
private func key(_ entry: RankedEntry, _ order: RankingOrder) -> (Int64, Int64) {
    let reviews = entry.counters.reviewCount
    switch order {
    case .impact: return entry.isRanked ? (1, entry.impact) : (0, reviews)
    case .reviews: return (reviews, entry.impact)
    case .negatives: return (entry.counters.negatives, entry.impact)
    case .rating: return (-(meanStars(entry.counters) ?? 10_000), reviews)
    case .id: return (0, 0)
    }
}

extension RankedEntry {
    /// The JSON, with `key` as the name of its id: `product_id` or `brand`.
    package func json(_ key: String) -> JSONValue {
        (key == "brand" ? Self.brandForm : Self.productForm).json(self)
    }
}
