package import AfterwordCore
package import AfterwordPipeline

/// The oracle of the contract suite: a store made of plain dictionaries, written for clarity, not
/// speed.
///
/// A load changes a copy of the state; the commit replaces the state by the copy. Not thread-safe.
package final class MemoryStore: ReviewStore {
    /// All tables. Histories are arrays in the order of writing.
    struct State: Sendable {
        var runs: [RunRecord] = []
        var files: [FileRecord] = []
        var products: [Int64: ProductState] = [:]
        var productKeys: [Text: Int64] = [:]
        var reviews: [Int64: StoredReview] = [:]
        var history: [HistoryRow] = []
        var raw: [Int64: RawRow] = [:]
        var rawKeys: [RawIdentity: Int64] = [:]
        var productRaw: [ProductRawRow] = []
        var rejects: [RejectRow] = []
        var attributes: [AttributeRow] = []
        var summaries: [HistoryOf<ProductSummary>] = []
        var distinctKeys: [Int64: DistinctKeys] = [:]
        var readings: [ReadingsRow] = []
        var lists: [ReviewListRow] = []
        var themeSums: [ThemeSumsRow] = []
        var months: [String: MonthSummary] = [:]
        var monthHistory: [HistoryOf<MonthSummary>] = []
        var scopes: [Scope: ScopeSummary] = [:]
        var scopeHistory: [HistoryOf<ScopeSummary>] = []
        var shapes: [String: ShapeRow] = [:]
        var insights: [InsightRow] = []
        var themes: [ThemeRow] = []
        var themeReviews: [ThemeReviewRow] = []
        var verdicts: [VerdictRow] = []
        var workMarks: [WorkMarkRow] = []
        var taxonomies: [TaxonomyRow] = []
        var enrichments: [EnrichmentRow] = []
        var links: [ReviewLink] = []
        var searchSegments: [SearchSegment] = []
        var searchParts: [Int64: SearchPart] = [:]
        var answers: [Digest256: CachedAnswer] = [:]
        var calls: [ModelCall] = []
        var batches: [ModelBatch] = []
        var batchItems: [BatchItem] = []
        var keys: [String: APIKeyRow] = [:]
        var jobs: [String: JobRow] = [:]
        var deliveries: [DeliveryRow] = []
    }

    private var state = State()
    private var attempts: [RunAttempt] = []
    private var isLoading = false

    package init() {}

    package func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        guard !isLoading else { throw StoreFault.locked }
        isLoading = true
        defer { isLoading = false }
        let load = MemoryLoad(state)
        let result = try body(load)
        guard !intent.isRehearsal else { return result }
        state = load.state
        if let attempt = intent.attempt, let end = load.end {
            attempts[Int(attempt)].endedAt = end.at
            attempts[Int(attempt)].outcome = end.outcome
        }
        return result
    }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try body(MemoryReader(state: state, attemptList: attempts))
    }

    package func ledger<Result>(
        _ body: (any LedgerTransaction) throws -> Result
    ) throws -> Result {
        let ledger = MemoryLedger(state)
        let result = try body(ledger)
        state.answers = ledger.state.answers
        state.calls = ledger.state.calls
        state.batches = ledger.state.batches
        state.batchItems = ledger.state.batchItems
        state.keys = ledger.state.keys
        state.jobs = ledger.jobs.rows
        state.deliveries = ledger.state.deliveries
        return result
    }

    package var snapshots: any ReadingStore {
        MemorySnapshots(state: state, attemptList: attempts)
    }
    package var interruption: any Interruption { NoInterruption() }
    package func auditByQuery() throws -> AuditFinding? { nil }

    package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
        attempts.append(RunAttempt(startedAt: instant, endedAt: nil, dump: dump, outcome: nil))
        return Int64(attempts.count - 1)
    }

    package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
        attempts[Int(key)].endedAt = instant
        attempts[Int(key)].outcome = .failed(failure)
    }
}

/// A load of this store never blocks, so there is nothing to interrupt.
private struct NoInterruption: Interruption {
    func interrupt() {}
}

/// The state when it was made, for many threads.
private struct MemorySnapshots: ReadingStore {
    let state: MemoryStore.State
    let attemptList: [RunAttempt]

    func newestRun() throws -> RunRecord? { state.runs.last }

    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try body(MemoryReader(state: state, attemptList: attemptList))
    }
}
