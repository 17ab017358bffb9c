package import AfterwordCore

extension StoredReview {
    /// The review among the keys of its product.
    package func distinctEntry(
        by rules: DistinctRules = DistinctRules()
    ) -> DistinctKeys.Entry {
        DistinctKeys.Entry(
            number: reviewNumber(reviewKey), rating: values.rating, key: distinctKey(by: rules))
    }
}

extension LedgerRows {
    /// Adds what a run counted as distinct in a scope: it follows from keys of which only the
    /// newest are kept. A sum of before such counts adds nothing.
    package mutating func add(_ row: ScopeSummary) {
        guard let distinct = row.distinct else { return }
        var builder = rules.encoder(for: .ledgerScope)
        builder.add(row.scope.kind.rawValue)
        builder.add(row.scope.id)
        for count in [distinct.count, distinct.rated, distinct.negatives] { builder.add(count) }
        add(builder)
    }
}
