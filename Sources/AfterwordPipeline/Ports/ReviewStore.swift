package import AfterwordCore

/// The store of reviews, their history and their sums. A store keeps rows and finds them by key; it
/// never compares or computes a value: the core decides everything.
///
/// Requirements on an implementation, 1 to 10 as `checkStoreContract` checks them:
///
/// 1. A rehearsal leaves nothing.
/// 2. A load that fails or is interrupted at any call leaves the store as it was, but for its
///    attempt; the next load is whole.
/// 3. A load is one transaction: readers see nothing of it before its commit.
/// 4. A second load, of any program on any machine, fails with `StoreFault.locked` while one is
///    under way.
/// 5. Of two loads at once one commits, and no run is missing.
/// 6. A read sees one committed run to its end, or throws `StoreFault.locked`.
/// 7. Every attempt is on record with how it ended.
/// 8. An error is a `StoreFault`, which names a table, a column or SQL and holds no data of a row.
///    Errors thrown by a `body` pass through unchanged.
/// 9. Look-ups beside a load see the state before it.
/// 10. Both audits find nothing wrong in what was loaded.
/// 11. A call returns when its work is done. An adapter with an asynchronous driver blocks a thread
///     of its own.
/// 12. One thread at a time calls a store, with two exceptions: `snapshots` are for any number of
///     threads at once, and `besideLoad` is called by a thread other than the load's, while that
///     one is inside `load`.
package protocol ReviewStore: ModelLedger {
    /// Opens one load: takes the store's lock, begins one transaction, and passes the load to
    /// `body`. When `body` returns, the transaction is committed; when it throws, or when the
    /// intent is a rehearsal, the transaction is rolled back.
    ///
    /// - Throws: `StoreFault.locked` when another load holds the lock; what `body` throws.
    func load<Result>(_ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result) throws
        -> Result

    /// Passes to `body` look-ups on a separate read connection, which see the state before the load
    /// under way and run while the load's rows are written; nil where a store has one connection
    /// only.
    ///
    /// 1. It is called inside the load's `body`, on another thread than the load's, once at a time.
    /// 2. The look-ups are used by one thread at a time, not always the same one, and not after
    ///    `body` has returned.
    func besideLoad<Result>(_ body: ((any StoreLookUps)?) throws -> Result) throws -> Result

    /// Passes to `body` a snapshot of the newest committed run.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

    /// Snapshots for other threads, any number of them at once. Whether they see runs that are
    /// committed after this call is left to the store.
    var snapshots: any ReadingStore { get }

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
    /// record too. The load that names the attempt (`LoadIntent.attempt`) marks it as committed or
    /// as needless, in its own transaction.
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
    /// Key of the attempt that `finish` marks as committed or as needless; nil for none.
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
    /// Those records that bronze holds, or knows by a receipt; one with its bytes goes before
    /// receipts of the same. The payload that a review holds is never looked up.
    func known(_ records: [RawQuestion]) throws -> [RawIdentity: KnownRecord]
    /// The stored sums of months.
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary]
    /// First and last source `created_at` of each product's live reviews, without the reviews that
    /// the question excludes.
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>]
    /// The keys of these products' live reviews, as they were written last.
    func distinctKeys(ofProducts keys: [Int64]) throws -> [Int64: DistinctKeys]
}

/// The bulk port: one load of one run, inside one transaction.
///
/// Keys (`…Key`) are 64-bit surrogates assigned by the caller (`reviewKeys(ofProduct:)`,
/// `firstAppendedKey`, or counted up from `head`). They never enter a digest or a golden.
///
/// Requirements on an implementation, 1 to 15 as `checkStoreContract` checks them:
///
/// 1. A batch holds at most 16,384 rows and about 8 MiB, or one row (`BatchLimit`); any batching
///    gives the same store.
/// 2. Look-ups return stored rows in any order; a key that is not stored has no result.
/// 3. A review is found by its key, also where its id implies another key.
/// 4. Text keys are compared by bytes.
/// 5. Ids of products come in byte order, page by page.
/// 6. First and last times leave out the reviews that the question excludes.
/// 7. A stored product object, reject or answer stays as it is; only new ones are returned.
/// 8. Sums with nothing left are gone from the current rows, not from the history.
/// 9. `reader` reads what the load would commit now.
/// 10. Texts come back byte for byte, however long.
/// 11. A staged record is moved or deleted as told; no other appended row is removed.
/// 12. What models read comes back by product and by review.
/// 13. A pruned record keeps its row without its bytes, and is found as such; no other appended row
///     is changed.
/// 14. Marks of work come back by run and place.
/// 15. Files come back with what their sources say of them.
/// 16. Only the thread inside `ReviewStore.load` calls a load, one call after another.
/// 17. After a call has thrown, no other call is made, and the load is rolled back.
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
    /// stored already with its bytes.
    func append(raw rows: [RawRow]) throws
    /// Empties the payload and the context of records, and names the run that did; everything else
    /// of their rows stays.
    func prune(raw keys: [Int64], run: Int64) throws
    /// How the store likes to be called: changes how work is divided, never what is stored.
    var traits: StoreTraits { get }
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
    /// Appends what the run adds to the readings of products, each product once; no row of it is
    /// ever changed or removed.
    func append(readings rows: [ReadingsRow]) throws
    /// Appends what the run adds to lists of reviews; no row of it is ever changed or removed.
    func append(lists rows: [ReviewListRow]) throws
    /// Appends the sums of scopes' themes as of the run, each scope once.
    func append(themeSums rows: [ThemeSumsRow]) throws
    /// Upserts sums that moved, with the keys of the products' live reviews, and appends the sums
    /// to their history; a month or scope with nothing left is deleted from the current rows.
    func put(summaries rows: [ProductSummary], run: Int64) throws
    /// As `put(summaries:run:)`, for months.
    func put(months rows: [MonthSummary], run: Int64) throws
    /// As `put(summaries:run:)`, for scopes.
    func put(scopes rows: [ScopeSummary], run: Int64) throws
    /// Sets the keys of products' live reviews, and nothing else of their sums.
    func put(distinctKeys: [Int64: DistinctKeys]) throws
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
    /// Appends marks of people's work; no mark is ever changed or removed.
    func append(workMarks: [WorkMarkRow]) throws
    /// Appends accepted taxonomies; none is ever changed or removed.
    func append(taxonomies: [TaxonomyRow]) throws
    /// Appends what a model read in reviews; no row of it is ever changed or removed.
    func append(enrichments: [EnrichmentRow]) throws
    /// Appends links between reviews; no link is ever changed or removed.
    func append(links: [ReviewLink]) throws
    /// Appends a segment of the search index with its parts.
    func append(search segment: SearchSegment, _ parts: [SearchPart]) throws
    /// Appends model calls, when a store is copied.
    func append(calls: [ModelCall]) throws
    /// Appends batches with what they ask, when a store is copied.
    func append(batches: [ModelBatch], _ items: [BatchItem]) throws
    /// Appends messages of the outbox, when a store is copied.
    func append(deliveries: [DeliveryRow]) throws

    /// Reads the state that the load would commit now.
    var reader: any StoreReader { get }

    /// Writes the rows of the run and its files, and marks the attempt as committed at
    /// `recordedAt`: the last call of a load. A copy of a store calls it once for each run, in
    /// order.
    func finish(_ run: RunRecord, files: [FileRecord]) throws

    /// Ends a load that has nothing to write, and makes no run: marks the attempt as needless at
    /// `instant`, in place of the other `finish`. The load has written nothing before.
    func finish(needlessAt instant: Instant) throws
}

extension StoreLoad {
    package var traits: StoreTraits { StoreTraits() }
}

/// What a load considers about a store when it divides its work. No value of it changes a row.
package struct StoreTraits: Equatable, Sendable {
    /// The store works in another process, so that the calling thread mostly waits for it: the
    /// core of that thread is left to the store, and batches are few.
    package var worksElsewhere: Bool
    /// Approximate size in bytes of one batch of staged records.
    package var stagedBytes: Int

    /// By default, a store inside this process.
    package init(worksElsewhere: Bool = false, stagedBytes: Int = 1 << 22) {
        self.worksElsewhere = worksElsewhere
        self.stagedBytes = stagedBytes
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
    /// A run's digests were made by rules that this program does not know.
    case digestRulesUnknown(run: Int64, rules: Int64)
    /// A newer program began the store, by identity rules that this program does not know.
    case identityRulesUnknown(run: Int64, rules: Int64)
    /// A newer program read the reviews of a run with a reader that this one does not know.
    case readerUnknown(run: Int64, reader: Int64)
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
