package import AfterwordCore

/// Labels, readings, lists and marks of the visible products.
extension ScopedReader {
    package func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        let seen = try visible().keys
        return try reader.productLabels(asOf: run).filter { seen.contains($0.productKey) }
    }

    package func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws {
        let seen = try visible().keys
        try self.reader.listed(list, by: reader, after: from, upTo: to) { row in
            var own = row
            own.versions = ListedVersions()
            row.versions.forEach { if seen.contains($0.product) { own.versions.append($0) } }
            if !own.versions.isEmpty { try take(own) }
        }
    }

    package func hasLists(by reader: Int64) throws -> Bool {
        try self.reader.hasLists(by: reader)
    }

    /// None: stored sums are of all products.
    package func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] { [] }

    package func themeSumsHistory() throws -> [ThemeSumsRow] { [] }

    package func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] {
        let seen = try visible().keys
        return try reader.readings(ofProducts: keys, upTo: run)
            .filter { seen.contains($0.productKey) }
    }

    package func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws {
        let seen = try visible().keys
        try reader.marks(ofProducts: keys, upTo: run) {
            if seen.contains($0) { try take($0, $1) }
        }
    }

    package func reviews(withKeys keys: [Int64]) throws -> [StoredReview] {
        let products = try products(withKeys: Set(keys.map(productKey(ofReview:))))
        let seen = Set(products.map(\.productID))
        return try reader.reviews(withKeys: keys).filter { seen.contains($0.productID) }
    }

    package func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        let seen = try visible().keys
        return try reader.firstVersions(after: from, upTo: to)
            .filter { seen.contains(productKey(ofReview: $0.reviewKey)) }
    }

    /// All: they name themes, and no product.
    package func taxonomies() throws -> [TaxonomyRow] { try reader.taxonomies() }

    /// Marks of the visible products, of their reviews, and of brands that are visible as a whole.
    package func workMarks() throws -> [WorkMarkRow] {
        let ids = try visible().ids
        return try reader.workMarks().filter { row in
            switch row.subject {
            case .review(let product, _), .theme(_, of: .product(let product)):
                ids.contains(product)
            case .theme(_, of: .scope(let scope)):
                scope.kind == .brand && brands.contains(scope.id)
            }
        }
    }
}
