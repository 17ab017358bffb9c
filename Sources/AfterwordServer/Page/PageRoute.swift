import AfterwordCore
import AfterwordPipeline

/// An HTML page: its route and its documentation are both made from `PageRoute.all`.
struct PageRoute: Sendable {
    var path: String
    var summary: String
    var parameters: [Parameter]
    /// The page while nothing is loaded; nil for the error page.
    var whenEmpty: (@Sendable () -> String)?
    var render: @Sendable (Call) throws -> String

    static let all: [PageRoute] =
        [
            PageRoute(
                path: "/",
                summary: "What is dangerous or newly negative, brands, themes, products.",
                parameters: [
                    .brandFilter.field, .searchFilter.field, .sentiment.field, since.field, .cursor,
                ]
            ) { try overview($0) }.helpingWhenEmpty
        ] + lists.map(\.helpingWhenEmpty) + entries + ledger.map(\.helpingWhenEmpty)

    /// The same with a page that says how to load a dump while nothing is loaded.
    private var helpingWhenEmpty: PageRoute {
        var route = self
        route.whenEmpty = {
            timelessPage(Templates.shared.empty, EmptyStorePage(), title: "Nothing loaded yet")
        }
        return route
    }

    private static let lists = [
        PageRoute(
            path: "/inbox", summary: "What came since a run, by kind and brand.",
            parameters: [
                since.field,
                .choice(
                    "kind", InboxEntry.Kind.allCases.map(\.rawValue), "Only of this kind."
                ).field, .brandFilter.field, .seen, .cursor,
            ]
        ) { try inboxPage($0) },
        PageRoute(
            path: "/work", summary: "What people work on, and what they did.",
            parameters: [.brandFilter, .productFilter, .workState, .assignee, .openWork, .cursor]
        ) { try workPage($0) },
        PageRoute(
            path: "/brands", summary: "All brands, sorted by any column.",
            parameters: [
                .searchFilter.field, ListOrder.parameter([ListColumn<RankedEntry>].brands),
                since.field, .cursor,
            ]
        ) { try brandsPage($0) },
        PageRoute(
            path: "/products", summary: "All products, by filters and sorted by any column.",
            parameters: [
                .searchFilter.field, .brandFilter.field, .sentiment.field,
                ListOrder.parameter([ListColumn<RankedEntry>].products), .cursor,
            ]
        ) { try productsPage($0) },
        PageRoute(
            path: "/themes", summary: "All themes, and the map of themes and brands.",
            parameters: [
                .brandFilter, .productFilter, .side,
                ListOrder.parameter([ListColumn<Theme>].themes),
            ]
        ) { try themesPage($0) },
        PageRoute(
            path: "/safety", summary: "All reviews that speak of a danger.",
            parameters: [.brandFilter, .productFilter, .cursor]
        ) { try safetyPage($0) },
        PageRoute(
            path: "/search", summary: "Reviews, brands, products and themes by words.",
            parameters: [
                Parameter.search("q", "Words, all of which must stand in a review.").field,
                .brandFilter.field, .productFilter.field,
            ] + found + [.cursor]
        ) { try searchPage($0) },
    ]

    private static let since = Parameter(
        name: "since", form: .moment, comment: "What came after this moment.")

    private static let found = [
        Parameter.number("star_min", 1...5, "Only of so many stars or more.").field,
        Parameter.number("star_max", 1...5, "Only of so many stars or fewer.").field,
        .language.field, Parameter.text("theme", "Only of this theme.").field,
        Parameter(name: "written_since", form: .date, comment: "Written on this day or later.")
            .field,
        Parameter(name: "written_until", form: .date, comment: "Written by the end of this day.")
            .field,
    ]

    private static let entries = [
        PageRoute(
            path: "/brands/{brand}", summary: "A brand.",
            parameters: [
                .path("brand", "The brand's name."), BeforeAfter.parameter, since.field,
            ]
        ) { try brandPage($0) },
        PageRoute(
            path: "/themes/{theme}", summary: "The reviews of a theme.",
            parameters: [
                .path("theme", "As `themes` names it."), .brandFilter, .productFilter, .side,
                .star.field, .language.field,
                .choice("all", ["yes"], "Lists all its products and brands, not the first ten."),
                Parameter(name: "from", form: .date, comment: "Of dumps from this day on.").field,
                BeforeAfter.parameter, .cursor,
            ]
        ) { try themePage($0) },
        PageRoute(
            path: "/products/{product}", summary: "A product.",
            parameters: [
                .path("product", "The product's id."), .star.field, BeforeAfter.parameter, .cursor,
            ]
        ) { try productPage($0) },
        PageRoute(
            path: "/reviews/{product}/{review}", summary: "A review with its versions.",
            parameters: [
                .path("product", "The product's id."), .path("review", "The review's id."),
            ]
        ) { try reviewPage($0) },
    ]

    private static let ledger = [
        PageRoute(
            path: "/runs", summary: "Runs, files, rejected records, attempts and costs.",
            parameters: [
                .number("rejects", 1...1_000_000_000_000, "The rejected records of this run."),
                .runKind, .cursor,
            ]
        ) { try runsPage($0) },
        PageRoute(
            path: "/insights", summary: "The insights that stand, or those of one scope.",
            parameters: [
                .text("scope", "The history of this scope, as `brand:NAME`."),
                .choice("asked", ["yes"], "Says that an insight is being made."), .cursor,
            ]
        ) { try insightsPage($0) },
    ]

    /// The first words of the pages' addresses.
    static let beginnings = Set(
        all.compactMap { $0.path.split(separator: "/").first.map(String.init) })

    /// Its route.
    var route: SnapshotRoute {
        SnapshotRoute(
            path: path, parameters: parameters + Endpoint.moments, form: .page,
            whenEmpty: whenEmpty
        ) { call in Array(try render(call).utf8) }
    }

    /// Its documentation.
    var operation: Operation {
        Operation(
            method: "get", path: path, summary: summary, tag: .pages,
            parameters: parameters + Endpoint.moments + [.ifNoneMatch],
            answers: [
                .init(
                    status: 200, comment: summary, contents: [.html],
                    headers: [.requestID, .etag, .cacheControl]), .unchanged,
            ]
                + Operation.Answer.problems(Operation.Answer.readingProblems))
    }
}

extension Parameter {
    static let runKind = Parameter.choice(
        "kind", RunFilter.names,
        "Only runs of this kind; all but those of marks of people's work when left out.")
    static let brandFilter = Parameter.text("brand", "Only this brand.")
    static let searchFilter = Parameter.search(
        "q", "Part of an id, title or brand, in any case.")
    static let productFilter = Parameter.text("product", "Only this product.")
    static let side = Parameter.choice(
        "side", ["issues", "strengths"], "Complaints when left out.")
    static let star = Parameter.number("star", 1...5, "Only of so many stars.")
    static let language = Parameter.choice(
        "language", Language.allCases.map(\.rawValue),
        "Only in this language; unknown where none is recognised.")
    static let sentiment = Parameter.choice(
        "sentiment", ["positive", "neutral", "negative"],
        "The mean's stars, rounded: 4 and 5, 3, or 1 and 2.")
    static let cursor = Parameter(
        name: "cursor", form: .cursor, comment: "`next` of the page before.")
}

extension CSVTable {
    /// The route of the table `name`.
    func route(_ name: String) -> SnapshotRoute {
        SnapshotRoute(
            path: "/csv/\(name).csv", parameters: parameters + [Self.mark] + Endpoint.moments,
            form: .csv(name)
        ) { try file($0) }
    }

    /// The route of the same rows as JSON.
    func jsonRoute(_ name: String) -> SnapshotRoute {
        SnapshotRoute(
            path: "/json/\(name).json", parameters: parameters + Endpoint.moments,
            form: AnswerForm(type: "application/json", table: name)
        ) { try jsonFile($0) }
    }

    private static let mark = Parameter.choice(
        "bom", ["yes", "no"], "Whether it begins with a byte order mark; yes when left out.")

    static let operations = all.flatMap { name, table in
        [
            table.operation(
                "/csv/\(name).csv", [mark], "RFC 4180, its first line the names of the columns.",
                Operation.Content(type: "text/csv", form: .string)),
            table.operation(
                "/json/\(name).json", [], "A list of objects, their members the columns.",
                Operation.Content(type: "application/json", form: .list(.map(.anything)))),
        ]
    }

    private func operation(
        _ path: String, _ more: [Parameter], _ comment: String, _ content: Operation.Content
    ) -> Operation {
        Operation(
            method: "get", path: path, summary: summary, tag: .tables,
            parameters: parameters + more + Endpoint.moments + [.ifNoneMatch],
            answers: [
                .init(
                    status: 200, comment: comment, contents: [content],
                    headers: [.requestID, .etag, .cacheControl, .disposition]), .unchanged,
            ] + Operation.Answer.problems(Operation.Answer.readingProblems))
    }
}
