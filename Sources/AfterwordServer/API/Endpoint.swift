import AfterwordCore
import AfterwordPipeline

/// A GET endpoint of the API. Request checks, routes, `/openapi.json` and tests are all derived
/// from `Endpoint.all`.
struct Endpoint: Sendable {
    /// The form of the answer: one entry, or a page of a list.
    enum Shape: Sendable {
        case item(ValueForm)
        /// `beside` declares further members next to the page members (`items`, `total`, `next`).
        case list(ValueForm, beside: [ObjectDescription.Member] = [])

        var isList: Bool { if case .list = self { true } else { false } }
    }

    var path: String
    var summary: String
    var parameters: [Parameter]
    var shape: Shape
    /// The answer depends on the clock, so it has no entity tag.
    var isTimed = false
    var answer: @Sendable (Call) throws -> JSONValue

    init(
        _ path: String, _ summary: String, _ parameters: [Parameter] = [], _ shape: Shape,
        isTimed: Bool = false, answer: @escaping @Sendable (Call) throws -> JSONValue
    ) {
        self.path = "/api/v1/" + path
        self.summary = summary
        let page = shape.isList ? Self.page : []
        self.parameters = parameters + page + Self.moments
        self.shape = shape
        self.isTimed = isTimed
        self.answer = answer
    }

    private static let page = [
        Parameter.number("limit", 1...200, "Entries of a page; 50 when left out."),
        Parameter(name: "cursor", form: .cursor, comment: "`next` of the page before."),
    ]

    /// `as_of` and `as_observed`, the parameters of every endpoint.
    static let moments = [
        Parameter(
            name: "as_of", form: .moment,
            comment: "As it was at a run, a date, an instant, a dump's label, or last."),
        Parameter(
            name: "as_observed", form: .date,
            comment: "As it was by the dumps taken until the end of that day in UTC."),
    ]

    /// Whether a POST to the same path makes an insight.
    var makesInsights: Bool { path.hasSuffix("}/insights") }

    static let all: [Endpoint] = products + reviews + brands + themes + changes + ledger

    // MARK: Products

    private static let product = Parameter.path("product", "The product's id.")
    private static let brand = Parameter.path("brand", "The brand's name.")
    private static let order = Parameter.choice(
        "sort", RankingOrder.allCases.map(\.rawValue), "Impact when left out.")

    private static let products = [
        Endpoint(
            "products", "Products, those of most avoidable harm first.",
            [
                .text("brand", "Only this brand."), .text("category", "Only this category."),
                .text("family", "Only this family."),
                .search("q", "Part of an id, title or brand, in any case."),
                .number("rating_min", 1...5, "A mean of so many stars or more."),
                .number("rating_max", 1...5, "A mean of so many stars or fewer."),
                .choice(
                    "sentiment", ["positive", "neutral", "negative"],
                    "The mean's stars, rounded: 4 and 5, 3, or 1 and 2."), order,
            ], .list(ListedProduct.form.form), answer: productList),
        Endpoint(
            "products/{product}", "One product: sums, insight, months, its own history.",
            [product], .item(ProductWithInsight.form.form)
        ) { call in
            let product = try call.productState()
            let answer = try productAnswer(call.reader, of: product)
            let insight = try call.reader.insights(of: .product(product.productID)).first
            let entry = ProductWithInsight(answer: answer, insight: insight)
            return .row(["item": ProductWithInsight.form.json(entry)])
        },
        Endpoint(
            "products/{product}/insights", "What was told of a product, the oldest first.",
            [product], .list(InsightRow.answerForm.form)
        ) { call in
            let rows = try call.reader.insightHistory(of: .product(try call.product()))
            return try call.page(rows.sorted { $0.madeRun < $1.madeRun }) { $0.answer }
        },
        Endpoint(
            "products/{product}/changes", "What moved a product between two runs.",
            [product] + span, .item(ShownChanges.form.form)
        ) { call in try shift(call, .product(call.product())) },
    ]

    private static let span = [
        Parameter(
            name: "from", form: .moment,
            comment: "The moment before; the dump before the newest when left out."),
        Parameter(name: "to", form: .moment, comment: "The moment after; now when left out."),
        Parameter.number("limit", 0...200, "Reviews told of; 10 when left out."),
    ]

    // MARK: Reviews

    private static let reviews = [
        Endpoint(
            "products/{product}/reviews", "The reviews of a product, the newest first.",
            [
                product, .number("star", 1...5, "Only of so many stars."),
                .choice("deleted", ["true", "false"], "Deleted ones too."),
            ], .list(ListedReview.answerForm.form)
        ) { call in
            let listing = try reviewListing(
                call.reader, product: call.product(), star: call.number("star").map(Int.init),
                withDeleted: call.text("deleted") == "true", page: Call.everything)
            return try call.page(listing.entries) { $0.answer }
        },
        Endpoint(
            "reviews/{product}/{review}/history", "Every version of a review, the oldest first.",
            [product, .path("review", "The review's id.")],
            .list(HistoryRow.answerForm.form)
        ) { call in
            let rows = try call.reader.history(
                ofProduct: call.product(), review: Text(call.text("review") ?? ""))
            guard !rows.isEmpty else { throw Problem(.notFound, "no such review") }
            return try call.page(rows) { $0.answer }
        },
    ]

    // MARK: Brands

    private static let brands = [
        Endpoint(
            "brands", "Brands, those of most avoidable harm first.",
            [.search("q", "Part of its name, in any case."), order],
            .list(RankedEntry.brandForm.form)
        ) { call in
            try call.page(brandEntries(call).filter { call.allows($0.id) }) { $0.json("brand") }
        },
        Endpoint(
            "brands/{brand}", "One brand: sums, standing, insight.", [brand],
            .item(BrandWithInsight.form.form)
        ) { call in
            let scope = try call.brand()
            guard let entry = try rankedBrand(call.reader, scope.id) else {
                throw Problem(.notFound, "no such brand")
            }
            let insight = try call.reader.insights(of: scope).first
            let answer = BrandWithInsight(entry: entry, insight: insight)
            return .row(["item": BrandWithInsight.form.json(answer)])
        },
        Endpoint(
            "brands/{brand}/insights", "What was told of a brand, the oldest first.", [brand],
            .list(InsightRow.answerForm.form)
        ) { call in
            let rows = try call.reader.insightHistory(of: try call.brand())
            return try call.page(rows.sorted { $0.madeRun < $1.madeRun }) { $0.answer }
        },
        Endpoint(
            "brands/{brand}/changes", "What moved a brand between two runs.", [brand] + span,
            .item(ShownChanges.form.form)
        ) { call in try shift(call, call.brand()) },
        Endpoint(
            "compare", "Brands side by side, in the order asked for.",
            [
                Parameter(
                    name: "brands", form: .names, isRequired: true,
                    comment: "Names with commas between them, twenty at most.")
            ], .list(RankedEntry.brandForm.form), answer: compare),
    ]

    // MARK: Themes

    private static let side = Parameter.choice(
        "side", ["issues", "strengths"], "Complaints when left out.")

    private static let themes = [
        Endpoint(
            "themes", "What reviews complain of, or praise, across products and languages.",
            [.text("brand", "Only this brand."), .text("product", "Only this product."), side],
            .list(.either([ThemeEntry.form.form, UnknownComplaint.form.form]))
        ) { call in
            let query = try themeQuery(call)
            let found = try allThemes(call.reader, query)
            let entries =
                found.known.map { $0.json(query.strengths) } + found.unknown.map(\.json)
            return try call.page(entries) { $0 }
        },
        Endpoint(
            "themes/{theme}", "The reviews of one theme, with the sentence that says it.",
            [
                .path("theme", "As `themes` names it."), .text("brand", "Only this brand."),
                .text("product", "Only this product."), side,
            ], .list(ThemeReview.form.form)
        ) { call in
            let found = try themeReviews(
                call.reader, aspect: call.text("theme") ?? "", themeQuery(call),
                page: Call.everything)
            guard let found else { throw Problem(.notFound, "no such theme") }
            return try call.page(found.entries) { $0.json }
        },
        Endpoint(
            "safety", "Reviews with words of danger, for a person to look at.",
            [
                .text("brand", "Only this brand."), .text("product", "Only this product."),
                Parameter(
                    name: "since", form: .moment,
                    comment: "Only of versions that came after this moment."),
            ], .list(SafetyReview.form.form)
        ) { call in
            let found = try safetyReviews(
                call.reader, themeQuery(call),
                since: call.text("since") == nil ? 0 : call.window().from,
                page: Call.everything)
            return try call.page(found.entries) { $0.json }
        },
        Endpoint(
            "verdicts", "What people found of reviews that speak of dangers, the newest first.",
            [], .list(ListedVerdict.form.form)
        ) { call in
            let found = try verdictListing(call.reader, page: Call.everything)
            return try call.page(found.entries) { $0.json }
        },
    ]

    // MARK: What is new

    private static let changes = [
        Endpoint(
            "inbox", "What came since a run: dangers, new negatives, edits, what is resolved.",
            [
                Parameter(
                    name: "since", form: .moment,
                    comment: "A moment; what the newest dump brought when left out.")
            ],
            .list(
                InboxEntry.form.form,
                beside: [
                    .init(
                        name: "coverage", form: .nullable(Coverage.form.form),
                        comment: "What the newest dump covers; null before the first.")
                ])
        ) { call in
            let news = try call.news()
            return try call.page(news.entries) { $0.json }
                .with("coverage", news.coverage?.json ?? .null)
        }
    ]

    // MARK: The ledger

    private static let ledger = [
        Endpoint(
            "runs", "Every run, the newest first, with the balance of its files.", [],
            .list(RunWithFiles.form.form)
        ) { call in
            // File names and totals over all brands are only for keys without a brand restriction.
            try call.requireAll()
            let files = Dictionary(grouping: try call.reader.files(ofRun: nil), by: \.run)
            return try call.page(call.reader.runs().reversed()) { run in
                RunWithFiles(run: run, files: files[run.run] ?? []).json
            }
        },
        Endpoint(
            "insights", "The insights that stand.",
            [
                .choice(
                    "kind", ["product"] + ScopeKind.allCases.map(\.rawValue), "Only of this kind.")
            ],
            .list(InsightRow.answerForm.form)
        ) { call in
            try call.requireAll()
            let rows = try call.reader.insights(of: nil)
            return try call.page(
                rows.filter { row in call.text("kind").map { $0 == row.scope.kind } ?? true }
            ) { $0.answer }
        },
        Endpoint(
            "status", "The last good run, its age, and attempts since.",
            [.number("max_age", 1...1_000_000_000, "Seconds after which it is stale.")],
            .item(StatusAnswer.form.form), isTimed: true
        ) { call in
            try call.requireAll()
            let status = try statusAnswer(
                call.reader, now: call.now, maxAge: call.number("max_age"))
            return .row(["item": status.json])
        },
    ]
}
