import AfterwordPipeline
import Hummingbird

/// Refuses with 503 a request that writes, when the store is open for reading only, cannot be read,
/// or was replaced by another program since it was opened.
struct WritableStore: RouterMiddleware {
    typealias Context = ServiceContext

    let workers: Workers

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !workers.isReadOnly else { throw StoreFault.readOnly }
        try await workers.checkReadiness()
        return try await next(request, context)
    }
}
