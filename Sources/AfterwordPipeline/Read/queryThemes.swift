import AfterwordCore

/// The themes of a query, and of scopes within it.
struct QueryThemes {
    var all: ThemeSums
    var scopes: [Scope: ThemeSums] = [:]
}

extension QueryReadings {
    /// The themes of the query: kept sums where there are any; else they are counted from marks.
    ///
    /// - Parameter scopes: Scopes whose themes are counted too, of the query's products.
    func themes(beside scopes: [Scope] = []) throws -> QueryThemes {
        let whole = query.wholeScope
        var kept = try whole == nil ? [:] : keptSums(of: scopes + [whole].compactMap(\.self))
        let open = Set(scopes.filter { kept[$0] == nil })
        if let whole, let all = kept[whole] {
            let counted = open.isEmpty ? [:] : try count(open, withAll: false).scopes
            kept.merge(counted) { kept, _ in kept }
            return QueryThemes(all: all, scopes: kept)
        }
        var counted = try count(open, withAll: true)
        counted.scopes.merge(kept) { _, kept in kept }
        return counted
    }

    /// Counts themes in two walks through the marks.
    ///
    /// - Parameter withAll: Counts all of the query too; else only products of the scopes are read.
    private func count(_ scopes: Set<Scope>, withAll: Bool) throws -> QueryThemes {
        let sorted = scopes.sorted()
        var tally = ThemeTally(
            aspects: lexicon.aspects.count, scopes: sorted.count + 1, expected: expected)
        let places = Dictionary(
            uniqueKeysWithValues: sorted.enumerated().map { ($0.element, $0.offset + 1) })
        func own(_ product: ProductLabel) -> [Int] {
            (withAll ? [0] : []) + product.dimension.scopes.compactMap { places[$0] }
        }
        let isWanted: ((ProductLabel) -> Bool)? = withAll ? nil : { !own($0).isEmpty }
        try forEachProduct(isWanted) { _, live in for own in live { tally.find(own.marks.key) } }
        try forEachProduct(isWanted) { product, live in
            tally.begin(ThemeTally.Product(product.dimension, scopes: own(product)))
            for own in live { tally.count(own.marks, isNew: own.isNew ?? false) }
        }
        tally.finish()
        return QueryThemes(
            all: tally.sums[0], scopes: places.mapValues { tally.sums[$0] })
    }

    /// The stored sums of scopes, where they are those of the moment.
    func keptSums(of scopes: [Scope]) throws -> [Scope: ThemeSums] {
        guard isStored else { return [:] }
        var kept: [Scope: ThemeSums] = [:]
        for row in try reader.themeSums(of: scopes, upTo: marks.run)
        where row.reader == Int64(lexicon.version) {
            guard let own = KeptThemeSums(bytes: row.sums, aspects: lexicon.aspects.count),
                own.run == row.run
            else { throw StoreFault.unreadable(table: "scope_theme_sums", column: "sums") }
            kept[row.scope] = try moved(own.sums, from: row.run)
        }
        return kept
    }

    /// The sums of a scope that no run changed since one, as they are now: what was new then may be
    /// new no more. Nil where that must be counted.
    private func moved(_ sums: ThemeSums, from run: Int64) throws -> ThemeSums? {
        let now = marks.window
        let then = try runs.filter { $0.run <= run }.dumps.window()
        let olderRuns = now.olderRuns.filter { $0 <= run }
        if now.from == then.from, olderRuns == then.olderRuns { return sums }
        return now.from >= run ? sums.withoutNew : nil
    }
}

extension ThemeQuery {
    /// The scope of all that the query asks for; nil where it is a product, or part of a scope.
    fileprivate var wholeScope: Scope? {
        if product != nil { return nil }
        switch (brand, scope) {
        case (nil, nil): return .portfolio
        case (.some(let brand), nil): return Scope(kind: .brand, id: Text(brand))
        case (nil, .scope(let own)): return own
        default: return nil
        }
    }
}
