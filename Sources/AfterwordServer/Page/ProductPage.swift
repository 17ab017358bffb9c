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
    /// Nil when the source provides no review times.
    var months: MonthsRow?
    var arrivals: ArrivalsRow?
    var mean: MeanChart?
    var reviews: [ReviewCard]
    var total: String
    var csv: String

    static let members: KeyValuePairs<String, Member<ProductPage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "title": .maybe { $0.title }, "brand": .row { $0.brand },
        "sums": .row { $0.sums }, "dangers": .row { $0.dangers },
        "insight": .row { $0.insight }, "months": .row { $0.months },
        "arrivals": .row { $0.arrivals }, "mean": .row { $0.mean },
        "reviews": .rows { $0.reviews }, "total": .text { $0.total }, "csv": .text { $0.csv },
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
    var chart: ColumnChart?
    var months: [MonthRow]
    /// The number of reviews before the months shown, in words; nil when there are none.
    var before: String?

    static let members: KeyValuePairs<String, Member<MonthsRow>> = [
        "chart": .row { $0.chart }, "months": .rows { $0.months },
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
        chart = ColumnChart(
            "Reviews by month",
            months.map { month in
                ColumnChart.Period(
                    name: month.name, day: month.name, place: month.number,
                    reviews: month.counters.reviewCount, negatives: month.counters.negatives)
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

func productPage(_ call: Call) throws -> String {
    let state = try call.productState()
    let id = state.productID
    let answer = try productAnswer(call.reader, of: state)
    var query = ThemeQuery()
    query.product = id
    let dumps = try call.reader.runs().dumps
    let history = try ArrivalHistory(call.reader, ofProduct: id)
    let reviews = try reviewListing(
        call.reader, product: id, star: nil, withDeleted: false, page: Page(number: 1, size: 50))
    let sums = answer.runs.map { (run: $0.run, counters: $0.row.counters) }
    let page = ProductPage(
        home: call.link("/"), name: id.string,
        title: shown(answer.entry.attributes[.title]?.string),
        brand: answer.entry.attributes[.brand].map {
            BrandLink($0, call)
        }, sums: SumsRow(answer.entry),
        dangers: try DangersPart(dangerReviews(call.reader, query), call),
        insight: InsightPart(
            try call.reader.insights(of: .product(id)).first, brand: nil, call),
        months: answer.months.flatMap { MonthsRow($0) },
        arrivals: ArrivalsRow(history.arrivals(of: [state.productKey], first: history.first(sums))),
        mean: MeanChart(sums, over: dumps), reviews: reviews.entries.map { ReviewCard($0, call) },
        total: reviews.total > reviews.entries.count
            ? "\(reviews.entries.count) of \(several(Int64(reviews.total), "review"))"
            : several(Int64(reviews.total), "review"),
        csv: call.link("/csv/reviews.csv", ["product": id.string]))
    return try AfterwordServer.page(
        Templates.shared.product, page, title: id.string,
        at: Address("/products/\(encoded(id.string))", firstRun: state.firstRun), call)
}

// MARK: A review

/// The page of one review with all its versions.
struct ReviewPage: PageRow {
    var home: String
    var name: String
    var product: String
    var productLink: String
    var versions: [VersionRow]

    static let members: KeyValuePairs<String, Member<ReviewPage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "product": .text { $0.product },
        "product_link": .text { $0.productLink }, "versions": .rows { $0.versions },
    ]
}

/// One version of a review.
struct VersionRow: PageRow {
    var row: HistoryRow

    static let members: KeyValuePairs<String, Member<VersionRow>> = [
        "version": .text { "\($0.row.version)" }, "operation": .text { $0.row.operation.rawValue },
        "changed": .maybe { shown($0.row.changedFields.names.joined(separator: ", ")) },
        "run": .text { "\($0.row.run)" }, "observed": .text { day($0.row.observedAt) },
        "stars": .text { starText($0.row.values) },
        "title": .maybe { shown($0.row.values.title?.string) },
        "body": .maybe { shown($0.row.values.body?.string) },
        "written": .text { writtenOn($0.row.values) },
        "author": .maybe { shown($0.row.values.authorName?.string) },
        "is_verified": .flag { $0.row.values.verified == true },
        "country": .maybe { shown($0.row.values.country?.string) },
        "digest": .text { String($0.row.rowDigest.description.prefix(16)) },
    ]
}

func reviewPage(_ call: Call) throws -> String {
    let product = try call.product()
    let name = call.text("review") ?? ""
    let rows = try call.reader.history(ofProduct: product, review: Text(name))
    guard !rows.isEmpty else { throw Problem(.notFound, "no such review") }
    let page = ReviewPage(
        home: call.link("/"), name: name, product: product.string,
        productLink: call.link(toProduct: product),
        versions: rows.reversed().map { VersionRow(row: $0) })
    return try AfterwordServer.page(
        Templates.shared.review, page, title: "Review",
        at: Address(
            "/reviews/\(encoded(product.string))/\(encoded(name))", firstRun: rows[0].run), call)
}

// MARK: A theme

/// The page of one theme: the reviews that mention it.
struct ThemePage: PageRow {
    var home: String
    var name: String
    var brand: BrandLink?
    var total: String
    var reviews: [MentionCard]
    var csv: String

    static let members: KeyValuePairs<String, Member<ThemePage>> = [
        "home": .text { $0.home },
        "name": .text { $0.name }, "brand": .row { $0.brand }, "total": .text { $0.total },
        "reviews": .rows { $0.reviews }, "csv": .text { $0.csv },
    ]
}

func themePage(_ call: Call) throws -> String {
    let query = try themeQuery(call)
    guard let aspect = Lexicon.first.aspects.first(where: { $0.id == call.text("theme") }),
        let found = try themeReviews(
            call.reader, aspect: aspect.id, query, page: Page(number: 1, size: 100))
    else { throw Problem(.notFound, "no such theme") }
    let total = several(Int64(found.total), "review")
    let firstRun = try query.brand.map { brand in
        try call.reader.scopeHistory(of: Scope(kind: .brand, id: Text(brand))).first?.run ?? 0
    }
    let page = ThemePage(
        home: call.link("/"), name: aspect.label,
        brand: query.brand.map { BrandLink(Text($0), call) },
        total: found.total > found.entries.count
            ? "The newest \(found.entries.count) of \(total)" : total,
        reviews: found.entries.map { MentionCard($0, call) },
        csv: call.link("/csv/theme.csv", ["theme": aspect.id, "brand": query.brand]))
    return try AfterwordServer.page(
        Templates.shared.theme, page, title: aspect.label,
        at: Address("/themes/\(aspect.id)", ["brand": query.brand], firstRun: firstRun ?? 0), call)
}
