import AfterwordCore

/// Adds the products' deltas to the sums of brands, categories, families and the portfolio, when
/// all products are written.
///
/// - Throws: `StoreFault`.
func applyScopes(_ context: LoadContext) throws {
    let moved = context.totals.scopeDeltas.filter { !$0.value.isZero }.keys.sorted()
    for start in stride(from: 0, to: moved.count, by: context.options.batchRows) {
        let batch = Array(moved[start..<min(start + context.options.batchRows, moved.count)])
        var stored: [Scope: ScopeSummary] = [:]
        for summary in try context.load.scopes(batch) { stored[summary.scope] = summary }
        let rows = batch.map { scope in
            var summary = stored[scope] ?? ScopeSummary(scope: scope)
            let delta = context.totals.scopeDeltas[scope] ?? ScopeDelta()
            summary.productCount += delta.productCount
            summary.counters.add(delta.counters)
            return summary
        }
        try context.load.put(scopes: rows, run: context.run.run)
    }
}
