import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// A text with status 200.
    static func text(
        _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A JSON document, written.
    static func json(
        _ document: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: document)))
    }

    /// An HTML page that is not cached.
    static func page(_ page: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .vary: "Accept, Authorization",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }
}
