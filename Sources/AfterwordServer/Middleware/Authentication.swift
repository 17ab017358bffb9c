import Hummingbird

/// Finds the sender of a request by its key and puts it into `ServiceContext.caller`, with the
/// newest run and the keys in `front`. The store is asked once for many requests
/// (`RequestCoalescer`).
///
/// Refuses with 401 a missing, unknown or revoked key, with 403 a key that may not read, with 503
/// when the store does not answer.
struct Authentication: RouterMiddleware {
    typealias Context = ServiceContext

    let authenticator: Authenticator
    let workers: Workers

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.front = try await workers.front()
        context.caller = try authenticator.caller(
            authenticator.key(request), context.front.keys)
        return try await next(request, context)
    }
}
