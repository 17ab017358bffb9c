import Hummingbird

/// Answers with a page instead of 404 while nothing is loaded yet.
struct NothingLoadedPage: RouterMiddleware {
    typealias Context = ServiceContext

    /// Writes the page.
    let page: @Sendable () -> String

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem where problem == .nothingLoaded {
            return .page(page())
        }
    }
}
