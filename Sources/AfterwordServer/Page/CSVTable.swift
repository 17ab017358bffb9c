import AfterwordCore
import AfterwordPipeline

/// A downloadable CSV table: all rows behind a part of a page, with the page's filters.
struct CSVTable: Sendable {
    var summary: String
    var parameters: [Parameter]
    var head: [String]
    var rows: Rows

    /// What makes the rows.
    enum Rows: Sendable {
        /// All at once: one row for each brand, product or theme, or each review of a product.
        case whole(@Sendable (Call) throws -> [[CSVCell]])
        /// A page: there may be a row for each review of the store, and they are kept as text only.
        case pages(@Sendable (Call, Page) throws -> [[CSVCell]])
    }

    init(
        summary: String, parameters: [Parameter], head: [String],
        rows: @escaping @Sendable (Call) throws -> [[CSVCell]]
    ) {
        (self.summary, self.parameters, self.head) = (summary, parameters, head)
        self.rows = .whole(rows)
    }

    init(
        summary: String, parameters: [Parameter], head: [String],
        pages: @escaping @Sendable (Call, Page) throws -> [[CSVCell]]
    ) {
        (self.summary, self.parameters, self.head) = (summary, parameters, head)
        rows = .pages(pages)
    }

    private static let pageSize = 8_192

    /// The table as a file.
    func file(_ call: Call) throws -> [UInt8] {
        let mark = call.text("bom") == "no" ? "" : "\u{FEFF}"
        var file = Array((mark + csv(head, [])).utf8)
        try forEachPage(call) { file += csv([], $0).utf8 }
        return file
    }

    /// The same rows as a list of JSON objects.
    func jsonFile(_ call: Call) throws -> [UInt8] {
        var lines: [String] = []
        try forEachPage(call) { rows in lines += rows.map { jsonLine(head, $0) } }
        return Array("[\(lines.joined(separator: ",\n"))]\n".utf8)
    }

    private func forEachPage(_ call: Call, _ take: ([[CSVCell]]) -> Void) throws {
        switch rows {
        case .whole(let rows): take(try rows(call))
        case .pages(let rows):
            var page = Page(size: Self.pageSize)
            while true {
                let own = try rows(call, page)
                take(own)
                if own.count < page.size { return }
                page.number += 1
            }
        }
    }

    static let all: KeyValuePairs<String, CSVTable> = [
        "brands": brands, "products": products, "inbox": inbox, "work": work, "themes": themes,
        "theme": theme,
        "reviews": reviews, "safety": safety, "search": search, "runs": runs,
        "insights": insights,
    ]

    private static let brands = CSVTable(
        summary: "Brands by impact, as the first page ranks them.",
        parameters: [
            .search("q", "Part of its name, in any case."),
            ListOrder.parameter([ListColumn<RankedEntry>].brands), since,
        ],
        head: ["brand", "products"] + counted + [
            "new_negative", "main_complaint", "distinct_reviews", "distinct_negative_share",
            "distinct_negative_low", "distinct_negative_high",
        ]
    ) { call in
        let window = try call.window()
        let wanted = call.text("q")?.lowercased()
        let groups = window.isFirst ? nil : try call.news(in: window, page: Page(size: 1)).groups
        let found = try rankedBrandEntries(call).filter { entry in
            wanted.map { entry.id.string.lowercased().contains($0) } ?? true
        }
        let ranked = ListOrder(call).sorted(found, by: brandColumns(groups))
        let themes = try BrandThemes(call.reader, ThemeQuery(), brands: ranked.map(\.id))
        let facts = try BrandFacts(call, themes, groups)
        return ranked.map { entry in
            [.text(entry.id), .count(entry.productCount)] + counts(entry) + [
                .number(facts.new(entry.id).map { String($0) } ?? ""),
                .text(facts.topTheme(entry.id) ?? ""),
                .number(entry.distinct.map { String($0.count) } ?? ""),
            ]
                + [\Share.value, \.low, \.high].map { end in
                    .decimal(
                        entry.distinct?.negativeShare?[keyPath: end], of: 1_000_000, places: 6)
                }
        }
    }

    private static let products = CSVTable(
        summary: "Products that fit the filters, by impact.",
        parameters: [
            .text("brand", "Only this brand."),
            .search("q", "Part of an id, title or brand, in any case."),
            .choice(
                "sentiment", ["positive", "neutral", "negative"], "The mean's stars, rounded."),
            ListOrder.parameter([ListColumn<RankedEntry>].products),
        ], head: ["product", "brand", "title"] + counted
    ) { call in
        try ListOrder(call).sorted(productEntries(call), by: .products).map { entry in
            [
                .text(entry.id), .text(entry.attributes[.brand]), .text(entry.attributes[.title]),
            ] + counts(entry)
        }
    }

    private static let since = Parameter(
        name: "since", form: .moment,
        comment: "A moment; what the newest dump brought when left out.")

    private static let inbox = CSVTable(
        summary: "What came since a run: dangers, new negatives, edits, what is resolved.",
        parameters: [
            since, .choice("kind", InboxEntry.Kind.allCases.map(\.rawValue), "Only of this kind."),
            .text("brand", "Only this brand."), .seen,
        ],
        head: [
            "kind", "hazard", "brand", "product", "review", "version", "stars", "themes", "says",
        ],
        pages: { call, page in
            try inboxEntries(call, page).map { entry in
                [
                    .text(entry.kind.rawValue), .text(entry.hazard ?? ""), .text(entry.brand),
                    .text(entry.review.productID), .text(entry.review.reviewID),
                    .count(entry.review.version),
                    .number(entry.review.values.star.map { String($0) } ?? ""),
                    .text(entry.themeLabels.joined(separator: ", ")), .text(entry.quote),
                ]
            }
        })

    private static let themes = CSVTable(
        summary: "Complaints, those of most reviews first.",
        parameters: [
            .text("brand", "Only this brand."), .text("product", "Only this product."), .side,
            ListOrder.parameter([ListColumn<Theme>].themes),
        ],
        head: [
            "theme", "label", "reviews", "new", "mixed", "products", "brands", "star_impact",
            "languages", "distinct_reviews",
        ]
    ) { call in
        let query = try themeQuery(call)
        let found = try complaints(AfterwordPipeline.themes(call.reader, query))
        let columns = [ListColumn<Theme>].named(asStrengths: query.strengths)
        return ListOrder(call).sorted(found, by: columns).map { theme in
            [
                .text(theme.aspect.id), .text(theme.label(query.strengths)),
                .count(theme.mentions),
                .count(theme.new), .count(theme.mixed), .count(theme.products),
                .count(theme.brands), .decimal(theme.starImpact, of: 1_000_000, places: 3),
                .text(languagesText(theme)), .count(theme.distinctMentions),
            ]
        }
    }

    private static let theme = CSVTable(
        summary: "The reviews of one theme, with the sentence that says it.",
        parameters: [
            Parameter(
                name: "theme", form: .text, isRequired: true, comment: "As `themes` names it."),
            .text("brand", "Only this brand."), .text("product", "Only this product."), .side,
            .star, .language,
            Parameter(name: "from", form: .date, comment: "Of dumps from this day on."),
        ],
        head: [
            "product", "review", "version", "stars", "language", "new", "says", "shown", "products",
        ],
        pages: { call, page in
            let found = try themeBoard(
                call.reader, aspect: call.text("theme") ?? "", themeQuery(call),
                themeFilter(call), page: page)
            guard let found else { throw Problem(.notFound, "no such theme") }
            return found.reviews.entries.map { entry in
                [
                    .text(entry.review.productID), .text(entry.review.reviewID),
                    .count(entry.review.version),
                    .number(entry.review.values.star.map { String($0) } ?? ""),
                    .text(entry.language.rawValue), .text(entry.isNew ? "yes" : "no"),
                    .text(entry.quote), .count(entry.shown.appearances),
                    .count(entry.shown.products),
                ]
            }
        })

    private static let reviews = CSVTable(
        summary: "The reviews of a product.",
        parameters: [
            Parameter(
                name: "product", form: .text, isRequired: true, comment: "The product's id."),
            .star,
        ], head: ["review", "version", "rating", "title", "text"]
    ) { call in
        let reviews = try reviewListing(
            call.reader, product: call.product(), star: call.number("star").map(Int.init),
            withDeleted: false,
            page: Call.everything
        ).entries
        return reviews.map { review in
            [
                .text(review.reviewID), .count(review.version),
                .number(review.values.rating.map { tenths($0) } ?? ""),
                .text(review.values.title), .text(review.values.body),
            ]
        }
    }

    static let counted = [
        "reviews", "mean_stars", "negative_share", "negative_low", "negative_high", "impact",
    ]

    static func counts(_ entry: RankedEntry) -> [CSVCell] {
        let share = entry.negativeShare
        return [
            .count(entry.counters.reviewCount),
            .decimal(meanStars(entry.counters), of: 1_000, places: 3),
            .decimal(share?.value, of: 1_000_000, places: 6),
            .decimal(share?.low, of: 1_000_000, places: 6),
            .decimal(share?.high, of: 1_000_000, places: 6),
            .decimal(entry.impact, of: 1_000_000, places: 3),
        ]
    }
}
