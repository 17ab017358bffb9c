import HTTPTypes
import Hummingbird
import Logging

/// Around every request: the host is checked, problems become answers, headers that every answer has are set, and one line and a
/// few counts tell how it went, without texts of reviews.
struct RequestRecorder: RouterMiddleware {
    typealias Context = Service.Context

    let service: Service
    private let meters: RouteMeters

    init(service: Service) {
        self.service = service
        meters = RouteMeters(service.metrics)
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var response: Response
        do {
            try service.gate.checkHost(request)
            response = try await next(request, context)
        } catch let problem as Problem {
            response = service.answer(to: request, problem, id: context.id)
            if problem.kind == .methodNotAllowed { response.headers[.allow] = problem.detail }
        } catch let error as any HTTPResponseError {
            let problem = problem(of: error, request)
            response = service.answer(to: request, problem, id: context.id)
            if problem.kind == .methodNotAllowed { response.headers[.allow] = problem.detail }
        } catch {
            context.logger.error("request failed", metadata: ["kind": "\(type(of: error))"])
            response = service.answer(
                to: request, Problem(.internalError, "see the log"), id: context.id)
        }
        finish(&response, context)
        record(request, response, context, since: started)
        return response
    }

    /// The address is one of the service's, and the method none of its.
    private func isOfOtherMethod(_ request: Request) -> Bool {
        ![.get, .head].contains(request.method)
            && Operation.all.contains { $0.isAt(request.uri.path) }
    }

    private func allowed(_ request: Request) -> String {
        Operation.all.contains { $0.isAt(request.uri.path) && $0.method == "post" }
            ? "GET, HEAD, POST" : "GET, HEAD"
    }

    private func problem(of error: any HTTPResponseError, _ request: Request) -> Problem {
        switch error.status.code {
        case 404:
            isOfOtherMethod(request)
                ? Problem(.methodNotAllowed, allowed(request))
                : Problem(.notFound, "no such address")
        case 405: Problem(.methodNotAllowed, "GET, HEAD")
        case 413: Problem(.tooLarge, "the body")
        case 400..<500: Problem(.badParameter, "the request")
        default: Problem(.internalError, "see the log")
        }
    }

    private func finish(_ response: inout Response, _ context: Context) {
        response.headers[.xRequestID] = context.id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.referrerPolicy] = "no-referrer"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }

    /// Nothing from outside, no script or style in the page itself, no frame around it.
    private static let policy = """
        default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
        connect-src 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    private func record(
        _ request: Request, _ response: Response, _ context: Context,
        since started: ContinuousClock.Instant
    ) {
        let took = started.duration(to: .now)
        let nanoseconds =
            took.components.seconds * 1_000_000_000 + took.components.attoseconds / 1_000_000_000
        // The route, not the address: as many series as there are routes.
        let route = context.endpointPath ?? "none"
        meters.of(request.method, route, response.status.code).record(nanoseconds)
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue.prefix(16))", "route": "\(route)",
                "status": "\(response.status.code)", "milliseconds": "\(nanoseconds / 1_000_000)",
                "bytes": "\(response.body.contentLength ?? 0)",
            ])
    }
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-Id")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
