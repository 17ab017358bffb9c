package import AfterwordCore
package import AfterwordPipeline

/// A load that forwards to another load every call it does not implement itself. For tests.
package protocol ForwardingLoad: StoreLoad {
    /// The load that receives the calls; asked for once before each call. What it throws, the call
    /// throws.
    func target() throws -> any StoreLoad
    /// The same load, for what is no call of the contract: traits and the reader.
    var load: any StoreLoad { get }
}

extension ForwardingLoad {
    package func target() throws -> any StoreLoad { load }
    package var traits: StoreTraits { load.traits }
    package var reader: any StoreReader { load.reader }
}

extension ForwardingLoad {
    package func head() throws -> StoreHead { try target().head() }
    package func runs(holding files: [Digest256]) throws -> [RunClock] {
        try target().runs(holding: files)
    }
    package func products(_ ids: [Text]) throws -> [ProductState] { try target().products(ids) }
    package func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        try target().productIDs(after: id, limit: limit)
    }
    package func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        try target().currentKeys(ofProducts: keys)
    }
    package func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        try target().current(reviewKeys)
    }
    package func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        try target().payloads(rawKeys)
    }
    package func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        try target().historyContents(reviewKeys)
    }
    package func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
        try target().known(records)
    }
    package func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        try target().months(wanted)
    }
    package func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
        try target().distinctKeys(ofProducts: keys)
    }
    package func createdRange(
        _ wanted: [RangeQuestion]
    ) throws -> [Int64: ClosedRange<Instant>] { try target().createdRange(wanted) }
    package func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        try target().scopes(scopes)
    }
    package func shapeDocument(_ name: String) throws -> String? {
        try target().shapeDocument(name)
    }
}

extension ForwardingLoad {
    package func insert(_ new: NewReviews) throws { try target().insert(new) }
    package func append(raw rows: [RawRow]) throws { try target().append(raw: rows) }
    package func prune(raw keys: [Int64], run: Int64) throws {
        try target().prune(raw: keys, run: run)
    }
    package func append(staged records: StagedRecords) throws {
        try target().append(staged: records)
    }
    package func resolve(staged moves: [StagedMove]) throws { try target().resolve(staged: moves) }
    package func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        try target().append(productRaw: rows)
    }
    package func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        try target().append(rejects: rows)
    }
    package func append(history rows: [HistoryRow]) throws { try target().append(history: rows) }
    package func put(reviews: [ReviewRow]) throws { try target().put(reviews: reviews) }
    package func put(payloads: [PayloadMove]) throws { try target().put(payloads: payloads) }
    package func put(products: [ProductState]) throws { try target().put(products: products) }
    package func append(attributes rows: [AttributeRow]) throws {
        try target().append(attributes: rows)
    }
    package func put(summaries rows: [ProductSummary], run: Int64) throws {
        try target().put(summaries: rows, run: run)
    }
    package func put(distinctKeys: [Int64: DistinctKeys]) throws {
        try target().put(distinctKeys: distinctKeys)
    }
    package func append(lists rows: [ReviewListRow]) throws { try target().append(lists: rows) }
    package func append(themeSums rows: [ThemeSumsRow]) throws {
        try target().append(themeSums: rows)
    }
    package func append(readings rows: [ReadingsRow]) throws {
        try target().append(readings: rows)
    }
    package func put(months rows: [MonthSummary], run: Int64) throws {
        try target().put(months: rows, run: run)
    }
    package func put(scopes rows: [ScopeSummary], run: Int64) throws {
        try target().put(scopes: rows, run: run)
    }
    package func put(shape: ShapeRow) throws { try target().put(shape: shape) }
    package func put(insights rows: [InsightRow]) throws { try target().put(insights: rows) }
    package func append(themes rows: [ThemeRow]) throws { try target().append(themes: rows) }
    package func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        try target().append(themeReviews: rows)
    }
    package func append(verdicts rows: [VerdictRow]) throws { try target().append(verdicts: rows) }
    package func append(workMarks rows: [WorkMarkRow]) throws {
        try target().append(workMarks: rows)
    }
    package func append(taxonomies rows: [TaxonomyRow]) throws {
        try target().append(taxonomies: rows)
    }
    package func append(enrichments rows: [EnrichmentRow]) throws {
        try target().append(enrichments: rows)
    }
    package func append(batches: [ModelBatch], _ items: [BatchItem]) throws {
        try target().append(batches: batches, items)
    }
    package func append(deliveries rows: [DeliveryRow]) throws {
        try target().append(deliveries: rows)
    }
    package func append(search segment: SearchSegment, _ parts: [SearchPart]) throws {
        try target().append(search: segment, parts)
    }
    package func append(links: [ReviewLink]) throws { try target().append(links: links) }
    package func append(answers: [CachedAnswer]) throws { try target().append(answers: answers) }
    package func append(calls: [ModelCall]) throws { try target().append(calls: calls) }
    package func finish(_ run: RunRecord, files: [FileRecord]) throws {
        try target().finish(run, files: files)
    }
    package func finish(needlessAt instant: Instant) throws {
        try target().finish(needlessAt: instant)
    }
}

/// A store that reports each call of its loads before making it, so that a check can look at the
/// store, or fail the load, at a given call.
final class WatchedStore: ForwardingStore {
    let store: any ReviewStore
    private let onCall: (Int) throws -> Void

    /// - Parameter onCall: Called before each call with its number in the load, from 1; what it
    ///   throws, the call throws.
    init(_ store: any ReviewStore, onCall: @escaping (Int) throws -> Void) {
        self.store = store
        self.onCall = onCall
    }

    func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try store.load(intent) { try body(WatchedLoad($0, onCall: onCall)) }
    }
}

private final class WatchedLoad: ForwardingLoad {
    let load: any StoreLoad
    private let onCall: (Int) throws -> Void
    private var calls = 0

    init(_ load: any StoreLoad, onCall: @escaping (Int) throws -> Void) {
        self.load = load
        self.onCall = onCall
    }

    func target() throws -> any StoreLoad {
        calls += 1
        try onCall(calls)
        return load
    }
}
