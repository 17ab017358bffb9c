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
    /// The sentence that states the danger or says `theme`, otherwise the beginning of the text.
    package var quote: String
    /// What is complained about.
    package var complaints: [Lexicon.Aspect]
    /// The complaint that the sentence is shown for; nil for a danger and where there is none.
    package var theme: Lexicon.Aspect?

    /// The themes complained about, and what they are called.
    package var themes: [String] { complaints.map(\.id) }
    package var themeLabels: [String] { complaints.map(\.label) }
    package var hazard: String? { danger?.hazard }
    package var dangerClass: DangerClass? { danger?.dangerClass }
    /// A person's verdict on the review's present content.
    package var verdict: Verdict?
    package var isJudgedReal: Bool { verdict == .real }
    /// The other kind under which its review came, where a list says reviews once; else nil.
    package var also: Kind?
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
    var all = OpenInbox(changes, lexicon)
    let groups = all.groups
    let rest = all.choose(filter, try filter.seenBook(reader))
    return CountedInbox(
        page: all.listing(page), groups: groups, rest: rest, unread: nil, changes: changes)
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
        inbox: counted.page, groups: counted.groups, rest: counted.rest)
    if let unread = counted.unread {
        covered.coverage = try coverage(reader, of: window, unread: unread, isOfAll: isOfAll)
    } else {
        covered.coverage = try coverage(
            reader, of: window, changes: counted.changes, isOfAll: isOfAll)
    }
    return covered
}

/// The same for changes that are already read.
package func inbox(
    _ changes: [ReviewChange], lexicon: Lexicon, page: Page
) -> Listing<InboxEntry> {
    OpenInbox(changes, lexicon).listing(page)
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
