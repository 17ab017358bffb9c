package import AfterwordCore

/// A theme beside what it was.
package struct ThemeShift: Sendable {
    package var theme: Theme
    package var before: Int64
    package var change: Int64 { theme.mentions - before }
}

/// What there is to tell of a scope since a run, for people: one page to mail.
package struct ScopeDigest: Sendable {
    package var scope: String
    package var changes: ScopeChanges
    /// Words of danger in what came.
    package var safety: [InboxEntry]
    package var negatives: [InboxEntry]
    package var negativeCount: Int
    package var resolvedCount: Int
    /// Themes that more, or fewer, reviews speak of; those that moved most first.
    package var themes: [ThemeShift]
    package var brands: [ScopeShift]
    /// What was too little to say.
    package var silences: [String]

    package static let quoteLimit = 25
    package static let rowLimit = 12
}

/// Gathers what there is to tell of a scope since a run.
///
/// - Throws: as `changes` and `inbox`.
package func scopeDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, since: Int64
) throws -> ScopeDigest {
    let newest = try reader.runs().newestDump?.run ?? 0
    let changes = try changes(reader, of: scope, from: since, to: newest)
    let entries = try inbox(
        reader, since: since, of: scope, page: Page(number: 1, size: 1_000_000)
    ).entries
    let negatives = entries.filter { $0.kind == .negative || $0.kind == .edited }
    var digest = ScopeDigest(
        scope: written, changes: changes, safety: entries.filter { $0.kind == .safety },
        negatives: Array(negatives.prefix(ScopeDigest.quoteLimit)), negativeCount: negatives.count,
        resolvedCount: entries.count { $0.kind == .resolved },
        themes: try themeShifts(reader, scope, since: since), brands: [], silences: [])
    if scope == .scope(.portfolio) {
        digest.brands = Array(
            try brandShifts(reader, from: since, to: newest).prefix(ScopeDigest.rowLimit))
    }
    digest.silences = silences(digest)
    return digest
}

private func themeShifts(
    _ reader: any StoreReader, _ scope: ReviewScope, since: Int64
) throws -> [ThemeShift] {
    var query = ThemeQuery()
    query.scope = scope
    let before = try themes(AsOfReader(reader, run: since), query)
    let now = try themes(reader, query)
    var shifts = now.map { theme in
        ThemeShift(
            theme: theme,
            before: before.first { $0.aspect == theme.aspect }?.mentions ?? 0)
    }
    for old in before where !now.contains(where: { $0.aspect == old.aspect }) {
        var gone = old
        gone.mentions = 0
        gone.starImpact = nil
        shifts.append(ThemeShift(theme: gone, before: old.mentions))
    }
    let moved = shifts.filter { $0.change != 0 }.sorted { left, right in
        left.change.magnitude != right.change.magnitude
            ? left.change.magnitude > right.change.magnitude
            : Text(left.theme.aspect.id) < Text(right.theme.aspect.id)
    }
    return Array(moved.prefix(ScopeDigest.rowLimit))
}

/// What a reader might look for and why it is not told.
private func silences(_ digest: ScopeDigest) -> [String] {
    var silences: [String] = []
    if !digest.changes.saysEnough {
        silences.append(
            "The mean says little: fewer than \(ChangeAlert.fewestRatings) ratings before or after."
        )
    }
    if digest.changes.movements.isEmpty {
        silences.append("Nothing changed in this scope since run \(digest.changes.from.run).")
    }
    if digest.themes.isEmpty { silences.append("No theme is spoken of by more or fewer reviews.") }
    if digest.negativeCount > digest.negatives.count {
        silences.append(
            several(digest.negativeCount - digest.negatives.count, "more negative review")
                + (digest.negativeCount - digest.negatives.count == 1 ? " is" : " are")
                + " in the inbox."
        )
    }
    return silences
}
