import AfterwordCore

extension IdentityRules {
    /// The rules of a store: those of its first run, the current ones where it has none yet.
    ///
    /// - Throws: `StoreFault`; `.identityRulesUnknown` where a newer program began the store.
    ///
    /// - Parameter initial: The rules of a store without a run.
    init(of reader: any StoreReader, initial: IdentityRules = .current) throws {
        guard let run = try reader.runs().first else {
            self = initial
            return
        }
        guard let rules = IdentityRules(rawValue: run.identityRules) else {
            throw StoreFault.identityRulesUnknown(run: run.run, rules: run.identityRules)
        }
        self = rules
    }
}

/// A dump was read by other identity rules than the store's: it is read again.
struct OtherIdentityRules: Error { var rules: IdentityRules }

/// By what rules a dump is read: reviews are identified as the store does it, and no time is later
/// than the dump.
func readingRules(_ request: LoadRequest) throws -> ReadingRules {
    let observedAt =
        request.options.observedAt ?? request.dump.namedInstant ?? request.surroundings.now()
    var rules = ReadingRules(observedAt: observedAt)
    do {
        rules.identity = try request.surroundings.whenFree {
            try request.store.read {
                try IdentityRules(of: $0, initial: request.options.initialRules)
            }
        }
    } catch let fault as StoreFault where request.options.isRehearsal {
        // A rehearsal brings the schema up to date in its own transaction: until then its tables
        // cannot be read. `OtherIdentityRules` corrects the guess.
        switch fault {
        case .interrupted, .locked, .identityRulesUnknown: throw fault
        default: break
        }
    }
    return rules
}

/// The dump holds dates whose day and month could be either, and other dates of it, or the reviews
/// stored of its products, decide which comes first. It is read again by that order.
struct DateOrderFound: Error { var order: DateOrder }

/// Looks for the order of day and month where a dump holds dates that could be read in two ways.
/// The dates of the dump and those of the stored reviews of its products must not contradict each
/// other.
///
/// - Parameter store: Whose reviews are asked where the dump does not decide; nil for none.
/// - Throws: `DateOrderFound` where something decides it.
func settleDateOrder(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ store: (any ReviewStore)?
) throws {
    guard dumpIndex.rules.dateOrder == nil else { return }
    guard dumpIndex.files.contains(where: { $0.ambiguousDates > 0 }) else { return }
    var vote = DateOrderVote()
    for (file, indexed) in zip(dump.files, dumpIndex.files) {
        guard let cleaner = indexed.cleaner, indexed.duplicateOf == nil else { continue }
        try vote.note(file, cleaner)
    }
    if let store { try vote.note(storedOf: dumpIndex, store) }
    if let order = vote.decided { throw DateOrderFound(order: order) }
    dumpIndex.hasContradictoryDates = vote.isContradictory
}

extension IndexedFile {
    /// The number of dates of writing whose day and month could be either.
    var ambiguousDates: Int64 {
        guard let name = cleaner?.fieldNames.firstIndex(of: TrackedField.createdAt.name) else {
            return 0
        }
        return fields.unread(name, for: .ambiguousDate)
    }
}

extension DateOrderVote {
    /// Products whose stored reviews are asked for the order.
    private static let askedProducts = 50

    /// Takes the dates of all records of a file into account.
    fileprivate mutating func note(_ file: DumpFile, _ cleaner: RecordCleaner) throws {
        var splitter = FileSplitter(
            cleaner.plan, table: cleaner.tableBeginning, isStrict: false)
        var vote = self
        _ = try readSlabs(file, WorkerPool(width: 0)) { slab, isLast, _ in
            splitter.feed(slab[...], isLast: isLast) { event, window, _ in
                guard case .unit(let unit) = event else { return }
                for index in unit.records.indices {
                    let context = cleaner.context(ofRecord: index, of: unit, window: window)
                    vote.note(
                        cleaner.clean(record: index, of: unit, context: context, window: window))
                }
            }
        }
        self = vote
    }

    /// Takes the dates of stored reviews of the dump's products into account.
    mutating func note(
        storedOf dumpIndex: DumpIndex, _ store: any ReviewStore
    ) throws {
        var cleaners: [String: RecordCleaner] = [:]
        for cleaner in dumpIndex.files.compactMap(\.cleaner) {
            cleaners[cleaner.shape.name] = cleaner
        }
        let products = dumpIndex.products.keys.sorted().prefix(Self.askedProducts)
        try store.read { reader in
            for row in try products.flatMap({ try reader.raw(ofProduct: $0) }) {
                guard row.prunedRun == nil, let cleaner = cleaners[row.shape] else { continue }
                note(cleaner.clean(payload: row.payload, context: row.context))
            }
        }
    }

    private mutating func note(_ record: CleanedRecord) {
        guard let text = record.writtenDate, let orders = dateOrders(text.bytes) else { return }
        note(orders)
    }
}

/// The frozen shapes of a load's store; none where the user gives the shape.
///
/// - Throws: `StoreFault`.
func frozenShapes(_ request: LoadRequest) throws -> FrozenShapes {
    guard request.options.shapes.count > 1 else { return FrozenShapes() }
    do {
        return try request.surroundings.whenFree { try request.store.read(FrozenShapes.init) }
    } catch let fault as StoreFault where request.options.isRehearsal {
        // A rehearsal brings the schema up to date in its own transaction: until then its tables
        // cannot be read.
        if fault == .interrupted || fault == .locked { throw fault }
        return FrozenShapes()
    }
}
