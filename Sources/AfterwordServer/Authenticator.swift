import AfterwordCore
import AfterwordPipeline
import Foundation
import HTTPTypes
import Hummingbird

/// Who asks, and for what.
struct Caller: Sendable {
    /// The key's name; nil where none is asked for.
    var name: String?
    var scopes: Set<APIKeyRow.Scope>
    /// Nil for all.
    var brands: Set<Text>?

    static let anybody = Caller(name: nil, scopes: Set(APIKeyRow.Scope.allCases), brands: nil)

    /// Of a store as it is now, what this caller may see of it: the one rule of every route.
    func view(of reader: any StoreReader) -> any StoreReader {
        brands.map { ScopedReader(reader, brands: $0) } ?? reader
    }
}

/// Lets in who may: the host has to be this one, a key the store's.
struct Authenticator: Sendable {
    let asksForKeys: Bool
    /// Names under which the service is reached; nil for any.
    let hosts: Set<String>?

    init(_ configuration: ServiceConfiguration) {
        asksForKeys = configuration.needsKeys
        hosts =
            configuration.isReachedFromElsewhere
            ? nil : ["127.0.0.1", "localhost", "[::1]", configuration.host.lowercased()]
    }

    /// A page of somebody else's in a browser of this machine may send requests here, by a name of its own: refused.
    func checkHost(_ request: Request) throws(Problem) {
        guard let hosts else { return }
        let authority = request.head.authority ?? ""
        guard hosts.contains(host(of: authority).lowercased()) else {
            throw Problem(.notAcceptable, "Host: is none of this service")
        }
    }

    /// What changes something comes from this service's own pages, or from no page.
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

    /// The key that a request brings: a bearer's, or as the password of a browser's dialogue.
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
