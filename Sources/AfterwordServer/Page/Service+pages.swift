import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird

extension Service {
    /// Adds the HTML pages, CSV tables and static files. Pages load nothing from other servers.
    func addPages(to router: ListedRouter) {
        for page in PageRoute.all { add(page.route, to: router) }
        for (name, table) in CSVTable.all {
            add(table.route(name), to: router)
            add(table.jsonRoute(name), to: router)
        }
        addStatic(router, "static/page.css", "text/css; charset=utf-8", pageStyle)
        addStatic(router, "static/icon.svg", "image/svg+xml", pageIcon)
        addStatic(router, "static/page.js", "text/javascript; charset=utf-8", pageScript)
    }

    private func addStatic(
        _ router: ListedRouter, _ path: String, _ type: String, _ content: String
    ) {
        let packed = gzip(Array(content.utf8))
        var builder = DigestEncoder(domain: "afterword.static.1")
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
