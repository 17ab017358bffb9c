package import AfterwordCore
package import AfterwordPipeline

/// The oracle of the contract suite: a store made of plain dictionaries, written for clarity, not
/// speed.
///
/// A load changes a copy of the state; the commit replaces the state by the copy. Not thread-safe.
package final class MemoryStore: ReviewStore {
    /// All tables. Histories are arrays in the order of writing.
    struct State {
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
        var months: [String: MonthSummary] = [:]
        var monthHistory: [HistoryOf<MonthSummary>] = []
        var scopes: [Scope: ScopeSummary] = [:]
        var scopeHistory: [HistoryOf<ScopeSummary>] = []
        var shapes: [String: ShapeRow] = [:]
        var insights: [InsightRow] = []
        var themes: [ThemeRow] = []
        var themeReviews: [ThemeReviewRow] = []
        var verdicts: [VerdictRow] = []
        var answers: [Digest256: CachedAnswer] = [:]
        var calls: [ModelCall] = []
        var keys: [String: APIKeyRow] = [:]
        var jobs: [String: JobRow] = [:]
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
        if let attempt = intent.attempt, let run = state.runs.last {
            attempts[Int(attempt)].endedAt = run.recordedAt
            attempts[Int(attempt)].outcome = .committed(run: run.run)
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
        state.keys = ledger.state.keys
        state.jobs = ledger.jobs.rows
        return result
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

private final class MemoryLoad: StoreLoad {
    var state: MemoryStore.State

    init(_ state: MemoryStore.State) { self.state = state }

    func head() throws -> StoreHead {
        let complete = state.runs.filter { $0.completeness == .all }
        return StoreHead(
            nextRun: Int64(state.runs.count + 1),
            nextProductKey: (state.products.keys.max() ?? 0) + 1,
            nextRawKey: nextAppended(state.raw.keys.filter { $0 < 0 }.max()),
            nextHistoryKey: nextAppended(
                state.history.map(\.historyKey).filter { $0 < 0 }.max()),
            lastRecordedAt: state.runs.last?.recordedAt,
            historyDigest: state.runs.last?.historyDigest ?? genesisDigest,
            ledgerDigest: state.runs.last?.ledgerDigest ?? genesisDigest,
            lastCompleteAllAt: complete.map(\.observedAt).max(),
            lastCompleteAllRun: complete.map(\.run).max())
    }

    func runs(holding files: [Digest256]) throws -> [RunClock] {
        state.runs.filter { run in
            let held = Set(state.files.filter { $0.run == run.run }.map(\.digest))
            return !files.isEmpty && files.allSatisfy(held.contains)
        }.map {
            RunClock(
                run: $0.run, observedAt: $0.observedAt, dumpLabel: $0.dumpLabel)
        }
    }

    func products(_ ids: [Text]) throws -> [ProductState] {
        ids.compactMap { productKey($0).flatMap { state.products[$0] } }
    }

    func productIDs(after id: Text?, limit: Int) throws -> [Text] {
        let ids = state.products.values.map(\.productID).sorted()
        return Array(ids.filter { id == nil || $0 > id! }.prefix(limit))
    }

    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey] {
        let wanted = Set(keys)
        return state.reviews.values.compactMap { review in
            guard let key = productKey(review.productID), wanted.contains(key) else { return nil }
            return CurrentKey(
                reviewKey: review.reviewKey, productKey: key, identity: review.identity,
                payloadDigest: review.payloadDigest, isLive: review.isLive)
        }
    }

    private func productKey(_ id: Text) -> Int64? {
        state.productKeys[id]
    }

    func current(_ reviewKeys: [Int64]) throws -> [StoredReview] {
        reviewKeys.compactMap { state.reviews[$0] }
    }

    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload] {
        rawKeys.compactMap { state.raw[$0] }.map {
            RawPayload(
                rawKey: $0.rawKey, shape: $0.shape, payload: $0.payload, context: $0.context)
        }
    }

    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>] {
        var contents: [Int64: Set<Digest256>] = [:]
        let wanted = Set(reviewKeys)
        for row in state.history where wanted.contains(row.reviewKey) {
            contents[row.reviewKey, default: []].insert(row.contentDigest)
        }
        return contents
    }

    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64] {
        let wanted = Set(records.map(\.record))
        return state.rawKeys.filter { wanted.contains($0.key) }
    }

    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary] {
        let wanted = Set(wanted)
        return state.months.values.filter {
            wanted.contains(MonthQuestion(productKey: $0.productKey, key: $0.key))
        }
    }

    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary] {
        scopes.compactMap { state.scopes[$0] }
    }

    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>] {
        var ranges: [Int64: ClosedRange<Instant>] = [:]
        for review in state.reviews.values
        where review.isLive && review.times.createdOrigin == .source {
            guard let key = productKey(review.productID),
                let question = wanted.first(where: { $0.productKey == key }),
                !question.without.contains(review.reviewKey)
            else { continue }
            let at = review.times.createdAt
            let old = ranges[key]
            ranges[key] = min(old?.lowerBound ?? at, at)...max(old?.upperBound ?? at, at)
        }
        return ranges
    }

    func shapeDocument(_ name: String) throws -> String? { state.shapes[name]?.document }

    func append(raw rows: [RawRow]) throws {
        for row in rows {
            precondition(state.rawKeys[row.record] == nil, "a raw record is kept once")
            state.raw[row.rawKey] = row
            state.rawKeys[row.record] = row.rawKey
        }
    }

    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow] {
        let before = state.productRaw.count
        for row in rows
        where !state.productRaw.contains(where: {
            $0.productKey == row.productKey && $0.digest == row.digest
        }) { state.productRaw.append(row) }
        return Array(state.productRaw[before...])
    }

    func append(rejects rows: [RejectRow]) throws -> [RejectRow] {
        let before = state.rejects.count
        for row in rows
        where !state.rejects.contains(where: {
            $0.digest == row.digest && $0.occurrence == row.occurrence
        }) { state.rejects.append(row) }
        return Array(state.rejects[before...])
    }

    func append(history rows: [HistoryRow]) throws { state.history += rows }

    func append(staged records: StagedRecords) throws {
        for record in records.records {
            precondition(StagedRecords.keys.contains(record.rawKey), "a key of its own kind")
            let file = records.files[Int(record.file)]
            let start = Int(record.payloadStart)
            // The product is set when the load resolves the record.
            state.raw[record.rawKey] = RawRow(
                rawKey: record.rawKey, productKey: 0, productID: Text([]),
                record: RawIdentity(identity: record.identity, payload: record.payload),
                run: records.run, file: file.name, offset: record.offset,
                length: Int64(record.payloadLength), shape: file.shape,
                payload: Array(
                    records.payloads[start..<start + Int(record.payloadLength)]),
                context: records.contexts[Int(record.context)])
        }
    }

    func resolve(staged moves: [StagedMove]) throws {
        for move in moves {
            guard var row = state.raw.removeValue(forKey: move.rawKey) else {
                preconditionFailure("a record that went ahead is there")
            }
            guard let key = move.newKey, let product = state.products[move.productKey] else {
                continue
            }
            row.rawKey = key
            row.productKey = move.productKey
            row.productID = product.productID
            state.raw[key] = row
            state.rawKeys[row.record] = key
        }
    }

    func put(reviews: [ReviewRow]) throws {
        for row in reviews {
            state.reviews[row.review.reviewKey] = row.review
            guard row.isNew else { continue }
            guard let raw = state.raw[row.firstRawKey], raw.productKey == 0 else { continue }
            state.raw[row.firstRawKey]?.productKey = row.productKey
            state.raw[row.firstRawKey]?.productID = row.review.productID
            state.rawKeys[raw.record] = row.firstRawKey
        }
    }

    func put(payloads: [PayloadMove]) throws {
        for move in payloads {
            state.reviews[move.reviewKey]?.payloadDigest = move.payloadDigest
            state.reviews[move.reviewKey]?.rawKey = move.rawKey
        }
    }

    func put(products: [ProductState]) throws {
        for product in products {
            var product = product
            // Summaries are written by `put(summaries:run:)`.
            if let summary = state.products[product.productKey]?.summary {
                product.summary = summary
            }
            state.products[product.productKey] = product
            state.productKeys[product.productID] = product.productKey
        }
    }

    func append(attributes rows: [AttributeRow]) throws { state.attributes += rows }

    func put(summaries rows: [ProductSummary], run: Int64) throws {
        for row in rows {
            state.products[row.productKey]?.summary = row
            state.summaries.append(HistoryOf(run: run, row: row))
        }
    }

    func put(months rows: [MonthSummary], run: Int64) throws {
        for row in rows {
            let key = "\(row.productKey) \(row.key.month) \(row.key.origin)"
            state.months[key] = row.counters.isZero ? nil : row
            state.monthHistory.append(HistoryOf(run: run, row: row))
        }
    }

    func put(scopes rows: [ScopeSummary], run: Int64) throws {
        for row in rows {
            let isGone = row.counters.isZero && row.productCount == 0
            state.scopes[row.scope] = isGone ? nil : row
            state.scopeHistory.append(HistoryOf(run: run, row: row))
        }
    }

    func put(shape: ShapeRow) throws { state.shapes[shape.name] = shape }

    func put(insights rows: [InsightRow]) throws { state.insights += rows }
    func append(themes rows: [ThemeRow]) throws { state.themes += rows }

    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow] {
        let before = state.themeReviews.count
        for row in rows
        where !state.themeReviews.contains(where: {
            $0.reviewKey == row.reviewKey && $0.version == row.version
                && $0.aspect == row.aspect && $0.isStrength == row.isStrength
        }) { state.themeReviews.append(row) }
        return Array(state.themeReviews[before...])
    }

    func append(verdicts rows: [VerdictRow]) throws { state.verdicts += rows }

    func append(answers: [CachedAnswer]) throws {
        for answer in answers where state.answers[answer.key] == nil {
            state.answers[answer.key] = answer
        }
    }

    func append(calls: [ModelCall]) throws { state.calls += calls }

    var reader: any StoreReader { MemoryReader(state: state, attemptList: []) }

    func finish(_ run: RunRecord, files: [FileRecord]) throws {
        state.runs.append(run)
        state.files += files
    }
}

private final class MemoryLedger: LedgerTransaction {
    var state: MemoryStore.State
    let jobs = MemoryJobs()

    init(_ state: MemoryStore.State) {
        self.state = state
        jobs.rows = state.jobs
    }

    func answer(for key: Digest256) throws -> CachedAnswer? { state.answers[key] }

    func openCall(for key: Digest256) throws -> ModelCall? {
        state.calls.last { $0.cacheKey == key && $0.endedAt == nil }
    }

    func spent(since instant: Instant) throws -> Int64 {
        state.calls.filter { $0.startedAt >= instant }
            .reduce(0) { $0 + ($1.cost ?? $1.reserved) }
    }

    func spent(batch: Int64) throws -> Int64 {
        state.calls.filter { $0.batch == batch }.reduce(0) { $0 + ($1.cost ?? $1.reserved) }
    }

    func onTheWay(since instant: Instant, at now: Instant) throws -> Int64 {
        reserved(at: now) { $0.startedAt >= instant }
    }

    func onTheWay(batch: Int64, at now: Instant) throws -> Int64 {
        reserved(at: now) { $0.batch == batch }
    }

    private func reserved(at now: Instant, _ isMeant: (ModelCall) -> Bool) -> Int64 {
        state.calls.filter { isMeant($0) && $0.endedAt == nil && $0.leaseUntil > now }
            .reduce(0) { $0 + $1.reserved }
    }

    func unusableAnswers(for key: Digest256) throws -> Int64 {
        Int64(
            state.calls.count { call in
                call.cacheKey == key && ModelFailure.unusable.contains(call.outcome ?? "")
            })
    }

    func begin(_ call: ModelCall) throws -> Int64 {
        var call = call
        call.call = Int64(state.calls.count + 1)
        state.calls.append(call)
        return call.call
    }

    func end(_ call: ModelCall) throws { state.calls[Int(call.call - 1)] = call }
    func put(answer: CachedAnswer) throws { state.answers[answer.key] = answer }
    func put(key: APIKeyRow) throws { state.keys[key.name] = key }

    func job(_ id: String) throws -> JobRow? { jobs.job(id) }
    func job(askedBy: String, idempotency: Digest256) throws -> JobRow? {
        jobs.job(askedBy: askedBy, idempotency: idempotency)
    }
    func openJob(scope: ReviewScope, language: String) throws -> JobRow? {
        jobs.openJob(scope: scope, language: language)
    }
    func countedJobs(askedBy: String, after instant: Instant) throws -> [Instant] {
        jobs.countedJobs(askedBy: askedBy, after: instant)
    }
    func put(job: JobRow) throws { jobs.put(job: job) }
    func removeJobs(before instant: Instant) throws { jobs.removeJobs(before: instant) }
}

private final class MemoryReader: StoreReader {
    private let state: MemoryStore.State
    private let attemptList: [RunAttempt]

    init(state: MemoryStore.State, attemptList: [RunAttempt]) {
        self.state = state
        self.attemptList = attemptList
    }

    func runs() throws -> [RunRecord] { state.runs }
    /// Empty: no other program can change these rows.
    func sealedRows() throws -> [SealedRow] { [] }

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

    func shapes() throws -> [ShapeRow] { state.shapes.values.sorted { $0.name < $1.name } }

    func raw(ofProduct id: Text?) throws -> [RawRow] {
        state.raw.values.filter { id == nil || $0.productID == id }.sorted { l, r in
            (l.productID, l.record.identity, l.record.payload)
                < (r.productID, r.record.identity, r.record.payload)
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

    func products(_ id: Text?) throws -> [ProductState] {
        state.products.values.filter { id == nil || $0.productID == id }
            .sorted { $0.productID < $1.productID }
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

    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer? { state.answers[key] }
    func cachedAnswers() throws -> [CachedAnswer] {
        state.answers.values.sorted { $0.key < $1.key }
    }
    func modelCalls() throws -> [ModelCall] { state.calls }
    func job(_ id: String) throws -> JobRow? { state.jobs[id] }
    func apiKeys() throws -> [APIKeyRow] {
        state.keys.values.sorted { Text($0.name) < Text($1.name) }
    }
}
