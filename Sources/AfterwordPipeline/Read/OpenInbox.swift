import AfterwordCore

/// An entry of an inbox before its sentence is chosen. That reads texts again, so it is done of
/// those that are shown.
struct OpenEntry: Sendable, InboxListed {
    /// Without a quote.
    private(set) var entry: InboxEntry
    private let reading: ReviewReading

    /// - Parameter reading: What is read in the entry's review.
    init(_ entry: InboxEntry, _ reading: ReviewReading, _ lexicon: Lexicon) {
        (self.entry, self.reading) = (entry, reading)
        self.entry.complaints = reading.complaints.sorted().map { lexicon.aspects[$0] }
    }

    var kind: InboxEntry.Kind { entry.kind }
    var reviewKey: Int64 { entry.review.reviewKey }
    var run: Int64 { entry.review.run }
    var also: InboxEntry.Kind? {
        get { entry.also }
        set { entry.also = newValue }
    }

    /// The entry with its sentence.
    func quoted(_ lexicon: Lexicon, by quotes: inout QuoteReader) -> InboxEntry {
        var own = entry
        let values = own.review.values
        if let danger = own.danger.map({ quotes.placed($0, in: values) }) {
            own.danger = danger
            own.quote = values.quote(danger.field, danger.sentence)
        } else if let said = quotes.complaint(in: values, reading) {
            own.theme = lexicon.aspects[said.aspect]
            own.quote = values.quote(said.sentence.field, said.sentence.range)
        } else {
            own.quote = values.beginning
        }
        return own
    }
}

/// The entries of changes, in the order of an inbox, before their sentences are chosen.
struct OpenInbox {
    private(set) var entries: [OpenEntry] = []
    private(set) var unlikely = 0
    private let newDangers: Int
    private let lexicon: Lexicon

    init(_ changes: [ReviewChange], _ lexicon: Lexicon) {
        self.lexicon = lexicon
        var all: [OpenEntry] = []
        var reader = ReviewReader(lexicon)
        for change in changes {
            let reading = reader.read(change.review.values)
            let (own, isUnlikely) = openEntries(change, reading, lexicon)
            all += own
            if isUnlikely { unlikely += 1 }
        }
        newDangers = all.count { $0.entry.kind == .safety }
        entries = sorted(all)
    }

    /// The number of entries by kind and brand.
    var groups: [InboxGroup: Int] { InboxRanks(entries.map(\.group)).groups }

    /// Leaves the entries that a filter lists. The number of dangers stays.
    mutating func choose(_ filter: InboxFilter, _ book: WorkBook) -> InboxRest {
        filter.choose(from: &entries, book, by: \.group)
    }

    /// A page of the entries with their sentences.
    func listing(_ page: Page) -> Listing<InboxEntry> {
        let shown = quoted(Listing(entries, page: page).entries)
        var listing = Listing(shown, of: entries.count, page: page)
        (listing.newDangers, listing.unlikely) = (newDangers, unlikely)
        return listing
    }

    /// The entries with their sentences.
    ///
    /// - Parameter limit: The most of products seen for the first time; others are left out.
    func quoted(firstSeen limit: Int) -> [InboxEntry] {
        var left = limit
        return quoted(
            entries.filter { own in
                guard own.entry.kind == .firstSeen else { return true }
                left -= 1
                return left >= 0
            })
    }

    private func quoted(_ shown: [OpenEntry]) -> [InboxEntry] {
        var quotes = QuoteReader(lexicon)
        return shown.map { $0.quoted(lexicon, by: &quotes) }
    }
}

extension OpenEntry {
    var group: InboxGroup { InboxGroup(kind: entry.kind, brand: entry.brand) }
}

/// The entries of a review, and whether its strongest danger is of class C.
func openEntries(
    _ change: ReviewChange, _ reading: ReviewReading, _ lexicon: Lexicon
) -> (entries: [OpenEntry], isUnlikely: Bool) {
    let review = change.review
    func entry(_ kind: InboxEntry.Kind, danger: Danger? = nil) -> OpenEntry {
        let own = InboxEntry(
            kind: kind, danger: danger, review: review, brand: change.brand,
            starBefore: change.difference.starBefore, quote: "", complaints: [],
            verdict: change.verdict)
        return OpenEntry(own, reading, lexicon)
    }
    var entries: [OpenEntry] = []
    let found =
        review.isLive && change.difference.news != .moved
        ? dangers(in: reading, of: review.values, verdict: change.verdict, lexicon: lexicon) : []
    if let danger = found.first, danger.dangerClass.leads {
        entries.append(entry(.safety, danger: danger))
    }
    if let kind = change.difference.inboxKind { entries.append(entry(kind)) }
    return (entries, found.first.map { !$0.dangerClass.leads } ?? false)
}

private func sorted(_ entries: [OpenEntry]) -> [OpenEntry] {
    let counts = Dictionary(grouping: entries, by: \.group).mapValues(\.count)
    func place(_ own: OpenEntry) -> (Int, Int, Int, Text) {
        let entry = own.entry
        return (
            entry.kind.order,
            entry.review.isLive ? entry.review.values.star ?? 6 : entry.starBefore ?? 6,
            -(counts[own.group] ?? 0), entry.brand ?? Text([])
        )
    }
    return entries.sorted { left, right in
        let (one, other) = (left.entry, right.entry)
        if let danger = one.danger, let second = other.danger,
            danger < second || second < danger
        {
            return danger < second
        }
        let (l, r) = (place(left), place(right))
        if l != r { return l < r }
        if one.review.run != other.review.run { return one.review.run > other.review.run }
        return (one.review.productID, one.review.reviewID)
            < (other.review.productID, other.review.reviewID)
    }
}
