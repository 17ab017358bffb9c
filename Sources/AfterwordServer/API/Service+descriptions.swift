import AfterwordCore
import AfterwordPipeline
import HTTPTypes
import Hummingbird
import NIOCore

extension Service {
    /// Adds the routes that describe the API: `/openapi.json` for programs, `/docs` for people, and
    /// the index at `/api/v1`.
    func addDescriptions(to router: ListedRouter) {
        router.get("openapi.json") { request, _ in Descriptions.document.response(to: request) }
        router.get("docs") { request, _ in Descriptions.page.response(to: request) }
        router.get("api/v1") { _, _ in Response.json(Descriptions.index) }
    }
}

/// Each is made when it is asked for the first time: a service starts without them.
private enum Descriptions {
    static let document = Description(openAPIDocument().canonical, type: "application/json")
    static let page = Description(docsPage(), type: "text/html; charset=utf-8")
    static let index = APIIndex.form.json(APIIndex()).canonical
}

/// A long text that never changes, and the same compressed: a description of every object is
/// hundreds of kilobytes, and repeats itself.
private struct Description: Sendable {
    let type: String
    let plain: ByteBuffer
    let packed: ByteBuffer

    init(_ text: String, type: String) {
        self.type = type
        plain = ByteBuffer(string: text)
        packed = ByteBuffer(bytes: gzip(Array(text.utf8)))
    }

    /// Compressed if the client accepts gzip.
    func response(to request: Request) -> Response {
        let isZipped = acceptsGzip(request)
        var headers: HTTPFields = [.contentType: type, .vary: "Accept-Encoding"]
        if isZipped { headers[.contentEncoding] = "gzip" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(byteBuffer: isZipped ? packed : plain))
    }
}
