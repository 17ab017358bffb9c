import AfterwordCore
import AfterwordPipeline

extension Endpoint {
    /// Every endpoint, in the order of `/openapi.json`. To add one is to add an entry here; in it,
    /// `call.reader` holds only what the key may see.
    static let all: [Endpoint] =
        products + reviews + found + brands + themes + changes + work + ledger

    // MARK: Products

    private static let product = Parameter.path("product", "The product's id.")
    private static let brand = Parameter.path("brand", "The brand's name.")
    private static let order = Parameter.choice(
        "sort", RankingOrder.allCases.map(\.rawValue), "Impact when left out.")

    private static let products = [
        Endpoint(
            path: "/api/v1/products", tag: .products,
            summary: "Products, those of most avoidable harm first.",
            own: [
                .text("brand", "Only this brand."), .text("category", "Only this category."),
                .text("family", "Only this family."),
                .search("q", "Part of an id, title or brand, in any case."),
                .number("rating_min", 1...5, "A mean of so many stars or more."),
                .number("rating_max", 1...5, "A mean of so many stars or fewer."),
                .choice(
                    "sentiment", ["positive", "neutral", "negative"],
                    "The mean's stars, rounded: 4 and 5, 3, or 1 and 2."), order,
            ],
            shape: .list(ListedProduct.form.form),
            answer: productList),
        Endpoint(
            path: "/api/v1/products/{product}", tag: .products,
            summary: "One product: sums, insight, months, its own history.",
            own: [product],
            shape: .item(ProductWithInsight.form.form)
        ) { call in
            let product = try call.productState()
            let answer = try productAnswer(call.reader, of: product)
            let insight = try call.reader.insights(of: .product(product.productID)).first
            let entry = ProductWithInsight(answer: answer, insight: insight)
            return .row(["item": ProductWithInsight.form.json(entry)])
        },
        Endpoint(
            path: "/api/v1/products/{product}/insights", tag: .insights,
            summary: "All insights of a product, the oldest first.",
            own: [product],
            shape: .list(InsightRow.answerForm.form),
            makesInsights: true
        ) { call in
            let rows = try call.reader.insightHistory(of: .product(try call.product()))
            return try call.page(rows.sorted { $0.madeRun < $1.madeRun }) { $0.answer }
        },
        Endpoint(
            path: "/api/v1/products/{product}/changes", tag: .products,
            summary: "What moved a product between two runs.",
            own: [product] + span,
            shape: .item(ShownChanges.form.form)
        ) { call in try shift(call, .product(call.product())) },
    ]

    private static let span = [
        Parameter(
            name: "from", form: .moment,
            comment: "The moment before; the dump before the newest when left out."),
        Parameter(name: "to", form: .moment, comment: "The moment after; now when left out."),
        Parameter.number("limit", 0...200, "Reviews listed; 10 when left out."),
    ]

    // MARK: Reviews

    private static let reviews = [
        Endpoint(
            path: "/api/v1/products/{product}/reviews", tag: .products,
            summary: "The reviews of a product, the newest first.",
            own: [
                product, .number("star", 1...5, "Only of so many stars."),
                .choice("deleted", ["true", "false"], "Deleted ones too."),
            ],
            shape: .list(ListedReview.answerForm.form)
        ) { call in
            let listing = try reviewListing(
                call.reader, product: call.product(), star: call.number("star").map(Int.init),
                withDeleted: call.text("deleted") == "true", page: Call.everything)
            return try call.page(listing.entries) { $0.answer }
        },
        Endpoint(
            path: "/api/v1/reviews/{product}/{review}/history", tag: .reviews,
            summary: "Every version of a review, the oldest first.",
            own: [product, .path("review", "The review's id.")],
            shape: .list(HistoryRow.answerForm.form)
        ) { call in
            let rows = try call.reader.history(
                ofProduct: call.product(), review: Text(call.text("review") ?? ""))
            guard !rows.isEmpty else { throw Problem(.notFound, "no such review") }
            return try call.page(rows) { $0.answer }
        },
    ]

    // MARK: Search

    private static let found = [
        Endpoint(
            path: "/api/v1/search", tag: .reviews,
            summary: "Reviews in which words or phrases stand, those of the newest run first.",
            own: [
                Parameter(
                    name: "q", form: .text, isRequired: true,
                    comment: "Words, all of which must stand in a review; phrases in quotes.",
                    maxLength: 200),
                .text("brand", "Only this brand."), .text("product", "Only this product."),
                .number("star_min", 1...5, "Only of so many stars or more."),
                .number("star_max", 1...5, "Only of so many stars or fewer."),
                .choice(
                    "language", Language.allCases.map(\.rawValue),
                    "Only in this language; unknown where none is recognised."),
                .text("theme", "Only of this theme, as `themes` names it."), side,
                Parameter(
                    name: "written_since", form: .date,
                    comment: "Only written on this day or later, in UTC."),
                Parameter(
                    name: "written_until", form: .date,
                    comment: "Only written until the end of this day, in UTC."),
            ],
            shape: .found(SearchHit.form.form), answer: search)
    ]

    // MARK: Brands

    private static let brands = [
        Endpoint(
            path: "/api/v1/brands", tag: .brands,
            summary: "Brands, those of most avoidable harm first.",
            own: [.search("q", "Part of its name, in any case."), order],
            shape: .list(RankedEntry.brandForm.form)
        ) { call in
            try call.page(brandEntries(call).filter { call.allows($0.id) }) { $0.json("brand") }
        },
        Endpoint(
            path: "/api/v1/brands/{brand}", tag: .brands,
            summary: "One brand: sums, standing, insight.",
            own: [brand],
            shape: .item(BrandWithInsight.form.form)
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
            path: "/api/v1/brands/{brand}/insights", tag: .insights,
            summary: "All insights of a brand, the oldest first.",
            own: [brand],
            shape: .list(InsightRow.answerForm.form),
            makesInsights: true
        ) { call in
            let rows = try call.reader.insightHistory(of: try call.brand())
            return try call.page(rows.sorted { $0.madeRun < $1.madeRun }) { $0.answer }
        },
        Endpoint(
            path: "/api/v1/brands/{brand}/changes", tag: .brands,
            summary: "What moved a brand between two runs.",
            own: [brand] + span,
            shape: .item(ShownChanges.form.form)
        ) { call in try shift(call, call.brand()) },
        Endpoint(
            path: "/api/v1/compare", tag: .brands,
            summary: "Brands side by side, in the order asked for.",
            own: [
                Parameter(
                    name: "brands", form: .names, isRequired: true,
                    comment: "Names with commas between them, twenty at most.")
            ],
            shape: .list(RankedEntry.brandForm.form),
            answer: compare),
    ]

    // MARK: Themes

    private static let side = Parameter.choice(
        "side", ["issues", "strengths"], "Complaints when left out.")

    private static let themes = [
        Endpoint(
            path: "/api/v1/themes", tag: .themes,
            summary: "What reviews complain of, or praise, across products and languages.",
            own: [
                .text("brand", "Only this brand."), .text("product", "Only this product."), side,
            ],
            shape: .list(.either([ThemeEntry.form.form, UnknownComplaint.form.form]))
        ) { call in
            let query = try themeQuery(call)
            let found = try allThemes(call.reader, query)
            let entries =
                found.known.map { $0.json(query.strengths) } + found.unknown.map(\.json)
            return try call.page(entries) { $0 }
        },
        Endpoint(
            path: "/api/v1/themes/{theme}", tag: .themes,
            summary: "The reviews of one theme, with the sentence that says it.",
            own: [
                .path("theme", "As `themes` names it."), .text("brand", "Only this brand."),
                .text("product", "Only this product."), side,
            ],
            shape: .list(ThemeReview.form.form)
        ) { call in
            let found = try themeReviews(
                call.reader, aspect: call.text("theme") ?? "", themeQuery(call),
                page: call.page)
            guard let found else { throw Problem(.notFound, "no such theme") }
            return try call.page(found) { $0.json }
        },
        Endpoint(
            path: "/api/v1/taxonomy", tag: .themes,
            summary: "The file in force that names and groups themes; 404 where there is none.",
            shape: .item(AcceptedTaxonomy.form.form)
        ) { call in
            // The file is of all brands.
            try call.requireAll()
            guard let accepted = try acceptedTaxonomy(call.reader) else {
                throw Problem(.notFound, "no taxonomy is in force")
            }
            return .row(["item": AcceptedTaxonomy.form.json(accepted)])
        },
        Endpoint(
            path: "/api/v1/safety", tag: .themes,
            summary: "Reviews with words of danger, for a person to look at.",
            own: [
                .text("brand", "Only this brand."), .text("product", "Only this product."),
                Parameter(
                    name: "since", form: .moment,
                    comment: "Only of versions that came after this moment."),
            ],
            shape: .list(SafetyReview.form.form)
        ) { call in
            let found = try safetyReviews(
                call.reader, themeQuery(call),
                since: call.text("since") == nil ? 0 : call.window().from,
                page: call.page)
            return try call.page(found) { $0.json }
        },
        Endpoint(
            path: "/api/v1/verdicts", tag: .themes,
            summary: "What people found of reviews that speak of dangers, the newest first.",
            shape: .list(ListedVerdict.form.form)
        ) { call in
            let found = try verdictListing(call.reader, page: Call.everything)
            return try call.page(found.entries) { $0.json }
        },
    ]

    // MARK: What is new

    private static let changes = [
        Endpoint(
            path: "/api/v1/inbox", tag: .new,
            summary: "What came since a run: dangers, new negatives, edits, what is resolved.",
            own: [
                Parameter(
                    name: "since", form: .moment,
                    comment: "A moment; what the newest dump brought when left out."),
                .seen,
            ],
            shape: .list(
                InboxEntry.form.form,
                beside: [
                    .init(
                        name: "coverage", form: .nullable(Coverage.form.form),
                        comment: "What the newest dump covers; null before the first.")
                ])
        ) { call in
            let filter = InboxFilter(leavesOutSeen: call.text("seen") == "hidden")
            let news = try call.news(of: filter, page: call.page)
            return try call.page(news.inbox) { $0.json }
                .with("coverage", news.coverage?.json ?? .null)
        }
    ]

    // MARK: The ledger

    private static let ledger = [
        Endpoint(
            path: "/api/v1/runs", tag: .runs,
            summary: "Runs, the newest first, with the balance of their files.", own: [.runKind],
            shape: .list(
                RunWithFiles.form.form,
                beside: [
                    .init(
                        name: "folded", form: .count,
                        comment: "Runs of marks of people's work that are left out.")
                ])
        ) { call in
            // File names and totals over all brands are only for keys without a brand restriction.
            try call.requireAll()
            let files = Dictionary(grouping: try call.reader.files(ofRun: nil), by: \.run)
            let list = RunList(try call.reader.runs(), call.runFilter)
            return try call.page(list.runs.reversed()) { run in
                RunWithFiles(run: run, files: files[run.run] ?? []).json
            }.with("folded", JSONValue(Int64(list.folded)))
        },
        Endpoint(
            path: "/api/v1/insights", tag: .insights,
            summary: "The insights that stand.",
            own: [
                .choice(
                    "kind", ["product"] + ScopeKind.allCases.map(\.rawValue), "Only of this kind.")
            ],
            shape: .list(InsightRow.answerForm.form)
        ) { call in
            try call.requireAll()
            let rows = try call.reader.insights(of: nil)
            return try call.page(
                rows.filter { row in call.text("kind").map { $0 == row.scope.kind } ?? true }
            ) { $0.answer }
        },
        Endpoint(
            path: "/api/v1/status", tag: .runs,
            summary: "The last good run, its age, and attempts since.",
            own: [.number("max_age", 1...1_000_000_000, "Seconds after which it is stale.")],
            shape: .item(StatusAnswer.form.form),
            isTimed: true
        ) { call in
            try call.requireAll()
            let status = try statusAnswer(
                call.reader, now: call.now, maxAge: call.number("max_age"))
            return .row(["item": status.json])
        },
    ]
}
