import AfterwordCore
import AfterwordPipeline

/// The list of all products.
struct ProductsPage: PageRow {
    var count: String
    var text: String?
    var kept: [KeptRow]
    var facets: [Facet]
    var heads: [SortHead]
    var rows: [ProductRow]
    var steps: ListSteps
    var all: String
    var exports: Exports

    static let members: KeyValuePairs<String, Member<ProductsPage>> = [
        "count": .text { $0.count }, "q": .maybe { $0.text }, "kept": .rows { $0.kept },
        "facets": .rows { $0.facets }, "heads": .rows { $0.heads }, "rows": .rows { $0.rows },
        "steps": .row { $0.steps }, "all": .text { $0.all }, "exports": .row { $0.exports },
    ]
}

/// A product in the list.
struct ProductRow: PageRow {
    var entry: RankedEntry
    var link: String
    var brandLink: String?

    static let members: KeyValuePairs<String, Member<ProductRow>> = [
        "name": .text { $0.entry.id.string }, "link": .text { $0.link },
        "title": .maybe { shown($0.entry.attributes[.title]?.string) },
        "brand": .maybe { shown($0.entry.attributes[.brand]?.string) },
        "brand_link": .maybe { $0.brandLink },
        "impact": .text {
            $0.entry.isRanked ? fixed($0.entry.impact, of: 1_000_000, places: 1) : "–"
        },
        "negative": .text { percent($0.entry.negativeShare) },
        "interval": .maybe { interval($0.entry.negativeShare) },
        "negatives": .text { grouped($0.entry.counters.negatives) },
        "reviews": .text { grouped($0.entry.counters.reviewCount) },
        "mean": .text { stars($0.entry.counters) },
        "is_grey": .flag { !$0.entry.isRanked },
    ]

    init(_ entry: RankedEntry, _ call: Call) {
        self.entry = entry
        link = call.link(toProduct: entry.id)
        brandLink = entry.attributes[.brand].map { call.link(toBrand: $0) }
    }
}

private let filters = ["q", "brand", "sentiment", "sort"]
private let sentiments = ["negative", "neutral", "positive"]

func productsPage(_ call: Call) throws -> String {
    var query = RankingQuery()
    query.page = Call.everything
    query.text = call.text("q")
    let all = try rankedProducts(call.reader, query).entries
    let brand = try call.brandFilter()
    func isOfBrand(_ entry: RankedEntry) -> Bool {
        brand == nil || entry.attributes[.brand]?.string == brand
    }
    let order = ListOrder(call)
    let found = order.sorted(
        all.filter { isOfBrand($0) && isWanted($0, call) }, by: .products)
    let address = call.listAddress("/products", filters)
    let range = call.range(of: found.count, size: listPageSize)
    let tables: KeyValuePairs<String, String?> = [
        "brand": brand, "q": call.text("q"), "sentiment": call.text("sentiment"),
        "sort": call.text("sort"),
    ]
    let page = ProductsPage(
        count: several(Int64(found.count), "product"), text: call.text("q"),
        kept: call.kept(["brand", "sentiment", "sort"]),
        facets: [
            Facet(
                "Mean of its stars", "sentiment",
                sentiments.map { name in
                    let asked = call.with(["sentiment": name])
                    let count = all.count { isOfBrand($0) && isWanted($0, asked) }
                    return (name, name, Int64(count))
                }, chosen: call.text("sentiment"), at: address),
            brandFacet(
                all.filter { isWanted($0, call) }.compactMap { $0.attributes[.brand] },
                chosen: brand, at: address),
        ], heads: order.heads(.products, at: address),
        rows: found[range].map { ProductRow($0, call) },
        steps: ListSteps(range, of: found.count, size: listPageSize, at: address, call),
        all: call.link("/products"), exports: Exports("products", tables, call))
    return try AfterwordServer.page(
        Templates.shared.products, page, title: "Products",
        at: call.ownAddress("/products", filters), call)
}

/// The brands of entries with most of them, and the chosen one.
func brandFacet(_ brands: [Text], chosen: String?, at address: Address) -> Facet {
    var counts: [Text: Int64] = [:]
    for brand in brands { counts[brand, default: 0] += 1 }
    return brandFacet(counts, chosen: chosen, at: address)
}

func brandFacet(_ counts: [Text: Int64], chosen: String?, at address: Address) -> Facet {
    let sorted = counts.sorted { left, right in
        left.value != right.value ? left.value > right.value : left.key < right.key
    }
    var shown = sorted.prefix(brandsOfFacet).map { ($0.key.string, $0.value) }
    if let chosen, !shown.contains(where: { $0.0 == chosen }) {
        shown.append((chosen, counts[Text(chosen)] ?? 0))
    }
    return Facet(
        counts.count > brandsOfFacet ? "Brands with most of them" : "Brand", "brand",
        shown.map { ($0.0, $0.0, $0.1) }, chosen: chosen, at: address)
}

private let brandsOfFacet = 12
