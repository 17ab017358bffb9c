import AfterwordCore

/// Adds the products' deltas to the sums of brands, categories, families and the portfolio, and
/// counts what is distinct in them, when all products are written.
///
/// - Throws: `StoreFault`.
func applyScopes(_ context: LoadContext) throws {
    let deltas = context.totals.scopeDeltas.filter { !$0.value.isZero }
    guard !deltas.isEmpty || !context.totals.distinct.isEmpty else { return }
    let counted = try countRepeats(context)
    var moved = Set(deltas.keys).union(counted.repeats.keys)
    if counted.isAnew { try moved.formUnion(context.load.reader.scopes().map(\.scope)) }
    let sorted = moved.sorted()
    for start in stride(from: 0, to: sorted.count, by: context.options.batchRows) {
        let batch = Array(sorted[start..<min(start + context.options.batchRows, sorted.count)])
        var stored: [Scope: ScopeSummary] = [:]
        for summary in try context.load.scopes(batch) { stored[summary.scope] = summary }
        let rows = batch.map { scope in
            var summary = stored[scope] ?? ScopeSummary(scope: scope)
            let delta = deltas[scope] ?? ScopeDelta()
            summary.productCount += delta.productCount
            summary.counters.add(delta.counters)
            let known = counted.isAnew ? DistinctCounts() : summary.distinct ?? DistinctCounts()
            let shown = DistinctCounts(counted.isAnew ? summary.counters : delta.counters)
            summary.distinct = known + shown - (counted.repeats[scope] ?? DistinctCounts())
            return summary
        }
        for row in rows { context.totals.ledger.add(row) }
        try context.load.put(scopes: rows, run: context.run.run)
    }
}

/// How many more reviews scopes show again, or how many in all where a store has never counted.
private struct CountedRepeats {
    var repeats: [Scope: DistinctCounts] = [:]
    /// Whether all scopes are counted anew.
    var isAnew = false
}

private func countRepeats(_ context: LoadContext) throws -> CountedRepeats {
    let changes = context.totals.distinct
    if context.run.isFirst {
        var search = DistinctSearch(first: changes)
        _ = search.pass()
        return CountedRepeats(repeats: search.repeats([:]))
    }
    let portfolio = try context.load.scopes([.portfolio]).first
    if context.totals.hasUnknownKeys || portfolio.map({ $0.distinct == nil }) == true {
        return try countAnew(context)
    }
    guard !changes.isEmpty else { return CountedRepeats() }
    let reader = context.load.reader
    var search = DistinctSearch(changes)
    while try search.pass({ try reader.distinctKeys($0) }) {}
    var attributes: [Int64: ProductAttributes] = [:]
    for product in try reader.products(withKeys: search.otherProducts) {
        attributes[product.productKey] = product.dimension
    }
    return CountedRepeats(repeats: search.repeats(attributes))
}

/// Counts all scopes anew, and writes the keys of products that have none: of a store that an
/// earlier program wrote. No shape of an earlier program says that its ids are global.
private func countAnew(_ context: LoadContext) throws -> CountedRepeats {
    let reader = context.load.reader
    var stored: [Int64: DistinctKeys] = [:]
    try reader.distinctKeys { stored[$0] = $1 }
    var (all, made): ([DistinctChange], [Int64: DistinctKeys]) = ([], [:])
    for product in try reader.products(nil) where product.summary.counters.reviewCount > 0 {
        let key = product.productKey
        let keys =
            try stored[key]
            ?? DistinctKeys(
                reader.reviews(ofProduct: product.productID).filter(\.isLive)
                    .map { $0.distinctEntry() })
        if stored[key] == nil { made[key] = keys }
        all.append(
            DistinctChange(
                productKey: key, before: (DistinctKeys(), ProductAttributes()),
                after: (keys, product.dimension)))
    }
    try context.load.put(distinctKeys: made)
    var search = DistinctSearch(first: all)
    _ = search.pass()
    return CountedRepeats(repeats: search.repeats([:]), isAnew: true)
}
