package import AfterwordCore

/// A briefing about a scope in a window, for people: one page to mail.
package struct ScopeBriefing: Sendable {
    package var scope: String
    package var window: DumpWindow
    package var changes: ScopeChanges
    package var coverage: Coverage?
    /// What the window brought, in the order of the inbox; of products seen for the first time as
    /// many as are listed.
    package var entries: [InboxEntry]
    /// The number of negative reviews of products seen for the first time.
    package var firstSeenCount = 0
    /// Themes whose share among new reviews rose or fell significantly.
    package var themes: [ThemeShift]
    package var brands: [ScopeShift]
    /// How many changed brands are not in `brands`.
    package var brandsLeftOut = 0
    /// What is left out, and what has too little data.
    package var remarks: [String]
    /// How many reviews mention dangers of class C (probably none) only.
    package var unlikelyDangers = 0
    /// What each dump up to the end of the window brought.
    package var arrivals: [DumpArrivals] = []

    package static let rowLimit = 12
    package static let brandLimit = 50
    /// The most negative reviews listed of products seen for the first time; fewer in the first
    /// window, where that is the whole store.
    package var firstSeenLimit: Int { window.isFirst ? 50 : 1_000 }

    package func entries(_ kinds: InboxEntry.Kind...) -> [InboxEntry] {
        entries.filter { kinds.contains($0.kind) }
    }

    package var firstSeen: ArraySlice<InboxEntry> {
        entries(.firstSeen).prefix(firstSeenLimit)
    }
}

extension ScopeBriefing {
    mutating func list(_ shifts: [ScopeShift]) {
        brands = Array(shifts.prefix(Self.brandLimit))
        brandsLeftOut = shifts.count - brands.count
    }
}

/// Gathers the briefing of a scope for a window.
///
/// - Throws: The errors of `changes` and `reviewChanges`.
package func scopeDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, in window: DumpWindow
) throws -> ScopeBriefing {
    var digest =
        try firstDigest(reader, of: scope, written: written, in: window)
        ?? laterDigest(reader, of: scope, written: written, in: window)
    digest.arrivals = try scopeArrivals(reader, of: scope, in: window)
    return digest
}

/// The briefing from what changed in the window.
private func laterDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, in window: DumpWindow
) throws -> ScopeBriefing {
    let news = try reviewChanges(reader, in: window, of: scope)
    let lexicon = try lexiconInForce(reader, at: window)
    let box = OpenInbox(news, lexicon)
    var digest = ScopeBriefing(
        scope: written, window: window, changes: try changes(reader, of: scope, in: window),
        coverage: try coverage(reader, of: window, changes: news), entries: [],
        themes: try themeShifts(reader, scope, in: window, news),
        brands: [], remarks: [])
    digest.unlikelyDangers = box.unlikely
    digest.firstSeenCount = box.entries.count { $0.entry.kind == .firstSeen }
    digest.entries = box.quoted(firstSeen: digest.firstSeenLimit)
    // Before the first dump there was no mean that they moved.
    if window.isFirst { digest.changes.movements = [] }
    if scope == .scope(.portfolio) { digest.list(try brandShifts(reader, in: window)) }
    digest.remarks = remarks(digest)
    return digest
}

/// Compares the new reviews of a window with those before it.
private func themeShifts(
    _ reader: any StoreReader, _ scope: ReviewScope, in window: DumpWindow, _ news: [ReviewChange]
) throws -> [ThemeShift] {
    guard window.from > 0 else { return [] }
    var query = ThemeQuery()
    query.scope = scope
    let lexicon = try lexiconInForce(reader, at: window)
    let before = try QueryReadings(AsOfReader(reader, run: window.from), query, lexicon)
    let now = try QueryReadings(AsOfReader(reader, run: window.to), query, lexicon)
    let new = Set(news.filter { $0.difference.news == .new }.map(\.review.reviewKey))
    var tally = MentionTally(
        aspects: lexicon.aspects.count, sets: 2, expected: now.expected)
    func walk(_ take: (ProductLabel, ReadingMarks, _ set: Int) -> Void) throws {
        try before.forEachProduct { product, live in
            for own in live { take(product, own.marks, 0) }
        }
        try now.forEachProduct { product, live in
            for own in live {
                let place = ReadingPlace(product: product.productKey, reading: own)
                if new.contains(place.reviewKey) { take(product, own.marks, 1) }
            }
        }
    }
    try walk { _, marks, _ in tally.find(marks.key) }
    tally.close()
    try walk { tally.count($1, in: $2, within: $0.dimension.sameTextScope) }
    let counts = tally.finish()
    return themeShifts(before: counts[0], new: counts[1], lexicon: lexicon)
}

/// Notes shown first: coverage, and why something expected is missing.
func remarks(_ digest: ScopeBriefing) -> [String] {
    var remarks = digest.coverage?.sentences ?? []
    if digest.changes.movements.isEmpty, digest.changes.counts == NewsCounts() {
        remarks.append("Nothing changed in this scope since then.")
    } else if !digest.window.isFirst, !digest.changes.saysEnough {
        remarks.append(
            "The mean says little: fewer than \(ChangeAlert.fewestRatings) ratings before or after."
        )
    }
    let more = digest.firstSeenCount - digest.firstSeen.count
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
