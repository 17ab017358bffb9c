import AfterwordCore

/// Fixes the run's number and its two clocks.
///
/// - Throws: `PayloadIndex.Outdated` where another run was committed since the index was read;
///   `InputFault.observedInFuture`.
func beginLoad(
    _ request: LoadRequest, _ load: any StoreLoad, _ executor: StoreExecutor,
    _ dumpIndex: DumpIndex
) throws -> LoadContext {
    let (options, now) = (request.options, request.surroundings.now())
    let head = try load.head()
    if let known = dumpIndex.known, known.run != head.nextRun - 1 { throw PayloadIndex.Outdated() }
    let digests = Set(dumpIndex.files.map(\.record.digest)).sorted()
    let identical = try load.runs(holding: digests)
    let observed = observation(request.dump, options, identical, now)
    try checkObservation(observed.at, now: now, options)
    let context = LoadContext(
        store: request.store, load: load, executor: executor, options: options,
        dumpIndex: dumpIndex,
        head: head,
        observedAt: observed.at, observedOrigin: observed.origin,
        identicalSince: identical.filter { $0.observedAt == observed.at }.map(\.run).min())
    if !options.isReplay && !options.isCatalog {
        // A dump that is loaded again keeps its label.
        let repeated = identical.last { $0.observedAt == observed.at }
        context.dumpLabel = options.dumpLabel ?? repeated?.dumpLabel
    }
    return context
}

/// `observed_at`: the given one, else from the dump's name, else that of the newest run of the same
/// files, else now.
private func observation(
    _ dump: Dump, _ options: LoadOptions, _ identical: [RunClock], _ now: Instant
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

/// Writes shapes, rejects and, last, the rows of the run and its files.
func finishLoad(_ context: LoadContext, _ dump: Dump, _ now: Instant) throws -> LoadReport {
    let (load, dumpIndex, head) = (context.load, context.dumpIndex, context.head)
    for file in dumpIndex.files where !file.isPlaceholder {
        guard let shape = file.cleaner?.shape else { continue }
        try load.put(
            shape: ShapeRow(
                name: shape.name, version: Int64(shape.version), document: shape.document))
    }
    // The rejects of a replay are stored already.
    var rejects = context.options.isReplay ? [] : dumpIndex.rejects
    for index in rejects.indices { rejects[index].run = context.run }
    for start in stride(from: 0, to: rejects.count, by: context.options.batchRows) {
        let end = min(start + context.options.batchRows, rejects.count)
        for row in try load.append(rejects: Array(rejects[start..<end])) {
            context.ledger.add(row)
        }
    }
    settlePlaceholders(dumpIndex)
    let profile = dumpIndex.wholeProfile
    let earliest = head.lastRecordedAt.map { Instant(microseconds: $0.microseconds + 1) }
    var record = RunRecord(
        run: context.run, recordedAt: [now, earliest].compactMap { $0 }.max()!,
        observedAt: context.observedAt, observedOrigin: context.observedOrigin,
        completeness: context.options.completeness, seed: context.options.seed,
        balance: dumpIndex.balance, deleted: context.deleted,
        productsNamed: Int64(dumpIndex.products.count), previousDigest: head.historyDigest,
        historyDigest: historyDigest(previous: head.historyDigest, rows: context.leaves))
    let files = dumpIndex.files.filter { !$0.isPlaceholder }.map { file in
        var record = file.record
        record.run = context.run
        return record
    }
    precondition(files.allSatisfy(\.balance.holds), "every record is counted once")
    record.profile = profile
    record.dumpLabel = context.dumpLabel
    record.ledgerDigest = record.computedLedgerDigest(
        previous: head.ledgerDigest, files: files, rows: context.ledger)
    try load.finish(record, files: files)
    return LoadReport(
        run: record, dump: dump.name, files: files, ignored: dump.ignored,
        recognised: dumpIndex.known?.metCount ?? 0,
        olderProducts: context.olderProducts, changes: context.changes,
        comparison: context.comparison)
}

/// Moves inserts counted for placeholder records to the replayed files. A replayed short text may
/// take the number of a placeholder, which is then inserted under the next number: the count of
/// inserts is right, only the file is not.
private func settlePlaceholders(_ dumpIndex: DumpIndex) {
    var inserted = dumpIndex.files.filter(\.isPlaceholder).reduce(0) {
        $0 + $1.record.balance.inserted
    }
    for index in dumpIndex.files.indices where !dumpIndex.files[index].isPlaceholder && inserted > 0
    {
        for part in [\Balance.unchanged, \.updated, \.late] {
            let moved = min(inserted, dumpIndex.files[index].record.balance[keyPath: part])
            dumpIndex.files[index].record.balance[keyPath: part] -= moved
            dumpIndex.files[index].record.balance.inserted += moved
            inserted -= moved
        }
    }
}
