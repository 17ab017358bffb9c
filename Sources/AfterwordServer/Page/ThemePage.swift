import AfterwordCore
import AfterwordPipeline

/// The page of one theme: how it runs over time, where it is said, and the reviews that say so.
struct ThemePage: PageRow {
    var name: String
    var themes: String
    var brand: BrandLink?
    var isPraise: Bool
    var total: String
    var picture: Picture?
    var fix: BeforeAfter?
    /// Nil for praise, on which nobody works.
    var work: WorkPanel?
    var brands: [CountLink]
    var products: [CountLink]
    /// How many of the reviews are of products without a brand, in words; nil for none.
    var unbranded: String?
    /// All of them; nil where the list has all.
    var allBrands: CountLink?
    var allProducts: CountLink?
    var facets: [Facet]
    var from: FromRow
    var reviews: [MentionCard]
    var steps: ListSteps
    var exports: Exports

    static let members: KeyValuePairs<String, Member<ThemePage>> = [
        "name": .text { $0.name }, "themes": .text { $0.themes }, "brand": .row { $0.brand },
        "is_praise": .flag { $0.isPraise }, "total": .text { $0.total },
        "picture": .row { $0.picture }, "fix": .row { $0.fix }, "work": .row { $0.work },
        "brands": .rows { $0.brands },
        "products": .rows { $0.products }, "all_brands": .row { $0.allBrands },
        "unbranded": .maybe { $0.unbranded },
        "all_products": .row { $0.allProducts }, "facets": .rows { $0.facets },
        "from": .row { $0.from },
        "reviews": .rows { $0.reviews }, "steps": .row { $0.steps }, "exports": .row { $0.exports },
    ]
}

/// A brand or product with how many distinct reviews say so.
struct CountLink: PageRow {
    var name: String
    var link: String
    var count: Int64

    static let members: KeyValuePairs<String, Member<CountLink>> = [
        "name": .text { $0.name }, "link": .text { $0.link }, "count": .text { grouped($0.count) },
    ]
}

/// The form that leaves only what came on a day or later.
struct FromRow: PageRow {
    var path: String
    var day: String?
    var kept: [KeptRow]

    static let members: KeyValuePairs<String, Member<FromRow>> = [
        "path": .text { $0.path }, "day": .maybe { $0.day }, "kept": .rows { $0.kept },
    ]
}

private let filters = ["brand", "product", "side", "star", "language", "all", "from"]
private let linksOfTheme = 10

func themePage(_ call: Call) throws -> String {
    let query = try themeQuery(call)
    let aspects = try call.reader.lexicon().aspects
    guard let aspect = aspects.first(where: { $0.id == call.text("theme") }),
        let board = try themeBoard(
            call.reader, aspect: aspect.id, query, try themeFilter(call),
            page: Page(first: call.first, size: listPageSize))
    else { throw Problem(.notFound, "no such theme") }
    let path = "/themes/\(aspect.id)"
    let address = call.listAddress(path, filters)
    let own = try call.ownAddress(path, filters + ["fixed"])
    let range = board.reviews.first..<board.reviews.first + board.reviews.entries.count
    let name = AspectLabel.text(aspect, strength: query.strengths)
    let call = try call.translating(board.reviews.entries.map(\.review.reviewKey))
    let list = try WorkList(call.reader)
    let subject = WorkSubject.theme(aspect.id, of: call.workScope(query))
    let item = query.strengths ? nil : list.book.item(subject)
    let periods = themePeriods(board)
    let page = ThemePage(
        name: name, themes: call.link("/themes", ["brand": query.brand]),
        brand: query.brand.map { BrandLink(Text($0), call) }, isPraise: query.strengths,
        total: several(Int64(board.reviews.total), "review"),
        picture: Picture(
            "theme", part: "that say so", periods,
            marks: call.pictureMarks + pictureMarks(item, list)),
        fix: query.strengths
            ? nil
            : try BeforeAfter(
                FixedThing(query: query, theme: aspect.id, periods: periods), path, filters, call,
                since: item?.fixedOn),
        work: query.strengths
            ? nil : WorkPanel(subject, list, back: own.at("work").text, call),
        brands: query.brand == nil ? brandLinks(board, listed(call), at: address) : [],
        products: productLinks(board, listed(call), at: address),
        unbranded: query.brand == nil ? unbrandedWords(board) : nil,
        allBrands: query.brand == nil
            ? allLink(board.brands.count { $0.value != nil }, "brand", address, call) : nil,
        allProducts: allLink(board.products.count, "product", address, call),
        facets: themeFacets(board, call, at: address.at("quotes")),
        from: FromRow(path: path, day: call.text("from"), kept: call.kept(filters.dropLast())),
        reviews: board.reviews.entries.map { MentionCard($0, list.book, call) },
        steps: ListSteps(
            range, of: board.reviews.total, size: listPageSize, at: address.at("quotes"), call),
        exports: themeExports(aspect.id, query, call))
    return try AfterwordServer.page(
        Templates.shared.theme, page, title: name, at: own, call)
}

private func productLinks(
    _ board: ThemeBoard, _ count: Int, at address: Address
) -> [CountLink] {
    board.products.prefix(count).map {
        CountLink(
            name: $0.value.string, link: address.with("product", $0.value.string).text,
            count: $0.reviews)
    }
}

/// How many of a theme's reviews are of products without a brand; nil for none.
private func unbrandedWords(_ board: ThemeBoard) -> String? {
    board.brands.first { $0.value == nil }.map {
        several($0.reviews, "review") + " of products without a brand"
    }
}

/// How many brands and products the page lists.
private func listed(_ call: Call) -> Int { call.text("all") == nil ? linksOfTheme : .max }

/// The page with all its brands and products; nil where it lists them.
private func allLink(_ count: Int, _ kind: String, _ address: Address, _ call: Call) -> CountLink? {
    guard count > listed(call) else { return nil }
    return CountLink(
        name: several(Int64(count), kind),
        link: address.at(kind == "brand" ? "who" : "where").with("all", "yes").text,
        count: Int64(count))
}

private func brandLinks(
    _ board: ThemeBoard, _ limit: Int, at address: Address
) -> [CountLink] {
    board.brands.filter { $0.value != nil }.prefix(limit).compactMap { own in
        own.value.map {
            CountLink(
                name: $0.string, link: address.with("brand", $0.string).text, count: own.reviews)
        }
    }
}

private func themeExports(_ theme: String, _ query: ThemeQuery, _ call: Call) -> Exports {
    Exports(
        "theme",
        [
            "theme": theme, "brand": query.brand, "product": query.product?.string,
            "side": query.strengths ? "strengths" : nil, "star": call.text("star"),
            "language": call.text("language"), "from": call.text("from"),
        ], call)
}

/// The filters of a theme's reviews, as the request has them.
func themeFilter(_ call: Call) throws -> ThemeFilter {
    var filter = ThemeFilter()
    filter.star = call.number("star").map(Int.init)
    filter.language = call.text("language").flatMap { Language(rawValue: $0) }
    if let day = call.text("from").flatMap({ Instant(iso8601: $0) }) {
        let dumps = call.allRuns.dumps.all.filter { $0.observedAt >= day }
        filter.fromRun = dumps.map(\.firstRun).min() ?? .max
    }
    return filter
}

/// What each dump brought, with the part that says so.
func themePeriods(_ board: ThemeBoard) -> [PicturePeriod] {
    let first = board.arrivals.map(\.dump.firstRun).min()
    return board.arrivals.map { own in
        PicturePeriod(
            name: own.dump.fullName, label: own.dump.day, at: own.dump.observedAt,
            reviews: own.reviews, part: own.marked, whole: own.reviews,
            isFirst: own.dump.firstRun == first)
    }
}

private func themeFacets(_ board: ThemeBoard, _ call: Call, at address: Address) -> [Facet] {
    [
        Facet(
            "Stars", "star",
            board.stars.compactMap { own in
                own.value.map { ("\($0)", "\($0) ★", own.reviews) }
            }.sorted { $0.0 < $1.0 }, chosen: call.text("star"), at: address),
        Facet(
            "Language", "language",
            board.languages.map {
                ($0.value.rawValue, languageNames([$0.value.rawValue]), $0.reviews)
            },
            chosen: call.text("language"), at: address),
    ]
}
