package import AfterwordCore

/// Reads a store as it was after an earlier run, from the history tables alone. The result never
/// changes, whatever is loaded later (law 6).
///
/// Bookkeeping columns have their present values: times of observation, and the payload a review
/// refers to.
package final class AsOfReader: StoreReader {
    private let reader: any StoreReader
    private let run: Int64
    /// Kept, because many answers of a page need them.
    private var labels: [ProductLabel]?

    package init(_ reader: any StoreReader, run: Int64) {
        self.reader = reader
        self.run = run
    }

    /// The last row up to `run` of each key; `rows` must be sorted by key and run.
    private func newest<Row, Key: Equatable>(
        _ rows: [HistoryOf<Row>], by key: (Row) -> Key
    ) -> [Row] {
        var newest: [Row] = []
        for row in rows where row.run <= run {
            if let last = newest.last, key(last) == key(row.row) { newest.removeLast() }
            newest.append(row.row)
        }
        return newest
    }

    package func runs() throws -> [RunRecord] { try reader.runs().filter { $0.run <= run } }

    package func newestRun() throws -> RunRecord? { try runs().last }

    package func files(ofRun run: Int64?) throws -> [FileRecord] {
        try reader.files(ofRun: run).filter { $0.run <= self.run }
    }

    /// The attempts that began before the run was recorded, without those of later runs.
    package func attempts() throws -> [RunAttempt] {
        guard let end = try newestRun()?.recordedAt else { return [] }
        return try reader.attempts().filter { attempt in
            attempt.startedAt <= end && (attempt.outcome?.run ?? 0) <= run
        }
    }
    package func checksummedRows() throws -> [ChecksummedRow] { try reader.checksummedRows() }

    package func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        ChangedReviews(
            reviews: try reader.reviews(ofProduct: id),
            history: try reader.history(ofProduct: id, review: nil)
        ).asOf(run)
    }

    package func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        try reader.changed(after: from, upTo: min(to, run))
    }

    package func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        try reader.firstVersions(after: from, upTo: min(to, run))
    }

    package func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        try reader.history(ofProduct: product, review: review).filter { $0.run <= run }
    }

    package func searchSegments() throws -> [SearchSegment] {
        try reader.searchSegments().filter { $0.run <= run }
    }

    package func searchParts(_ keys: [Int64]) throws -> [SearchPart] {
        try reader.searchParts(keys)
    }

    package func shapes() throws -> [ShapeRow] { try reader.shapes() }

    package func raw(ofProduct id: Text?) throws -> [RawRow] {
        try reader.raw(ofProduct: id).filter { $0.run <= run }
    }

    package func productRaw(ofProduct id: Text?) throws -> [ProductRawRow] {
        try reader.productRaw(ofProduct: id).filter { $0.run <= run }
    }

    package func rejects() throws -> [RejectRow] { try reader.rejects().filter { $0.run <= run } }

    package func products(_ id: Text?) throws -> [ProductState] {
        try past(reader.products(id), reader.summaryHistory(ofProduct: id)) {
            try attributeHistory(ofProduct: id)
        }
    }

    package func products(withKeys keys: Set<Int64>) throws -> [ProductState] {
        try reader.products(withKeys: keys).flatMap { product in
            let id = product.productID
            return try past([product], reader.summaryHistory(ofProduct: id)) {
                try attributeHistory(ofProduct: id)
            }
        }
    }

    package func products(after id: Text?, limit: Int) throws -> [ProductState] {
        try filledPage(after: id, limit: limit, of: reader) { page in
            guard let first = page.first?.productID, let last = page.last?.productID,
                first <= last
            else { return [] }
            return try past(page, reader.summaryHistory(ofProducts: first...last)) {
                try attributeHistory(ofProducts: first...last)
            }
        }
    }

    /// Products as they were after the run, of those that existed.
    private func past(
        _ products: [ProductState], _ sums: [HistoryOf<ProductSummary>],
        _ attributes: () throws -> [AttributeRow]
    ) throws -> [ProductState] {
        var summaries: [Text: ProductSummary] = [:]
        for summary in newest(sums, by: \.productID) { summaries[summary.productID] = summary }
        let rows = try attributes().map { HistoryOf(run: $0.run, row: $0) }
        var dimensions: [Text: ProductAttributes] = [:]
        for row in newest(rows, by: \.productID) { dimensions[row.productID] = row.attributes }
        return products.filter { $0.firstRun <= run }.map { product in
            var product = product
            product.attributes = self.attributes(dimensions[product.productID], of: product)
            product.summary =
                summaries[product.productID]
                ?? ProductSummary(
                    productKey: product.productKey, productID: product.productID,
                    counters: Counters(), firstReviewAt: nil, lastReviewAt: nil,
                    lastChangedRun: 0)
            return product
        }
    }

    /// The values as of the run; rank and observation time are bookkeeping and have their present
    /// values.
    private func attributes(
        _ dimension: ProductAttributes?, of product: ProductState
    ) -> [Attribute: StoredAttribute] {
        var attributes: [Attribute: StoredAttribute] = [:]
        for attribute in Attribute.allCases {
            guard let value = dimension?[attribute] else { continue }
            attributes[attribute] = StoredAttribute(
                value: value, rank: product.attributes[attribute]?.rank ?? .review,
                observedAt: product.attributes[attribute]?.observedAt ?? product.lastObservedAt)
        }
        return attributes
    }

    /// None: keys are stored of the present only.
    package func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws {}

    package func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] {
        try reader.readings(ofProducts: keys, upTo: min(run, self.run))
    }

    package func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws { try reader.marks(ofProducts: keys, upTo: min(run, self.run), take) }

    package func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        let run = min(run ?? .max, self.run)
        if run == self.run, let labels { return labels }
        let own = try reader.productLabels(asOf: run)
        if run == self.run { labels = own }
        return own
    }

    package func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws {
        try self.reader.listed(list, by: reader, after: from, upTo: min(to, run), take)
    }

    package func hasLists(by reader: Int64) throws -> Bool {
        try self.reader.hasLists(by: reader)
    }

    package func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] {
        try reader.themeSums(of: scopes, upTo: min(run, self.run))
    }

    package func themeSumsHistory() throws -> [ThemeSumsRow] {
        try reader.themeSumsHistory().filter { $0.run <= run }
    }

    package func reviews(withKeys keys: [Int64]) throws -> [StoredReview] {
        ChangedReviews(
            reviews: try reader.reviews(withKeys: keys),
            history: try reader.history(ofReviews: keys)
        ).asOf(run)
    }

    package func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        try reader.history(ofReviews: keys).filter { $0.run <= run }
    }

    package func months(ofProduct id: Text?) throws -> [MonthSummary] {
        standing(try reader.monthHistory(ofProduct: id))
    }

    package func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        standing(try reader.monthHistory(ofProducts: ids))
    }

    private func standing(_ history: [HistoryOf<MonthSummary>]) -> [MonthSummary] {
        newest(history) { MonthOfProduct($0) }.filter { !$0.counters.isZero }
    }

    private struct MonthOfProduct: Equatable {
        var product: Text
        var key: MonthKey
        init(_ row: MonthSummary) { (product, key) = (row.productID, row.key) }
    }

    package func scopes() throws -> [ScopeSummary] {
        newest(try reader.scopeHistory(), by: \.scope).filter { !$0.isGone }
    }

    package func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        try wanted.compactMap { scope in
            try scopeHistory(of: scope).last?.row
        }.filter { !$0.isGone }
    }

    package func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>] {
        try reader.scopeHistory(of: scope).filter { $0.run <= run }
    }

    package func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>] {
        try reader.scopeHistory(kind, after: from, upTo: min(to, run))
    }

    package func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow] {
        try reader.attributeHistory(ofProduct: id).filter { $0.run <= run }
    }

    package func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        try reader.summaryHistory(ofProduct: id).filter { $0.run <= run }
    }

    package func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>] {
        try reader.monthHistory(ofProduct: id).filter { $0.run <= run }
    }

    // MARK: Bounded reads

    package func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] {
        var (found, last): ([RejectRow], RejectPlace?) = ([], place)
        while found.count < limit {
            let page = try reader.rejects(after: last, limit: limit - found.count)
            guard let end = page.last else { break }
            found += page.filter { $0.run <= run }
            last = RejectPlace(end)
        }
        return found
    }

    package func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int] {
        try reader.rowCounts(ofProducts: ids)
    }

    package func cuts(ofProduct id: Text, rows: Int) throws -> [Text] {
        try reader.cuts(ofProduct: id, rows: rows)
    }

    package func reviews(in span: RowSpan) throws -> [StoredReview] {
        ChangedReviews(
            reviews: try reader.reviews(in: span), history: try reader.history(in: span)
        ).asOf(run)
    }

    package func history(in span: RowSpan) throws -> [HistoryRow] {
        try reader.history(in: span).filter { $0.run <= run }
    }

    package func raw(in span: RowSpan) throws -> [RawRow] {
        try reader.raw(in: span).filter { $0.run <= run }
    }

    package func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow] {
        try reader.productRaw(ofProducts: ids).filter { $0.run <= run }
    }

    package func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow] {
        try reader.attributeHistory(ofProducts: ids).filter { $0.run <= run }
    }

    package func summaryHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<ProductSummary>] {
        try reader.summaryHistory(ofProducts: ids).filter { $0.run <= run }
    }

    package func monthHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<MonthSummary>] {
        try reader.monthHistory(ofProducts: ids).filter { $0.run <= run }
    }

    package func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        try reader.scopeHistory().filter { $0.run <= run }
    }

    package func insights(of scope: ReviewScope?) throws -> [InsightRow] {
        let end = try reader.runs().dumps.insightsEnd(asOf: run)
        var newest: [InsightRow] = []
        for row in try reader.insightHistory(of: scope) where row.madeRun <= end {
            if let last = newest.last, InsightName(last) == InsightName(row) {
                newest.removeLast()
            }
            newest.append(row)
        }
        return newest
    }

    private struct InsightName: Equatable {
        var scope: ReviewScope
        var language: String
        init(_ row: InsightRow) { (scope, language) = (row.scope, row.language) }
    }

    package func insightHistory(of scope: ReviewScope?) throws -> [InsightRow] {
        let end = try reader.runs().dumps.insightsEnd(asOf: run)
        return try reader.insightHistory(of: scope).filter { $0.madeRun <= end }
    }

    package func themeRows() throws -> [ThemeRow] {
        try reader.themeRows().filter { $0.madeRun <= run }
    }

    package func themeReviewRows() throws -> [ThemeReviewRow] {
        try reader.themeReviewRows().filter { $0.madeRun <= run }
    }

    package func verdicts() throws -> [VerdictRow] {
        try reader.verdicts().filter { $0.madeRun <= run }
    }

    package func workMarks() throws -> [WorkMarkRow] {
        try reader.workMarks().filter { $0.madeRun <= run }
    }

    package func taxonomies() throws -> [TaxonomyRow] {
        try reader.taxonomies().filter { $0.madeRun <= run }
    }

    /// Of the same runs as insights: what a model read belongs to the dump that it read.
    package func enrichments(ofProducts ids: ClosedRange<Text>?) throws -> [EnrichmentRow] {
        let end = try reader.runs().dumps.insightsEnd(asOf: run)
        return try reader.enrichments(ofProducts: ids).filter { $0.madeRun <= end }
    }

    package func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
        let end = try reader.runs().dumps.insightsEnd(asOf: run)
        return try reader.enrichments(ofReviews: keys).filter { $0.madeRun <= end }
    }

    package func links() throws -> [ReviewLink] {
        try reader.links().filter { $0.run <= run }
    }

    package func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? {
        try reader.cachedAnswer(key)
    }
    package func cachedAnswers() throws -> [CachedAnswer] { try reader.cachedAnswers() }
    package func apiKeys() throws -> [APIKeyRow] { try reader.apiKeys() }
    package func job(_ id: String) throws -> JobRow? { try reader.job(id) }
    package func deliveries() throws -> [DeliveryRow] { try reader.deliveries() }
    package func modelCalls() throws -> [ModelCall] { try reader.modelCalls() }
    package func modelBatches() throws -> [ModelBatch] { try reader.modelBatches() }
    package func batchItems() throws -> [BatchItem] { try reader.batchItems() }
}
