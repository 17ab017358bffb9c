#if DEBUG
    package import AfterwordCore

    /// A store that counts the calls of its loads and reports each before making it, so that tests
    /// can fail or kill a load at a given call. Not part of a release build.
    package final class CountingStore: ReviewStore {
        private let store: any ReviewStore
        private let onCall: (Int) throws -> Void
        private let onLedger: (Int) throws -> Void
        private var moments = 0

        /// - Parameters:
        ///   - onCall: Called before each call with its number in the load, from 1; what it throws,
        ///     the call throws.
        ///   - onLedger: The same before and after each transaction of the ledger, counted on.
        package init(
            _ store: any ReviewStore, onCall: @escaping (Int) throws -> Void,
            onLedger: @escaping (Int) throws -> Void = { _ in }
        ) {
            self.store = store
            self.onCall = onCall
            self.onLedger = onLedger
        }

        package func load<Result>(
            _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
        ) throws -> Result {
            try store.load(intent) { try body(CountingLoad($0, onCall: onCall)) }
        }

        package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
            try store.read(body)
        }

        package func ledger<Result>(
            _ body: (any LedgerTransaction) throws -> Result
        ) throws -> Result {
            moments += 1
            try onLedger(moments)
            let result = try store.ledger(body)
            moments += 1
            try onLedger(moments)
            return result
        }

        package var snapshots: any ReadingStore { store.snapshots }
        package var interruption: any Interruption { store.interruption }
        package var isReadOnly: Bool { store.isReadOnly }
        package func auditByQuery() throws -> AuditFinding? { try store.auditByQuery() }

        package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
            try store.beginAttempt(startedAt: instant, dump: dump)
        }

        package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
            try store.failAttempt(key, at: instant, failure: failure)
        }
    }

    private final class CountingLoad: StoreLoad {
        private let load: any StoreLoad
        private let onCall: (Int) throws -> Void
        private var calls = 0

        init(_ load: any StoreLoad, onCall: @escaping (Int) throws -> Void) {
            self.load = load
            self.onCall = onCall
        }

        private func count() throws -> any StoreLoad {
            calls += 1
            try onCall(calls)
            return load
        }

        func head() throws -> StoreHead { try count().head() }
        func runs(holding files: [Digest256]) throws -> [RunClock] {
            try count().runs(holding: files)
        }
        func products(_ ids: [Text]) throws -> [ProductState] { try count().products(ids) }
        func productIDs(after id: Text?, limit: Int) throws -> [Text] {
            try count().productIDs(after: id, limit: limit)
        }
        func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
            try count().currentKeys(ofProducts: keys)
        }
        func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
            try count().current(reviewKeys)
        }
        func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
            try count().payloads(rawKeys)
        }
        func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
            try count().historyContents(reviewKeys)
        }
        func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord] {
            try count().known(records)
        }
        func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
            try count().months(wanted)
        }
        func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys] {
            try count().distinctKeys(ofProducts: keys)
        }
        func put(distinctKeys: [Int64: DistinctKeys]) throws {
            try count().put(distinctKeys: distinctKeys)
        }
        func insert(_ new: NewReviews) throws { try count().insert(new) }
        func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] { try count().scopes(scopes) }
        func createdRange(
            _ wanted: [RangeQuestion]
        ) throws -> [Int64: ClosedRange<Instant>] {
            try count().createdRange(wanted)
        }
        func shapeDocument(_ name: String) throws -> String? {
            try count().shapeDocument(name)
        }
        func append(raw rows: [RawRow]) throws { try count().append(raw: rows) }
        func prune(raw keys: [Int64], run: Int64) throws { try count().prune(raw: keys, run: run) }
        var traits: StoreTraits { load.traits }
        func append(staged records: StagedRecords) throws {
            try count().append(staged: records)
        }
        func resolve(staged moves: [StagedMove]) throws { try count().resolve(staged: moves) }
        func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
            try count().append(productRaw: rows)
        }
        func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
            try count().append(rejects: rows)
        }
        func append(history rows: [HistoryRow]) throws { try count().append(history: rows) }
        func put(reviews: [ReviewRow]) throws { try count().put(reviews: reviews) }
        func put(payloads: [PayloadMove]) throws { try count().put(payloads: payloads) }
        func put(products: [ProductState]) throws { try count().put(products: products) }
        func append(attributes rows: [AttributeRow]) throws {
            try count().append(attributes: rows)
        }
        func append(readings rows: [ReadingsRow]) throws {
            try count().append(readings: rows)
        }
        func append(lists rows: [ReviewListRow]) throws { try count().append(lists: rows) }
        func append(themeSums rows: [ThemeSumsRow]) throws {
            try count().append(themeSums: rows)
        }
        func put(summaries rows: [ProductSummary], run: Int64) throws {
            try count().put(summaries: rows, run: run)
        }
        func put(months rows: [MonthSummary], run: Int64) throws {
            try count().put(months: rows, run: run)
        }
        func put(scopes rows: [ScopeSummary], run: Int64) throws {
            try count().put(scopes: rows, run: run)
        }
        func put(shape: ShapeRow) throws { try count().put(shape: shape) }
        func put(insights rows: [InsightRow]) throws { try count().put(insights: rows) }
        func append(themes rows: [ThemeRow]) throws { try count().append(themes: rows) }
        func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
            try count().append(themeReviews: rows)
        }
        func append(verdicts rows: [VerdictRow]) throws { try count().append(verdicts: rows) }
        func append(workMarks rows: [WorkMarkRow]) throws { try count().append(workMarks: rows) }
        func append(taxonomies rows: [TaxonomyRow]) throws {
            try count().append(taxonomies: rows)
        }
        func append(links: [ReviewLink]) throws { try count().append(links: links) }
        func append(answers: [CachedAnswer]) throws { try count().append(answers: answers) }
        func append(calls: [ModelCall]) throws { try count().append(calls: calls) }
        func append(batches: [ModelBatch], _ items: [BatchItem]) throws {
            try count().append(batches: batches, items)
        }
        func append(deliveries rows: [DeliveryRow]) throws {
            try count().append(deliveries: rows)
        }
        func append(enrichments rows: [EnrichmentRow]) throws {
            try count().append(enrichments: rows)
        }
        func append(search segment: SearchSegment, _ parts: [SearchPart]) throws {
            try count().append(search: segment, parts)
        }
        var reader: any StoreReader { load.reader }
        func finish(_ run: RunRecord, files: [FileRecord]) throws {
            try count().finish(run, files: files)
        }
        func finish(needlessAt instant: Instant) throws {
            try count().finish(needlessAt: instant)
        }
    }
#endif
