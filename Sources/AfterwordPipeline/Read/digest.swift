package import AfterwordCore

/// A theme beside what it was.
package struct ThemeShift: Sendable {
    package var theme: Theme
    package var before: Int64
    package var change: Int64 { theme.mentions - before }
}

/// What there is to say of a scope within a window, for people: one page to mail.
package struct ScopeDigest: Sendable {
    package var scope: String
    package var window: DumpWindow
    package var changes: ScopeChanges
    package var coverage: Coverage?
    /// All that the window brought, in the order of an inbox.
    package var entries: [InboxEntry]
    /// Themes that more, or fewer, reviews speak of; those that moved most first.
    package var themes: [ThemeShift]
    package var brands: [ScopeShift]
    /// What is left out and what was too little to say.
    package var remarks: [String]

    package static let rowLimit = 12
    /// Negative reviews of products seen for the first time: these may be a whole store.
    package static let firstSeenLimit = 50

    package func entries(_ kinds: InboxEntry.Kind...) -> [InboxEntry] {
        entries.filter { kinds.contains($0.kind) }
    }

    package var firstSeen: ArraySlice<InboxEntry> {
        entries(.firstSeen).prefix(Self.firstSeenLimit)
    }
}

/// Gathers what there is to say of a scope within a window.
///
/// - Throws: as `changes` and `inbox`.
package func scopeDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, in window: DumpWindow
) throws -> ScopeDigest {
    let news = try reviewChanges(reader, in: window, of: scope)
    let entries = inbox(news, page: Page(number: 1, size: .max)).entries
    var digest = ScopeDigest(
        scope: written, window: window, changes: try changes(reader, of: scope, in: window),
        coverage: try coverage(reader, of: window, changes: news), entries: entries,
        themes: try themeShifts(AsOfReader(reader, run: window.to), scope, since: window.from),
        brands: [], remarks: [])
    if scope == .scope(.portfolio) {
        digest.brands = Array(
            try brandShifts(reader, in: window).prefix(ScopeDigest.rowLimit))
    }
    digest.remarks = remarks(digest)
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

/// What a reader might look for and why it is not there; it stands before everything else.
private func remarks(_ digest: ScopeDigest) -> [String] {
    var remarks = digest.coverage?.sentences ?? []
    if digest.changes.movements.isEmpty {
        remarks.append("Nothing changed in this scope since then.")
    } else if !digest.window.isFirst, !digest.changes.saysEnough {
        remarks.append(
            "The mean says little: fewer than \(ChangeAlert.fewestRatings) ratings before or after."
        )
    }
    let more = digest.entries(.firstSeen).count - digest.firstSeen.count
    if more > 0 {
        remarks.append(
            "Of products seen for the first time the worst \(ScopeDigest.firstSeenLimit) negative "
                + "reviews stand here; 'afterword inbox' lists "
                + "\(several(more, "more of them", plural: "more of them")).")
    }
    if digest.themes.isEmpty, !digest.window.isFirst {
        remarks.append("No theme is spoken of by more or fewer reviews.")
    }
    return remarks
}
