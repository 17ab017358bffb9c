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

    static let all = [
        PageRoute(
            path: "/", summary: "What is dangerous or newly negative, brands, themes, products.",
            parameters: [.brandFilter.field, .searchFilter.field, .sentiment.field, .cursor],
            whenEmpty: {
                timelessPage(
                    Templates.shared.empty, EmptyStorePage(), title: "Nothing loaded yet")
            }
        ) { try overview($0) },
        PageRoute(
            path: "/brands/{brand}", summary: "A brand.",
            parameters: [.path("brand", "The brand's name.")]
        ) { try brandPage($0) },
        PageRoute(
            path: "/themes/{theme}", summary: "The reviews of a theme.",
            parameters: [.path("theme", "As `themes` names it."), .brandFilter]
        ) { try themePage($0) },
        PageRoute(
            path: "/products/{product}", summary: "A product.",
            parameters: [.path("product", "The product's id.")]
        ) { try productPage($0) },
        PageRoute(
            path: "/reviews/{product}/{review}", summary: "A review with its versions.",
            parameters: [
                .path("product", "The product's id."), .path("review", "The review's id."),
            ]
        ) { try reviewPage($0) },
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
    static let brandFilter = Parameter.text("brand", "Only this brand.")
    static let searchFilter = Parameter.search(
        "q", "Part of an id, title or brand, in any case.")
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
            path: "/csv/\(name).csv", parameters: parameters + Endpoint.moments, form: .csv(name)
        ) { try file($0) }
    }

    static let operations = all.map { name, table in
        Operation(
            method: "get", path: "/csv/\(name).csv", summary: table.summary, tag: .tables,
            parameters: table.parameters + Endpoint.moments + [.ifNoneMatch],
            answers: [
                .init(
                    status: 200, comment: "RFC 4180, its first line the names of the columns.",
                    contents: [.init(type: "text/csv", form: .string)],
                    headers: [.requestID, .etag, .cacheControl, .disposition]), .unchanged,
            ] + Operation.Answer.problems(Operation.Answer.readingProblems))
    }
}
