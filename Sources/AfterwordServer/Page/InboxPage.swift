import AfterwordCore
import AfterwordPipeline

/// Everything that came between two dumps.
struct InboxPage: PageRow {
    var strip: StripRow
    var covers: String
    var facets: [Facet]
    var inbox: [InboxCard]
    var unlikely: String?
    /// How many entries are left out or marked because somebody saw them, with a link to show or
    /// to hide them; nil for none.
    var seen: CountLink?
    var isHiding: Bool
    /// Marks all entries of the page as seen.
    var all: SeenForm?
    var steps: ListSteps
    var exports: Exports

    static let members: KeyValuePairs<String, Member<InboxPage>> = [
        "strip": .row { $0.strip }, "covers": .text { $0.covers },
        "facets": .rows { $0.facets }, "inbox": .rows { $0.inbox },
        "unlikely": .maybe { $0.unlikely }, "seen": .row { $0.seen },
        "is_hiding": .flag { $0.isHiding }, "all": .row { $0.all }, "steps": .row { $0.steps },
        "exports": .row { $0.exports },
    ]
}

/// What a window brought in four numbers, each with a link, and the two moments to choose.
struct StripRow: PageRow {
    /// The newer dump, and the one before it.
    var shown: String
    var since: String?
    var numbers: [StripNumber]
    var from: String?
    var to: String?
    /// Why nothing lies between the moments asked for; nil where something may.
    var nothing: String?
    /// The link that compares them the other way round, where they are reversed.
    var swapped: String?

    static let members: KeyValuePairs<String, Member<StripRow>> = [
        "nothing": .maybe { $0.nothing }, "swapped": .maybe { $0.swapped },
        "shown": .text { $0.shown }, "since": .maybe { $0.since }, "numbers": .rows { $0.numbers },
        "from": .maybe { $0.from }, "to": .maybe { $0.to },
    ]
}

/// One number of the strip.
struct StripNumber: PageRow {
    var count: Int
    /// Those of them that somebody saw, where the inbox leaves them out.
    var seen: Int
    var label: String
    var link: String
    var isBad: Bool

    static let members: KeyValuePairs<String, Member<StripNumber>> = [
        "count": .text { grouped($0.count) }, "label": .text { $0.label },
        "seen": .maybe { $0.seen > 0 ? "\(grouped($0.seen)) seen" : nil },
        "link": .text { $0.link }, "is_bad": .flag { $0.isBad && $0.count > 0 },
    ]
}

private let filters = ["since", "kind", "brand", "seen"]

extension InboxEntry.Kind {
    /// The kind in the plural, as a filter names it.
    var title: String {
        switch self {
        case .safety: "Dangers"
        case .negative: "New negatives"
        case .editedDown: "Edited down"
        case .back: "Back again"
        case .edited: "Edited, negative"
        case .firstSeen: "Of products seen for the first time"
        case .resolved: "Resolved"
        case .gone: "Gone"
        }
    }
}

/// The strip above the first page and the inbox.
///
/// - Parameter news: Whatever it leaves out because somebody saw it is counted, and said.
func stripRow(_ window: DumpWindow, _ news: CoveredInbox, _ call: Call) -> StripRow {
    func count(_ kind: InboxEntry.Kind, in groups: [InboxGroup: Int]) -> Int {
        groups.reduce(0) { $0 + ($1.key.kind == kind ? $1.value : 0) }
    }
    let kinds: [InboxEntry.Kind] =
        [.safety, .negative, .editedDown, .resolved]
        + (count(.firstSeen, in: news.groups) > 0 ? [.firstSeen] : [])
    var row = StripRow(
        shown: window.dump?.fullName ?? "run \(window.to)",
        since: window.isFirst ? nil : window.since?.fullName ?? "run \(window.from)",
        numbers: kinds.map { kind in
            StripNumber(
                count: count(kind, in: news.groups), seen: count(kind, in: news.seen),
                label: kind.title,
                link: call.link("/inbox", ["since": call.text("since"), "kind": kind.rawValue]),
                isBad: [.safety, .negative, .editedDown].contains(kind))
        }, from: window.since?.day, to: window.dump?.day)
    guard let asked = call.text("since"), window.since != nil, window.since == window.dump else {
        return row
    }
    row.nothing = "Both moments are of one dump: nothing lies between them."
    if let end = call.text("as_observed"), let from = Instant(iso8601: asked),
        let to = Instant(iso8601: end), from > to
    {
        row.nothing = "\(asked), from which to compare, lies after \(end)."
        row.swapped = Address("/inbox", ["since": end, "as_observed": asked]).text
        (row.from, row.to) = (from.day, to.day)
    }
    return row
}

func inboxPage(_ call: Call) throws -> String {
    let window = try call.window()
    let brand = try call.brandFilter()
    let kind = call.text("kind").flatMap { InboxEntry.Kind(rawValue: $0) }
    let isHiding = call.text("seen") != "shown"
    let asked = Page(first: call.first, size: listPageSize)
    let isFiltered = brand != nil || kind != nil
    let all = try call.news(
        in: window, leavesOutSeen: isHiding, page: isFiltered ? Page(size: 1) : asked)
    let news = isFiltered ? try filteredInbox(call, all, window, asked) : all.inbox
    let address = call.listAddress("/inbox", filters)
    let range = call.range(of: news.total, size: listPageSize)
    let book = WorkBook(try call.reader.workMarks())
    let call = try call.translating(news.entries.map(\.review.reviewKey))
    let cards = news.entries.map { InboxCard($0, book, back: address.text, call) }
    var page = InboxPage(
        strip: stripRow(window, all, call),
        covers: all.coverage?.sentences.joined(separator: " ")
            ?? "No dump with reviews was loaded yet.",
        facets: inboxFacets(all.listed, kind: kind, brand: brand, at: address),
        inbox: cards, unlikely: unlikelyDangers(Int64(all.inbox.unlikely)),
        isHiding: isHiding, all: seenForm(news.entries, book, back: address.text, call),
        steps: ListSteps(range, of: news.total, size: listPageSize, at: address, call),
        exports: Exports(
            "inbox",
            [
                "since": call.text("since"), "kind": kind?.rawValue, "brand": brand,
                "seen": isHiding ? "hidden" : "shown",
            ], call))
    page.seen = seenLink(all, kind: kind, brand: brand, isHiding: isHiding, at: address)
    return try AfterwordServer.page(
        Templates.shared.inbox, page, title: "Inbox",
        at: call.ownAddress("/inbox", filters), call)
}

/// The link that shows entries that somebody saw, or that hides them again; nil where nothing is
/// hidden.
private func seenLink(
    _ all: CoveredInbox, kind: InboxEntry.Kind?, brand: String?, isHiding: Bool,
    at address: Address
) -> CountLink? {
    guard isHiding else {
        return CountLink(
            name: "Hide what was seen", link: address.with("seen", nil).text, count: 0)
    }
    let count = all.seen.reduce(0) { sum, group in
        let isOwn =
            (kind == nil || group.key.kind == kind)
            && (brand == nil || group.key.brand?.string == brand)
        return sum + (isOwn ? group.value : 0)
    }
    guard count > 0 else { return nil }
    return CountLink(
        name: several(Int64(count), "entry", plural: "entries"),
        link: address.with("seen", "shown").text, count: Int64(count))
}

/// The form that marks all entries of a page as seen; nil where nobody may, or all are.
private func seenForm(
    _ entries: [InboxEntry], _ book: WorkBook, back: String, _ call: Call
) -> SeenForm? {
    let open = entries.map(\.review).filter { !book.isSeen($0.reviewKey, since: $0.run) }
    guard call.offersForms, !open.isEmpty else { return nil }
    var names: [String] = []
    for name in open.map(entryName) where !names.contains(name) { names.append(name) }
    return SeenForm(
        names, isSeen: false, back: back,
        label: "Mark all of this page as seen")
}

/// The entries of a page of the inbox, with the filters of the request.
func inboxEntries(_ call: Call, _ page: Page) throws -> [InboxEntry] {
    let leavesOutSeen = call.text("seen") == "hidden"
    guard call.text("kind") != nil || call.text("brand") != nil else {
        return try call.news(leavesOutSeen: leavesOutSeen, page: page).inbox.entries
    }
    let window = try call.window()
    let all = try call.news(in: window, leavesOutSeen: leavesOutSeen, page: Page(size: 1))
    return try filteredInbox(call, all, window, page).entries
}

/// A page of the entries of one kind, one brand, or both, among those that are listed. The entries
/// of a kind follow each other, so that their place follows from the number of entries before them.
private func filteredInbox(
    _ call: Call, _ all: CoveredInbox, _ window: DumpWindow, _ page: Page
) throws -> Listing<InboxEntry> {
    let brand = try call.brandFilter()
    let kind = call.text("kind").flatMap { InboxEntry.Kind(rawValue: $0) }
    let own = all.listed.filter { brand == nil || $0.key.brand?.string == brand }
    func count(_ holds: (InboxEntry.Kind) -> Bool) -> Int {
        own.reduce(0) { $0 + (holds($1.key.kind) ? $1.value : 0) }
    }
    let order = InboxEntry.Kind.allCases
    let place = kind.flatMap { order.firstIndex(of: $0) }
    let before = place.map { place in count { order[..<place].contains($0) } } ?? 0
    let total = count { kind == nil || $0 == kind }
    let range = page.range(of: total)
    var listing = Listing<InboxEntry>([], page: Page())
    if !range.isEmpty {
        let filter = InboxFilter(
            brand.map { .scope(Scope(kind: .brand, id: Text($0))) },
            leavesOutSeen: all.leavesOutSeen)
        listing = try inbox(
            call.reader, in: window, of: filter,
            page: Page(first: before + range.lowerBound, size: range.count))
    }
    (listing.total, listing.first) = (total, range.lowerBound)
    return listing
}

private func inboxFacets(
    _ groups: [InboxGroup: Int], kind: InboxEntry.Kind?, brand: String?, at address: Address
) -> [Facet] {
    var kinds: [InboxEntry.Kind: Int64] = [:]
    var brands: [Text: Int64] = [:]
    for (group, count) in groups {
        if brand == nil || group.brand?.string == brand {
            kinds[group.kind, default: 0] += Int64(count)
        }
        if kind == nil || group.kind == kind, let own = group.brand {
            brands[own, default: 0] += Int64(count)
        }
    }
    return [
        Facet(
            "Kind", "kind",
            InboxEntry.Kind.allCases.compactMap { own in
                kinds[own].map { (own.rawValue, own.title, $0) }
            }, chosen: kind?.rawValue, at: address),
        brandFacet(brands, chosen: brand, at: address),
    ]
}
