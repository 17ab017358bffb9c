import AfterwordPipeline
import Hummingbird

/// Passes on only keys that may ask for insights; others get 403. Comes after `Authentication`.
struct InsightPermission: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard context.caller.scopes.contains(.insight) else {
            throw Problem(.forbidden, "the key may not ask for insights")
        }
        return try await next(request, context)
    }
}

/// Passes on only keys without a brand restriction; others get 404. Comes after `Authentication`.
struct AllBrandsPermission: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard context.caller.brands == nil else {
            throw Problem(.notFound, "not for a key of some brands")
        }
        return try await next(request, context)
    }
}

/// Passes on only keys that may record marks of work; others get 403. Comes after `Authentication`.
struct WorkPermission: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard context.caller.scopes.contains(.work) else {
            throw Problem(.forbidden, "the key may not record work")
        }
        return try await next(request, context)
    }
}
