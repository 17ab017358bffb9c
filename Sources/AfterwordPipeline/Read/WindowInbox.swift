package import AfterwordCore

/// The number of entries of an inbox, by kind and brand.
package struct InboxGroup: Hashable, Sendable {
    package var kind: InboxEntry.Kind
    /// Nil where the product has no brand.
    package var brand: Text?

    package init(kind: InboxEntry.Kind, brand: Text?) { (self.kind, self.brand) = (kind, brand) }
}

/// A page of an inbox, and counts of all of it.
struct CountedInbox {
    var page: Listing<InboxEntry>
    var groups: [InboxGroup: Int]
    var rest: InboxRest
    /// Live reviews among the changes in a language that is not read; nil where `changes` says so.
    var unread: Int64?
    /// The changes, where they had to be read.
    var changes: [ReviewChange] = []
}

/// What an inbox is ordered by first, the greatest last: the kind, the class and the severity of
/// the danger, the stars, the number of entries of the kind and the brand, and the brand.
struct InboxRank: Comparable {
    fileprivate var bits: UInt64 = 0

    static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }

    fileprivate mutating func add(_ number: Int, bits count: UInt64) {
        bits = bits << count | UInt64(min(max(number, 0), 1 << Int(count) - 1))
    }
}

/// Ranks the entries of an inbox by their groups.
struct InboxRanks {
    private(set) var groups: [InboxGroup: Int] = [:]
    private let all: [InboxGroup]
    /// The places of the brands among all, in byte order.
    private var brands: [Text: Int] = [:]

    /// - Parameter all: The groups of the entries, in any order.
    init(_ all: [InboxGroup]) {
        self.all = all
        for group in all { groups[group, default: 0] += 1 }
        let sorted = Set(groups.keys.map { $0.brand ?? Text([]) }).sorted()
        for (place, brand) in sorted.enumerated() { brands[brand] = place }
    }

    /// - Parameters:
    ///   - entry: Its place among all.
    ///   - stars: 6 where there are none.
    func rank(
        _ entry: Int, danger: (dangerClass: DangerClass, severity: Int)?, stars: Int
    ) -> InboxRank {
        let group = all[entry]
        var rank = InboxRank()
        rank.add(group.kind.order, bits: 4)
        rank.add(
            danger.map { DangerClass.allCases.firstIndex(of: $0.dangerClass) ?? 0 } ?? 0, bits: 2)
        rank.add(danger?.severity ?? 0, bits: 5)
        rank.add(stars, bits: 3)
        rank.add(1 << 24 - 1 - (groups[group] ?? 0), bits: 24)
        rank.add(brands[group.brand ?? Text([])] ?? 0, bits: 24)
        return rank
    }
}

/// An entry of an inbox before its text is read.
private struct ListedEntry: InboxListed {
    var kind: InboxEntry.Kind
    var also: InboxEntry.Kind?
    var danger: (dangerClass: DangerClass, severity: Int)?
    /// 6 where there are none.
    var stars: Int
    /// The run of the review's last version.
    var run: Int64
    var reviewKey: Int64
    var productID: Text
    var brand: Text?
    /// Its place among the entries that are read already.
    var place: Int?
    var rank = InboxRank()

    static func isBefore(_ left: Self, _ right: Self) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        return left.run != right.run ? left.run > right.run : left.productID < right.productID
    }
}

/// The inbox of a window that begins at a run, from the lists of its runs: of most reviews the
/// marks say whether and where they are listed, so that only those of a page are read. Reviews that
/// changed more than once in the window, that moved, that people judged, or whose edit may be no
/// edit are read.
///
/// - Returns: Nil where the store keeps no lists as of the end of the window.
/// - Throws: As `reviewChanges`.
func windowInbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter,
    _ lexicon: Lexicon, _ page: Page
) throws -> CountedInbox? {
    guard let listed = try ListedChanges(reader, in: window, lexicon) else { return nil }
    var maker = try InboxMaker(reader, in: window, of: filter.scope, lexicon, listed)
    try maker.takeOpen(listed.open)
    let dangers = maker.all.count { $0.kind == .safety }
    let groups = maker.rank()
    let book = try filter.seenBook(reader)
    let rest = filter.choose(from: &maker.all, book) { InboxGroup(kind: $0.kind, brand: $0.brand) }
    var listing = Listing(try maker.entries(page), of: maker.all.count, page: page)
    listing.newDangers = dangers
    listing.unlikely = maker.unlikely
    return CountedInbox(page: listing, groups: groups, rest: rest, unread: maker.unread)
}

/// What the lists of a window say of its reviews.
private struct ListedChanges {
    struct Step {
        var last: ReadingMarks
        var previous: ReadingMarks?
        /// Whether the version is the review's first.
        var isFirst = false
        /// Whether more than one version of the window is listed.
        var isRepeated = false
    }

    /// The reviews whose change follows from marks, by key.
    private(set) var steps: [Int64: Step] = [:]
    /// The keys of those that must be read, and of both ends of the window's movements.
    private(set) var open: Set<Int64> = []

    init?(_ reader: any StoreReader, in window: DumpWindow, _ lexicon: Lexicon) throws {
        let version = Int64(lexicon.version)
        let runs = try reader.runs()
        guard window.from > 0, let last = runs.last(where: { $0.run <= window.to }),
            last.reader == version, try reader.hasLists(by: version)
        else { return nil }
        for list in ReviewList.ofInbox { try take(list, reader, in: window, version) }
        for list in [ReviewList.replaced, .added] {
            try reader.listed(list, by: version, after: window.from, upTo: window.to) { row in
                row.versions.forEach { take($0, of: list, run: row.run) }
            }
        }
        for link in try reader.links() where link.run > window.from && link.run <= window.to {
            open.formUnion([link.from.key, link.to.key])
        }
        open.formUnion(try reader.verdicts().map(\.reviewKey))
        // A run that reads records or texts again lists versions that nobody changed.
        let isPlain =
            window.olderRuns.isEmpty
            && runs.allSatisfy {
                ![.reclean, .reread].contains($0.observedOrigin) || $0.run <= window.from
                    || $0.run > window.to
            }
        for (key, step) in steps
        where !isPlain || !step.isClear(from: window.from, newest: last.run, lexicon) {
            open.insert(key)
        }
        for key in open { steps[key] = nil }
    }

    private mutating func take(
        _ list: ReviewList, _ reader: any StoreReader, in window: DumpWindow, _ version: Int64
    ) throws {
        try reader.listed(list, by: version, after: window.from, upTo: window.to) { row in
            row.versions.forEach { own in
                // A run that read texts again lists versions of before.
                guard own.marks.run > window.from else { return }
                let key = reviewKey(ofProduct: own.product, number: own.marks.number)
                var step = steps[key] ?? Step(last: own.marks)
                step.isRepeated = step.isRepeated || step.last.run != own.marks.run
                steps[key] = step
            }
        }
    }

    private mutating func take(_ own: ListedMarks, of list: ReviewList, run: Int64) {
        let key = reviewKey(ofProduct: own.product, number: own.marks.number)
        guard let step = steps[key], step.last.run == run else { return }
        if list == .added { steps[key]?.isFirst = true } else { steps[key]?.previous = own.marks }
    }
}

extension ListedChanges.Step {
    /// Whether the marks say how the review differs between the ends of the window.
    ///
    /// - Parameter newest: The last run of the window.
    fileprivate func isClear(from: Int64, newest: Int64, _ lexicon: Lexicon) -> Bool {
        guard !isRepeated, last.fits(lexicon) else { return false }
        // A version that left its lists may have been followed by another one.
        let isLast = last.run == newest || ReviewList.ofInbox.contains { $0.holds(last) }
        guard isLast else { return false }
        guard let previous else { return isFirst && last.isLive }
        if isFirst || previous.run > from { return false }
        // With the same stars the texts decide whether it is an edit.
        return !previous.isLive || !last.isLive || previous.rating != last.rating
    }

    /// - Precondition: `isClear`.
    fileprivate func difference(isKnownProduct: Bool) -> ReviewDifference? {
        let news: ReviewNews
        switch (previous?.isLive, last.isLive) {
        case (nil, _): news = isKnownProduct ? .new : .firstSeen
        case (true?, true): news = .edited
        case (true?, false): news = .gone
        case (false?, true): news = .back
        case (false?, false): return nil
        }
        return ReviewDifference(
            news: news, starBefore: previous.flatMap { $0.isLive ? $0.star : nil },
            starAfter: last.isLive ? last.star : nil)
    }
}

/// Makes the entries of a window's inbox.
private struct InboxMaker {
    private let reader: any StoreReader
    private let window: DumpWindow
    private let scope: ReviewScope?
    private let lexicon: Lexicon
    /// The entries of reviews that are read before a page is known.
    private var read: [OpenEntry] = []
    var all: [ListedEntry] = []
    private(set) var unlikely = 0
    private(set) var unread: Int64 = 0

    init(
        _ reader: any StoreReader, in window: DumpWindow, of scope: ReviewScope?,
        _ lexicon: Lexicon, _ listed: ListedChanges
    ) throws {
        (self.reader, self.window, self.scope) = (reader, window, scope)
        self.lexicon = lexicon
        let runs = try reader.runs()
        _ = try resolveAsOf(.run(window.from), among: runs)
        let isNow = window.to == runs.last?.run
        let labels = try (isNow ? reader : AsOfReader(reader, run: window.to)).productLabels()
        var products: [Int64: ProductLabel] = [:]
        for label in labels where scope?.holds(label.productID, label.dimension) ?? true {
            products[label.productKey] = label
        }
        for (key, step) in listed.steps {
            if let product = products[productKey(ofReview: key)] { take(key, step, product) }
        }
    }

    private mutating func take(
        _ key: Int64, _ step: ListedChanges.Step, _ product: ProductLabel
    ) {
        let isKnown = window.knew(productSince: product.firstRun)
        guard let difference = step.difference(isKnownProduct: isKnown) else { return }
        let last = step.last
        func entry(_ kind: InboxEntry.Kind) -> ListedEntry {
            ListedEntry(
                kind: kind, stars: (last.isLive ? last.star : difference.starBefore) ?? 6,
                run: last.run, reviewKey: key, productID: product.productID,
                brand: product.dimension[.brand])
        }
        if last.isLive {
            let dangers = last.dangers.listed(by: lexicon)
            let strongest = dangers.filter { $0.dangerClass.leads }
                .min { ($0.dangerClass, $0.hazard) < ($1.dangerClass, $1.hazard) }
            if let strongest {
                var own = entry(.safety)
                own.danger = (strongest.dangerClass, strongest.hazard)
                all.append(own)
            } else if !dangers.isEmpty {
                unlikely += 1
            }
            if ReviewList.unread.holds(last) { unread += 1 }
        }
        if let kind = difference.inboxKind { all.append(entry(kind)) }
    }

    /// Takes the reviews that must be read.
    mutating func takeOpen(_ keys: Set<Int64>) throws {
        if keys.isEmpty { return }
        var texts = ReviewReader(lexicon)
        let changes = try reviewChanges(reader, in: window, of: scope, among: keys.sorted())
        for change in changes {
            let reading = texts.read(change.review.values)
            let (own, isUnlikely) = openEntries(change, reading, lexicon)
            if isUnlikely { unlikely += 1 }
            if change.review.isLive, change.review.values.isUnread(reading) { unread += 1 }
            for open in own {
                let entry = open.entry
                let star = entry.review.isLive ? entry.review.values.star : entry.starBefore
                all.append(
                    ListedEntry(
                        kind: entry.kind,
                        danger: entry.danger.map { ($0.dangerClass, $0.severity) },
                        stars: star ?? 6, run: entry.review.run,
                        reviewKey: entry.review.reviewKey, productID: entry.review.productID,
                        brand: entry.brand, place: read.count))
                read.append(open)
            }
        }
    }

    /// Ranks all entries, and counts them. Those that are listed keep their ranks, so that their
    /// order does not depend on what is left out.
    mutating func rank() -> [InboxGroup: Int] {
        let ranks = InboxRanks(all.map { InboxGroup(kind: $0.kind, brand: $0.brand) })
        for place in all.indices {
            all[place].rank = ranks.rank(
                place, danger: all[place].danger, stars: all[place].stars)
        }
        return ranks.groups
    }

    /// The entries of a page; those equal by rank, run and product in the order of their ids.
    func entries(_ page: Page) throws -> [InboxEntry] {
        let wanted = page.range(of: all.count)
        if wanted.isEmpty { return [] }
        let sorted = beginning(of: all, through: wanted.upperBound, by: ListedEntry.isBefore)
        var start = wanted.lowerBound
        while start > 0, !ListedEntry.isBefore(sorted[start - 1], sorted[start]) { start -= 1 }
        let own = sorted[start...]
        var entries: [Int64: [OpenEntry]] = [:]
        var texts = ReviewReader(lexicon)
        let keys = Set(own.filter { $0.place == nil }.map(\.reviewKey)).sorted()
        if !keys.isEmpty {
            for change in try reviewChanges(reader, in: window, of: scope, among: keys) {
                entries[change.review.reviewKey] =
                    openEntries(change, texts.read(change.review.values), lexicon).entries
            }
        }
        let found = try own.map { place in
            let entry =
                place.place.map { read[$0] }
                ?? entries[place.reviewKey]?.first { $0.entry.kind == place.kind }
            guard var entry else { throw LiveMarks.damagedLists }
            entry.also = place.also
            return (place: place, open: entry)
        }.sorted { left, right in
            if ListedEntry.isBefore(left.place, right.place) { return true }
            if ListedEntry.isBefore(right.place, left.place) { return false }
            return left.open.entry.review.reviewID < right.open.entry.review.reviewID
        }
        var quotes = QuoteReader(lexicon)
        return found.dropFirst(wanted.lowerBound - start).prefix(wanted.count).map {
            $0.open.quoted(lexicon, by: &quotes)
        }
    }
}
