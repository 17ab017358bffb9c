import AfterwordPipeline
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// Middleware around every request: checks the host, turns errors into problem responses, sets the
/// headers that every response has, and writes one log line and the metrics. Review texts are never
/// logged.
struct RequestRecorder: RouterMiddleware {
    typealias Context = Service.Context

    let service: Service
    private let routes: RouteList
    private let meters: RouteMeters

    init(service: Service, routes: RouteList) {
        self.service = service
        self.routes = routes
        meters = RouteMeters(service.metrics)
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        let notes = RequestNotes()
        var response: Response
        do {
            try service.gate.checkHost(request)
            response = try await RequestNotes.$current.withValue(notes) {
                try await next(request, context)
            }
        } catch {
            let problem = problem(of: error, request)
            response = service.answer(to: request, problem, id: context.id)
            if problem.kind == .methodNotAllowed { response.headers[.allow] = problem.detail }
            logCause(of: problem, context)
        }
        finish(&response, context)
        record(request, response, context, notes, since: started)
        return response
    }

    private func problem(of error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let fault as StoreFault: return fault.problem
        case let error as any HTTPResponseError: return self.problem(of: error, request)
        case is HTTPParserError: return Problem(.badRequest, "this is not HTTP/1.1")
        case is CancellationError: return Problem(.clientLeft, "nobody waits for the answer")
        default:
            // An unexpected error may contain data, so only its type is logged.
            return Problem(.internalError, "see the log", cause: "\(type(of: error))")
        }
    }

    private func problem(of error: any HTTPResponseError, _ request: Request) -> Problem {
        switch error.status.code {
        case 404, 405:
            routes.allowed(at: request.uri.path).map { Problem(.methodNotAllowed, $0) }
                ?? Problem(.notFound, "no such address")
        case 413: Problem(.tooLarge, "the body")
        case 400..<500: Problem(.badParameter, "the request")
        default: Problem(.internalError, "see the log", cause: "\(type(of: error))")
        }
    }

    /// Logs the cause of a response with status 500 or above.
    private func logCause(of problem: Problem, _ context: Context) {
        guard problem.status.code >= 500 else { return }
        context.logger.error(
            "request failed",
            metadata: [
                "route": "\(context.endpointPath ?? "none")", "kind": "\(problem.kind.rawValue)",
                "cause": "\(problem.cause ?? problem.detail)",
            ])
    }

    private func finish(_ response: inout Response, _ context: Context) {
        response.headers[.xRequestID] = context.id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.referrerPolicy] = "no-referrer"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if service.configuration.speaksTLS {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
    }

    /// No content from other origins, no inline script or style, no framing.
    private static let policy = """
        default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
        connect-src 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    private func record(
        _ request: Request, _ response: Response, _ context: Context, _ notes: RequestNotes,
        since started: ContinuousClock.Instant
    ) {
        let took = started.duration(to: .now)
        let nanoseconds =
            took.components.seconds * 1_000_000_000 + took.components.attoseconds / 1_000_000_000
        // Label by route, not by address: the number of time series stays bounded.
        let route = context.endpointPath ?? "none"
        meters.of(request.method, route, response.status.code).record(nanoseconds)
        // A failed authentication is logged even when the log level hides requests.
        let level: Logger.Level = response.status == .unauthorized ? .notice : .info
        context.logger.log(
            level: level, "request",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "route": "\(route)",
                "status": "\(response.status.code)", "milliseconds": "\(nanoseconds / 1_000_000)",
                "bytes": "\(response.body.contentLength ?? 0)",
                "client": "\(client(of: request))", "key": "\(notes.keyName ?? "none")",
            ])
    }

    /// The client's address. Behind a proxy: the last entry of `X-Forwarded-For`, which the proxy
    /// itself appended.
    private func client(of request: Request) -> String {
        let own = ClientConnection.current?.address ?? "none"
        guard service.configuration.isBehindProxy,
            let last = request.headers[values: .xForwardedFor].last?.split(separator: ",").last
        else { return own }
        let address = last.filter { $0.isHexDigit || $0 == "." || $0 == ":" }
        return address.isEmpty || address.count > 45 ? own : String(address)
    }
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-Id")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
