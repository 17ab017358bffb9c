package import AfterwordCore

/// The store of reviews, their history and their sums. A store keeps rows and finds them by key; it
/// never compares or computes a value: the core decides everything.
///
/// Requirements on an implementation:
///
/// 1. Calls are synchronous; an adapter with an asynchronous driver blocks a thread of its own.
/// 2. Not thread-safe, except: `read` may run on several threads at once, and `besideLoad` may be
///    called on a thread other than the load's. The look-ups that `besideLoad` passes on are used
///    by one thread at a time, though not always by the same one.
/// 3. A load is one transaction under a lock: readers see all of a run or nothing of it.
package protocol ReviewStore: ModelLedger {
    /// Opens one load: takes the store's lock, begins one transaction, and passes the load to
    /// `body`. When `body` returns, the transaction is committed; when it throws, or when the
    /// intent is a rehearsal, the transaction is rolled back.
    ///
    /// - Throws: `StoreFault.locked` when another load holds the lock; what `body` throws.
    func load<Result>(_ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result) throws
        -> Result

    /// Passes to `body` look-ups on a separate read connection: they see the state before the load
    /// under way, and run while the load's rows are written. To be called inside the load's `body`,
    /// on another thread than the load's. Passes nil where a store has one connection only.
    func besideLoad<Result>(_ body: ((any StoreLookUps)?) throws -> Result) throws -> Result

    /// Passes to `body` a snapshot of the newest committed run. May run on several threads at once.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

    /// Ends the load under way from another thread: the load throws `StoreFault.interrupted` and is
    /// rolled back, and the store takes no other load.
    var interruption: any Interruption { get }

    /// Whether nothing can be written: a read-only file or folder, a standby server, a role without
    /// the privilege. Calls that would write then throw `StoreFault.readOnly`.
    var isReadOnly: Bool { get }

    /// Checks the store with queries of its own, apart from `auditStore`; nil where it finds
    /// nothing wrong. Needs no privilege to write.
    func auditByQuery() throws -> AuditFinding?

    /// Records in `run_attempts` that a run was tried, outside any load, so that failed runs are on
    /// record too. The load that names the attempt (`LoadIntent.attempt`) marks it as committed, in
    /// its own transaction.
    ///
    /// - Returns: The attempt's key.
    func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64
    /// Marks an attempt as failed.
    ///
    /// - Parameter failure: The kind of failure, never data.
    func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws
}

extension ReviewStore {
    package var isReadOnly: Bool { false }

    package func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result { try body(nil) }
}

/// Ends a load or a query from another thread.
package protocol Interruption: Sendable {
    /// Interrupts what is under way; any thread may call it.
    func interrupt()
}

/// What a load is for.
package struct LoadIntent: Sendable {
    /// Everything is done as in a real load, then rolled back.
    package var isRehearsal: Bool
    /// Key of the attempt that `finish` marks as committed; nil for none.
    package var attempt: Int64?

    package init(isRehearsal: Bool, attempt: Int64? = nil) {
        self.isRehearsal = isRehearsal
        self.attempt = attempt
    }
}

/// Look-ups of single reviews, months and products while their changes are decided. Results come in
/// any order; a key that is not stored has no result.
package protocol StoreLookUps: AnyObject {
    /// Whole reviews, for the few that differ or vanished.
    func current(_ reviewKeys: [Int64]) throws -> [StoredReview]
    /// Raw records by their raw keys.
    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload]
    /// Content digests in the history of each review, late rows included.
    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>]
    /// Raw keys of those records that bronze holds; the payload that a review holds is never looked
    /// up.
    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64]
    /// The stored sums of months.
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary]
    /// First and last source `created_at` of each product's live reviews, without the reviews that
    /// the question excludes.
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>]
}

/// The bulk port: one load of one run, inside one transaction.
///
/// 1. A batch holds at most 16,384 rows and about 8 MiB, or one row (`BatchLimit`); any batching
///    gives the same store.
/// 2. Look-ups return stored rows in any order; a key that is not stored has no result.
/// 3. Keys (`…Key`) are 64-bit surrogates assigned by the caller (`reviewKeys(ofProduct:)`,
///    `firstAppendedKey`, or counted up from `head`). They never enter a digest or a golden.
/// 4. Text keys are compared by bytes.
/// 5. One thread at a time calls a load.
package protocol StoreLoad: StoreLookUps {
    /// The state that the run builds on: next keys and last digests.
    func head() throws -> StoreHead

    /// Runs whose files include all of these digests, in order of run numbers.
    func runs(holding files: [Digest256]) throws -> [RunClock]

    /// Products by their ids.
    func products(_ ids: [Text]) throws -> [ProductState]
    /// Ids of stored products in byte order: the first `limit` ids after `id`.
    func productIDs(after id: Text?, limit: Int) throws -> [Text]
    /// One key for each review of the products, deleted ones included.
    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey]
    /// Current sums of scopes.
    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary]
    /// The document of a shape, as last used; nil for an unknown name.
    func shapeDocument(_ name: String) throws -> String?

    /// Inserts new reviews with all their rows.
    func insert(_ new: NewReviews) throws
    /// Appends rows to bronze. The caller never appends a record (identity and payload) that is
    /// stored already.
    func append(raw rows: [RawRow]) throws
    /// Whether the store works in another process, so that the calling thread mostly waits for it.
    var worksElsewhere: Bool { get }
    /// Approximate size in bytes of one batch of staged records.
    var stagedBytes: Int { get }
    /// Appends records to bronze in a store's first load, before the caller has decided what
    /// becomes of them.
    func append(staged records: StagedRecords) throws
    /// Moves or deletes staged records that became no review's first record.
    func resolve(staged moves: [StagedMove]) throws
    /// Appends unmapped parts of product objects; a stored row (product and digest) stays as it is.
    ///
    /// - Returns: The rows that were new.
    @discardableResult
    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow]
    /// Appends rejects; a stored row (digest and occurrence) stays as it is.
    ///
    /// - Returns: The rows that were new.
    @discardableResult
    func append(rejects rows: [RejectRow]) throws -> [RejectRow]
    /// Appends rows to the history; no row of it is ever changed or removed.
    func append(history rows: [HistoryRow]) throws
    /// Upserts current rows by review key.
    func put(reviews: [ReviewRow]) throws
    /// Sets the payload that reviews hold, and nothing else.
    func put(payloads: [PayloadMove]) throws
    /// Upserts products with their clocks and attributes, by product key.
    func put(products: [ProductState]) throws
    /// Appends the attributes as of this run to `products_dim_history`.
    func append(attributes rows: [AttributeRow]) throws
    /// Upserts sums that moved, and appends them to their history; a month or scope with nothing
    /// left is deleted from the current rows.
    func put(summaries rows: [ProductSummary], run: Int64) throws
    /// As `put(summaries:run:)`, for months.
    func put(months rows: [MonthSummary], run: Int64) throws
    /// As `put(summaries:run:)`, for scopes.
    func put(scopes rows: [ScopeSummary], run: Int64) throws
    /// Upserts a shape by name.
    func put(shape: ShapeRow) throws

    /// Upserts insights by scope and language, and appends them to their history.
    func put(insights rows: [InsightRow]) throws
    /// Appends the themes of a run of insights.
    func append(themes rows: [ThemeRow]) throws
    /// Appends what was found in versions of reviews; a stored row (version, aspect, side) stays as
    /// it is.
    ///
    /// - Returns: The rows that were new.
    @discardableResult
    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow]
    /// Appends answers; a stored key stays as it is.
    func append(answers: [CachedAnswer]) throws
    /// Appends verdicts on reviews; no verdict is ever changed or removed.
    func append(verdicts: [VerdictRow]) throws
    /// Appends model calls, when a store is copied.
    func append(calls: [ModelCall]) throws

    /// Reads the state that the load would commit now.
    var reader: any StoreReader { get }

    /// Writes the rows of the run and its files, and marks the attempt as committed at
    /// `recordedAt`: the last call of a load. A copy of a store calls it once for each run, in
    /// order.
    func finish(_ run: RunRecord, files: [FileRecord]) throws
}

extension StoreLoad {
    /// Defaults of a store inside this process.
    package var worksElsewhere: Bool { false }
    package var stagedBytes: Int { 1 << 22 }
}

/// One snapshot: the state after its newest committed run. Rows come in byte order of their text
/// keys unless stated otherwise. `AsOfReader` reads the same after an earlier run.
package protocol StoreReader: AnyObject {
    /// All runs, in order of their numbers.
    func runs() throws -> [RunRecord]
    /// The newest run of the snapshot; nil before the first.
    func newestRun() throws -> RunRecord?
    /// Rows of `run_files`, of one run or of all.
    func files(ofRun run: Int64?) throws -> [FileRecord]
    /// Rows of `run_attempts`.
    func attempts() throws -> [RunAttempt]
    /// Rows that are updated in place, each with its stored row checksum and the one computed now.
    func sealedRows() throws -> [SealedRow]
    /// Shapes used so far, as last used, by name.
    func shapes() throws -> [ShapeRow]

    /// Live and deleted reviews, of one product or of all.
    func reviews(ofProduct id: Text?) throws -> [StoredReview]
    /// A product's reviews without internal columns, in any order.
    func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview]
    /// Calls `take` with the key, digests and counts of every review, or of every review of the
    /// products in a key range, in any order (`PayloadIndex`).
    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws
    /// Versions and late rows, by product, review, version, then run.
    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow]
    /// The reviews that have a version from the runs after `from` up to `to`, and the history of
    /// these reviews up to `to`. Reads no other history.
    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews
    /// Rows of `product_reviews_raw`, of one product or of all.
    func raw(ofProduct id: Text?) throws -> [RawRow]
    /// Rows of `product_raw`, of one product or of all.
    func productRaw(ofProduct id: Text?) throws -> [ProductRawRow]
    /// Rows of `rejected_records`, of all runs.
    func rejects() throws -> [RejectRow]
    /// Products, one or all.
    func products(_ id: Text?) throws -> [ProductState]
    /// Current sums of months, of one product or of all.
    func months(ofProduct id: Text?) throws -> [MonthSummary]
    /// Current sums of all scopes.
    func scopes() throws -> [ScopeSummary]
    /// Current sums of these scopes, in the order of `wanted`; an unknown scope has no result.
    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary]

    /// Rows of `products_dim_history`, of one product or of all.
    func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow]
    /// The history of products' sums, of one product or of all.
    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>]
    /// The history of months' sums, of one product or of all.
    func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>]
    /// The history of scopes' sums.
    func scopeHistory() throws -> [HistoryOf<ScopeSummary>]
    /// The history of one scope's sums.
    func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>]
    /// The sums of all scopes of a kind after each run after `from` up to `to` that moved them, and
    /// the sums that those scopes had at `from`; by scope and run.
    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>]

    /// Current insights, one for each scope and language; of one scope, or of all.
    func insights(of scope: ReviewScope?) throws -> [InsightRow]
    /// All insights, by scope, language and run.
    func insightHistory(of scope: ReviewScope?) throws -> [InsightRow]
    /// Rows of `themes`.
    func themeRows() throws -> [ThemeRow]
    /// Rows of `theme_reviews`.
    func themeReviewRows() throws -> [ThemeReviewRow]
    /// Verdicts on reviews, in the order in which they were recorded.
    func verdicts() throws -> [VerdictRow]
    /// The cached answer for a key.
    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer?
    /// All cached answers.
    func cachedAnswers() throws -> [CachedAnswer]
    /// Rows of `llm_calls`.
    func modelCalls() throws -> [ModelCall]
    /// Rows of `api_keys`, by name. They belong to this store and are not copied.
    func apiKeys() throws -> [APIKeyRow]
    /// A row of `service_jobs`. Jobs belong to this store and are not copied.
    func job(_ id: String) throws -> JobRow?
}

extension StoreReader {
    package func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview] {
        try reviews(ofProduct: id).filter { withDeleted || $0.isLive }.map(\.listed)
    }

    package func currentPayloads(
        ofProducts wanted: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws {
        var keys: [Text: Int64] = [:]
        for product in try products(nil) { keys[product.productID] = product.productKey }
        for review in try reviews(ofProduct: nil) {
            guard let key = keys[review.productID], wanted?.contains(key) ?? true else { continue }
            take(
                CurrentPayload(
                    reviewKey: review.reviewKey, productKey: key,
                    identity: review.identity, payload: review.payloadDigest,
                    isIdentifiedByContent: review.kind == .content, isLive: review.isLive,
                    rating: review.values.rating,
                    hasText: review.values.title != nil || review.values.body != nil))
        }
    }
}

/// Reviews as they are now, with their versions.
package struct ChangedReviews: Sendable {
    package var reviews: [StoredReview]
    package var history: [HistoryRow]

    package init(reviews: [StoredReview], history: [HistoryRow]) {
        self.reviews = reviews
        self.history = history
    }

    /// The reviews that existed after a run, as they were then, deleted ones included.
    package func asOf(_ run: Int64) -> [StoredReview] {
        var own: [Int64: StoredReview] = [:]
        for review in reviews { own[review.reviewKey] = review }
        var newest: [StoredReview] = []
        for row in history where row.run <= run && row.operation != .late {
            guard var review = own[row.reviewKey] else { continue }
            review.version = row.version
            review.isLive = row.operation != .delete
            review.run = row.run
            review.observedAt = row.observedAt
            review.values = row.values
            review.authorID = row.authorID
            review.times = row.times
            review.contentDigest = row.contentDigest
            if newest.last?.reviewKey == row.reviewKey { newest.removeLast() }
            newest.append(review)
        }
        return newest
    }
}

/// Limits of one batch.
package enum BatchLimit {
    package static let rows = 16_384
    package static let bytes = 8 << 20
}

/// What is wrong with a store; never contains data of its rows.
package enum StoreFault: Error, Equatable, Sendable {
    /// Another run holds the store's lock.
    case locked
    /// The file or server cannot be opened; the system's or server's reason.
    case unreachable(String)
    /// The schema was made by a newer program.
    case schemaNewer
    /// A stored value that this program does not write: the disk, or another program, changed it.
    case unreadable(table: String, column: String)
    /// The file, or a table of it, is damaged.
    case damaged(String)
    /// A write to a store that can only be read here.
    case readOnly
    /// The disk of the store, or of a temporary file, is full.
    case diskFull
    /// A statement took longer than the server allows, or its administrator ended it.
    case timedOut
    /// The load was interrupted: `ReviewStore.interruption`.
    case interrupted
    /// Any other error: the store's message and SQL, no data.
    case failed(String)
}
