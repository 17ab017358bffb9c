import Hummingbird

/// Accepts requests that change something only from this service's own pages or from outside a
/// browser; a request whose `Origin` names another site gets 403.
struct OriginCheck: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let origin = request.headers[.origin] {
            let authority = origin.split(separator: "/", maxSplits: 2).last.map(String.init) ?? ""
            guard authority.lowercased() == request.head.authority?.lowercased() else {
                throw Problem(.forbidden, "Origin: is another site")
            }
        }
        return try await next(request, context)
    }
}
