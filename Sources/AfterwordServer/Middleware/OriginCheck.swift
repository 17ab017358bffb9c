import HTTPTypes
import Hummingbird

/// Accepts requests that change something only from this service's own pages or from outside a
/// browser; a request of another site's page gets 403. Browsers say whose page it is in `Origin`
/// and in `Sec-Fetch-Site`.
struct OriginCheck: RouterMiddleware {
    typealias Context = ServiceContext

    /// Whether the request must say that it comes from a page of this service, as browsers say of a
    /// form: such a request can be sent without any script.
    var needsOrigin = false

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let own = request.head.authority?.lowercased()
        for header in [HTTPField.Name.origin, .referer] {
            guard let said = request.headers[header] else { continue }
            guard let authority = authority(of: said), authority == own else {
                throw Problem(.forbidden, "\(header.rawName): is another site")
            }
        }
        let site = request.headers[.secFetchSite]
        if let site, !["same-origin", "none"].contains(site) {
            throw Problem(.forbidden, "Sec-Fetch-Site: is another site")
        }
        let saysOwn =
            request.headers[.origin] != nil || request.headers[.referer] != nil
            || site == "same-origin"
        guard saysOwn || !needsOrigin else {
            throw Problem(.forbidden, "Origin: is missing")
        }
        return try await next(request, context)
    }

    /// The host and port of an address, as `Host` gives them; nil for none.
    private func authority(of address: String) -> String? {
        guard let scheme = address.firstRange(of: "://") else { return nil }
        return address[scheme.upperBound...].prefix { !"/?#".contains($0) }.lowercased()
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
