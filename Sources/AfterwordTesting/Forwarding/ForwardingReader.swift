package import AfterwordCore
package import AfterwordPipeline

/// A reader that forwards to another reader every call it does not implement itself. For tests.
package protocol ForwardingReader: StoreReader {
    /// The reader that receives the calls; asked for once before each call.
    func target() throws -> any StoreReader
}

extension ForwardingReader {
    package func runs() throws -> [RunRecord] {
        try target().runs()
    }
    package func newestRun() throws -> RunRecord? {
        try target().newestRun()
    }
    package func files(ofRun run: Int64?) throws -> [FileRecord] {
        try target().files(ofRun: run)
    }
    package func attempts() throws -> [RunAttempt] {
        try target().attempts()
    }
    package func checksummedRows() throws -> [ChecksummedRow] {
        try target().checksummedRows()
    }
    package func shapes() throws -> [ShapeRow] {
        try target().shapes()
    }
    package func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        try target().reviews(ofProduct: id)
    }
    package func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview] {
        try target().listedReviews(ofProduct: id, withDeleted: withDeleted)
    }
    package func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        try target().currentPayloads(ofProducts: keys, take)
    }
    package func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        try target().history(ofProduct: product, review: review)
    }
    package func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        try target().changed(after: from, upTo: to)
    }
    package func raw(ofProduct id: Text?) throws -> [RawRow] {
        try target().raw(ofProduct: id)
    }
    package func productRaw(ofProduct id: Text?) throws -> [ProductRawRow] {
        try target().productRaw(ofProduct: id)
    }
    package func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] {
        try target().rejects(after: place, limit: limit)
    }
    package func rejects() throws -> [RejectRow] {
        try target().rejects()
    }
    package func products(_ id: Text?) throws -> [ProductState] {
        try target().products(id)
    }
    package func products(after id: Text?, limit: Int) throws -> [ProductState] {
        try target().products(after: id, limit: limit)
    }
    package func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int] {
        try target().rowCounts(ofProducts: ids)
    }
    package func cuts(ofProduct id: Text, rows: Int) throws -> [Text] {
        try target().cuts(ofProduct: id, rows: rows)
    }
    package func reviews(in span: RowSpan) throws -> [StoredReview] {
        try target().reviews(in: span)
    }
    package func history(in span: RowSpan) throws -> [HistoryRow] {
        try target().history(in: span)
    }
    package func raw(in span: RowSpan) throws -> [RawRow] {
        try target().raw(in: span)
    }
    package func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow] {
        try target().productRaw(ofProducts: ids)
    }
    package func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        try target().months(ofProducts: ids)
    }
    package func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow] {
        try target().attributeHistory(ofProducts: ids)
    }
    package func summaryHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<ProductSummary>] {
        try target().summaryHistory(ofProducts: ids)
    }
    package func monthHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<MonthSummary>] {
        try target().monthHistory(ofProducts: ids)
    }
    package func products(withKeys keys: Set<Int64>) throws -> [ProductState] {
        try target().products(withKeys: keys)
    }
    package func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws {
        try target().distinctKeys(take)
    }
    package func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        try target().firstVersions(after: from, upTo: to)
    }
    package func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        try target().productLabels(asOf: run)
    }
    package func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws { try target().listed(list, by: reader, after: from, upTo: to, take) }
    package func hasLists(by reader: Int64) throws -> Bool {
        try target().hasLists(by: reader)
    }
    package func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] {
        try target().themeSums(of: scopes, upTo: run)
    }
    package func themeSumsHistory() throws -> [ThemeSumsRow] {
        try target().themeSumsHistory()
    }
    package func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] { try target().readings(ofProducts: keys, upTo: run) }
    package func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws { try target().marks(ofProducts: keys, upTo: run, take) }
    package func reviews(withKeys keys: [Int64]) throws -> [StoredReview] {
        try target().reviews(withKeys: keys)
    }
    package func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        try target().history(ofReviews: keys)
    }
    package func months(ofProduct id: Text?) throws -> [MonthSummary] {
        try target().months(ofProduct: id)
    }
    package func scopes() throws -> [ScopeSummary] {
        try target().scopes()
    }
    package func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        try target().scopes(wanted)
    }
    package func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow] {
        try target().attributeHistory(ofProduct: id)
    }
    package func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        try target().summaryHistory(ofProduct: id)
    }
    package func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>] {
        try target().monthHistory(ofProduct: id)
    }
    package func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        try target().scopeHistory()
    }
    package func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>] {
        try target().scopeHistory(of: scope)
    }
    package func scopeHistory(_ kind: ScopeKind, after from: Int64, upTo to: Int64) throws
        -> [HistoryOf<ScopeSummary>]
    {
        try target().scopeHistory(kind, after: from, upTo: to)
    }
    package func insights(of scope: ReviewScope?) throws -> [InsightRow] {
        try target().insights(of: scope)
    }
    package func insightHistory(of scope: ReviewScope?) throws -> [InsightRow] {
        try target().insightHistory(of: scope)
    }
    package func themeRows() throws -> [ThemeRow] {
        try target().themeRows()
    }
    package func themeReviewRows() throws -> [ThemeReviewRow] {
        try target().themeReviewRows()
    }
    package func verdicts() throws -> [VerdictRow] {
        try target().verdicts()
    }
    package func workMarks() throws -> [WorkMarkRow] { try target().workMarks() }
    package func taxonomies() throws -> [TaxonomyRow] { try target().taxonomies() }
    package func searchSegments() throws -> [SearchSegment] { try target().searchSegments() }
    package func searchParts(_ keys: [Int64]) throws -> [SearchPart] {
        try target().searchParts(keys)
    }
    package func enrichments(ofProducts ids: ClosedRange<Text>?) throws -> [EnrichmentRow] {
        try target().enrichments(ofProducts: ids)
    }
    package func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
        try target().enrichments(ofReviews: keys)
    }
    package func modelBatches() throws -> [ModelBatch] { try target().modelBatches() }
    package func batchItems() throws -> [BatchItem] { try target().batchItems() }
    package func links() throws -> [ReviewLink] { try target().links() }
    package func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? {
        try target().cachedAnswer(key)
    }
    package func cachedAnswers() throws -> [CachedAnswer] {
        try target().cachedAnswers()
    }
    package func modelCalls() throws -> [ModelCall] {
        try target().modelCalls()
    }
    package func apiKeys() throws -> [APIKeyRow] {
        try target().apiKeys()
    }
    package func deliveries() throws -> [DeliveryRow] { try target().deliveries() }
    package func job(_ id: String) throws -> JobRow? {
        try target().job(id)
    }
}
