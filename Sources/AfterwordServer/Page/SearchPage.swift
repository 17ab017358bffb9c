import AfterwordCore
import AfterwordPipeline

/// What is found for some words: brands, products and themes by their names, reviews by what they
/// say.
struct SearchPage: PageRow {
    var text: String?
    var kept: [KeptRow]
    /// Why nothing was searched for; nil where it was.
    var fault: String?
    var names: [NameHit]
    /// How many reviews there are, in words; nil where that is not counted, and for none.
    var count: String?
    var facets: [Facet]
    var hits: [HitCard]
    /// Where the next page begins; nil on the last.
    var next: String?
    var first: String?
    var isSearched: Bool
    /// Nil while nothing is searched for.
    var exports: Exports?

    static let members: KeyValuePairs<String, Member<SearchPage>> = [
        "q": .maybe { $0.text }, "kept": .rows { $0.kept }, "fault": .maybe { $0.fault },
        "names": .rows { $0.names }, "has_names": .flag { !$0.names.isEmpty },
        "count": .maybe { $0.count }, "facets": .rows { $0.facets }, "hits": .rows { $0.hits },
        "next": .maybe { $0.next },
        "first": .maybe { $0.first }, "is_searched": .flag { $0.isSearched },
        "exports": .row { $0.exports },
    ]
}

/// A brand, product or theme whose name has the words.
struct NameHit: PageRow {
    var kind: String
    var name: String
    var more: String?
    var link: String

    static let members: KeyValuePairs<String, Member<NameHit>> = [
        "kind": .text { $0.kind }, "name": .text { $0.name }, "more": .maybe { $0.more },
        "link": .text { $0.link },
    ]
}

/// A review in which the words stand.
struct HitCard: PageRow {
    var hit: SearchHit
    var parts: (before: String, found: String, after: String)
    var link: String
    var productLink: String
    var translation: TranslationRow?

    init(_ hit: SearchHit, _ call: Call) {
        self.hit = hit
        let quote = hit.quote
        let found = hit.version.values.quote(hit.match.field, hit.match.range)
        if let place = quote.firstRange(of: found), !found.isEmpty {
            parts = (
                String(quote[..<place.lowerBound]), found, String(quote[place.upperBound...])
            )
        } else {
            parts = (quote, "", "")
        }
        link = call.link(toReview: hit.version.reviewID, of: hit.version.productID)
        productLink = call.link(toProduct: hit.version.productID)
        translation = TranslationRow(
            call.translations.readings(
                hit.version.productID, hit.version.reviewID, hit.version.version),
            of: hit.match.field)
    }

    static let members: KeyValuePairs<String, Member<HitCard>> = [
        "before": .maybe { shown($0.parts.before) }, "found": .maybe { shown($0.parts.found) },
        "after": .maybe { shown($0.parts.after) }, "link": .text { $0.link },
        "stars": .text { starText($0.hit.version.values) },
        "language": .text { languageNames([$0.hit.language.rawValue]) },
        "brand": .maybe { shown($0.hit.brand?.string) },
        "product": .text { $0.hit.version.productID.string },
        "product_link": .text { $0.productLink }, "translation": .row { $0.translation },
        "lang": .maybe { $0.hit.language.tag },
    ]
}

private let filters = [
    "q", "brand", "product", "theme", "language", "star_min", "star_max", "written_since",
    "written_until",
]
private let namesOfKind = 8

func searchPage(_ call: Call) throws -> String {
    let text = shown(call.text("q"))
    let address = call.listAddress("/search", filters)
    var page = SearchPage(
        text: text, kept: call.kept(Array(filters.dropFirst())), fault: nil, names: [],
        facets: [], hits: [], next: nil, first: nil, isSearched: false, exports: nil)
    if let text {
        page.names = try names(text, call)
        do {
            let (query, filter) = (try SearchQuery(text), try searchFilter(call))
            let found = try searchReviews(
                call.reader, query, filter, from: Int64(call.first), limit: listPageSize)
            let counts = try countSearch(call.reader, query, filter)
            page.isSearched = true
            page.count = counts.flatMap { countWords($0) }
            page.facets = searchFacets(filter, counts, call, at: address)
            page.exports = searchExports(text, call)
            let read = try call.translating(found.hits.map(\.version.reviewKey))
            page.hits = found.hits.map { HitCard($0, read) }
            page.next = found.next.map { place in
                address.with("cursor", Cursor(run: call.run.run, first: Int(place)).text).text
            }
            page.first = call.first > 0 ? address.text : nil
        } catch let fault as SearchQuery.Fault {
            page.fault = fault.words
        } catch is SearchFault {
            throw Problem(.conflict, "cursor: is of another list")
        }
    }
    return try AfterwordServer.page(
        Templates.shared.search, page, title: "Search", at: call.ownAddress("/search", filters),
        call)
}

private func searchExports(_ text: String, _ call: Call) -> Exports {
    Exports(
        "search",
        [
            "q": text, "brand": call.text("brand"), "product": call.text("product"),
            "theme": call.text("theme"), "language": call.text("language"),
            "star_min": call.text("star_min"), "star_max": call.text("star_max"),
            "written_since": call.text("written_since"),
            "written_until": call.text("written_until"),
        ], call)
}

/// How many reviews are found; nil for none.
private func countWords(_ counts: SearchCounts) -> String? {
    guard counts.total > 0 else { return nil }
    let words = several(counts.total, "review")
    return counts.isWhole
        ? words : "At least \(words). Numbers with + are of the newest of them."
}

/// The filters, with how many reviews each value leaves.
private func searchFacets(
    _ filter: SearchFilter, _ counts: SearchCounts?, _ call: Call, at address: Address
) -> [Facet] {
    let stars = starFacet(counts?.stars, call, at: address)
    guard let counts else { return [stars] }
    var languages = counts.languages.counts
    if let chosen = filter.language { languages[chosen, default: 0] += 0 }
    let sorted = languages.sorted { left, right in
        (right.value, left.key.rawValue) < (left.value, right.key.rawValue)
    }
    let language = Facet(
        "Language", "language",
        sorted.map { ($0.key.rawValue, languageNames([$0.key.rawValue]), $0.value) },
        chosen: filter.language?.rawValue, at: address)
    let brand = brandFacet(counts.brands.counts, chosen: filter.brand?.string, at: address)
    return [
        stars.counted(counts.stars.isWhole), language.counted(counts.languages.isWhole),
        brand.counted(counts.brands.isWhole),
    ].filter { !$0.options.isEmpty }
}

/// - Parameter counts: Nil where they are not counted.
private func starFacet(
    _ counts: SearchCounts.Part<Int>?, _ call: Call, at address: Address
) -> Facet {
    var facet = Facet("Stars", "star_min", [], chosen: nil, at: address)
    let (least, most) = (call.text("star_min"), call.text("star_max"))
    facet.options = [("1 and 2 ★", 1...2), ("3 ★", 3...3), ("4 and 5 ★", 4...5)].compactMap {
        label, stars in
        let (low, high) = ("\(stars.lowerBound)", "\(stars.upperBound)")
        let isChosen = least == low && most == high
        let count = counts.map { part in stars.reduce(0) { $0 + (part.counts[$1] ?? 0) } }
        if let counts, counts.isWhole, count == 0, !isChosen { return nil }
        return FacetOption(
            label: label, count: count.map { grouped($0) }, isChosen: isChosen,
            link: address.with("star_min", isChosen ? nil : low)
                .with("star_max", isChosen ? nil : high).text)
    }
    return facet
}

/// Brands, products and themes whose names have the text.
private func names(_ text: String, _ call: Call) throws -> [NameHit] {
    var query = RankingQuery()
    query.page = Call.everything
    query.text = text
    let brands = try rankedBrands(call.reader, query).entries.filter { call.allows($0.id) }
    let products = try rankedProducts(call.reader, query).entries.filter { entry in
        // A product of a brand that is found already is found there.
        !brands.contains { $0.id == entry.attributes[.brand] }
    }
    let themes = try call.reader.lexicon().aspects.filter {
        $0.label.lowercased().contains(text.lowercased())
    }
    return themes.prefix(namesOfKind).map {
        NameHit(kind: "Theme", name: $0.label, more: nil, link: call.link("/themes/\($0.id)"))
    }
        + brands.prefix(namesOfKind).map {
            NameHit(
                kind: "Brand", name: $0.id.string,
                more: several($0.counters.reviewCount, "review"),
                link: call.link(toBrand: $0.id))
        }
        + products.prefix(namesOfKind).map {
            NameHit(
                kind: "Product", name: $0.id.string,
                more: shown($0.attributes[.title]?.string), link: call.link(toProduct: $0.id))
        }
}
