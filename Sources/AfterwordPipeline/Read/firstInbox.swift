import AfterwordCore

/// The inbox of a window that begins before the first run, from stored readings: everything in it
/// is seen for the first time, so no text is needed to list it. Only those of the page are read.
///
/// - Returns: Nil where the store keeps no readings as of the end of the window.
func firstInbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter, _ lexicon: Lexicon,
    _ page: Page
) throws -> CountedInbox? {
    try firstInbox(reader, in: window, of: filter, lexicon) { _ in page }
}

/// The same, with a page that is chosen when the entries are counted.
func firstInbox(
    _ reader: any StoreReader, in window: DumpWindow, of filter: InboxFilter, _ lexicon: Lexicon,
    page: ([InboxGroup: Int]) -> Page
) throws -> CountedInbox? {
    guard window.isFirst, window.to > 0 else { return nil }
    let runs = try reader.runs()
    let book = try filter.seenBook(reader)
    _ = try resolveAsOf(.run(window.to), among: runs)
    let reader = window.to == runs.last?.run ? reader : AsOfReader(reader, run: window.to)
    var query = ThemeQuery()
    query.scope = filter.scope
    let readings = try QueryReadings(reader, query, lexicon)
    guard readings.isStored else { return nil }
    var found = try FirstInbox(readings, window, judged: reader.verdicts())
    try found.takeNegatives()
    let groups = found.rankPlaces()
    let dangers = found.places.count { $0.kind == .safety }
    let rest = found.choose(filter, book)
    let page = page(groups)
    var quotes = QuoteReader(lexicon)
    let entries = try readings.page(found.places, page, by: InboxPlace.isBefore).map {
        try found.entry($0, $1).quoted(lexicon, by: &quotes)
    }
    var listing = Listing(entries, of: found.places.count, page: page)
    listing.unlikely = found.unlikely
    listing.newDangers = dangers
    return CountedInbox(page: listing, groups: groups, rest: rest, unread: found.unread)
}

/// An entry of the inbox before its text is read.
private struct InboxPlace: ListedPlace, InboxListed {
    var kind: InboxEntry.Kind
    var also: InboxEntry.Kind?
    /// Its place among the dangers; nil for none.
    var danger: Int32?
    var place: ReadingPlace
    var product: Text
    var rank = InboxRank()

    var reviewKey: Int64 { place.reviewKey }
    var run: Int64 { place.reading.marks.run }

    /// The order of an inbox.
    static func isBefore(_ left: Self, _ right: Self) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        return left.run != right.run ? left.run > right.run : left.product < right.product
    }
}

extension DangerPlace {
    fileprivate var rank: (dangerClass: DangerClass, severity: Int) { (dangerClass, severity) }
}

private struct FirstInbox {
    let readings: QueryReadings
    private let window: DumpWindow
    private(set) var places: [InboxPlace] = []
    /// Apart from the places, which are many and small.
    private let dangers: [DangerPlace]
    let unlikely: Int
    private(set) var unread: Int64 = 0

    /// Takes the dangers: of each review the strongest, where it leads.
    init(_ readings: QueryReadings, _ window: DumpWindow, judged: [VerdictRow]) throws {
        (self.readings, self.window) = (readings, window)
        let found = try dangerPlaces(readings, judged: judged)
        unlikely = found.unlikely
        var strongest: [Int64: DangerPlace] = [:]
        for danger in found.found where danger.dangerClass.leads {
            let known = strongest[danger.place.reviewKey]
            if known.map({ danger.rank < $0.rank }) ?? true {
                strongest[danger.place.reviewKey] = danger
            }
        }
        dangers = Array(strongest.values)
        for (number, danger) in dangers.enumerated() {
            places.append(
                InboxPlace(
                    kind: .safety, danger: Int32(number), place: danger.place,
                    product: danger.product))
        }
    }

    mutating func takeNegatives() throws {
        for place in try readings.listed(.negatives) {
            guard let product = readings.products[place.product] else { continue }
            places.append(
                InboxPlace(
                    kind: window.knew(productSince: product.firstRun) ? .negative : .firstSeen,
                    place: place, product: product.productID))
        }
        unread = Int64(try readings.listed(.unread).count)
    }

    private func group(_ place: InboxPlace) -> InboxGroup {
        InboxGroup(
            kind: place.kind, brand: readings.products[place.place.product]?.dimension[.brand])
    }

    /// Leaves the places that a filter lists.
    mutating func choose(_ filter: InboxFilter, _ book: WorkBook) -> InboxRest {
        var own = places
        places = []
        let rest = filter.choose(from: &own, book) { group($0) }
        places = own
        return rest
    }

    mutating func rankPlaces() -> [InboxGroup: Int] {
        let ranks = InboxRanks(places.map { group($0) })
        for place in places.indices {
            let own = places[place]
            places[place].rank = ranks.rank(
                place, danger: own.danger.map { dangers[Int($0)].rank },
                stars: own.place.reading.marks.star ?? 6)
        }
        return ranks.groups
    }

    func entry(_ own: InboxPlace, _ read: ReadReview) throws -> OpenEntry {
        let danger = try own.danger.map {
            try dangers[Int($0)].danger(in: read, readings.lexicon)
        }
        let entry = InboxEntry(
            kind: own.kind, danger: danger, review: read.review, brand: read.brand,
            starBefore: nil, quote: "", complaints: [], verdict: read.verdict, also: own.also)
        return OpenEntry(entry, read.reading, readings.lexicon)
    }
}
