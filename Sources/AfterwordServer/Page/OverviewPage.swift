import AfterwordCore
import AfterwordPipeline

/// The first page: new and dangerous reviews, brands, complaints and products.
struct OverviewPage: PageRow {
    /// The dump since which entries count as new; nil when the first dump is shown.
    var since: String?
    /// What it shows where nothing is older: the first dump, or all.
    var beginning: String
    var covers: String
    var strip: StripRow
    var inbox: [InboxCard]
    /// Why nothing is listed; nil where something is.
    var empty: String?
    /// The link to the whole inbox, with the number of its reviews; nil for none.
    var allInbox: CountLink?
    var picture: Picture?
    /// The number of reviews whose danger words are probably harmless, in words; nil when there are
    /// none.
    var unlikely: String?
    var inboxCSV: String
    var allBrands: String
    var brands: BrandTable
    var themes: ThemeTable
    var products: ProductList

    static let members: KeyValuePairs<String, Member<OverviewPage>> = [
        "since": .maybe { $0.since }, "beginning": .text { $0.beginning },
        "covers": .text { $0.covers },
        "strip": .row { $0.strip }, "inbox": .rows { $0.inbox }, "empty": .maybe { $0.empty },
        "all_inbox": .row { $0.allInbox }, "picture": .row { $0.picture },
        "unlikely": .maybe { $0.unlikely },
        "inbox_csv": .text { $0.inboxCSV },
        "all_brands": .text { $0.allBrands }, "brands": .row { $0.brands },
        "themes": .row { $0.themes }, "products": .row { $0.products },
    ]
}

/// The page of a store without reviews.
struct EmptyStorePage: PageRow {
    static let members: KeyValuePairs<String, Member<EmptyStorePage>> = [:]
}

/// The page of an error.
struct ErrorPage: PageRow {
    var title: String
    var detail: String
    var status: String
    /// The request id, as in the log.
    var request: String
    /// A link to the same address without its moments; nil when the request had none.
    var now: String?
    /// The page that a form was on.
    var back: String?

    static let members: KeyValuePairs<String, Member<ErrorPage>> = [
        "title": .text { $0.title }, "detail": .text { $0.detail }, "status": .text { $0.status },
        "request": .text { $0.request }, "now": .maybe { $0.now },
        "back": .maybe { $0.back },
    ]
}

/// The table of brands, by impact.
struct BrandTable: PageRow {
    var heads: [SortHead]
    var rows: [BrandRow]
    /// First and last day of the pictures; nil before the third dump.
    var span: String?
    var csv: String

    static let members: KeyValuePairs<String, Member<BrandTable>> = [
        "heads": .rows { $0.heads }, "rows": .rows { $0.rows }, "span": .maybe { $0.span },
        "csv": .text { $0.csv },
    ]
}

/// One brand in the table.
struct BrandRow: PageRow {
    var entry: RankedEntry
    var link: String
    /// New negative reviews between the moments; nil from before the first dump: all are new.
    var new: Int64?
    /// The reviews that arrived with each dump after the first.
    var picture: Picture?
    var topTheme: String?
    /// Whether the table has a column of pictures.
    var hasTrend: Bool

    static let members: KeyValuePairs<String, Member<BrandRow>> = [
        "name": .text { $0.entry.id.string }, "link": .text { $0.link },
        "impact": .text { $0.impact },
        "negative": .text { percent($0.entry.distinctNegativeShare) },
        "interval": .maybe { interval($0.entry.distinctNegativeShare) },
        "new": .maybe { $0.new.map { grouped($0) } }, "is_worse": .flag { ($0.new ?? 0) > 0 },
        "reviews": .text { row in
            let (shown, distinct) = (row.entry.counters.reviewCount, row.entry.distinct?.count)
            let words = distinct.map { $0 < shown ? " (\(grouped($0)) distinct)" : "" }
            return grouped(shown) + (words ?? "")
        },
        "mean": .text { stars($0.entry.counters) }, "picture": .row { $0.picture },
        "top": .maybe { $0.topTheme }, "has_trend": .flag { $0.hasTrend },
    ]

    private var impact: String {
        entry.isRanked ? fixed(entry.impact, of: 1_000_000, places: 1) : "–"
    }
}

/// The table of complaints, with a link to its CSV file.
struct ThemeTable: PageRow {
    var heads: [SortHead]
    var rows: [ThemeRow]
    /// The link to all of them, with their number.
    var all: CountLink
    var csv: String
    /// What its column of new reviews counts, where the page compares two chosen moments.
    var counted: String?

    static let members: KeyValuePairs<String, Member<ThemeTable>> = [
        "heads": .rows { $0.heads }, "rows": .rows { $0.rows }, "all": .row { $0.all },
        "csv": .text { $0.csv }, "counted": .maybe { $0.counted },
    ]

    /// - Parameter limit: Maximum number of rows.
    init(_ themes: [Theme], limit: Int, of query: ThemeQuery, _ call: Call) throws {
        let book = query.strengths ? nil : WorkBook(try call.reader.workMarks())
        let themes = complaints(themes)
        rows = themes.prefix(limit).map { ThemeRow($0, of: query, book, call) }
        let scope: KeyValuePairs<String, String?> = [
            "brand": query.brand, "product": query.product?.string,
            "side": query.strengths ? "strengths" : nil,
        ]
        let address = call.address("/themes", scope)
        heads = ListOrder(call).heads(query.themeColumns, at: address)
        all = CountLink(
            name: several(Int64(themes.count), "theme"), link: address.text,
            count: Int64(themes.count))
        csv = call.link("/csv/themes.csv", scope)
        counted = try call.text("since").flatMap { _ in try call.comparedWindow().dump }.map {
            "New: what the dump of \($0.fullName) alone brought; it does not follow From."
        }
    }
}

/// One page of the products that match the filters.
struct ProductList: PageRow {
    var cards: [ProductCard]
    var total: Int
    var text: String?
    var brand: String?
    var sentiment: String?
    var csv: String
    var all: String
    /// The list of all products, with the same filters.
    var list: String
    var previous: String?
    var next: String?
    /// The moment, as hidden fields of the filter form.
    var kept: [KeptRow]

    static let members: KeyValuePairs<String, Member<ProductList>> = [
        "cards": .rows { $0.cards }, "count": .text { several(Int64($0.total), "product") },
        "q": .maybe { $0.text }, "brand": .maybe { $0.brand },
        "is_negative": .flag { $0.sentiment == "negative" },
        "is_neutral": .flag { $0.sentiment == "neutral" },
        "is_positive": .flag { $0.sentiment == "positive" }, "csv": .text { $0.csv },
        "all": .text { $0.all }, "list": .text { $0.list }, "previous": .maybe { $0.previous },
        "next": .maybe { $0.next },
        "kept": .rows { $0.kept },
    ]
}

func overview(_ call: Call) throws -> String {
    try requireLoaded(call)
    let window = try call.comparedWindow()
    let own = Address(
        "/",
        [
            "brand": call.text("brand"), "q": call.text("q"),
            "sentiment": call.text("sentiment"), "since": call.text("since"),
        ])
    let ranked = try rankedBrandEntries(call).filter(\.isRanked)
    let themes = try BrandThemes(
        call.reader, ThemeQuery(), brands: ranked.prefix(brandsOfPage).map(\.id))
    // With the first dump everything is new: show only the first entries, which are the most
    // serious.
    let limit = window.isFirst ? 6 : 8
    let news = try call.news(
        in: window, of: .page(leavesOutSeen: true), page: Page(size: limit))
    let book = WorkBook(try call.reader.workMarks())
    // Those that lead: reviews that got better or vanished come last.
    let shown = news.inbox.entries.filter { $0.kind != .resolved && $0.kind != .gone }
    let read = try call.translating(shown.map(\.review.reviewKey))
    let facts = try BrandFacts(call, themes, window.isFirst ? nil : news.groups)
    let page = OverviewPage(
        since: window.isFirst ? nil : window.since?.fullName ?? "run \(window.from)",
        beginning: call.text("since") == nil ? "the first dump" : "all dumps up to then",
        covers: news.coverage?.sentences.joined(separator: " ")
            ?? "No dump with reviews was loaded yet.",
        strip: stripRow(window, news, at: own.at("strip"), call),
        inbox: shown.map { InboxCard($0, book, back: call.comparing("/").at("new").text, read) },
        empty: shown.isEmpty ? emptyWords(news, nothing: "Nothing negative came with it") : nil,
        allInbox: inboxLink(news, call),
        picture: try facts.portfolioPicture(call),
        unlikely: unlikelyDangers(Int64(news.inbox.unlikely)),
        inboxCSV: call.comparing("/csv/inbox.csv", ["seen": "hidden"]).text,
        allBrands: call.comparing("/brands").text,
        brands: brandTable(
            call, ranked.prefix(brandsOfPage), facts,
            heads: ListOrder(call).heads(.brands, at: call.comparing("/brands"))),
        themes: try ThemeTable(themes.complaints, limit: themesOfPage, of: ThemeQuery(), call),
        products: try productList(call))
    return try AfterwordServer.page(
        Templates.shared.overview, page, title: "What customers say", at: own, call)
}

private func inboxLink(_ news: CoveredInbox, _ call: Call) -> CountLink? {
    guard news.inbox.total > 0 else { return nil }
    return CountLink(
        name: reviewsAndEntries(news.inbox.total, news.listed.total()),
        link: call.comparing("/inbox").text, count: Int64(news.inbox.total))
}

/// Throws `nothingLoaded` for a store without reviews, whose page would otherwise say that nothing
/// is wrong. Skipped for keys restricted to some brands and for past moments: an empty result there
/// does not mean that nothing is loaded.
private func requireLoaded(_ call: Call) throws {
    guard call.brands == nil, call.run.run == call.allRuns.last?.run else { return }
    guard try call.reader.isLoaded() else { throw Problem.nothingLoaded }
}

let productsOfPage = 12
private let brandsOfPage = 10
private let themesOfPage = 8

/// - Parameters:
///   - entries: The brands that are shown.
///   - facts: What is known of these brands.
///   - heads: The heads of the columns.
func brandTable(
    _ call: Call, _ entries: ArraySlice<RankedEntry>, _ facts: BrandFacts, heads: [SortHead]
) -> BrandTable {
    let firstRun = facts.dumps.all.map(\.firstRun).min() ?? 0
    let later = facts.dumps.all.filter { $0.firstRun > firstRun }
    return BrandTable(
        heads: heads,
        rows: entries.map { entry in
            BrandRow(
                entry: entry, link: call.link(toBrand: entry.id), new: facts.new(entry.id),
                picture: facts.picture(entry.id), topTheme: facts.topTheme(entry.id),
                hasTrend: later.count > 1)
        },
        span: later.count > 1
            ? later.first.flatMap { first in
                later.last.map { "\(first.day) to \($0.day)" }
            } : nil, csv: call.comparing("/csv/brands.csv", ["q": call.text("q")]).text)
}

/// Brands by impact, restricted to the key's brands.
func rankedBrandEntries(_ call: Call) throws -> [RankedEntry] {
    var query = RankingQuery()
    query.page = Call.everything
    return try rankedBrands(call.reader, query).entries.filter { call.allows($0.id) }
}

/// What the brand table and its CSV file show of each brand besides its counters.
struct BrandFacts {
    let dumps: LoadedDumps
    private let themes: BrandThemes
    private let products: [Text?: [Int64]]
    private let history: ArrivalHistory
    private let groups: [InboxGroup: Int]?

    init(_ call: Call, _ themes: BrandThemes, _ groups: [InboxGroup: Int]?) throws {
        (self.themes, self.groups) = (themes, groups)
        dumps = call.allRuns.dumps.asOf(call.run.run)
        history = try ArrivalHistory(call.reader)
        products = Dictionary(grouping: try call.reader.productLabels()) { $0.dimension[.brand] }
            .mapValues { $0.map(\.productKey) }
    }

    /// The number of new negative reviews of a brand in the window; nil where everything is new.
    func new(_ brand: Text) -> Int64? {
        groups.map { Int64($0[InboxGroup(kind: .negative, brand: brand)] ?? 0) }
    }

    func topTheme(_ brand: Text) -> String? {
        themes.complaints(ofBrand: brand).first?.aspect.label
    }

    /// What each dump brought of all that the key may see.
    func portfolioPicture(_ call: Call) throws -> Picture? {
        let sums = try call.reader.scopeHistory(of: .portfolio)
            .map { (run: $0.run, counters: $0.row.counters) }
        let periods = picturePeriods(
            history.arrivals(of: products.values.joined(), first: history.first(sums)), sums,
            over: dumps)
        return Picture(
            "all", part: "negative", periods,
            marks: call.pictureMarks)
    }

    /// What each dump after the first brought of a brand; nil where that is nothing.
    func picture(_ brand: Text) -> Picture? {
        let arrivals = history.arrivals(of: products[brand] ?? [], first: Counters())
        let periods = picturePeriods(arrivals).filter { !$0.isFirst }
        guard periods.contains(where: { $0.reviews > 0 }) else { return nil }
        return Picture(
            "brand", part: "negative", periods, frame: .small)
    }
}

private func productList(_ call: Call) throws -> ProductList {
    let entries = try productEntries(call)
    let start = min(call.text("cursor").flatMap { Cursor($0) }?.first ?? 0, entries.count)
    let end = min(start + productsOfPage, entries.count)
    var address = call.comparing(
        "/",
        ["brand": call.text("brand"), "q": call.text("q"), "sentiment": call.text("sentiment")])
    address.fragment = "products"
    func more(_ first: Int) -> String {
        address.with("cursor", Cursor(run: call.run.run, first: first).text).text
    }
    var all = call.comparing("/")
    all.fragment = "products"
    return ProductList(
        cards: entries[start..<end].map { ProductCard($0, call) }, total: entries.count,
        text: call.text("q"), brand: call.text("brand"), sentiment: call.text("sentiment"),
        csv: call.link(
            "/csv/products.csv",
            [
                "brand": call.text("brand"), "q": call.text("q"),
                "sentiment": call.text("sentiment"),
            ]), all: all.text,
        list: call.link(
            "/products",
            [
                "brand": call.text("brand"), "q": call.text("q"),
                "sentiment": call.text("sentiment"),
            ]),
        previous: start > 0 ? more(max(0, start - productsOfPage)) : nil,
        next: end < entries.count ? more(end) : nil,
        kept: call.kept(["since"]))
}

/// Products that match the filters and that the key may read, by impact.
func productEntries(_ call: Call) throws -> [RankedEntry] {
    var query = RankingQuery()
    query.page = Call.everything
    query.brand = try call.brandFilter()
    query.text = call.text("q")
    return try rankedProducts(call.reader, query).entries.filter {
        isWanted($0, call)
    }
}
