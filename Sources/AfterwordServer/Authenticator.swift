import AfterwordCore
import AfterwordPipeline
import Foundation
import HTTPTypes
import Hummingbird

/// The authenticated sender of a request and what it may do.
struct Caller: Sendable {
    /// The key's name; nil when the service needs no keys.
    var name: String?
    var scopes: Set<APIKeyRow.Scope>
    /// Brands that the key may read; nil for all.
    var brands: Set<Text>?

    /// The caller of a service that needs no keys: every scope, every brand.
    static let anybody = Caller(name: nil, scopes: Set(APIKeyRow.Scope.allCases), brands: nil)

    /// The part of the current store that this caller may read. Answers about products, reviews and
    /// brands are read through this view.
    func view(of reader: any StoreReader) -> any StoreReader {
        brands.map { ScopedReader(reader, brands: $0) } ?? reader
    }
}

/// Checks the `Host` header and the API key of requests.
struct Authenticator: Sendable {
    let asksForKeys: Bool
    /// Host names under which the service is reached; nil to accept any.
    let hosts: Set<String>?

    init(_ configuration: ServiceConfiguration) {
        asksForKeys = configuration.needsKeys
        hosts =
            configuration.isReachedFromElsewhere
            ? nil : ["127.0.0.1", "localhost", "[::1]", configuration.host.lowercased()]
    }

    /// Refuses requests for an unknown host name. This stops DNS rebinding: another site's page,
    /// open in a browser on this machine, could otherwise send requests here under a name of its
    /// own.
    ///
    /// - Throws: `Problem` of kind `notAcceptable` (421).
    func checkHost(_ request: Request) throws(Problem) {
        guard let hosts else { return }
        let authority = request.head.authority ?? ""
        guard hosts.contains(host(of: authority).lowercased()) else {
            throw Problem(.notAcceptable, "Host: is none of this service")
        }
    }

    /// Accepts requests that change something only from this service's own pages or from outside a
    /// browser.
    ///
    /// - Throws: `Problem` of kind `forbidden` when `Origin` names another site.
    func checkOrigin(_ request: Request) throws(Problem) {
        guard let origin = request.headers[.origin] else { return }
        let authority = origin.split(separator: "/", maxSplits: 2).last.map(String.init) ?? ""
        guard authority.lowercased() == request.head.authority?.lowercased() else {
            throw Problem(.forbidden, "Origin: is another site")
        }
    }

    private func host(of authority: String) -> String {
        guard !authority.hasPrefix("[") else {
            return String(authority.prefix { $0 != "]" }) + "]"
        }
        return String(authority.prefix { $0 != ":" })
    }

    /// The key of a request: a bearer token, or the password of HTTP Basic authentication. Nil when
    /// there is none or its header value has 512 bytes or more.
    func key(_ request: Request) -> String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[1].utf8.count < 512 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return parts[1]
        case "basic":
            guard let data = Data(base64Encoded: parts[1]) else { return nil }
            let pair = String(decoding: data, as: UTF8.self)
            return pair.split(separator: ":", maxSplits: 1).last.map(String.init)
        default: return nil
        }
    }

    /// The caller that a key belongs to.
    ///
    /// - Throws: `Problem` of kind `unauthorized` for a missing, unknown or revoked key;
    ///   `forbidden` for a key without the `read` scope.
    func caller(_ key: String?, _ keys: [APIKeyRow]) throws(Problem) -> Caller {
        guard asksForKeys else { return .anybody }
        guard let key else { throw Problem(.unauthorized, "Authorization: is missing") }
        let digest = APIKeyRow.digest(of: key)
        let row = keys.first { $0.digest == digest && $0.revokedAt == nil }
        guard let row else { throw Problem(.unauthorized, "Authorization: no such key") }
        RequestNotes.current?.note(key: row.name)
        guard row.scopes.contains(.read) else {
            throw Problem(.forbidden, "the key may not read")
        }
        return Caller(
            name: row.name, scopes: row.scopes, brands: row.brands.map { Set($0.map { Text($0) }) })
    }
}
