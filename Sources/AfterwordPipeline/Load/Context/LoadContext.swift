import AfterwordCore

/// The inputs of one load, and the counts that it adds up.
///
/// Not thread-safe: only the deciding thread changes it. While that thread waits, the worker pool
/// may read its constants (`NewReviewWriter`).
final class LoadContext {
    let store: any ReviewStore
    let load: any StoreLoad
    /// Runs calls of `load` in order while products are decided.
    let executor: StoreExecutor
    /// A separate read connection for look-ups, where the store has one.
    var readConnection: ReadConnection?
    let options: LoadOptions
    let dumpIndex: DumpIndex
    let head: StoreHead
    let run: Int64
    let observedAt: Instant
    let observedOrigin: ObservedOrigin
    /// `--dump`, else the label of the earlier run of the same files.
    var dumpLabel: Text?
    /// The earliest run of the same files with the same `observed_at`; nil for none. This dump then
    /// counts as older wherever a later run covered a product.
    let identicalSince: Int64?

    var nextProductKey: Int64
    var nextRawKey: Int64
    var nextHistoryKey: Int64
    var deleted: Int64 = 0
    var olderProducts: Int64 = 0
    /// Number of live reviews of the products that the dump is complete for.
    var deletionScope: Int64 = 0
    /// Row digests of the run's changes.
    var leaves = MerkleTree()
    /// Digests of the rows that the run appends beside its history.
    var ledger = LedgerRows()
    /// This dump compared with earlier ones; nil where there is none to compare with.
    var comparison: DumpComparison?
    var scopeDeltas: [Scope: ScopeDelta] = [:]
    var changes: [ProductChange] = []
    private var cleaners: [String: RecordCleaner] = [:]
    /// By cleaner, what it learned of how records are written, to clean the next ones faster.
    private var learnt: [ObjectIdentifier: RecordCleaner.Again] = [:]
    let saltSecret: RandomSalts.Secret
    private var salts: RandomSalts
    /// The record read last: its bytes are stored, then cleaned.
    private var lastPayload: (file: Int32, offset: Int64, bytes: [UInt8])?

    init(
        store: any ReviewStore, load: any StoreLoad, executor: StoreExecutor, options: LoadOptions,
        dumpIndex: DumpIndex,
        head: StoreHead, observedAt: Instant, observedOrigin: ObservedOrigin, identicalSince: Int64?
    ) {
        self.store = store
        self.load = load
        self.executor = executor
        self.options = options
        self.dumpIndex = dumpIndex
        self.head = head
        self.observedAt = observedAt
        self.observedOrigin = observedOrigin
        self.identicalSince = identicalSince
        saltSecret = RandomSalts.Secret()
        salts = RandomSalts(saltSecret, stream: 0)
        run = head.nextRun
        nextProductKey = head.nextProductKey
        nextRawKey = head.nextRawKey
        nextHistoryKey = head.nextHistoryKey
        for file in dumpIndex.files {
            if let cleaner = file.cleaner { cleaners[cleaner.shape.name] = cleaner }
        }
    }

    func takeHistoryKey() -> Int64 {
        defer { nextHistoryKey += 1 }
        return nextHistoryKey
    }

    func takeRawKey() -> Int64 {
        defer { nextRawKey += 1 }
        return nextRawKey
    }

    /// How this dump's `observed_at` compares with what the store has observed of a product.
    ///
    /// - Parameter state: The product before the run; nil for a new one.
    func order(_ state: ProductState?) -> ObservationOrder {
        let newest = [state?.lastObservedAt, head.lastCompleteAllAt].compactMap { $0 }.max()
        let newestRun = [state?.lastRun, head.lastCompleteAllRun].compactMap { $0 }.max() ?? 0
        let isRepeat = identicalSince.map { newestRun > $0 } ?? false
        let complete = [state?.lastCompleteAt, head.lastCompleteAllAt].compactMap { $0 }.max()
        return ObservationOrder(
            isOlder: isRepeat || newest.map { observedAt < $0 } ?? false,
            isCoveredByLaterComplete: complete.map {
                observedAt < $0 || (isRepeat && observedAt == $0)
            } ?? false)
    }

    /// The 16-byte salt of a history row: random, or a function of the seed.
    func salt(_ review: StoredReview, version: Int64) -> [UInt8] {
        switch options.salts {
        case .seeded(let seed):
            return seededSalt(
                seed, productID: review.productID, reviewID: review.reviewID, version: version,
                run: run)
        case .random: return salts.next().bytes
        }
    }

    /// Today's cleaner of a shape: of the dump's own shape, else a given or built-in one, else the
    /// shape as last used in the store; nil for an unknown shape.
    func cleaner(ofShape name: String) throws -> RecordCleaner? {
        if let cleaner = cleaners[name] { return cleaner }
        var shape = (options.shapes + Shape.builtIn).first { $0.name == name }
        if shape == nil, let document = try executor.now({ try $0.shapeDocument(name) }) {
            shape = try? Shape(parsing: Array(document.utf8))
        }
        guard let shape else { return nil }
        let cleaner = RecordCleaner(shape)
        cleaners[name] = cleaner
        return cleaner
    }

    /// Cleans a stored record again.
    func clean(
        _ payload: [UInt8], _ context: [UInt8], by cleaner: RecordCleaner
    ) -> CleanedRecord {
        learnt[ObjectIdentifier(cleaner), default: RecordCleaner.Again(cleaner)]
            .clean(payload: payload, context: context)
    }

    /// The bytes of a record, read from the dump again.
    ///
    /// - Throws: `InputFault.changedWhileRead` where they differ from what the scan read.
    func payload(of candidate: Candidate) throws -> [UInt8] {
        if let last = lastPayload, last.file == candidate.file, last.offset == candidate.offset {
            return last.bytes
        }
        let place = Int(candidate.file)
        guard let source = dumpIndex.files[place].source else {
            preconditionFailure("a read file has a source")
        }
        let bytes = try source.read(at: candidate.offset, count: Int(candidate.length))
        let context = dumpIndex.contexts[Int(candidate.context)]
        guard payloadDigest(bytes.span.bytes, context: context) == candidate.payload else {
            throw InputFault.changedWhileRead(dumpIndex.files[place].record.name)
        }
        lastPayload = (candidate.file, candidate.offset, bytes)
        return bytes
    }

    /// Parses a record that was recognized by its bytes, because other records name the same
    /// review.
    ///
    /// - Throws: `InputFault.changedWhileRead`.
    func candidate(_ met: MetRecord) throws -> Candidate {
        guard let source = dumpIndex.files[met.file].source,
            let cleaner = dumpIndex.files[met.file].cleaner
        else { preconditionFailure("a read file has a source and a cleaner") }
        let bytes = try source.read(at: met.offset, count: met.length)
        let record = clean(bytes, [], by: cleaner)
        guard payloadDigest(bytes.span.bytes, context: []) == met.payload,
            let identity = identify(record, placeholders: cleaner.shape.placeholders)
        else { throw InputFault.changedWhileRead(dumpIndex.files[met.file].record.name) }
        return Candidate(
            identity: identity, payload: met.payload, file: Int32(met.file), offset: met.offset,
            length: Int32(met.length), context: 0)
    }

    /// What ranks a record within its duplicate group; reads the record again.
    func precedence(of candidate: Candidate) throws -> Precedence {
        let values = try record(of: candidate).0.values
        return Precedence(
            content: values.contentDigest, sourceTime: values.sourceTime,
            helpfulVotes: values.helpfulVotes ?? 0)
    }

    /// A candidate's record, read and cleaned again.
    func record(of candidate: Candidate) throws -> (CleanedRecord, Reading) {
        guard let cleaner = dumpIndex.files[Int(candidate.file)].cleaner else {
            preconditionFailure("a read file has a cleaner")
        }
        let record = clean(
            try payload(of: candidate), dumpIndex.contexts[Int(candidate.context)], by: cleaner)
        return (record, Reading(values: record.values, said: cleaner.shape.said))
    }
}
