package import AfterwordCore

/// What came since a run and wants to be read.
package struct InboxEntry: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A word of danger in a review that is new or changed.
        case safety
        /// A new review of one or two stars, or one that an edit made so.
        case negative
        /// A negative review that says something else now and is still negative.
        case edited
        /// A negative review that is gone, or has three stars or more now.
        case resolved
    }
    package var kind: Kind
    package var hazard: String?
    /// How the review speaks of it: A or B.
    package var dangerClass: DangerClass?
    package var review: StoredReview
    package var brand: Text?
    /// Stars before; nil for a review that was not there, or had none.
    package var starBefore: Int?
    /// The sentence that a theme or hazard was found in, else the beginning of the text.
    package var quote: String
    /// Themes complained of.
    package var themes: [String]
}

/// What the runs after `since` brought: words of danger first, then new negatives, edits, and what is resolved; of one kind
/// the brand with most of it first.
///
/// - Throws: `AsOfFault` for a run that is not there; 0 stands for before the first.
package func inbox(
    _ reader: any StoreReader, since: Int64, of scope: ReviewScope? = nil,
    lexicon: Lexicon = .first, page: Page
) throws -> Listing<InboxEntry> {
    if since > 0 { _ = try resolveAsOf(.run(since), among: reader.runs()) }
    var old: [Int64: StoredReview] = [:]
    let new: [StoredReview]
    if since > 0 {
        let newest = try reader.newestRun()?.run ?? 0
        let changed = try reader.changed(after: since, upTo: newest)
        for review in changed.asOf(since) where review.isLive { old[review.reviewKey] = review }
        new = changed.asOf(newest)
    } else {
        new = try reader.reviews(ofProduct: nil)
    }
    var brands: [Text: Text] = [:]
    var outside: Set<Text> = []
    for product in try reader.products(nil) {
        brands[product.productID] = product.dimension[.brand]
        if scope?.holds(product.productID, product.dimension) == false {
            outside.insert(product.productID)
        }
    }
    var entries: [InboxEntry] = []
    for review in new where !outside.contains(review.productID) {
        entries += inboxEntries(
            review, before: old[review.reviewKey], brands[review.productID], lexicon)
    }
    return Listing(sorted(entries), page: page)
}

private func inboxEntries(
    _ review: StoredReview, before: StoredReview?, _ brand: Text?, _ lexicon: Lexicon
) -> [InboxEntry] {
    let star = review.isLive ? review.values.star : nil
    let starBefore = before?.values.star
    let wasNegative = starBefore.map { $0 <= 2 } ?? false
    let isNegative = star.map { $0 <= 2 } ?? false
    let reading = readReview(review.values, with: lexicon)
    func entry(_ kind: InboxEntry.Kind, danger: Danger? = nil, _ mention: (Field, Range<Int>)?)
        -> InboxEntry
    {
        InboxEntry(
            kind: kind, hazard: danger?.hazard, dangerClass: danger?.dangerClass, review: review,
            brand: brand, starBefore: starBefore,
            quote: mention.map { review.values.quote($0.0, $0.1) } ?? review.values.beginning,
            themes: reading.complaints.sorted().map { lexicon.aspects[$0].id })
    }
    var entries: [InboxEntry] = []
    let found = dangers(in: reading, of: review.values, lexicon: lexicon)
    if review.isLive, let danger = found.first, danger.dangerClass.leads {
        entries.append(entry(.safety, danger: danger, (danger.field, danger.sentence)))
    }
    let complaint = reading.mentions.first(where: \.isNegative).map { ($0.field, $0.sentence) }
    if isNegative {
        let isEdit = wasNegative && before.map { $0.values != review.values } ?? false
        if !wasNegative || isEdit { entries.append(entry(isEdit ? .edited : .negative, complaint)) }
    } else if wasNegative {
        entries.append(entry(.resolved, complaint))
    }
    return entries
}

private func sorted(_ entries: [InboxEntry]) -> [InboxEntry] {
    let kinds = InboxEntry.Kind.allCases
    let counts = Dictionary(grouping: entries) { "\($0.kind.rawValue)\n\($0.brand?.string ?? "")" }
        .mapValues(\.count)
    func place(_ entry: InboxEntry) -> (Int, Int, Text) {
        (
            kinds.firstIndex(of: entry.kind) ?? 0,
            -(counts["\(entry.kind.rawValue)\n\(entry.brand?.string ?? "")"] ?? 0),
            entry.brand ?? Text([])
        )
    }
    return entries.sorted { left, right in
        let (l, r) = (place(left), place(right))
        if l != r { return l < r }
        if left.review.run != right.review.run { return left.review.run > right.review.run }
        return (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
}
