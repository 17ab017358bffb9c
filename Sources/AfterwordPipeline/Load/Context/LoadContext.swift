import AfterwordCore

/// One load under way: where it reads and writes, and what it has added up.
///
/// Not thread-safe: only the deciding thread changes it. While that thread waits, the worker pool
/// may read its constants (`NewReviewBuilder`).
final class LoadContext {
    let store: any ReviewStore
    let load: any StoreLoad
    /// Runs calls of `load` in order while products are decided.
    let executor: StoreExecutor
    /// A separate read connection for look-ups, where the store has one.
    var readConnection: ReadConnection?
    let run: RunContext
    /// The contents of the dump, and its records, to be read again.
    let dumpIndex: DumpIndex
    let records: DumpRecords
    /// This dump compared with earlier ones; nil where there is none to compare with.
    var comparison: DumpComparison?
    var totals = RunTotals()

    var options: LoadOptions { run.options }

    init(
        _ run: RunContext, store: any ReviewStore, load: any StoreLoad, executor: StoreExecutor,
        dumpIndex: DumpIndex
    ) {
        self.run = run
        self.store = store
        self.load = load
        self.executor = executor
        self.dumpIndex = dumpIndex
        records = DumpRecords(dumpIndex, shapes: run.options.shapes)
    }
}

/// What a run adds up while its products are written.
struct RunTotals {
    var deleted: Int64 = 0
    /// What the updates take from known reviews.
    var losses = UpdateLosses()
    /// Number of absent reviews that are kept, because a capped dump does not reach them.
    var outOfWindow: Int64 = 0
    /// Number of named products that the store has a newer dump of.
    var olderProducts: Int64 = 0
    /// Number of live reviews of the products that the dump is complete for.
    var deletionScope: Int64 = 0
    /// Row digests of the run's changes.
    var leaves = MerkleTree()
    /// Digests of the rows that the run appends beside its history.
    var ledger = LedgerRows()
    var scopeDeltas: [Scope: ScopeDelta] = [:]
    /// Number of reviews found again under another identity, edited.
    var edited: Int64 = 0
    /// Number of pairs that would be edits, if the dump were complete for their products.
    var possibleEdits: Int64 = 0
    /// Deletions and inserts that may be movements.
    var movements = Movements()
    /// Number of reviews that moved to another product.
    var moved: Int64 = 0
    /// The scopes of products whose readings or attributes changed.
    var themeScopes: Set<Scope> = []
    /// What changed of products' reviews, for counting what is distinct.
    var distinct: [DistinctChange] = []
    /// A product that changed has reviews of an earlier program, whose keys are not stored.
    var hasUnknownKeys = false
    /// The products whose reviews changed, in order of their ids.
    var changes: [ProductChange] = []
}
