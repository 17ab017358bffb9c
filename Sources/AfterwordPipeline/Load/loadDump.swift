import AfterwordCore

/// Loads one dump as one run: scan → guards → products, in byte order of their ids → sums → ledger.
///
/// This file is the load's table of contents; each stage has a file of its own beside it.
///
/// - Parameter inspect: Reads what the store would hold, before the run is committed or discarded.
/// - Throws: `InputFault` when the dump is refused, `StoreFault` from the store; then nothing but
///   the attempt is written.
package func loadDump(
    _ dump: Dump, into store: any ReviewStore, options: LoadOptions,
    surroundings: LoadSurroundings, inspect: (any StoreReader) throws -> Void = { _ in }
) throws -> LoadReport {
    try attempt(dump, store, options, surroundings) { intent in
        try load(dump, store, intent, options, surroundings, inspect)
    }
}

/// Records the attempt, and its failure where `body` throws; a rehearsal records none.
func attempt(
    _ dump: Dump, _ store: any ReviewStore, _ options: LoadOptions,
    _ surroundings: LoadSurroundings, _ body: (LoadIntent) throws -> LoadReport
) throws -> LoadReport {
    guard !options.isRehearsal else { return try body(LoadIntent(isRehearsal: true)) }
    let attempt = try surroundings.whenFree {
        try store.beginAttempt(startedAt: surroundings.now(), dump: dump.name)
    }
    do {
        return try body(LoadIntent(isRehearsal: false, attempt: attempt))
    } catch {
        // The original error is thrown even where the failed attempt cannot be recorded.
        try? store.failAttempt(attempt, at: surroundings.now(), failure: faultName(error))
        throw error
    }
}

private func load(
    _ dump: Dump, _ store: any ReviewStore, _ intent: LoadIntent, _ options: LoadOptions,
    _ surroundings: LoadSurroundings, _ inspect: (any StoreReader) throws -> Void
) throws -> LoadReport {
    let workers = WorkerPool()
    let total = try dump.files.reduce(Int64(0)) { try $0 + byteCount($1) }
    func scan(_ known: PayloadIndex?, early: EarlyBronzeWriter? = nil) throws -> DumpIndex {
        var read: Int64 = 0
        var scanner = DumpScanner(
            dump: dump, shapes: options.shapes, isStrict: options.isStrict, known: known,
            early: early, workers: workers,
            progress: { bytes in
                try surroundings.checkInterruption()
                read += bytes
                surroundings.progress(.reading(bytes: read, of: max(total, read)))
            })
        let dumpIndex = try scanner.run()
        try checkDumpIndex(dumpIndex, dump, options)
        return dumpIndex
    }
    if !options.isRehearsal, options.stagesRecords, isEmpty(store) {
        do {
            return try loadFirst(
                dump, store, intent, options, surroundings, workers, inspect,
                scan: { try scan(nil, early: $0) })
        } catch is NotFirst {}
    }
    let known = !options.recognisesBytes ? nil : payloadIndex(of: store, dumpBytes: total, workers)
    do {
        let dumpIndex = try scan(known)
        return try apply(dumpIndex, dump, store, intent, options, surroundings, workers, inspect)
    } catch is PayloadIndex.Outdated {
        // Another run was committed meanwhile: scan again without the payload index.
        let dumpIndex = try scan(nil)
        return try apply(dumpIndex, dump, store, intent, options, surroundings, workers, inspect)
    }
}

private func isEmpty(_ store: any ReviewStore) -> Bool {
    (try? store.read { try $0.newestRun() == nil }) ?? false
}

/// The store holds a run already.
private struct NotFirst: Error {}

/// The first load of a store: no record can match anything, so that records are written to bronze
/// while the dump is still being read, in the run's own transaction.
///
/// - Throws: `NotFirst` where another run was committed first; nothing is written then.
private func loadFirst(
    _ dump: Dump, _ store: any ReviewStore, _ intent: LoadIntent, _ options: LoadOptions,
    _ surroundings: LoadSurroundings, _ workers: WorkerPool,
    _ inspect: (any StoreReader) throws -> Void,
    scan: @escaping (EarlyBronzeWriter) throws -> DumpIndex
) throws -> LoadReport {
    try surroundings.whenFree {
        try store.load(intent) { load in
            let head = try load.head()
            guard head.nextRun == 1, head.nextProductKey == 1 else { throw NotFirst() }
            let executor = StoreExecutor(load, workers)
            let indexed = try executor.whileServing {
                let early = EarlyBronzeWriter(
                    executor, run: head.nextRun, batchRows: options.bulkRows,
                    batchBytes: load.stagedBytes)
                let indexed = try scan(early)
                try early.finish()
                return indexed
            }
            return try write(
                indexed, dump, store, load, executor, options, surroundings, inspect)
        }
    }
}

/// The store's payload index, or nil. Nil also where the store cannot be read yet: the load that
/// follows reports that error.
private func payloadIndex(
    of store: any ReviewStore, dumpBytes: Int64, _ workers: WorkerPool
) -> PayloadIndex? {
    (try? PayloadIndex.read(store, dumpBytes: dumpBytes, workers)) ?? nil
}

/// Writes the contents of a dump index, as one run. Waits while another run holds the store's lock.
func apply(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ store: any ReviewStore, _ intent: LoadIntent,
    _ options: LoadOptions, _ surroundings: LoadSurroundings, _ workers: WorkerPool,
    _ inspect: (any StoreReader) throws -> Void = { _ in }
) throws -> LoadReport {
    // A try that was refused has counted in the index's balances: restore them before the next one.
    let balances = dumpIndex.files.map(\.record.balance)
    return try surroundings.whenFree {
        for index in balances.indices { dumpIndex.files[index].record.balance = balances[index] }
        return try store.load(intent) { load in
            try write(
                dumpIndex, dump, store, load, StoreExecutor(load, workers), options, surroundings,
                inspect)
        }
    }
}

private func write(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ store: any ReviewStore, _ load: any StoreLoad,
    _ executor: StoreExecutor,
    _ options: LoadOptions, _ surroundings: LoadSurroundings,
    _ inspect: (any StoreReader) throws -> Void
) throws -> LoadReport {
    let context = try beginLoad(
        store, load, executor, dump, dumpIndex, options, surroundings.now())
    context.comparison = try compareWithPast(context)
    try checkDrift(context)
    try applyProducts(context) { done, count in
        try surroundings.checkInterruption()
        surroundings.progress(.writing(products: done, of: count))
    }
    try checkDeletes(context)
    try applyScopes(context)
    let report = try finishLoad(context, dump, surroundings.now())
    try inspect(load.reader)
    return report
}

/// The kind of a failure for `run_attempts`: an error case's name, never data.
private func faultName(_ error: any Error) -> String {
    switch error {
    case is InputFault: "input: " + caseName(error)
    case is StoreFault: "store: " + caseName(error)
    default: "other"
    }
}

private func caseName(_ error: any Error) -> String {
    String(String(describing: error).prefix { $0 != "(" })
}
