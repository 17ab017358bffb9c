import AfterwordCore

/// What one load knows from its beginning on, and counts up as it goes.
final class LoadContext {
    let store: any ReviewStore
    let load: any StoreLoad
    /// The way to `load` while products are decided.
    let executor: StoreExecutor
    /// A way beside it for look-ups, where the store has one.
    var readConnection: ReadConnection?
    let options: LoadOptions
    let dumpIndex: DumpIndex
    let head: StoreHead
    let run: Int64
    let observedAt: Instant
    let observedOrigin: ObservedOrigin
    /// What `--dump` says, else the label of the run whose files these are.
    var dumpLabel: Text?
    /// The first run of these very files with this very `observed_at`: this dump is then older
    /// wherever a run since covered a product.
    let identicalSince: Int64?

    var nextProductKey: Int64
    var nextRawKey: Int64
    var nextHistoryKey: Int64
    var deleted: Int64 = 0
    var olderProducts: Int64 = 0
    /// Live reviews of the products that the dump is complete for.
    var deletionScope: Int64 = 0
    var leaves = MerkleTree()
    /// What the run appended beside its history.
    var ledger = LedgerRows()
    /// The dump beside those before it; nil where there is none to compare with.
    var comparison: DumpComparison?
    var scopeDeltas: [Scope: ScopeDelta] = [:]
    var changes: [ProductChange] = []
    private var cleaners: [String: RecordCleaner] = [:]
    /// What they learnt of how records are written.
    private var learnt: [ObjectIdentifier: RecordCleaner.Again] = [:]
    let saltSecret: RandomSalts.Secret
    private var salts: RandomSalts
    /// The record read last: it is kept as bytes, then cleaned.
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

    /// How this dump stands to what is known of a product; nil state for a product that is new.
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

    func salt(_ review: StoredReview, version: Int64) -> [UInt8] {
        switch options.salts {
        case .seeded(let seed):
            return seededSalt(
                seed, productID: review.productID, reviewID: review.reviewID, version: version,
                run: run)
        case .random: return salts.next().bytes
        }
    }

    /// Today's cleaner of a shape: the dump's own, the built-in one, else the shape as it was last
    /// used.
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

    /// Cleans a kept record again.
    func clean(
        _ payload: [UInt8], _ context: [UInt8], by cleaner: RecordCleaner
    ) -> CleanedRecord {
        learnt[ObjectIdentifier(cleaner), default: RecordCleaner.Again(cleaner)]
            .clean(payload: payload, context: context)
    }

    /// A record's bytes, read again; they must be what they were.
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

    /// A record that was known by its bytes, read after all: others claim to be the same review.
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

    /// What decides between a record and others, read again.
    func precedence(of candidate: Candidate) throws -> Precedence {
        let values = try record(of: candidate).0.values
        return Precedence(
            content: values.contentDigest, sourceTime: values.updatedAt ?? values.createdAt,
            helpfulVotes: values.helpfulVotes ?? 0)
    }

    /// The record that a candidate stands for, read and cleaned again.
    func record(of candidate: Candidate) throws -> (CleanedRecord, Reading) {
        guard let cleaner = dumpIndex.files[Int(candidate.file)].cleaner else {
            preconditionFailure("a read file has a cleaner")
        }
        let record = clean(
            try payload(of: candidate), dumpIndex.contexts[Int(candidate.context)], by: cleaner)
        return (record, Reading(values: record.values, said: cleaner.shape.said))
    }
}
