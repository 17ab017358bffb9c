import AfterwordPipeline
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// Turns every error of the steps after it into a problem response, HTML for browsers and JSON for
/// programs, and logs the cause of those with status 500 or above. Throws nothing itself.
struct ProblemResponses: RouterMiddleware {
    typealias Context = Service.Context

    /// All routes, to tell an unknown address from a method that an address does not have.
    let routes: RouteList

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = problem(of: error, request)
            logCause(of: problem, context)
            var response = problem.answer(to: request, id: context.id)
            if problem.kind == .methodNotAllowed { response.headers[.allow] = problem.detail }
            return response
        }
    }

    private func problem(of error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let fault as StoreFault: return fault.problem
        case let error as any HTTPResponseError: return self.problem(of: error, request)
        case is HTTPParserError: return Problem(.badRequest, "this is not HTTP/1.1")
        case is CancellationError: return Problem(.clientLeft, "nobody waits for the answer")
        default: return Problem(unexpected: error)
        }
    }

    private func problem(of error: any HTTPResponseError, _ request: Request) -> Problem {
        switch error.status.code {
        case 404, 405:
            routes.allowed(at: request.uri.path).map { Problem(.methodNotAllowed, $0) }
                ?? Problem(.notFound, "no such address")
        case 413: Problem(.tooLarge, "the body")
        case 400..<500: Problem(.badParameter, "the request")
        default: Problem(unexpected: error)
        }
    }

    private func logCause(of problem: Problem, _ context: Context) {
        guard problem.status.code >= 500 else { return }
        context.logger.error(
            "request failed",
            metadata: [
                "route": "\(context.endpointPath ?? "none")", "kind": "\(problem.kind.rawValue)",
                "cause": "\(problem.cause ?? problem.detail)",
            ])
    }
}
