import AfterwordCore
import AfterwordPipeline

/// The list of all themes, with the map of themes and brands.
struct ThemesPage: PageRow {
    var scope: String?
    var facets: [Facet]
    var table: ThemeTable
    var map: HeatMap?
    var unknown: [UnknownCard]
    var exports: Exports

    static let members: KeyValuePairs<String, Member<ThemesPage>> = [
        "scope": .maybe { $0.scope }, "facets": .rows { $0.facets }, "table": .row { $0.table },
        "map": .row { $0.map }, "unknown": .rows { $0.unknown },
        "has_unknown": .flag { !$0.unknown.isEmpty }, "exports": .row { $0.exports },
    ]
}

/// A complaint without a theme: words that reviews share, with some of these.
struct UnknownCard: PageRow {
    var complaint: UnknownComplaint
    var quotes: [MentionCard]

    static let members: KeyValuePairs<String, Member<UnknownCard>> = [
        "label": .text { $0.complaint.json["label"]?.text ?? "" },
        "count": .text { several(Int64($0.complaint.reviews.count), "review") },
        "quotes": .rows { $0.quotes },
    ]

    init(_ complaint: UnknownComplaint, _ call: Call) {
        self.complaint = complaint
        quotes = complaint.quoted.map { MentionCard($0, nil, call) }
    }
}

extension UnknownComplaint {
    /// The reviews that stand for it.
    fileprivate var quoted: ArraySlice<ThemeReview> { reviews.prefix(3) }
}

private let filters = ["brand", "product", "side", "sort"]
private let unknownOfPage = 12

func themesPage(_ call: Call) throws -> String {
    let query = try themeQuery(call)
    let found = try allThemes(call.reader, query)
    let call = try call.translating(
        found.unknown.prefix(unknownOfPage).flatMap { $0.quoted.map(\.review.reviewKey) })
    let address = call.listAddress("/themes", filters)
    let order = ListOrder(call)
    var table = try ThemeTable(found.known, limit: .max, of: query, call)
    table.heads = order.heads(query.themeColumns, at: address)
    let book = query.strengths ? nil : WorkBook(try call.reader.workMarks())
    table.rows = order.sorted(
        complaints(found.known), by: .named(asStrengths: query.strengths)
    ).map {
        ThemeRow($0, of: query, book, call)
    }
    var other = query
    other.strengths.toggle()
    let others = Int64(try themes(call.reader, other).count)
    let counts =
        query.strengths ? (others, Int64(found.known.count)) : (Int64(found.known.count), others)
    let tables: KeyValuePairs<String, String?> = [
        "brand": query.brand, "product": query.product?.string, "side": call.text("side"),
        "sort": call.text("sort"),
    ]
    let page = ThemesPage(
        scope: query.product?.string ?? query.brand,
        facets: [
            Facet(
                "What reviews do", "side",
                [("issues", "complain", counts.0), ("strengths", "praise", counts.1)],
                chosen: call.text("side") ?? "issues", at: address)
        ], table: table, map: try heatMap(query, call),
        unknown: found.unknown.prefix(unknownOfPage).map { UnknownCard($0, call) },
        exports: Exports("themes", tables, call))
    return try AfterwordServer.page(
        Templates.shared.themes, page, title: "Themes",
        at: call.ownAddress("/themes", filters), call)
}
