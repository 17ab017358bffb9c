package import AfterwordCore

/// Why a name cannot be resolved.
package enum ScopeNameFault: Error, Equatable, Sendable {
    /// No such name; with the nearest ones.
    case unknown(kind: String, name: Text, nearest: [Text])
    /// Several names differ only in case or white space.
    case ambiguous(kind: String, name: Text, names: [Text])

    package var words: String {
        switch self {
        case .unknown(let kind, let name, let nearest):
            "no \(kind) \(name)"
                + (nearest.isEmpty ? "" : "; did you mean \(Self.either(nearest))?")
        case .ambiguous(let kind, let name, let names):
            "which \(kind) is \(name): \(Self.either(names))? Write it exactly"
        }
    }

    private static func either(_ names: [Text]) -> String {
        let texts = names.map(\.string)
        guard texts.count > 1 else { return texts.joined() }
        return texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1]
    }
}

/// The scope that a name denotes: an exact match, otherwise one ignoring case and white space where
/// that is unambiguous.
///
/// - Parameter allows: Which brands may be named, in answers and in suggestions.
/// - Throws: `ScopeNameFault`.
package func resolve(
    _ scope: ReviewScope, in reader: any StoreReader, allows: (Text?) -> Bool = { _ in true }
) throws -> ReviewScope {
    switch scope {
    case .scope(.portfolio): return scope
    case .product(let id):
        // Looks up the product's own row first; all products are read only for suggestions.
        if let product = try reader.products(id).first, allows(product.dimension[.brand]) {
            return scope
        }
        var names: [Text] = []
        try reader.forEachPage { page in
            names += page.filter { allows($0.dimension[.brand]) }.map(\.productID)
        }
        return .product(try name(id, "product", among: names))
    case .scope(let own):
        if own.kind == .brand, allows(own.id), try !reader.scopes([own]).isEmpty { return scope }
        var names: [Text] = []
        try reader.forEachPage { page in
            names += page.map(\.dimension).filter { allows($0[.brand]) }
                .flatMap(\.scopes).filter { $0.kind == own.kind }.map(\.id)
        }
        let id = try name(own.id, own.kind.rawValue, among: names)
        return .scope(Scope(kind: own.kind, id: id))
    }
}

/// The brand that a name denotes.
///
/// - Throws: `ScopeNameFault`.
package func resolveBrand(
    _ brand: String, in reader: any StoreReader, allows: (Text?) -> Bool = { _ in true }
) throws -> String {
    let scope = ReviewScope.scope(Scope(kind: .brand, id: Text(brand)))
    return try resolve(scope, in: reader, allows: allows).id.string
}

private func name(_ wanted: Text, _ kind: String, among names: [Text]) throws -> Text {
    switch matchName(wanted, among: names) {
    case .one(let name): return name
    case .several(let names):
        throw ScopeNameFault.ambiguous(kind: kind, name: wanted, names: names)
    case .none(let nearest):
        throw ScopeNameFault.unknown(kind: kind, name: wanted, nearest: nearest)
    }
}
