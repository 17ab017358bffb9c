import AfterwordCore
import AfterwordPipeline

/// The page of one brand.
struct BrandPage: PageRow {
    var home: String
    var name: String
    var sums: SumsRow
    var products: String
    var impact: String
    var dangers: DangersPart?
    var insight: InsightPart?
    /// The shell command that makes an insight of this brand.
    var command: String
    /// The page that has one made; nil where the caller may have none made.
    var making: String?
    var moved: MovedPart
    /// What each dump brought; nil before the third.
    var picture: Picture?
    /// What the first dumps brought, while there is no picture.
    var start: String?
    var mean: String?
    var fix: BeforeAfter
    var safety: String
    var inbox: String
    var themes: ThemeTable
    /// Its themes by product; nil where there is nothing to compare.
    var map: HeatMap?
    var work: ScopeWork
    var cards: [ProductCard]
    /// The link to all of its products, with their number.
    var allProducts: CountLink
    var productsCSV: String

    static let members: KeyValuePairs<String, Member<BrandPage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "sums": .row { $0.sums }, "products": .text { $0.products },
        "impact": .text { $0.impact }, "dangers": .row { $0.dangers },
        "insight": .row { $0.insight },
        "command": .text { $0.command }, "making": .maybe { $0.making }, "moved": .row { $0.moved },
        "picture": .row { $0.picture },
        "start": .maybe { $0.start }, "mean": .maybe { $0.mean }, "fix": .row { $0.fix },
        "safety": .text { $0.safety }, "inbox": .text { $0.inbox },
        "themes": .row { $0.themes }, "map": .row { $0.map }, "work": .row { $0.work.ifAny },
        "cards": .rows { $0.cards },
        "all_products": .row { $0.allProducts }, "products_csv": .text { $0.productsCSV },
    ]
}

/// What came between two moments and moved the brand's mean.
struct MovedPart: PageRow {
    var title: String
    var moments: MomentsRow
    var row: MovedRow?
    /// Why nothing is listed; empty when `row` is set.
    var nothing: String

    static let members: KeyValuePairs<String, Member<MovedPart>> = [
        "title": .text { $0.title }, "moments": .row { $0.moments }, "row": .row { $0.row },
        "unmoved": .text { $0.nothing },
    ]

    /// - Parameter own: The brand's page with its filters, without a moment.
    init(_ scope: ReviewScope, at own: Address, _ call: Call) throws {
        let window = try call.comparedWindow()
        let run = window.isFirst ? "the beginning" : "run \(window.from)"
        let since = window.since?.fullName ?? run
        title =
            call.text("since") == nil ? "What the newest dump moved" : "What moved since \(since)"
        moments = MomentsRow(window, at: own.at("moved"), call)
        let found = try movedRow(scope, window, call)
        (row, nothing) = (found.row, found.unmoved)
    }
}

/// How the window changed the brand's mean rating, with the reviews that changed it.
struct MovedRow: PageRow {
    var span: String
    var before: String
    var after: String
    var change: String
    var groups: [MovementGroup]

    static let members: KeyValuePairs<String, Member<MovedRow>> = [
        "span": .text { $0.span }, "before": .text { $0.before },
        "after": .text { $0.after }, "change": .text { $0.change }, "groups": .rows { $0.groups },
    ]
}

/// The reviews that moved a mean most in one direction.
struct MovementGroup: PageRow {
    var name: String
    var list: [MovementRow]

    static let members: KeyValuePairs<String, Member<MovementGroup>> = [
        "name": .text { $0.name }, "list": .rows { $0.list },
    ]
}

/// One review that changed the mean rating, with its part of the change.
struct MovementRow: PageRow {
    var moved: ReviewMovement
    var part: String
    var link: String

    static let members: KeyValuePairs<String, Member<MovementRow>> = [
        "part": .text { $0.part }, "reason": .text { $0.moved.movement.reason.rawValue },
        "stars": .text { starText($0.moved.review.values) }, "link": .text { $0.link },
        "title": .maybe { shown($0.moved.review.values.title?.string) },
        "body": .maybe { shown($0.moved.review.values.body?.string) },
        "has_both": .flag { row in
            let values = row.moved.review.values
            return shown(values.title?.string) != nil && shown(values.body?.string) != nil
        },
        "is_wordless": .flag { row in
            let values = row.moved.review.values
            return shown(values.title?.string) == nil && shown(values.body?.string) == nil
        },
    ]
}

func brandPage(_ call: Call) throws -> String {
    let scope = try call.brand()
    guard let entry = try rankedBrand(call.reader, scope.id) else {
        throw Problem(.notFound, "no such brand")
    }
    let name = scope.id.string
    var query = ThemeQuery()
    query.brand = name
    let dumps = try call.reader.runs().dumps
    let sums = try call.reader.scopeHistory(of: Scope(kind: .brand, id: scope.id))
        .map { (run: $0.run, counters: $0.row.counters) }
    let products = try productEntries(call.with(["brand": name]))
    let history = try ArrivalHistory(call.reader)
    let members = try call.reader.productLabels().filter { $0.dimension[.brand] == scope.id }
        .map(\.productKey)
    let path = "/brands/\(encoded(name))"
    let own = try brandAddress(path, firstRun: sums.first?.run ?? 0, call)
    let periods = picturePeriods(
        history.arrivals(of: members, first: history.first(sums)), sums, over: dumps)
    let themes = try AfterwordPipeline.themes(call.reader, query)
    let work = try ScopeWork(
        scope, products: Set(products.map(\.id)), themes, back: call.comparing(path), call)
    let picture = Picture(
        "dumps", part: "negative", periods, marks: call.pictureMarks + work.marks)
    let page = BrandPage(
        home: call.comparing("/brands").text, name: name, sums: SumsRow(entry),
        products: several(entry.productCount, "product"),
        impact: entry.isRanked ? fixed(entry.impact, of: 1_000_000, places: 1) : "–",
        dangers: try DangersPart(
            dangerReviews(call.reader, query), back: call.comparing(path), call),
        insight: try InsightPart(
            call.reader.insights(of: scope).first, brand: scope.id, call),
        command: "afterword insight " + shellQuoted("brand:" + name),
        making: call.makingLink(scope), moved: try MovedPart(scope, at: own, call),
        picture: picture, start: picture == nil ? startWords(periods) : nil,
        mean: meanWords(periods),
        fix: try BeforeAfter(
            work.negatives(of: query, periods), path, ["since"], call, since: work.fixedOn),
        safety: call.link("/safety", ["brand": name]),
        inbox: call.comparing("/inbox", ["brand": name]).text,
        themes: try ThemeTable(themes, limit: 12, of: query, call),
        map: try productMap(themes, of: name, products, call),
        work: work, cards: products.prefix(productsOfPage).map { ProductCard($0, call) },
        allProducts: CountLink(
            name: several(Int64(products.count), "product"),
            link: call.link("/products", ["brand": name]), count: Int64(products.count)),
        productsCSV: call.link("/csv/products.csv", ["brand": name]))
    return try AfterwordServer.page(
        Templates.shared.brand, page, title: name, at: own, call)
}

extension Call {
    /// The page that has an insight of a scope made; nil where the caller may have none made.
    func makingLink(_ scope: ReviewScope) -> String? {
        guard insightPrice != nil, brands == nil, moment == nil else { return nil }
        return link("/insights", ["scope": scope.written])
    }
}

private func brandAddress(
    _ path: String, firstRun: Int64, _ call: Call
) throws -> Address {
    var address = try call.ownAddress(path, ["fixed", "since"])
    address.firstRun = firstRun
    return address
}

private let movesOfGroup = 4

private func movedRow(
    _ scope: ReviewScope, _ window: DumpWindow, _ call: Call
) throws -> (row: MovedRow?, unmoved: String) {
    let isAsked = call.text("since") != nil
    guard !window.isFirst else {
        return (
            nil,
            isAsked
                ? "Before the first dump there was nothing: all of it came since."
                : "This is the first dump: all of it came with it."
        )
    }
    let found: ScopeChanges
    do {
        found = try changes(call.reader, of: scope, in: window)
    } catch ChangeFault.noSuchScope {
        let then = isAsked ? "at the earlier moment" : "before the newest dump"
        return (nil, "Nothing of it was there \(then), or is now.")
    }
    guard !found.movements.isEmpty else {
        let when = isAsked ? "between these moments" : "with the newest dump"
        return (nil, "Nothing of this brand changed \(when).")
    }
    func part(_ numerator: Int128?) -> String {
        guard let attribution = found.attribution, let numerator else { return "–" }
        let millionths = attribution.millionths(numerator)
        return (millionths > 0 ? "+" : "") + fixed(millionths, of: 1_000_000, places: 4)
    }
    func group(_ name: String, _ holds: (Int128) -> Bool) -> MovementGroup? {
        let own = found.movements.filter { holds($0.part ?? 0) }
        guard !own.isEmpty else { return nil }
        let rows = own.prefix(movesOfGroup).map { moved in
            MovementRow(
                moved: moved, part: part(moved.part),
                link: call.link(toReview: moved.review.reviewID, of: moved.review.productID))
        }
        let count = several(Int64(own.count), "review")
        let most = own.count > rows.count ? ", the \(rows.count) that did most" : ""
        return MovementGroup(name: "\(name): \(count)\(most)", list: rows)
    }
    let row = MovedRow(
        span: window.words, before: stars(found.before), after: stars(found.after),
        change: part(found.attribution?.change),
        groups: [
            group("Down") { $0 < 0 }, group("Up") { $0 > 0 },
            group("Neither up nor down") { $0 == 0 },
        ].compactMap(\.self))
    return (row, "")
}
