import AfterwordCore

/// Writes the sums of themes of the scopes whose products the run changed.
///
/// - Parameter now: When the run is recorded.
/// - Throws: `StoreFault`.
func applyThemes(_ context: LoadContext, _ now: Instant) throws {
    guard let lexicon = context.run.lexicon, !context.totals.themeScopes.isEmpty else { return }
    try applyThemes(
        context.load, lexicon, moved: context.totals.themeScopes.filter(\.isKept).sorted(),
        by: runRecord(context, [], now), least: context.options.leastThemeReviews)
}

/// Writes the sums of themes of scopes: of the portfolio, and of those brands and categories that
/// have many reviews, or whose sums are kept since they had. Themes of all others are counted from
/// the marks of their products when an answer needs them.
///
/// - Parameters:
///   - moved: The scopes whose themes may be others than before.
///   - run: The run under way.
///   - least: The fewest live reviews of a scope whose sums are kept.
/// - Throws: `StoreFault`.
func applyThemes(
    _ load: any StoreLoad, _ lexicon: Lexicon, moved: [Scope], by run: RunRecord, least: Int64
) throws {
    let reader = load.reader
    var kept: [Scope: Int64] = [:]
    for row in try reader.themeSums(of: nil, upTo: run.run) { kept[row.scope] = row.run }
    var sizes: [Scope: Int64] = [:]
    for summary in try reader.scopes() { sizes[summary.scope] = summary.counters.reviewCount }
    let scopes = moved.filter { scope in
        scope == .portfolio || kept[scope] != nil || (sizes[scope] ?? 0) >= least
    }
    let marks = try LiveMarks(reader, runs: reader.runs() + [run], lexicon)
    let labels = try reader.productLabels()
    for start in stride(from: 0, to: scopes.count, by: themeScopes) {
        let own = Array(scopes[start..<min(start + themeScopes, scopes.count)])
        let sums = try marks.themes(of: own, labels, expected: Int(sizes[.portfolio] ?? 0))
        try load.append(
            themeSums: zip(own, sums).map { scope, sums in
                let sums = KeptThemeSums(
                    run: run.run, previous: kept[scope] ?? 0, sums: sums)
                return ThemeSumsRow(
                    scope: scope, run: run.run, reader: Int64(lexicon.version),
                    sums: sums.bytes)
            })
    }
}

/// How many scopes are counted in one walk: each holds some kilobytes.
private let themeScopes = 1024

extension Scope {
    /// Whether the sums of its themes may be kept.
    var isKept: Bool { kind != .family }
}
