package import AfterwordCore

extension InsightReport {
    /// The report for a program, with costs in nano-dollars, at most `LineLimit.insights` bytes.
    package var json: JSONValue {
        func names(_ scopes: [ReviewScope]) -> [JSONValue] {
            scopes.map { .string(shortened($0.written, to: LineLimit.name)) }
        }
        let whole = JSONValue.row([
            "made": JSONValue(made), "standing": JSONValue(standing), "calls": JSONValue(calls),
            "cache_hits": JSONValue(cacheHits), "cost_nanodollars": JSONValue(cost),
            "run_count": JSONValue(Int64(runs.count)),
            "failed_count": JSONValue(Int64(failures.count)),
            "left_alone_count": JSONValue(Int64(leftAlone.count)),
        ])
        return whole.with(
            lists: [
                ("runs", runs.map { JSONValue($0) }), ("failed", names(failures.map(\.scope))),
                ("left_alone", names(leftAlone)),
            ], within: LineLimit.insights - 1)
    }
}
