import AfterwordCore
import AfterwordPipeline

/// The page of one product.
struct ProductPage: PageRow {
    var home: String
    var name: String
    var title: String?
    var brand: BrandLink?
    var sums: SumsRow
    var dangers: DangersPart?
    var insight: InsightPart?
    /// The page that has one made; nil where the caller may have none made.
    var making: String?
    /// The page of the product in a shop; nil where the settings name none.
    var shop: String?
    /// Nil when the source provides no review times.
    var months: MonthsRow?
    /// What each dump brought; nil before the third.
    var picture: Picture?
    /// The first dump with it, while there is no picture.
    var start: String?
    var mean: String?
    var fix: BeforeAfter
    var themes: String
    /// What its reviews complain of; nil where none does.
    var complaints: ThemeTable?
    var work: ScopeWork
    var attributes: [AttributeCard]
    var reviews: [ReviewCard]
    var facets: [Facet]
    var steps: ListSteps
    var exports: Exports

    static let members: KeyValuePairs<String, Member<ProductPage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "title": .maybe { $0.title }, "brand": .row { $0.brand },
        "sums": .row { $0.sums }, "dangers": .row { $0.dangers },
        "insight": .row { $0.insight }, "making": .maybe { $0.making }, "shop": .maybe { $0.shop },
        "months": .row { $0.months }, "picture": .row { $0.picture },
        "start": .maybe { $0.start }, "mean": .maybe { $0.mean }, "fix": .row { $0.fix },
        "themes": .text { $0.themes }, "complaints": .row { $0.complaints },
        "work": .row { $0.work.ifAny }, "attributes": .rows { $0.attributes },
        "has_attributes": .flag { !$0.attributes.isEmpty }, "reviews": .rows { $0.reviews },
        "facets": .rows { $0.facets }, "steps": .row { $0.steps },
        "exports": .row { $0.exports },
    ]
}

/// A brand's name with a link to its page.
struct BrandLink: PageRow {
    var name: String
    /// Nil for a former brand that the key may not read.
    var link: String?

    init(_ brand: Text, _ call: Call) {
        name = brand.string
        link = call.allows(brand) ? call.link(toBrand: brand) : nil
    }

    static let members: KeyValuePairs<String, Member<BrandLink>> = [
        "name": .text { $0.name }, "link": .maybe { $0.link },
    ]
}

/// Reviews by month of writing, including months without any.
struct MonthsRow: PageRow {
    var picture: Picture?
    var months: [MonthRow]
    /// The number of reviews before the months shown, in words; nil when there are none.
    var before: String?

    static let members: KeyValuePairs<String, Member<MonthsRow>> = [
        "picture": .row { $0.picture }, "months": .rows { $0.months },
        "before": .maybe { $0.before },
    ]

    /// Maximum number of months shown, ending with the last month that has a review.
    private static let shown: Int64 = 24

    init?(_ summaries: [MonthSummary]) {
        // Number months consecutively from year 0, so that ranges can be computed.
        var sums: [Int64: Counters] = [:]
        for summary in summaries {
            let month = summary.key.month
            sums[month / 100 * 12 + month % 100 - 1, default: Counters()].add(summary.counters)
        }
        sums = sums.filter { $0.value.reviewCount > 0 }
        guard let first = sums.keys.min(), let last = sums.keys.max() else { return nil }
        months = (max(first, last - Self.shown + 1)...last).map { number in
            MonthRow(number: number, counters: sums[number] ?? Counters())
        }
        let start = months[0]
        var earlier = Counters()
        for (number, counters) in sums where number < start.number { earlier.add(counters) }
        before =
            earlier.reviewCount > 0
            ? "Before \(start.name): \(several(earlier.reviewCount, "review")), "
                + "\(grouped(earlier.negatives)) negative; not in the chart." : nil
        picture = Picture(
            "months", part: "negative",
            months.compactMap { month in
                Instant(iso8601: month.name + "-01").map { start in
                    PicturePeriod(
                        name: month.name, label: month.name, at: start,
                        reviews: month.counters.reviewCount, part: month.counters.negatives,
                        whole: month.counters.ratedCount)
                }
            })
        months.reverse()
    }
}

/// The reviews of one month.
struct MonthRow: PageRow {
    var number: Int64
    var counters: Counters

    var name: String { "\(number / 12)-\(padded(Int(number % 12) + 1, 2))" }

    static let members: KeyValuePairs<String, Member<MonthRow>> = [
        "name": .text { $0.name }, "reviews": .text { several($0.counters.reviewCount, "review") },
        "negative": .text { grouped($0.counters.negatives) },
    ]
}

/// What a run said of a product: title, brand, price and others.
struct AttributeCard: PageRow {
    var run: Int64
    var words: String

    static let members: KeyValuePairs<String, Member<AttributeCard>> = [
        "run": .text { "\($0.run)" }, "words": .text { $0.words },
    ]
}

private let filters = ["star", "fixed"]
private let complaintsOfPage = 8

func productPage(_ call: Call) throws -> String {
    let state = try call.productState()
    let id = state.productID
    let path = "/products/\(encoded(id.string))"
    let answer = try productAnswer(call.reader, of: state)
    var query = ThemeQuery()
    query.product = id
    let dumps = try call.reader.runs().dumps
    let history = try ArrivalHistory(call.reader, ofProduct: id)
    let sums = answer.runs.map { (run: $0.run, counters: $0.row.counters) }
    let periods = picturePeriods(
        history.arrivals(of: [state.productKey], first: history.first(sums)), sums, over: dumps)
    let reviews = try reviewListing(
        call.reader, product: id, star: call.number("star").map(Int.init), withDeleted: false,
        page: Page(first: call.first, size: listPageSize))
    let (address, here) = (call.listAddress(path, filters).at("reviews"), call.address(path))
    let found = try AfterwordPipeline.themes(call.reader, query)
    let work = try ScopeWork(
        .product(id), products: [id], found, back: here, call)
    let picture = Picture(
        "dumps", part: "negative", periods, marks: call.pictureMarks + work.marks)
    var own = try call.ownAddress(path, filters)
    own.firstRun = state.firstRun
    let page = ProductPage(
        home: call.link("/products"), name: id.string,
        title: shown(answer.entry.attributes[.title]?.string),
        brand: answer.entry.attributes[.brand].map { BrandLink($0, call) },
        sums: SumsRow(answer.entry),
        dangers: try DangersPart(dangerReviews(call.reader, query), back: here, call),
        insight: try InsightPart(
            call.reader.insights(of: .product(id)).first, brand: nil, call),
        making: call.makingLink(.product(id)),
        shop: call.shopLink(id), months: answer.months.flatMap { MonthsRow($0) },
        picture: picture, start: picture == nil ? startWords(periods) : nil,
        mean: meanWords(periods),
        fix: try BeforeAfter(
            work.negatives(of: query, periods), path, ["star"], call, since: work.fixedOn),
        themes: call.link("/themes", ["product": id.string]),
        complaints: found.isEmpty
            ? nil : try ThemeTable(found, limit: complaintsOfPage, of: query, call), work: work,
        attributes: attributeCards(try call.reader.attributeHistory(ofProduct: id)),
        reviews: reviews.entries.map { ReviewCard($0, call) },
        facets: [starFacet(answer.entry.counters, call, at: address)],
        steps: ListSteps(
            reviews.first..<reviews.first + reviews.entries.count, of: reviews.total,
            size: listPageSize, at: address, call),
        exports: Exports("reviews", ["product": id.string, "star": call.text("star")], call))
    return try AfterwordServer.page(
        Templates.shared.product, page, title: id.string, at: own, call)
}

private func starFacet(_ counters: Counters, _ call: Call, at address: Address) -> Facet {
    Facet(
        "Stars", "star",
        (1...5).filter { counters.stars[$0 - 1] > 0 }.map {
            ("\($0)", "\($0) ★", counters.stars[$0 - 1])
        }, chosen: call.text("star"), at: address)
}

/// The attributes after each run that changed them, the newest first; none where none changed.
private func attributeCards(_ rows: [AttributeRow]) -> [AttributeCard] {
    guard rows.count > 1 else { return [] }
    return rows.sorted { $0.run > $1.run }.compactMap { row in
        let words = Attribute.allCases.compactMap { name in
            row.attributes[name].map { "\(name.name.replacing("_", with: " ")) \($0.string)" }
        }.joined(separator: " · ")
        return words.isEmpty ? nil : AttributeCard(run: row.run, words: words)
    }
}

/// What the first dump brought, for a page without a picture.
func startWords(_ periods: [PicturePeriod]) -> String? {
    let rows = periods.filter { $0.reviews > 0 }
    guard !rows.isEmpty else { return nil }
    return rows.map {
        "\($0.name): \(several($0.reviews, "review")), \(grouped($0.part)) negative."
    }.joined(separator: " ")
}

/// The mean after the first and the last dump; nil where there is only one.
func meanWords(_ periods: [PicturePeriod]) -> String? {
    let known = periods.compactMap { own in own.mean.map { (own.label, $0) } }
    guard let first = known.first, let last = known.last, known.count > 1 else { return nil }
    return "Mean of all its reviews after each dump: \(first.1) on \(first.0), "
        + "\(last.1) on \(last.0)."
}
