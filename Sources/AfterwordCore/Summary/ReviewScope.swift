/// What is asked about: a product, or all products that share something.
package enum ReviewScope: Hashable, Sendable {
    case product(Text)
    case scope(Scope)

    /// `portfolio`, or `product:ID`, `brand:NAME`, `category:NAME`, `family:ID`.
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

    /// As it is written: `brand:NAME`.
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

    /// The product's id, or the value that names the scope; the portfolio's is empty.
    package var id: Text {
        switch self {
        case .product(let id): id
        case .scope(let scope): scope.id
        }
    }

    /// Whether a product of these attributes is in it.
    package func holds(_ product: Text, _ attributes: ProductAttributes) -> Bool {
        switch self {
        case .product(let id): product == id
        case .scope(let scope): attributes.scopes.contains(scope)
        }
    }
}
