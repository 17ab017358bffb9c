package import AfterwordCore

/// The input of insights, read in one snapshot: the live reviews with the lexicon's readings, by
/// scope.
package struct InsightSource: Sendable {
    package let reviews: [ReadReview]
    /// What read the reviews: the lexicon in force as of the newest run.
    package let lexicon: Lexicon
    /// The newest run whose reviews are included.
    package let newestData: RunRecord
    /// The newest run of any kind: what a later one stored was stored after the reviews were read.
    let newestRun: Int64
    /// What read the reviews, by run.
    private let readers: [Int64: Int64]
    /// When the newest dump was taken.
    package let observedAt: Instant
    private let observed: [Int64: Instant]
    private let portfolio: Counters
    /// Indexes in `reviews`, by scope.
    private var members: [ReviewScope: [Int]] = [:]
    /// The scopes that exist, with or without reviews.
    private var known: Set<ReviewScope> = [.scope(.portfolio)]
    /// The current insights whose evidence the lexicon read; those of another one do not stand.
    package let stored: [ReviewScope: [InsightRow]]
    /// The newest run whose themes are counted by the lexicon; 0 for none.
    package let themesRun: Int64
    /// Whether the history changed since the themes were counted, or another lexicon reads it.
    package let themesAreOld: Bool
    /// The newest run whose reviews themes were counted of, by whichever lexicon; 0 for none.
    let newestThemesRun: Int64

    /// - Parameter scope: The only scope that will be asked for; nil for all.
    package init(
        _ reader: any StoreReader, for scope: ReviewScope? = nil, lexicon: Lexicon? = nil
    ) throws {
        let lexicon = try lexicon ?? reader.lexicon()
        self.lexicon = lexicon
        let runs = try reader.runs()
        guard let newest = runs.newestData else { throw InsightFault.noRuns }
        newestData = newest
        newestRun = runs.last?.run ?? newest.run
        observedAt = runs.newestDump?.observedAt ?? newest.observedAt
        observed = Dictionary(runs.map { ($0.run, $0.observedAt) }) { $1 }
        var query = ThemeQuery()
        query.scope = scope
        if case .product(let id) = scope { query.product = id }
        reviews = try readReviews(reader, query, lexicon)
        portfolio = try reader.scopes().first { $0.scope == .portfolio }?.counters ?? Counters()
        let readers = Dictionary(runs.map { ($0.run, $0.reader ?? 1) }) { $1 }
        self.readers = readers
        let standing = try reader.insights(of: scope)
            .filter { readers[$0.evidenceRun] ?? 1 == Int64(lexicon.version) }
        stored = Dictionary(grouping: standing, by: \.scope)
        let newestThemes = try reader.themeRows().last?.evidenceRun
        newestThemesRun = newestThemes ?? 0
        let counted = runs.first { $0.run == newestThemes }
        // What another lexicon found does not count: all versions are counted again.
        let isOfLexicon = (counted?.reader ?? 1) == Int64(lexicon.version)
        themesRun = isOfLexicon ? counted?.run ?? 0 : 0
        themesAreOld = !isOfLexicon || counted?.historyDigest != newest.historyDigest
        var scopes: [Text: [ReviewScope]] = [:]
        for product in try reader.products(query.product) {
            let own =
                [ReviewScope.product(product.productID)]
                + product.dimension.scopes.map { .scope($0) }
            scopes[product.productID] = own
            known.formUnion(own)
        }
        for (index, read) in reviews.enumerated() {
            for scope in scopes[read.review.productID] ?? [] {
                members[scope, default: []].append(index)
            }
        }
    }

    /// Whether the lexicon read the reviews as of a run.
    func isReadAlike(asOf run: Int64) -> Bool { readers[run] ?? 1 == Int64(lexicon.version) }

    /// The input of one scope's insight.
    ///
    /// - Throws: `InsightFault.noSuchScope`.
    package func subject(_ scope: ReviewScope) throws -> InsightSubject {
        guard known.contains(scope) else { throw InsightFault.noSuchScope(scope.written) }
        return InsightSubject(
            scope: scope, reviews: (members[scope] ?? []).map { reviews[$0] },
            portfolio: portfolio, observedAt: observedAt, runs: observed)
    }
}

/// The scopes that insights are made for.
package enum InsightChoice: Equatable, Sendable {
    case none
    /// Scopes with a review version brought by any of these runs.
    case changed(Set<Int64>)
    /// The first `count` scopes.
    case top(Int)

    /// The fewest reviews with which a brand, or a product, gets an insight.
    package static let brandReviews: Int64 = 10
    package static let productReviews: Int64 = 3
}

/// The scopes of a choice: brands with at least ten reviews, those with the greatest impact first,
/// then products with at least three in the same order.
package func chooseScopes(
    _ reader: any StoreReader, _ choice: InsightChoice
) throws -> [ReviewScope] {
    guard choice != .none else { return [] }
    var query = RankingQuery()
    query.page = Page(number: 1, size: .max)
    query.minimumReviews = InsightChoice.brandReviews
    let brands = try rankedBrands(reader, query).entries
        .map { ReviewScope.scope(Scope(kind: .brand, id: $0.id)) }
    query.minimumReviews = InsightChoice.productReviews
    let products = try rankedProducts(reader, query).entries
        .map { ReviewScope.product($0.id) }
    switch choice {
    case .none: return []
    case .top(let count): return Array((brands + products).prefix(count))
    case .changed(let runs):
        var touched: Set<ReviewScope> = []
        try reader.forEachSpan { span, products in
            let moved = Set(
                try reader.reviews(in: span).filter { runs.contains($0.run) }.map(\.productID))
            for product in products where moved.contains(product.productID) {
                touched.insert(.product(product.productID))
                touched.formUnion(product.dimension.scopes.map { .scope($0) })
            }
        }
        return (brands + products).filter(touched.contains)
    }
}
