/// A kind of product set with sums of its own.
package enum ScopeKind: String, CaseIterable, Sendable {
    case family
    case brand
    case category
    case portfolio

    /// The attribute whose value names the scope; nil for the portfolio.
    var attribute: Attribute? {
        switch self {
        case .family: .family
        case .brand: .brand
        case .category: .category
        case .portfolio: nil
        }
    }
}

/// A scope: its kind and the attribute's value, which is empty for the portfolio.
package struct Scope: Hashable, Comparable, Sendable {
    package var kind: ScopeKind
    package var id: Text

    package init(kind: ScopeKind, id: Text) {
        self.kind = kind
        self.id = id
    }

    package static let portfolio = Scope(kind: .portfolio, id: Text([]))

    package static func < (left: Scope, right: Scope) -> Bool {
        left.kind == right.kind ? left.id < right.id : left.kind.rawValue < right.kind.rawValue
    }
}

/// A row of `scope_summary`.
package struct ScopeSummary: Equatable, Sendable {
    package var scope: Scope
    /// Number of products with at least one live review.
    package var productCount: Int64
    package var counters: Counters
    /// The counts with a review that is shown several times counted once; nil where they were
    /// never counted, in a row of an earlier program.
    package var distinct: DistinctCounts?

    /// Whether no product and no review is left.
    package var isGone: Bool { productCount == 0 && counters.isZero }

    package init(
        scope: Scope, productCount: Int64 = 0, counters: Counters = Counters(),
        distinct: DistinctCounts? = DistinctCounts()
    ) {
        self.distinct = distinct
        self.scope = scope
        self.productCount = productCount
        self.counters = counters
    }
}

/// The attributes of a product: a row of `products_dim`.
package struct ProductAttributes: Equatable, Sendable {
    private var values: [Text?] = Array(repeating: nil, count: Attribute.allCases.count)

    package init() {}

    package subscript(attribute: Attribute) -> Text? {
        get { values[attribute.rawValue] }
        set { values[attribute.rawValue] = newValue }
    }

    /// The scopes that a product with these attributes belongs to.
    package var scopes: [Scope] {
        ScopeKind.allCases.compactMap { kind in
            guard let attribute = kind.attribute else { return .portfolio }
            return self[attribute].map { Scope(kind: kind, id: $0) }
        }
    }
}
