import AfterwordCore

/// Fixes the run's number and its two clocks.
///
/// - Throws: `PayloadIndex.Outdated` where another run was committed since the index was read;
///   `OtherIdentityRules` where the store identifies by other rules than the dump was read by;
///   `InputFault.observedInFuture`, `.otherReader` and `.otherTaxonomy`.
func beginLoad(
    _ request: LoadRequest, _ load: any StoreLoad, _ executor: StoreExecutor,
    _ dumpIndex: DumpIndex
) throws -> LoadContext {
    let (options, now) = (request.options, request.surroundings.now())
    let head = try load.head()
    if let known = dumpIndex.known, known.run != head.nextRun - 1 { throw PayloadIndex.Outdated() }
    let identity = try IdentityRules(of: load.reader, initial: options.initialRules)
    if identity != dumpIndex.rules.identity, !options.isCatalog {
        throw OtherIdentityRules(rules: identity)
    }
    let digests = Set(dumpIndex.files.map(\.record.digest)).sorted()
    let identical = try load.runs(holding: digests)
    let observed = observation(request.dump, options, identical: identical, now: now)
    try checkObservation(observed.at, now: now, options)
    let repeated = identical.filter { $0.observedAt == observed.at }
    var run = RunContext(
        options: options, head: head, observedAt: observed.at, observedOrigin: observed.origin,
        identicalSince: repeated.map(\.run).min(), dumpLabel: dumpLabel(options, repeated),
        identity: identity)
    try run.take(lexicon: readingLexicon(head, options, load.reader), load.reader)
    if !run.isFirst {
        run.take(aliases: try load.reader.links())
        try dumpIndex.placeMarks { try load.products($0).map(\.productID) }
    }
    return LoadContext(
        run, store: request.store, load: load, executor: executor, dumpIndex: dumpIndex)
}

/// The lexicon that a load reads with: that of the run before, so that all readings are of one; a
/// new store is read with that of the options and their taxonomy.
///
/// - Throws: `StoreFault.readerUnknown`; `InputFault.otherReader` and `.otherTaxonomy`; `TOMLFault`
///   for a taxonomy that does not fit the reader.
func readingLexicon(
    _ head: StoreHead, _ options: LoadOptions, _ reader: any StoreReader
) throws -> Lexicon? {
    if head.nextRun == 1 {
        guard options.keepsReadings else { return nil }
        return try firstTaxonomy(head, options)?.lexicon(over: options.lexicon)
            ?? options.lexicon
    }
    let wanted = Int64(options.lexicon.version)
    guard !options.requiresLexicon || head.reader.map({ Lexicon.beneath($0) }) == wanted else {
        throw InputFault.otherReader(stored: head.reader, asked: wanted)
    }
    if let asked = options.taxonomy {
        let base = try readerBeneath(head.reader, run: head.nextRun - 1)
        guard try reader.isInForce(asked, over: base) else { throw InputFault.otherTaxonomy }
    }
    guard let version = head.reader else { return nil }
    guard let lexicon = try reader.lexicon(ofVersion: version) else {
        throw StoreFault.readerUnknown(run: head.nextRun - 1, reader: version)
    }
    return lexicon
}

/// The taxonomy that a store's first run accepts; nil for none, and for later runs.
func firstTaxonomy(_ head: StoreHead, _ options: LoadOptions) -> TaxonomyRow? {
    guard head.nextRun == 1, options.keepsReadings else { return nil }
    return options.taxonomy.map { TaxonomyRow(madeRun: head.nextRun, document: $0) }
}

/// The given label, else that of the run whose files are loaded again; replays and catalogs have
/// none.
private func dumpLabel(_ options: LoadOptions, _ repeated: [RunClock]) -> Text? {
    if options.isReplay || options.isCatalog { return nil }
    return options.dumpLabel ?? repeated.last?.dumpLabel
}

/// `observed_at`: the given one, else from the dump's name, else that of the newest run of the same
/// files, else now.
private func observation(
    _ dump: Dump, _ options: LoadOptions, identical: [RunClock], now: Instant
) -> (at: Instant, origin: ObservedOrigin) {
    if options.isReplay, let original = options.observedAt { return (original, .replay) }
    if options.isCatalog { return (options.observedAt ?? now, .catalog) }
    if let given = options.observedAt { return (given, .given) }
    if let named = dump.namedInstant { return (named, .folderName) }
    if let earlier = identical.max(by: { $0.run < $1.run }) {
        return (earlier.observedAt, .identicalRun)
    }
    return (now, .clock)
}
