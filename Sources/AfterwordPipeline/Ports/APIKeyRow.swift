package import AfterwordCore

/// A row of `api_keys`: an API key of the service and what it permits. The key itself is not
/// stored.
package struct APIKeyRow: Equatable, Sendable {
    /// What a key permits.
    package enum Scope: String, CaseIterable, Sendable {
        case read
        /// Request insights, which may cost money.
        case insight
        /// Record marks of people's work.
        case work
    }

    package var name: String
    /// SHA-256 of the key (`digest(of:)`).
    package var digest: Digest256
    package var scopes: Set<Scope>
    /// Brands that it may read; nil for all.
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

    /// Names of the scopes in a fixed order, separated by commas.
    package var writtenScopes: String {
        Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ",")
    }

    /// A JSON array of the brands; nil for all.
    package var writtenBrands: String? {
        brands.map { JSONValue.array($0.map { .string($0) }).canonical }
    }

    /// Row checksum of `api_keys`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .keyChecksum)
        builder.add(name)
        builder.add(raw: digest)
        builder.add(writtenScopes)
        builder.add(optional: writtenBrands.map { Text($0) })
        builder.add(createdAt.microseconds)
        builder.add(optional: revokedAt?.microseconds)
        return builder.finish128()
    }

    /// The digest by which a key is looked up: SHA-256 with a domain prefix.
    package static func digest(of key: String) -> Digest256 {
        var builder = DigestEncoder(domain: "afterword.key.1")
        builder.add(key)
        return builder.finish()
    }
}
