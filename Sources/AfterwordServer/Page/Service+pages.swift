import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird

extension Service {
    /// The page and its parts: rendered here, nothing fetched from outside.
    func addPages(to router: Router<Context>) {
        addPage(router, "", [.text("brand", ""), .text("q", "")] + Self.filters) { call in
            try overview(call)
        }
        addPage(router, "brands/{brand}", [.path("brand", "")]) { try brandPage($0) }
        addPage(router, "themes/{theme}", [.path("theme", ""), .text("brand", "")]) {
            try themePage($0)
        }
        addPage(router, "products/{product}", [.path("product", "")]) { try productPage($0) }
        addPage(
            router, "reviews/{product}/{review}", [.path("product", ""), .path("review", "")]
        ) { try reviewPage($0) }
        for (name, table) in CSVTable.all {
            router.get(RouterPath("csv/\(name).csv")) { request, context in
                var response = try await respond(
                    request, context, table.parameters + Self.moments,
                    type: "text/csv; charset=utf-8"
                ) { call in Array(try csv(table.rows(call)).utf8) }
                response.headers[.contentDisposition] = "attachment; filename=\"\(name).csv\""
                return response
            }
        }
        addStatic(router, "static/page.css", "text/css; charset=utf-8", pageStyle)
        addStatic(router, "static/icon.svg", "image/svg+xml", pageIcon)
        addStatic(router, "static/page.js", "text/javascript; charset=utf-8", pageScript)
    }

    private static let filters = [
        Parameter.choice("sentiment", ["positive", "neutral", "negative"], ""),
        Parameter(name: "cursor", form: .cursor, comment: ""),
    ]

    private static let moments = [
        Parameter(name: "as_of", form: .moment, comment: ""),
        Parameter(name: "as_observed", form: .date, comment: ""),
    ]

    /// A page; what cannot be answered is told as a page too.
    private func addPage(
        _ router: Router<Context>, _ path: String, _ parameters: [Parameter],
        _ render: @escaping @Sendable (Call) throws -> String
    ) {
        router.get(RouterPath(path)) { request, context in
            do {
                return try await respond(
                    request, context, parameters + Self.moments,
                    type: "text/html; charset=utf-8"
                ) { call in Array(try render(call).utf8) }
            } catch let problem as Problem where problem.kind != .unauthorized {
                return try errorPage(problem)
            } catch let problem as Problem {
                var response = try errorPage(problem)
                // A browser asks its user for the key, as a password.
                response.headers[.wwwAuthenticate] = "Basic realm=\"afterword\", charset=\"UTF-8\""
                return response
            }
        }
    }

    private func errorPage(_ problem: Problem) throws -> Response {
        let page = try renderPage(
            "error", title: problem.kind == .notFound ? "Not found" : "Cannot be shown",
            ["detail": problem.detail, "status": problem.status.code])
        return Response(
            status: problem.status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }

    private func addStatic(
        _ router: Router<Context>, _ path: String, _ type: String, _ content: String
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
            if request.headers[.ifNoneMatch] == tag {
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
