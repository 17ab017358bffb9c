/// The subject of a question or an insight: one product, or all products of a scope.
package enum ReviewScope: Hashable, Sendable {
    case product(Text)
    case scope(Scope)

    /// Parses `portfolio`, `product:ID`, `brand:NAME`, `category:NAME` or `family:ID`; nil for any
    /// other text.
    package init?(_ written: String) {
        if written == ScopeKind.portfolio.rawValue {
            self = .scope(.portfolio)
            return
        }
        let parts = written.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        if parts[0] == "product" {
            self = .product(Text(parts[1]))
        } else if let kind = ScopeKind(rawValue: parts[0]), kind != .portfolio {
            self = .scope(Scope(kind: kind, id: Text(parts[1])))
        } else {
            return nil
        }
    }

    /// The written form: `brand:NAME`.
    package var written: String {
        switch self {
        case .product(let id): "product:\(id)"
        case .scope(.portfolio): ScopeKind.portfolio.rawValue
        case .scope(let scope): "\(scope.kind.rawValue):\(scope.id)"
        }
    }

    /// `product`, or the kind of the scope.
    package var kind: String {
        switch self {
        case .product: "product"
        case .scope(let scope): scope.kind.rawValue
        }
    }

    /// The product's id, or the attribute value of the scope; empty for the portfolio.
    package var id: Text {
        switch self {
        case .product(let id): id
        case .scope(let scope): scope.id
        }
    }

    /// Whether a product with these attributes belongs to it.
    package func holds(_ product: Text, _ attributes: ProductAttributes) -> Bool {
        switch self {
        case .product(let id): product == id
        case .scope(let scope): attributes.scopes.contains(scope)
        }
    }
}
