import AfterwordCore
import AfterwordPipeline

/// Everything that came between two dumps.
struct InboxPage: PageRow {
    var strip: StripRow
    var covers: String
    var facets: [Facet]
    var inbox: [InboxCard]
    /// Why nothing is listed; nil where something is.
    var empty: String?
    var unlikely: String?
    /// How many reviews are two entries, in words; nil for none.
    var twice: String?
    /// How many reviews are left out or marked because somebody saw them, with a link to show or
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
        "empty": .maybe { $0.empty }, "unlikely": .maybe { $0.unlikely },
        "twice": .maybe { $0.twice },
        "seen": .row { $0.seen },
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
    var moments: MomentsRow

    static let members: KeyValuePairs<String, Member<StripRow>> = [
        "shown": .text { $0.shown }, "since": .maybe { $0.since }, "numbers": .rows { $0.numbers },
        "moments": .row { $0.moments },
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

extension InboxFilter {
    /// What a page lists: each review once.
    static func page(
        _ scope: ReviewScope? = nil, kind: InboxEntry.Kind? = nil, leavesOutSeen: Bool
    ) -> InboxFilter {
        var filter = InboxFilter(scope, leavesOutSeen: leavesOutSeen)
        (filter.kind, filter.listsReviewsOnce) = (kind, true)
        return filter
    }
}

extension [InboxGroup: Int] {
    /// The number of entries of a kind, of a brand, or of both.
    func total(of kind: InboxEntry.Kind? = nil, brand: String? = nil) -> Int {
        reduce(0) { sum, own in
            let isOwn =
                (kind == nil || own.key.kind == kind)
                && (brand == nil || own.key.brand?.string == brand)
            return sum + (isOwn ? own.value : 0)
        }
    }
}

/// Such as `2 reviews`, or `2 reviews (3 entries)` where one of them is of two kinds.
func reviewsAndEntries(_ reviews: Int, _ entries: Int) -> String {
    several(reviews, "review")
        + (entries > reviews ? " (\(several(entries, "entry", plural: "entries")))" : "")
}

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
/// - Parameters:
///   - news: Whatever it leaves out because somebody saw it is counted, and said.
///   - own: The page that it stands on with its filters, without a moment.
func stripRow(
    _ window: DumpWindow, _ news: CoveredInbox, at own: Address, _ call: Call
) -> StripRow {
    let kinds: [InboxEntry.Kind] =
        [.safety, .negative, .editedDown, .resolved]
        + (news.groups.total(of: .firstSeen) > 0 ? [.firstSeen] : [])
    return StripRow(
        shown: window.dump?.fullName ?? "run \(window.to)",
        since: window.isFirst ? nil : window.since?.fullName ?? "run \(window.from)",
        numbers: kinds.map { kind in
            StripNumber(
                count: news.groups.total(of: kind), seen: news.seen.total(of: kind),
                label: kind.title,
                link: call.comparing("/inbox", ["kind": kind.rawValue]).text,
                isBad: [.safety, .negative, .editedDown].contains(kind))
        }, moments: MomentsRow(window, at: own, call))
}

func inboxPage(_ call: Call) throws -> String {
    let window = try call.comparedWindow()
    let own = try call.ownAddress("/inbox", filters)
    let brand = try call.brandFilter()
    let kind = call.text("kind").flatMap { InboxEntry.Kind(rawValue: $0) }
    let isHiding = call.text("seen") != "shown"
    let asked = Page(first: call.first, size: listPageSize)
    let isFiltered = brand != nil || kind != nil
    let all = try call.news(
        in: window, of: .page(leavesOutSeen: isHiding), page: isFiltered ? Page(size: 1) : asked)
    let news =
        isFiltered
        ? try inbox(
            call.reader, in: window,
            of: .page(brand.map(brandScope), kind: kind, leavesOutSeen: isHiding), page: asked)
        : all.inbox
    let address = call.listAddress("/inbox", filters)
    let range = call.range(of: news.total, size: listPageSize)
    let book = WorkBook(try call.reader.workMarks())
    let call = try call.translating(news.entries.map(\.review.reviewKey))
    let cards = news.entries.map { InboxCard($0, book, back: address.text, call) }
    var page = InboxPage(
        strip: stripRow(window, all, at: own, call),
        covers: all.coverage?.sentences.joined(separator: " ")
            ?? "No dump with reviews was loaded yet.",
        facets: inboxFacets(all, kind: kind, brand: brand, at: address),
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
    page.empty = cards.isEmpty ? emptyWords(all, kind: kind, brand: brand) : nil
    page.twice = kind == nil ? twiceWords(all, brand: brand) : nil
    return try AfterwordServer.page(
        Templates.shared.inbox, page, title: "Inbox", at: own, call)
}

/// What a list without entries says. That nothing came is said only where nothing did: what was
/// seen came too.
///
/// - Parameters:
///   - all: Everything that came, of all kinds and brands.
///   - nothing: That nothing came that the list is for.
func emptyWords(
    _ all: CoveredInbox, kind: InboxEntry.Kind? = nil, brand: String? = nil,
    nothing: String = "Nothing of this kind came"
) -> String {
    let seen = all.seen.total(of: kind, brand: brand)
    guard seen == 0 else {
        let dangers = kind == nil ? all.seen.total(of: .safety, brand: brand) : 0
        return "Nothing is left to read here: \(several(seen, "entry", plural: "entries")) "
            + (seen == 1 ? "was" : "were") + " seen"
            + (dangers > 0 ? ", with \(several(dangers, "danger"))." : ".")
    }
    if all.groups.total(of: .safety, brand: brand) > 0 { return nothing + "." }
    return nothing + ", and no " + (all.inbox.unlikely > 0 ? "danger." : "word of danger.")
}

/// How many reviews of a list are entries of two kinds, and what that means for its numbers; nil
/// for none.
private func twiceWords(_ all: CoveredInbox, brand: String?) -> String? {
    let (entries, twice) = (all.listed.total(brand: brand), all.rest.twice.total(brand: brand))
    guard twice > 0 else { return nil }
    return reviewsAndEntries(entries - twice, entries)
        + ": \(grouped(twice)) \(twice == 1 ? "is" : "are") a danger and of another kind too, "
        + "and counted in both. Exports have a row for each entry."
}

/// The link that shows reviews that somebody saw, or that hides them again; nil where nothing is
/// hidden.
private func seenLink(
    _ all: CoveredInbox, kind: InboxEntry.Kind?, brand: String?, isHiding: Bool,
    at address: Address
) -> CountLink? {
    guard isHiding else {
        return CountLink(
            name: "Hide what was seen", link: address.with("seen", nil).text, count: 0)
    }
    let entries = all.seen.total(of: kind, brand: brand)
    let twice = kind == nil ? all.rest.seenTwice.total(brand: brand) : 0
    guard entries > 0 else { return nil }
    return CountLink(
        name: reviewsAndEntries(entries - twice, entries),
        link: address.with("seen", "shown").text, count: Int64(entries - twice))
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

/// The entries of a page of an export, with the filters of the request.
func inboxEntries(_ call: Call, _ page: Page) throws -> [InboxEntry] {
    var filter = InboxFilter(
        try call.brandFilter().map(brandScope), leavesOutSeen: call.text("seen") == "hidden")
    filter.kind = call.text("kind").flatMap { InboxEntry.Kind(rawValue: $0) }
    return try inbox(call.reader, in: call.window(), of: filter, page: page).entries
}

private func brandScope(_ name: String) -> ReviewScope {
    .scope(Scope(kind: .brand, id: Text(name)))
}

private func inboxFacets(
    _ all: CoveredInbox, kind: InboxEntry.Kind?, brand: String?, at address: Address
) -> [Facet] {
    var kinds: [InboxEntry.Kind: Int64] = [:]
    var brands: [Text: Int64] = [:]
    for (group, count) in all.listed {
        if brand == nil || group.brand?.string == brand {
            kinds[group.kind, default: 0] += Int64(count)
        }
        if kind == nil || group.kind == kind, let own = group.brand {
            // Without a kind, a brand's number is that of its reviews.
            let twice = kind == nil ? all.rest.twice[group] ?? 0 : 0
            brands[own, default: 0] += Int64(count - twice)
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
