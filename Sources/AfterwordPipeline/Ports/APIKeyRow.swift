package import AfterwordCore

/// A row of `api_keys`: who may ask the service, and for what. The key itself is nowhere.
package struct APIKeyRow: Equatable, Sendable {
    package enum Scope: String, CaseIterable, Sendable {
        case read
        /// To have insights made, which may cost money.
        case insight
    }

    package var name: String
    /// SHA-256 of the key.
    package var digest: Digest256
    package var scopes: Set<Scope>
    /// Brands it may see; nil for all.
    package var brands: [String]?
    package var createdAt: Instant
    package var revokedAt: Instant?

    package init(
        name: String, digest: Digest256, scopes: Set<Scope>, brands: [String]?,
        createdAt: Instant, revokedAt: Instant? = nil
    ) {
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.brands = brands
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }

    /// In order, with commas between them.
    package var writtenScopes: String {
        Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ",")
    }

    /// A JSON array; nil for all brands.
    package var writtenBrands: String? {
        brands.map { JSONValue.array($0.map { .string($0) }).canonical }
    }

    /// Over the row of `api_keys`.
    package var seal: Digest128 {
        var builder = DigestBuilder(domain: "afterword.seal.key.1")
        builder.add(name)
        builder.add(raw: digest)
        builder.add(writtenScopes)
        builder.add(optional: writtenBrands.map { Text($0) })
        builder.add(createdAt.microseconds)
        builder.add(optional: revokedAt?.microseconds)
        return builder.finish128()
    }

    /// What a key is known by.
    package static func digest(of key: String) -> Digest256 {
        var builder = DigestBuilder(domain: "afterword.key.1")
        builder.add(key)
        return builder.finish()
    }
}
