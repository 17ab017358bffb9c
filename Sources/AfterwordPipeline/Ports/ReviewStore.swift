package import AfterwordCore

/// Where the history lives. A store keeps rows and finds them by key; it never compares or computes
/// a value: the core decides everything.
///
/// Calls are synchronous, and an adapter whose driver is asynchronous blocks a thread of its own. One thread at a time has a store and its
/// load, with two exceptions: `read` may be called from several at once (what is known is read in parts), and `besideLoad` from another
/// than the one that the load is on; what it lends is asked by one thread after another, by whoever has time.
package protocol ReviewStore: ModelLedger {
    /// Opens one load: takes the store's lock, begins one transaction, and gives `body` its load.
    /// When `body` returns the transaction is committed, and readers see all of it at once; when it
    /// throws, or when the intent is a rehearsal, nothing of it remains.
    ///
    /// - Throws: `StoreFault.locked` when another load holds the lock; what `body` throws.
    func load<Result>(_ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result) throws
        -> Result

    /// Look-ups in the state before the load under way, on a way of their own, while the load's rows are being written: inside its `body`, on
    /// any thread. Nil where a store has only one way.
    func besideLoad<Result>(_ body: ((any StoreLookUps)?) throws -> Result) throws -> Result

    /// Reads one consistent state: that of the newest committed run.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

    /// Ends the load under way from another thread: it throws `StoreFault.interrupted`, nothing of it is kept,
    /// and the store takes no other load.
    var interruption: any Interruption { get }

    /// Whether nothing can be written here: a file or its folder that is read-only, a standby server, a role
    /// without the right to. What would write throws `StoreFault.readOnly`.
    var isReadOnly: Bool { get }

    /// What the store finds wrong by means of its own, apart from `auditStore`; nil for nothing. Needs no right to
    /// write.
    func auditByQuery() throws -> AuditFinding?

    /// Notes that a run was tried, outside any load, so that failed runs are known too. Returns the
    /// attempt's key; the load that names it (`LoadIntent.attempt`) ends it as committed, in its
    /// transaction.
    func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64
    /// Ends an attempt that failed, with the kind of failure.
    func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws
}

extension ReviewStore {
    package var isReadOnly: Bool { false }

    package func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result { try body(nil) }
}

/// A way to end something from another thread.
package protocol Interruption: Sendable {
    func interrupt()
}

/// What a load is for.
package struct LoadIntent: Sendable {
    /// Everything is done as in a real load, then nothing of it is kept.
    package var isRehearsal: Bool
    /// The attempt that `finish` ends as committed.
    package var attempt: Int64?

    package init(isRehearsal: Bool, attempt: Int64? = nil) {
        self.isRehearsal = isRehearsal
        self.attempt = attempt
    }
}

/// What is asked of single reviews, months and products while their changes are decided. Answers come in any order, with nothing for what is
/// not there.
package protocol StoreLookUps: AnyObject {
    /// Whole reviews, for the few that differ or vanish.
    func current(_ reviewKeys: [Int64]) throws -> [StoredReview]
    func payloads(_ rawKeys: [Int64]) throws -> [RawPayload]
    /// Content digests in the history of each review, late rows too.
    func historyContents(_ reviewKeys: [Int64]) throws -> [Int64: Set<Digest256>]
    /// Keys of the raw records that are kept already; the one that a review holds is not asked for.
    func rawKeys(_ records: [RawQuestion]) throws -> [RawIdentity: Int64]
    func months(_ wanted: [MonthQuestion]) throws -> [MonthSummary]
    /// First and last source `created_at` of the live reviews of each product; of those that are named nothing counts.
    func createdRange(_ wanted: [RangeQuestion]) throws -> [Int64: ClosedRange<Instant>]
}

/// The bulk port: one load of one run, inside one transaction.
///
/// Batches hold at most 16,384 rows and about 8 MiB, or one row (`BatchLimit`); any batching gives
/// the same store. Look-ups return what is there, in any order, and nothing for what is not. Keys
/// (`…Key`) are 64-bit surrogates given by the caller (`reviewKeys(ofProduct:)`, `firstLaterKey`, else
/// counted up from `head`); they never reach a digest or a golden. Text keys are compared by bytes.
package protocol StoreLoad: StoreLookUps {
    /// What the load begins with.
    func head() throws -> StoreHead

    /// Runs among whose files are all of these digests, by number.
    func runs(holding files: [Digest256]) throws -> [RunClock]

    func products(_ ids: [Text]) throws -> [ProductState]
    /// Ids of known products in byte order: the next `limit` after `id`.
    func productIDs(after id: Text?, limit: Int) throws -> [Text]
    /// One key for each review of the products, deleted ones too.
    func currentKeys(ofProducts keys: [Int64]) throws -> [CurrentKey]
    func scopes(_ scopes: [Scope]) throws -> [ScopeSummary]
    /// The document of a shape by name, as last used.
    func shapeDocument(_ name: String) throws -> String?

    /// New reviews with all their rows.
    func insert(_ new: NewReviews) throws
    /// Bronze. A raw record whose identity and payload are there is never appended.
    func append(raw rows: [RawRow]) throws
    /// Whether another process does the work, so that who calls mostly waits for it.
    var worksElsewhere: Bool { get }
    /// About how many bytes of bronze ahead come at once.
    var stagedBytes: Int { get }
    /// Bronze of a store's first load, before anything is decided of it.
    func append(staged records: StagedRecords) throws
    /// What becomes of those of them that are no review's first.
    func resolve(staged moves: [StagedMove]) throws
    /// Unmapped parts of product objects; one that is there (product and digest) is left as it is.
    ///
    /// - Returns: The rows that were not there.
    @discardableResult
    func append(productRaw rows: [ProductRawRow]) throws -> [ProductRawRow]
    /// Rejects; one that is there (digest and occurrence) is left as it is.
    ///
    /// - Returns: The rows that were not there.
    @discardableResult
    func append(rejects rows: [RejectRow]) throws -> [RejectRow]
    /// History only grows.
    func append(history rows: [HistoryRow]) throws
    /// The base: a review of that key is replaced.
    func put(reviews: [ReviewRow]) throws
    /// Reviews seen again in other bytes: nothing but the held payload moves.
    func put(payloads: [PayloadMove]) throws
    /// Products with their clocks and attributes; of that key replaced.
    func put(products: [ProductState]) throws
    /// Attributes as of this run, for the history of `products_dim`.
    func append(attributes rows: [AttributeRow]) throws
    /// Sums that moved: the current row is replaced (or removed, where nothing is left of a month
    /// or a scope), and a row of its history added.
    func put(summaries rows: [ProductSummary], run: Int64) throws
    func put(months rows: [MonthSummary], run: Int64) throws
    func put(scopes rows: [ScopeSummary], run: Int64) throws
    func put(shape: ShapeRow) throws

    /// Insights: that of its scope and language is replaced, and a row of the history added.
    func put(insights rows: [InsightRow]) throws
    func append(themes rows: [ThemeRow]) throws
    /// Readings of versions; one that is there (version, aspect, side) is left as it is.
    ///
    /// - Returns: The rows that were not there.
    @discardableResult
    func append(themeReviews rows: [ThemeReviewRow]) throws -> [ThemeReviewRow]
    /// Answers by their keys; one that is there is left as it is.
    func append(answers: [CachedAnswer]) throws
    /// Verdicts on reviews; rows are only ever added.
    func append(verdicts: [VerdictRow]) throws
    /// Calls of a store that is copied.
    func append(calls: [ModelCall]) throws

    /// Reads what the load has written so far, as it would be after its commit.
    var reader: any StoreReader { get }

    /// The ledger, and the attempt's end at `recordedAt`: the last call of a load. A copy of a whole
    /// store makes one for each run, in their order.
    func finish(_ run: RunRecord, files: [FileRecord]) throws
}

extension StoreLoad {
    /// What a message to a server is worth.
    package var worksElsewhere: Bool { false }
    package var stagedBytes: Int { 1 << 22 }
}

/// One snapshot: the state after its newest committed run. Rows come by their text keys in byte order.
/// `AsOfReader` reads the same after an earlier run.
package protocol StoreReader: AnyObject {
    func runs() throws -> [RunRecord]
    func newestRun() throws -> RunRecord?
    func files(ofRun run: Int64?) throws -> [FileRecord]
    func attempts() throws -> [RunAttempt]
    /// Rows that are replaced as time goes on, with the digest each was written with.
    func sealedRows() throws -> [SealedRow]
    /// The documents of the shapes used so far, by name.
    func shapes() throws -> [ShapeRow]

    /// Live and deleted reviews, of one product or of all.
    func reviews(ofProduct id: Text?) throws -> [StoredReview]
    /// The reviews of a product without the store's bookkeeping, in any order.
    func listedReviews(ofProduct id: Text, withDeleted: Bool) throws -> [ListedReview]
    /// As much of every review, or of every one of the products between two keys, as is needed to know its bytes again, in any order.
    func currentPayloads(
        ofProducts keys: ClosedRange<Int64>?, _ take: (CurrentPayload) -> Void
    ) throws
    /// Versions and late rows: by product, review, version, then run.
    func history(ofProduct product: Text?, review: Text?) throws -> [HistoryRow]
    /// The reviews of which the runs after `from` up to `to` brought versions, and their history up to `to`: read without
    /// what else the history holds.
    func changed(after from: Int64, upTo to: Int64) throws -> ChangedReviews
    func raw(ofProduct id: Text?) throws -> [RawRow]
    func productRaw(ofProduct id: Text?) throws -> [ProductRawRow]
    func rejects() throws -> [RejectRow]
    func products(_ id: Text?) throws -> [ProductState]
    func months(ofProduct id: Text?) throws -> [MonthSummary]
    func scopes() throws -> [ScopeSummary]
    /// Of these scopes, in their order; nothing for one that is not there.
    func scopes(_ wanted: [Scope]) throws -> [ScopeSummary]

    func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow]
    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>]
    func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>]
    func scopeHistory() throws -> [HistoryOf<ScopeSummary>]
    func scopeHistory(of scope: Scope) throws -> [HistoryOf<ScopeSummary>]
    /// The sums of a kind of scopes after each of the runs after `from` up to `to` that moved them, and what those scopes had
    /// at `from`: by scope and run.
    func scopeHistory(
        _ kind: ScopeKind, after from: Int64, upTo to: Int64
    ) throws -> [HistoryOf<ScopeSummary>]

    /// What is told of each scope in each language now; of one scope, or of all.
    func insights(of scope: ReviewScope?) throws -> [InsightRow]
    /// And what was, by scope, language and run.
    func insightHistory(of scope: ReviewScope?) throws -> [InsightRow]
    func themeRows() throws -> [ThemeRow]
    func themeReviewRows() throws -> [ThemeReviewRow]
    /// What people found of reviews, in the order in which it was recorded.
    func verdicts() throws -> [VerdictRow]
    func cachedAnswer(_ key: Digest256) throws -> CachedAnswer?
    func cachedAnswers() throws -> [CachedAnswer]
    func modelCalls() throws -> [ModelCall]
    /// Keys of the service, by name; they belong to this store and are not copied.
    func apiKeys() throws -> [APIKeyRow]
    /// A job of the service, as it is now; they belong to this store and are not copied.
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
                    isKnownByTexts: review.kind == .content, isLive: review.isLive,
                    rating: review.values.rating,
                    hasText: review.values.title != nil || review.values.body != nil))
        }
    }
}

/// Reviews as they are now, and their versions.
package struct ChangedReviews: Sendable {
    package var reviews: [StoredReview]
    package var history: [HistoryRow]

    package init(reviews: [StoredReview], history: [HistoryRow]) {
        self.reviews = reviews
        self.history = history
    }

    /// Those that were there after a run, as they were then, deleted ones too.
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

/// What a store says is wrong with it; never with the data in it.
package enum StoreFault: Error, Equatable, Sendable {
    /// Another run holds the store.
    case locked
    /// The file or server cannot be opened.
    case unreachable(String)
    /// The schema was made by a newer program.
    case schemaNewer
    /// A stored value that this program does not write: the disk, or another program, changed it.
    case unreadable(table: String, column: String)
    /// The file or a table of it is damaged.
    case damaged(String)
    /// Something was to be written to a store that can only be read here.
    case readOnly
    case diskFull
    /// A statement took longer than the server allows, or its administrator ended it.
    case timedOut
    /// Somebody asked for an end: `ReviewStore.interruption`.
    case interrupted
    /// Anything else the store answered: its message and SQL, no data.
    case failed(String)
}
