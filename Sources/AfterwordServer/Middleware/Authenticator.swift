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

    /// The caller of a request that was not authenticated: no scope, no brand.
    static let nobody = Caller(name: nil, scopes: [], brands: [])

    /// The part of the current store that this caller may read. Answers about products, reviews and
    /// brands are read through this view.
    func view(of reader: any StoreReader) -> any StoreReader {
        brands.map { ScopedReader(reader, brands: $0) } ?? reader
    }
}

/// Reads the API key of a request and finds the caller that it belongs to.
struct Authenticator: Sendable {
    /// Whether every request for data needs a key.
    let asksForKeys: Bool

    init(_ configuration: ServiceConfiguration) { asksForKeys = configuration.needsKeys }

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
