import Hummingbird

/// Refuses requests for an unknown host name with 421. This stops DNS rebinding: another site's
/// page, open in a browser on this machine, could otherwise send requests here under a name of its
/// own.
struct HostCheck: RouterMiddleware {
    typealias Context = Service.Context

    /// Host names under which the service is reached; nil to accept any.
    private let hosts: Set<String>?

    init(_ configuration: ServiceConfiguration) {
        hosts =
            configuration.isReachedFromElsewhere
            ? nil : ["127.0.0.1", "localhost", "[::1]", configuration.host.lowercased()]
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let hosts {
            let authority = request.head.authority ?? ""
            guard hosts.contains(host(of: authority).lowercased()) else {
                throw Problem(.notAcceptable, "Host: is none of this service")
            }
        }
        return try await next(request, context)
    }

    private func host(of authority: String) -> String {
        guard !authority.hasPrefix("[") else {
            return String(authority.prefix { $0 != "]" }) + "]"
        }
        return String(authority.prefix { $0 != ":" })
    }
}
