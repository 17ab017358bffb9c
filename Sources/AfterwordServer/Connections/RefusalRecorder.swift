import AfterwordCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Answers, counts and logs input that never becomes a request, in the same form as other problems.
struct RefusalRecorder: Sendable {
    let logger: Logger
    private let meters: RouteMeters

    init(_ metrics: ServiceMetrics, logger: Logger) {
        meters = RouteMeters(metrics)
        self.logger = logger
    }

    /// Counts and logs a refusal and returns its answer, which closes the connection.
    func answer(
        _ problem: Problem, to connection: ClientConnection
    ) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let id = RequestID().description
        meters.of(nil, "refused", problem.status.code).record(0)
        logger.info(
            "request refused",
            metadata: [
                "hb.request.id": "\(id)", "status": "\(problem.status.code)",
                "client": "\(connection.address)", "detail": "\(problem.detail)",
            ])
        let body = ByteBuffer(string: problem.document(id: id))
        let headers: HTTPHeaders = [
            "content-type": "application/problem+json", "connection": "close",
            "content-length": "\(body.readableBytes)", "x-request-id": id,
            "x-content-type-options": "nosniff", "cache-control": "no-store",
        ]
        let status = HTTPResponseStatus(
            statusCode: problem.status.code, reasonPhrase: problem.status.reasonPhrase)
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), body)
    }
}

extension Problem {
    /// The problem that describes why the parser rejected a request.
    init(refusing error: HTTPParserError) {
        self =
            switch error {
            case .headerOverflow: Problem(.headersTooLarge, "the head is too large")
            case .invalidMethod: Problem(.badRequest, "the method is none")
            case .invalidURL, .invalidPath, .invalidHost, .invalidQueryString, .invalidFragment,
                .invalidPort:
                Problem(.badRequest, "the address cannot be read")
            case .invalidVersion: Problem(.badRequest, "the version of HTTP is none")
            case .invalidHeaderToken: Problem(.badRequest, "a header cannot be read")
            default: Problem(.badRequest, "this is not HTTP/1.1")
            }
    }
}
