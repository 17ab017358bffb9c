import HTTPTypes
import Hummingbird

/// Sets the headers that every response has: the request's id, and what a browser may do with it.
struct ResponseHeaders: RouterMiddleware {
    typealias Context = Service.Context

    let speaksTLS: Bool

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xRequestID] = context.id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = Self.policy
        // To other sites nothing is said; to this one, that a form is its own.
        response.headers[.referrerPolicy] = "same-origin"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if speaksTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        return response
    }

    /// No content from other origins, no inline script or style, no framing.
    private static let policy = """
        default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
        form-action 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'
        """
}

extension HTTPField.Name {
    fileprivate static let xRequestID = HTTPField.Name("X-Request-Id")!
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
