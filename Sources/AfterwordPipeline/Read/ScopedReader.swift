package import AfterwordCore

/// Restricts a reader to the products of some brands, which is what an API key of those brands may
/// see, or to those of an owner of the catalog.
///
/// 1. A product belongs to the brand and owner that it has now, whatever it had at the moment asked
///    about.
/// 2. Sums of scopes are computed from those products alone, for the present and the past, so no
///    result depends on another brand's product.
/// 3. A brand's insight is left out if it was made while the brand had a product that belongs to
///    another brand now; to an owner no insight of a brand is visible.
/// 4. Names of files, attempts, rejects and the calls and answers of models are never visible.
package final class ScopedReader: StoreReader {
    let reader: any StoreReader
    /// The brands that are visible as a whole.
    let brands: Set<Text>
    private let sees: (ProductAttributes) -> Bool
    private var known: (ids: Set<Text>, keys: Set<Int64>)?

    /// - Parameter reader: Reads the present state of the store.
    package init(_ reader: any StoreReader, brands: Set<Text>) {
        self.reader = reader
        self.brands = brands
        sees = { $0[.brand].map(brands.contains) ?? false }
    }

    /// - Parameters:
    ///   - reader: Reads the present state of the store.
    ///   - owner: An owner exactly as the catalog writes it.
    package init(_ reader: any StoreReader, owner: Text) {
        self.reader = reader
        brands = []
        sees = { $0[.owner] == owner }
    }

    private func isVisible(_ product: ProductState) -> Bool { sees(product.dimension) }

    /// The ids and the keys of the visible products: a walk asks for them again and again.
    func visible() throws -> (ids: Set<Text>, keys: Set<Int64>) {
        if let known { return known }
        let products = try reader.products(nil).filter(isVisible)
        let found = (Set(products.map(\.productID)), Set(products.map(\.productKey)))
        known = found
        return found
    }

    private func ids() throws -> Set<Text> { try visible().ids }

    /// The rows of one product, or of all visible products.
    private func visible<Row>(
        _ id: Text?, _ rows: (Text?) throws -> [Row], of product: (Row) -> Text
    ) throws -> [Row] {
        if let id {
            return try reader.products(id).contains(where: isVisible) ? rows(id) : []
        }
        let ids = try ids()
        return try rows(nil).filter { ids.contains(product($0)) }
    }

    // MARK: Runs

    package func runs() throws -> [RunRecord] { try reader.runs() }
    package func newestRun() throws -> RunRecord? { try reader.newestRun() }
    package func shapes() throws -> [ShapeRow] { try reader.shapes() }
    package func files(ofRun run: Int64?) throws -> [FileRecord] { [] }
    package func attempts() throws -> [RunAttempt] { [] }
    package func checksummedRows() throws -> [ChecksummedRow] { [] }
    package func rejects() throws -> [RejectRow] { [] }
    package func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] { [] }

    // MARK: Products and reviews

    package func products(_ id: Text?) throws -> [ProductState] {
        try reader.products(id).filter(isVisible)
    }

    package func products(withKeys keys: Set<Int64>) throws -> [ProductState] {
        try reader.products(withKeys: keys).filter(isVisible)
    }

    /// Segments of all brands: what they refer to is read by `history(ofReviews:)`.
    package func searchSegments() throws -> [SearchSegment] { try reader.searchSegments() }

    package func searchParts(_ keys: [Int64]) throws -> [SearchPart] {
        try reader.searchParts(keys)
    }

    package func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        let products = try products(withKeys: Set(keys.map(productKey(ofReview:))))
        let seen = Set(products.map(\.productID))
        return try reader.history(ofReviews: keys).filter { seen.contains($0.productID) }
    }

    package func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        try visible(id, reader.reviews) { $0.productID }
    }

    package func listedReviews(
        ofProduct id: Text, withDeleted: Bool
    ) throws -> [ListedReview] {
        guard try !products(id).isEmpty else { return [] }
        return try reader.listedReviews(ofProduct: id, withDeleted: withDeleted)
    }

    package func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        let seen = Set(try products(nil).map(\.productKey))
        try reader.currentPayloads(ofProducts: keys) { payload in
            if seen.contains(payload.productKey) { take(payload) }
        }
    }

    package func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        try visible(product, { try reader.history(ofProduct: $0, review: review) }) {
            $0.productID
        }
    }

    package func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        let ids = try ids()
        let changed = try reader.changed(after: from, upTo: to)
        return ChangedReviews(
            reviews: changed.reviews.filter { ids.contains($0.productID) },
            history: changed.history.filter { ids.contains($0.productID) })
    }

    package func raw(ofProduct id: Text?) throws -> [RawRow] {
        try visible(id, reader.raw) { $0.productID }
    }

    package func productRaw(ofProduct id: Text?) throws -> [ProductRawRow] {
        try visible(id, reader.productRaw) { $0.productID }
    }

    package func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws {
        let seen = Set(try products(nil).map(\.productKey))
        try reader.distinctKeys { product, keys in
            if seen.contains(product) { take(product, keys) }
        }
    }

    package func months(ofProduct id: Text?) throws -> [MonthSummary] {
        try visible(id, reader.months) { $0.productID }
    }

    package func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>] {
        try visible(id, reader.monthHistory) { $0.row.productID }
    }

    package func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow] {
        try visible(id, reader.attributeHistory) { $0.productID }
    }

    package func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        try visible(id, reader.summaryHistory) { $0.row.productID }
    }

    // MARK: Bounded reads

    package func products(after id: Text?, limit: Int) throws -> [ProductState] {
        try filledPage(after: id, limit: limit, of: reader) {
            $0.filter(isVisible)
        }
    }

    package func rowCounts(ofProducts range: ClosedRange<Text>) throws -> [Text: Int] {
        let ids = try ids()
        return try reader.rowCounts(ofProducts: range).filter { ids.contains($0.key) }
    }

    package func cuts(ofProduct id: Text, rows: Int) throws -> [Text] {
        try products(id).isEmpty ? [] : reader.cuts(ofProduct: id, rows: rows)
    }

    /// The rows of visible products among those of a range.
    private func visible<Row>(
        _ rows: [Row], of product: (Row) -> Text
    ) throws -> [Row] {
        let ids = try ids()
        return rows.filter { ids.contains(product($0)) }
    }

    package func reviews(in span: RowSpan) throws -> [StoredReview] {
        try visible(reader.reviews(in: span)) { $0.productID }
    }

    package func history(in span: RowSpan) throws -> [HistoryRow] {
        try visible(reader.history(in: span)) { $0.productID }
    }

    package func raw(in span: RowSpan) throws -> [RawRow] {
        try visible(reader.raw(in: span)) { $0.productID }
    }

    package func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow] {
        try visible(reader.productRaw(ofProducts: ids)) { $0.productID }
    }

    package func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        try visible(reader.months(ofProducts: ids)) { $0.productID }
    }

    package func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow] {
        try visible(reader.attributeHistory(ofProducts: ids)) { $0.productID }
    }

    package func summaryHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<ProductSummary>] {
        try visible(reader.summaryHistory(ofProducts: ids)) { $0.row.productID }
    }

    package func monthHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<MonthSummary>] {
        try visible(reader.monthHistory(ofProducts: ids)) { $0.row.productID }
    }

    // MARK: Scopes

    package func scopes() throws -> [ScopeSummary] {
        var sums = ScopeSums()
        for product in try products(nil) {
            sums.add(product.summary.counters, to: product.dimension.scopes, sign: 1)
        }
        var stored: [Scope: ScopeSummary] = [:]
        for row in try reader.scopes() { stored[row.scope] = row }
        return sums.all.values.filter { !$0.isGone }.map { $0.counted(as: stored[$0.scope]) }
            .sorted { $0.scope < $1.scope }
    }

    package func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        let own = try scopes()
        return wanted.compactMap { scope in own.first { $0.scope == scope } }
    }

    /// The sums of the visible products after each run that changed them.
    package func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        let summaries = Dictionary(grouping: try summaryHistory(ofProduct: nil), by: \.run)
        let attributes = Dictionary(grouping: try attributeHistory(ofProduct: nil), by: \.run)
        var counters: [Text: Counters] = [:]
        var scopes: [Text: [Scope]] = [:]
        var sums = ScopeSums()
        var history: [HistoryOf<ScopeSummary>] = []
        let stored = Dictionary(grouping: try reader.scopeHistory(), by: \.row.scope)
        for run in Set(summaries.keys).union(attributes.keys).sorted() {
            let before = sums.all
            var touched: Set<Scope> = []
            func count(_ products: Set<Text>, sign: Int64) {
                for product in products {
                    let own = scopes[product] ?? []
                    touched.formUnion(own)
                    sums.add(counters[product] ?? Counters(), to: own, sign: sign)
                }
            }
            let named = Set(summaries[run]?.map(\.row.productID) ?? [])
                .union(attributes[run]?.map(\.productID) ?? [])
            count(named, sign: -1)
            for row in attributes[run] ?? [] { scopes[row.productID] = row.attributes.scopes }
            for row in summaries[run] ?? [] { counters[row.row.productID] = row.row.counters }
            count(named, sign: 1)
            for scope in touched where sums.all[scope] != before[scope] {
                let own = sums.all[scope] ?? ScopeSummary(scope: scope)
                let whole = stored[scope]?.last { $0.run <= run }?.row
                history.append(HistoryOf(run: run, row: own.counted(as: whole)))
            }
        }
        return history.sorted { ($0.row.scope, $0.run) < ($1.row.scope, $1.run) }
    }

    package func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>] {
        try scopeHistory().filter { $0.row.scope == scope }
    }

    package func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>] {
        let own = try scopeHistory().filter { $0.row.scope.kind == kind && $0.run <= to }
        let moved = Set(own.filter { $0.run > from }.map(\.row.scope))
        var rows: [HistoryOf<ScopeSummary>] = []
        for row in own where moved.contains(row.row.scope) {
            if row.run <= from, let last = rows.last, last.row.scope == row.row.scope {
                rows.removeLast()
            }
            rows.append(row)
        }
        return rows
    }

    // MARK: Insights

    package func insights(of scope: ReviewScope?) throws -> [InsightRow] {
        try seen(try reader.insights(of: scope))
    }

    package func insightHistory(of scope: ReviewScope?) throws -> [InsightRow] {
        try seen(try reader.insightHistory(of: scope))
    }

    private func seen(_ rows: [InsightRow]) throws -> [InsightRow] {
        guard !rows.isEmpty else { return [] }
        let ids = try ids()
        var lastLeft: [Text: Int64]?
        return try rows.filter { row in
            switch row.scope {
            case .product(let id): return ids.contains(id)
            case .scope(let scope):
                guard scope.kind == .brand, brands.contains(scope.id) else { return false }
                let left = try lastLeft ?? runsAtWhichProductsLeft(ids)
                lastLeft = left
                return row.madeRun >= left[scope.id] ?? 0
            }
        }
    }

    /// For each brand, the last run at which a product left it that is not visible now.
    private func runsAtWhichProductsLeft(_ ids: Set<Text>) throws -> [Text: Int64] {
        var left: [Text: Int64] = [:]
        var last: (product: Text, brand: Text?)?
        for row in try reader.attributeHistory(ofProduct: nil) where !ids.contains(row.productID) {
            let brand = row.attributes[.brand]
            if let last, last.product == row.productID, let old = last.brand, old != brand {
                left[old] = max(left[old] ?? 0, row.run)
            }
            last = (row.productID, brand)
        }
        return left
    }

    package func themeRows() throws -> [ThemeRow] { [] }

    package func themeReviewRows() throws -> [ThemeReviewRow] {
        let ids = try ids()
        return try reader.themeReviewRows().filter { ids.contains($0.productID) }
    }

    package func verdicts() throws -> [VerdictRow] {
        let ids = try ids()
        return try reader.verdicts().filter { ids.contains($0.productID) }
    }

    /// Links of which both ends may be seen.
    package func links() throws -> [ReviewLink] {
        let ids = try ids()
        return try reader.links().filter {
            ids.contains($0.from.productID) && ids.contains($0.to.productID)
        }
    }

    package func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? { nil }
    package func cachedAnswers() throws -> [CachedAnswer] { [] }
    package func modelCalls() throws -> [ModelCall] { [] }
    package func modelBatches() throws -> [ModelBatch] { [] }
    package func batchItems() throws -> [BatchItem] { [] }

    package func enrichments(ofProducts range: ClosedRange<Text>?) throws -> [EnrichmentRow] {
        let ids = try ids()
        return try reader.enrichments(ofProducts: range).filter { ids.contains($0.productID) }
    }

    package func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
        let ids = try ids()
        return try reader.enrichments(ofReviews: keys).filter { ids.contains($0.productID) }
    }
    package func apiKeys() throws -> [APIKeyRow] { [] }
    package func deliveries() throws -> [DeliveryRow] { [] }

    package func job(_ id: String) throws -> JobRow? {
        guard let job = try reader.job(id) else { return nil }
        switch job.scope {
        case .product(let id): return try products(id).isEmpty ? nil : job
        case .scope(let scope):
            return scope.kind == .brand && brands.contains(scope.id) ? job : nil
        }
    }
}

extension ScopeSummary {
    /// The sums with the stored distinct counts where the whole scope is visible; else without any:
    /// a review may be shown under a product that is not.
    fileprivate func counted(as whole: ScopeSummary?) -> ScopeSummary {
        var own = self
        let isWhole = whole?.productCount == productCount && whole?.counters == counters
        own.distinct = isWhole || isGone ? whole?.distinct : nil
        return own
    }
}

/// The sums of scopes while products join and leave them.
private struct ScopeSums {
    var all: [Scope: ScopeSummary] = [:]

    mutating func add(_ counters: Counters, to scopes: [Scope], sign: Int64) {
        for scope in scopes {
            all[scope, default: ScopeSummary(scope: scope)].counters.add(counters, sign: sign)
            if counters.reviewCount > 0 { all[scope]?.productCount += sign }
        }
    }
}
