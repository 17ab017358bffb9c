package import AfterwordCore

/// What there is to say of a scope within a window, for people: one page to mail.
package struct ScopeBriefing: Sendable {
    package var scope: String
    package var window: DumpWindow
    package var changes: ScopeChanges
    package var coverage: Coverage?
    /// All that the window brought, in the order of an inbox.
    package var entries: [InboxEntry]
    /// Themes that a greater, or smaller, share of the new reviews speak of, beyond chance.
    package var themes: [ThemeShift]
    package var brands: [ScopeShift]
    /// Brands that changed and are not among them.
    package var brandsLeftOut = 0
    /// What is left out and what was too little to say.
    package var remarks: [String]
    /// Dangers of class C: probably none.
    package var unlikelyDangers = 0

    package static let rowLimit = 12
    package static let brandLimit = 50
    /// Negative reviews of products seen for the first time: of a first dump these are a whole store.
    package var firstSeenLimit: Int { window.isFirst ? 50 : 1_000 }

    package func entries(_ kinds: InboxEntry.Kind...) -> [InboxEntry] {
        entries.filter { kinds.contains($0.kind) }
    }

    package var firstSeen: ArraySlice<InboxEntry> {
        entries(.firstSeen).prefix(firstSeenLimit)
    }
}

/// Gathers what there is to say of a scope within a window.
///
/// - Throws: as `changes` and `inbox`.
package func scopeDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, in window: DumpWindow
) throws -> ScopeBriefing {
    let news = try reviewChanges(reader, in: window, of: scope)
    let box = inbox(news, page: Page(number: 1, size: .max))
    var digest = ScopeBriefing(
        scope: written, window: window, changes: try changes(reader, of: scope, in: window),
        coverage: try coverage(reader, of: window, changes: news), entries: box.entries,
        themes: try themeShifts(reader, scope, in: window, news),
        brands: [], remarks: [])
    digest.unlikelyDangers = box.unlikely
    if scope == .scope(.portfolio) {
        let brands = try brandShifts(reader, in: window)
        digest.brands = Array(brands.prefix(ScopeBriefing.brandLimit))
        digest.brandsLeftOut = brands.count - digest.brands.count
    }
    digest.remarks = remarks(digest)
    return digest
}

/// The new reviews of a window set against those that were there before it.
private func themeShifts(
    _ reader: any StoreReader, _ scope: ReviewScope, in window: DumpWindow, _ news: [ReviewChange]
) throws -> [ThemeShift] {
    guard window.from > 0 else { return [] }
    var query = ThemeQuery()
    query.scope = scope
    let before = try readReviews(AsOfReader(reader, run: window.from), query)
    let new = Set(news.filter { $0.difference.news == .new }.map(\.review.reviewKey))
    let now = try readReviews(AsOfReader(reader, run: window.to), query)
    return themeShifts(
        before: before, new: now.filter { new.contains($0.review.reviewKey) }, lexicon: .first)
}

/// What a reader might look for and why it is not there; it stands before everything else.
private func remarks(_ digest: ScopeBriefing) -> [String] {
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
            "Of products seen for the first time the worst \(digest.firstSeenLimit) negative "
                + "reviews stand here; \(grouped(Int64(more))) more are not listed.")
    }
    if digest.themes.isEmpty, !digest.window.isFirst {
        remarks.append("No theme is up or down beyond chance.")
    }
    return remarks
}
