package import AfterwordCore

/// A review that changed in a window and should be read.
package struct InboxEntry: Sendable {
    /// Why the review is listed, in listing order.
    package enum Kind: String, CaseIterable, Sendable {
        /// A mention of danger in a review that is new or edited.
        case safety
        /// A new review of one or two stars.
        case negative
        /// A review edited from three stars or more to two or fewer.
        case editedDown = "edited_down"
        /// A negative review that is live again.
        case back
        /// An edited review that is or was negative, and neither edited down nor resolved.
        case edited
        /// A negative review of a product that no earlier dump named.
        case firstSeen = "first_seen"
        /// A negative review edited to three stars or more.
        case resolved
        /// A negative review that is no longer live.
        case gone

        /// Its place in the listing order.
        var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }
    package var kind: Kind
    /// The danger, of class A or B, for the kind `safety`.
    package var danger: Danger?
    package var review: StoredReview
    package var brand: Text?
    /// The stars before; nil for a review that did not exist or had none.
    package var starBefore: Int?
    /// The sentence in which a danger or a complaint was found, otherwise the beginning of the
    /// text.
    package var quote: String
    /// The themes complained about.
    package var themes: [String]

    package var hazard: String? { danger?.hazard }
    package var dangerClass: DangerClass? { danger?.dangerClass }
    /// A person's verdict on the review's present content.
    package var verdict: Verdict?
    package var isJudgedReal: Bool { verdict == .real }
}

/// What a window brought: dangers first, then new negatives and reviews edited down, then the rest.
/// Dangers are ordered by class, then severity; within a kind, entries are ordered by fewest stars,
/// then by the brand with most entries. Dangers of class C are only counted.
///
/// - Throws: `AsOfFault` for runs that do not exist.
package func inbox(
    _ reader: any StoreReader, in window: DumpWindow, of scope: ReviewScope? = nil,
    lexicon: Lexicon? = nil, page: Page
) throws -> Listing<InboxEntry> {
    let lexicon = try lexicon ?? lexiconInForce(reader, at: window)
    return try countedInbox(reader, in: window, of: InboxFilter(scope), lexicon, page).page
}

/// The entries of a window that pass a filter.
///
/// - Throws: As above.
package func inbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter, page: Page
) throws -> Listing<InboxEntry> {
    let lexicon = try lexiconInForce(reader, at: window)
    return try countedInbox(reader, in: window, of: filter, lexicon, page).page
}

/// The lexicon in force at a window's end.
func lexiconInForce(_ reader: any StoreReader, at window: DumpWindow) throws -> Lexicon {
    try AsOfReader(reader, run: window.to).lexicon()
}

/// The inbox of a window: from what runs kept where they kept something of the kind, else from the
/// reviews that changed.
private func countedInbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter, _ lexicon: Lexicon,
    _ page: Page
) throws -> CountedInbox {
    if let counted = try firstInbox(reader, in: window, of: filter, lexicon, page)
        ?? windowInbox(reader, in: window, of: filter, lexicon, page)
    {
        return counted
    }
    let changes = try reviewChanges(reader, in: window, of: filter.scope)
    let all = inbox(changes, lexicon: lexicon, page: Page(size: .max))
    let book = try filter.seenBook(reader)
    let shown = all.entries.filter { !book.isSeen($0.review.reviewKey, since: $0.review.run) }
    var listing = Listing(shown, page: page)
    (listing.newDangers, listing.unlikely) = (all.newDangers, all.unlikely)
    var counted = CountedInbox(
        page: listing, groups: inboxGroups(all.entries), unread: nil, changes: changes)
    let seen = all.entries.filter { book.isSeen($0.review.reviewKey, since: $0.review.run) }
    counted.seen = inboxGroups(seen)
    return counted
}

/// The inbox of a window, the number of its entries by kind and brand, and what the window covers.
///
/// - Parameter isOfAll: As `coverage`.
/// - Throws: As `inbox`.
package func coveredInbox(
    _ reader: any StoreReader, in window: DumpWindow, of scope: ReviewScope? = nil,
    isOfAll: Bool = true, page: Page
) throws -> CoveredInbox {
    try coveredInbox(reader, in: window, of: InboxFilter(scope), isOfAll: isOfAll, page: page)
}

/// The same of the entries that pass a filter.
package func coveredInbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter,
    isOfAll: Bool = true, page: Page
) throws -> CoveredInbox {
    let lexicon = try lexiconInForce(reader, at: window)
    let counted = try countedInbox(reader, in: window, of: filter, lexicon, page)
    var covered = CoveredInbox(
        inbox: counted.page, groups: counted.groups, seen: counted.seen,
        leavesOutSeen: filter.leavesOutSeen)
    if let unread = counted.unread {
        covered.coverage = try coverage(reader, of: window, unread: unread, isOfAll: isOfAll)
    } else {
        covered.coverage = try coverage(
            reader, of: window, changes: counted.changes, isOfAll: isOfAll)
    }
    return covered
}

private func inboxGroups(_ entries: [InboxEntry]) -> [InboxGroup: Int] {
    InboxRanks(entries.map { InboxGroup(kind: $0.kind, brand: $0.brand) }).groups
}

/// The same for changes that are already read.
package func inbox(
    _ changes: [ReviewChange], lexicon: Lexicon, page: Page
) -> Listing<InboxEntry> {
    var unlikely = 0
    var entries: [InboxEntry] = []
    var reader = ReviewReader(lexicon)
    for change in changes {
        let (own, isUnlikely) = inboxEntries(change, reader.read(change.review.values), lexicon)
        entries += own
        if isUnlikely { unlikely += 1 }
    }
    var listing = Listing(sorted(entries), page: page)
    listing.newDangers = entries.count { $0.kind == .safety }
    listing.unlikely = unlikely
    return listing
}

/// What all runs after `since` brought; 0 is before the first run.
package func inbox(
    _ reader: any StoreReader, since: Int64, of scope: ReviewScope? = nil,
    lexicon: Lexicon? = nil, page: Page
) throws -> Listing<InboxEntry> {
    let newest = try reader.newestRun()?.run ?? 0
    return try inbox(
        reader, in: DumpWindow(from: since, to: newest), of: scope, lexicon: lexicon, page: page)
}

extension ReviewDifference {
    /// The kind under which an inbox lists the difference; nil where it does not.
    var inboxKind: InboxEntry.Kind? {
        if isEditedDown { return .editedDown }
        if isResolved { return .resolved }
        if isGoneNegative { return .gone }
        if isEditedNegative { return .edited }
        guard isNegative else { return nil }
        switch news {
        case .new: return .negative
        case .back: return .back
        case .firstSeen: return .firstSeen
        case .older, .edited, .gone, .moved: return nil
        }
    }
}

/// The entries of a review, and whether its strongest danger is of class C.
func inboxEntries(
    _ change: ReviewChange, _ reading: ReviewReading, _ lexicon: Lexicon
) -> (entries: [InboxEntry], isUnlikely: Bool) {
    let review = change.review
    let kind = change.difference.inboxKind
    func entry(
        _ kind: InboxEntry.Kind, danger: Danger? = nil, _ mention: (TrackedField, Range<Int>)?
    )
        -> InboxEntry
    {
        InboxEntry(
            kind: kind, danger: danger, review: review, brand: change.brand,
            starBefore: change.difference.starBefore,
            quote: mention.map { review.values.quote($0.0, $0.1) } ?? review.values.beginning,
            themes: reading.complaints.sorted().map { lexicon.aspects[$0].id },
            verdict: change.verdict)
    }
    var entries: [InboxEntry] = []
    let found =
        review.isLive && change.difference.news != .moved
        ? dangers(in: reading, of: review.values, verdict: change.verdict, lexicon: lexicon) : []
    if let danger = found.first, danger.dangerClass.leads {
        entries.append(entry(.safety, danger: danger, (danger.field, danger.sentence)))
    }
    if let kind {
        let complaint = reading.mentions.first(where: \.isNegative).map { ($0.field, $0.sentence) }
        entries.append(entry(kind, complaint))
    }
    return (entries, found.first.map { !$0.dangerClass.leads } ?? false)
}

private func sorted(_ entries: [InboxEntry]) -> [InboxEntry] {
    let counts = Dictionary(grouping: entries) { "\($0.kind.rawValue)\n\($0.brand?.string ?? "")" }
        .mapValues(\.count)
    func place(_ entry: InboxEntry) -> (Int, Int, Int, Text) {
        (
            entry.kind.order,
            entry.review.isLive ? entry.review.values.star ?? 6 : entry.starBefore ?? 6,
            -(counts["\(entry.kind.rawValue)\n\(entry.brand?.string ?? "")"] ?? 0),
            entry.brand ?? Text([])
        )
    }
    return entries.sorted { left, right in
        if let danger = left.danger, let other = right.danger, danger < other || other < danger {
            return danger < other
        }
        let (l, r) = (place(left), place(right))
        if l != r { return l < r }
        if left.review.run != right.review.run { return left.review.run > right.review.run }
        return (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
}
