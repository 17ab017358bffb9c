import AfterwordCore
import AfterwordPipeline

/// One state of the store, as it was when the read began.
final class MemoryReader: StoreReader {
    private let state: MemoryStore.State
    private let attemptList: [RunAttempt]

    init(state: MemoryStore.State, attemptList: [RunAttempt]) {
        self.state = state
        self.attemptList = attemptList
    }

    func runs() throws -> [RunRecord] { state.runs }
    /// Empty: no other program can change these rows.
    func checksummedRows() throws -> [ChecksummedRow] { [] }

    func files(ofRun run: Int64?) throws -> [FileRecord] {
        state.files.filter { run == nil || $0.run == run }
            .sorted { ($0.run, Text($0.name)) < ($1.run, Text($1.name)) }
    }

    func attempts() throws -> [RunAttempt] { attemptList }

    func reviews(ofProduct id: Text?) throws -> [StoredReview] {
        state.reviews.values.filter { id == nil || $0.productID == id }
            .sorted { ($0.productID, $0.reviewID) < ($1.productID, $1.reviewID) }
    }

    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow] {
        state.history.filter {
            (product == nil || $0.productID == product) && (review == nil || $0.reviewID == review)
        }.sorted { l, r in
            (l.productID, l.reviewID, l.version, l.run) < (
                r.productID, r.reviewID, r.version, r.run
            )
        }
    }

    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews {
        let changed = Set(
            state.history.filter { $0.run > from && $0.run <= to && $0.operation != .late }
                .map(\.reviewKey))
        return ChangedReviews(
            reviews: try reviews(ofProduct: nil).filter { changed.contains($0.reviewKey) },
            history: try history(ofProduct: nil, review: nil)
                .filter { changed.contains($0.reviewKey) && $0.run <= to })
    }

    func searchSegments() throws -> [SearchSegment] {
        state.searchSegments.sorted { ($1.run, $0.segment) < ($0.run, $1.segment) }
    }

    func searchParts(_ keys: [Int64]) throws -> [SearchPart] {
        Set(keys).compactMap { state.searchParts[$0] }
    }

    func shapes() throws -> [ShapeRow] { state.shapes.values.sorted { $0.name < $1.name } }

    func raw(ofProduct id: Text?) throws -> [RawRow] {
        state.raw.values.filter { id == nil || $0.productID == id }.sorted { l, r in
            (l.productID, l.record.identity, l.record.payload, l.run)
                < (r.productID, r.record.identity, r.record.payload, r.run)
        }
    }

    func productRaw(ofProduct id: Text?) throws -> [ProductRawRow] {
        state.productRaw.filter { id == nil || $0.productID == id }.sorted {
            ($0.productID, $0.digest) < ($1.productID, $1.digest)
        }
    }

    func rejects() throws -> [RejectRow] {
        state.rejects.sorted { ($0.digest, $0.occurrence) < ($1.digest, $1.occurrence) }
    }

    func firstVersions(after from: Int64, upTo to: Int64) throws -> [FirstVersion] {
        state.history.filter {
            $0.run > max(from, 1) && $0.run <= to && $0.version == 1 && $0.operation == .insert
        }.map {
            FirstVersion(reviewKey: $0.reviewKey, run: $0.run, rating: $0.values.rating)
        }
    }

    func products(_ id: Text?) throws -> [ProductState] {
        state.products.values.filter { id == nil || $0.productID == id }
            .sorted { $0.productID < $1.productID }
    }

    func distinctKeys(_ take: (Int64, DistinctKeys) -> Void) throws {
        for (product, keys) in state.distinctKeys { take(product, keys) }
    }

    func readings(
        ofProducts keys: ClosedRange<Int64>, upTo run: Int64
    ) throws -> [ReadingsRow] {
        state.readings.filter { keys.contains($0.productKey) && $0.run <= run }
            .sorted { ($0.productKey, $0.run) < ($1.productKey, $1.run) }
    }

    func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        let products =
            try run.map { try AsOfReader(self, run: $0).products(nil) } ?? products(nil)
        return products.map { ProductLabel($0) }
    }

    func listed(
        _ list: ReviewList, by reader: Int64, after from: Int64, upTo to: Int64,
        _ take: (ReviewListRow) throws -> Void
    ) throws {
        let rows = state.lists.filter {
            $0.list == list && $0.reader == reader && $0.run > from && $0.run <= to
        }
        for row in rows.sorted(by: { ($0.run, $0.part) < ($1.run, $1.part) }) { try take(row) }
    }

    func hasLists(by reader: Int64) throws -> Bool {
        state.lists.contains { $0.reader == reader }
    }

    func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] {
        var newest: [Scope: ThemeSumsRow] = [:]
        for row in try themeSumsHistory() where row.run <= run {
            if scopes?.contains(row.scope) ?? true { newest[row.scope] = row }
        }
        return newest.values.sorted { $0.scope < $1.scope }
    }

    func themeSumsHistory() throws -> [ThemeSumsRow] {
        state.themeSums.sorted { ($0.scope, $0.run) < ($1.scope, $1.run) }
    }

    func reviews(withKeys keys: [Int64]) throws -> [StoredReview] {
        keys.compactMap { state.reviews[$0] }
    }

    func history(ofReviews keys: [Int64]) throws -> [HistoryRow] {
        try history(ofProduct: nil, review: nil).filter { keys.contains($0.reviewKey) }
    }

    func marks(
        ofProducts keys: ClosedRange<Int64>?, upTo run: Int64,
        _ take: (Int64, ReadingHistory) throws -> Void
    ) throws {
        for key in Set(state.readings.map(\.productKey)).sorted()
        where keys?.contains(key) ?? true {
            let rows = try readings(ofProducts: key...key, upTo: run)
            if !rows.isEmpty { try take(key, ReadingHistory(rows.map(\.readings))) }
        }
    }

    func months(ofProduct id: Text?) throws -> [MonthSummary] {
        state.months.values.filter { id == nil || $0.productID == id }
            .sorted { ($0.productID, $0.key) < ($1.productID, $1.key) }
    }

    func newestRun() throws -> RunRecord? { state.runs.last }

    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary] {
        wanted.compactMap { state.scopes[$0] }
    }

    func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>] {
        try scopeHistory().filter { $0.row.scope == scope }
    }

    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>] {
        let rows = try scopeHistory().filter { $0.row.scope.kind == kind && $0.run <= to }
        let moved = Set(rows.filter { $0.run > from }.map(\.row.scope))
        var last: [Scope: Int64] = [:]
        for row in rows where row.run <= from { last[row.row.scope] = row.run }
        return rows.filter { row in
            moved.contains(row.row.scope) && (row.run > from || row.run == last[row.row.scope])
        }
    }

    func scopes() throws -> [ScopeSummary] { state.scopes.values.sorted { $0.scope < $1.scope } }

    func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow] {
        state.attributes.filter { id == nil || $0.productID == id }.sorted {
            ($0.productID, $0.run) < ($1.productID, $1.run)
        }
    }

    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        state.summaries.filter { id == nil || $0.row.productID == id }
            .sorted { ($0.row.productID, $0.run) < ($1.row.productID, $1.run) }
    }

    func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>] {
        state.monthHistory.filter { id == nil || $0.row.productID == id }.sorted { l, r in
            (l.row.productID, l.row.key, l.run) < (r.row.productID, r.row.key, r.run)
        }
    }

    func scopeHistory() throws -> [HistoryOf<ScopeSummary>] {
        state.scopeHistory.sorted { ($0.row.scope, $0.run) < ($1.row.scope, $1.run) }
    }

    func insights(of scope: ReviewScope?) throws -> [InsightRow] {
        var newest: [String: InsightRow] = [:]
        for row in state.insights where scope == nil || row.scope == scope {
            newest[row.scope.written + " " + row.language] = row
        }
        return newest.values.sorted { key($0) < key($1) }
    }

    private func key(_ row: InsightRow) -> (Text, Text, Text, Int64) {
        (Text(row.scope.kind), row.scope.id, Text(row.language), row.madeRun)
    }

    func insightHistory(of scope: ReviewScope?) throws -> [InsightRow] {
        state.insights.filter { scope == nil || $0.scope == scope }.sorted { key($0) < key($1) }
    }

    func themeRows() throws -> [ThemeRow] {
        state.themes.sorted { l, r in
            (l.madeRun, l.isStrength ? 1 : 0, Text(l.aspect))
                < (r.madeRun, r.isStrength ? 1 : 0, Text(r.aspect))
        }
    }

    func themeReviewRows() throws -> [ThemeReviewRow] {
        state.themeReviews.sorted { l, r in
            (l.productID, l.reviewID, l.version, l.isStrength ? 1 : 0, Text(l.aspect))
                < (r.productID, r.reviewID, r.version, r.isStrength ? 1 : 0, Text(r.aspect))
        }
    }

    func verdicts() throws -> [VerdictRow] {
        state.verdicts.sorted { l, r in
            (l.madeRun, l.productID, l.reviewID) < (r.madeRun, r.productID, r.reviewID)
        }
    }

    func workMarks() throws -> [WorkMarkRow] {
        state.workMarks.sorted { ($0.madeRun, $0.place) < ($1.madeRun, $1.place) }
    }

    func taxonomies() throws -> [TaxonomyRow] {
        state.taxonomies.sorted { $0.madeRun < $1.madeRun }
    }

    private var enrichments: [EnrichmentRow] {
        state.enrichments.sorted { l, r in
            (l.productID, l.reviewID, l.version, Text(l.language), l.madeRun)
                < (r.productID, r.reviewID, r.version, Text(r.language), r.madeRun)
        }
    }

    func enrichments(ofProducts ids: ClosedRange<Text>?) throws -> [EnrichmentRow] {
        enrichments.filter { ids?.contains($0.productID) ?? true }
    }

    func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
        enrichments.filter { keys.contains($0.reviewKey) }
    }

    func modelBatches() throws -> [ModelBatch] { state.batches }
    func batchItems() throws -> [BatchItem] {
        state.batchItems.sorted { ($0.batch, $0.line) < ($1.batch, $1.line) }
    }

    func links() throws -> [ReviewLink] {
        state.links.sorted { l, r in
            (l.run, l.to.productID, l.to.reviewID) < (r.run, r.to.productID, r.to.reviewID)
        }
    }

    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? { state.answers[key] }
    func cachedAnswers() throws -> [CachedAnswer] {
        state.answers.values.sorted { $0.key < $1.key }
    }
    func modelCalls() throws -> [ModelCall] { state.calls }
    func job(_ id: String) throws -> JobRow? { state.jobs[id] }
    func deliveries() throws -> [DeliveryRow] { state.deliveries.inOrder }
    func apiKeys() throws -> [APIKeyRow] {
        state.keys.values.sorted { Text($0.name) < Text($1.name) }
    }
}
