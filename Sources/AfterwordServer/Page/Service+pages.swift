import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird

extension Service {
    /// The page and its parts: rendered here, nothing fetched from outside.
    func addPages(to router: ListedRouter) {
        addPage(router, "", Self.filters) { call in try overview(call) }
        addPage(router, "brands/{brand}", [.path("brand", "The brand's name.")], brandPage)
        addPage(
            router, "themes/{theme}",
            [.path("theme", "As `themes` names it."), .text("brand", "Only this brand.")],
            themePage)
        addPage(router, "products/{product}", [.path("product", "The product's id.")], productPage)
        addPage(
            router, "reviews/{product}/{review}",
            [.path("product", "The product's id."), .path("review", "The review's id.")],
            reviewPage)
        for (name, table) in CSVTable.all {
            router.get(RouterPath("csv/\(name).csv")) { request, context in
                try await respond(
                    request, context, table.parameters + Self.moments, as: .csv(name)
                ) { call in Array(csv(table.head, try table.rows(call)).utf8) }
            }
        }
        addStatic(router, "static/page.css", "text/css; charset=utf-8", pageStyle)
        addStatic(router, "static/icon.svg", "image/svg+xml", pageIcon)
        addStatic(router, "static/page.js", "text/javascript; charset=utf-8", pageScript)
    }

    private static let filters: [Parameter] = [
        .text("brand", "Only products of this brand."),
        .search("q", "Part of a product's id, title or brand, in any case."),
        .choice("sentiment", ["positive", "neutral", "negative"], "The mean's stars, rounded."),
        Parameter(name: "cursor", form: .cursor, comment: "Where the products go on."),
    ]

    private static let moments = [
        Parameter(name: "as_of", form: .moment, comment: "As it was after a run."),
        Parameter(name: "as_observed", form: .date, comment: "As it was by the dumps of a day."),
    ]

    private func addPage(
        _ router: ListedRouter, _ path: String, _ parameters: [Parameter],
        _ render: @escaping @Sendable (Call) throws -> String
    ) {
        router.get(RouterPath(path)) { request, context in
            do {
                return try await respond(
                    request, context, parameters + Self.moments, as: .page
                ) { call in Array(try render(call).utf8) }
            } catch let problem as Problem where problem == .nothingLoaded && path.isEmpty {
                return html(
                    timelessPage(
                        Templates.shared.empty, EmptyStorePage(), title: "Nothing loaded yet"))
            }
        }
    }

    private func addStatic(
        _ router: ListedRouter, _ path: String, _ type: String, _ content: String
    ) {
        let packed = gzip(Array(content.utf8))
        var builder = DigestBuilder(domain: "afterword.static.1")
        builder.add(content)
        let tag = "W/\"\(builder.finish128())\""
        router.get(RouterPath(path)) { request, _ in
            var headers: HTTPFields = [
                .contentType: type, .eTag: tag, .cacheControl: "public, no-cache",
                .vary: "Accept-Encoding",
            ]
            if isMatch(request.headers[.ifNoneMatch], tag) {
                return Response(status: .notModified, headers: headers)
            }
            guard acceptsGzip(request) else {
                return Response(
                    status: .ok, headers: headers,
                    body: ResponseBody(byteBuffer: ByteBuffer(string: content)))
            }
            headers[.contentEncoding] = "gzip"
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: packed)))
        }
    }
}
