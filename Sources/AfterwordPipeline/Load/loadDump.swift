import AfterwordCore

/// Loads one dump as one run: dumpIndex → guards → products, in order of their ids → sums → ledger.
///
/// - Parameter inspect: Looks at what the store would hold, before it is committed or discarded.
///
/// The file is the load's table of contents; each stage is a file of its own beside it.
///
/// - Throws: `InputFault` when the dump is refused, `StoreFault` from the store; nothing is then
///   written
///   but the attempt.
package func loadDump(
    _ dump: Dump, into store: any ReviewStore, options: LoadOptions,
    surroundings: LoadSurroundings, inspect: (any StoreReader) throws -> Void = { _ in }
) throws -> LoadReport {
    try attempt(dump, store, options, surroundings) { intent in
        try load(dump, store, intent, options, surroundings, inspect)
    }
}

/// Notes the attempt, and its failure where it fails; a rehearsal is none.
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
        // What failed is told; that it cannot be noted as well is not worth hiding it.
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
        // Another run came in between: what was known is read again, all of it.
        let dumpIndex = try scan(nil)
        return try apply(dumpIndex, dump, store, intent, options, surroundings, workers, inspect)
    }
}

private func isEmpty(_ store: any ReviewStore) -> Bool {
    (try? store.read { try $0.newestRun() == nil }) ?? false
}

/// Another run was committed since.
private struct NotFirst: Error {}

/// The first load of a store: nothing that the dump says can differ from anything, so that its records go to bronze while it is still
/// being read, in the run's own transaction.
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

/// What a store holds, by its bytes; a store that cannot be read yet is told of by the load.
private func payloadIndex(
    of store: any ReviewStore, dumpBytes: Int64, _ workers: WorkerPool
) -> PayloadIndex? {
    (try? PayloadIndex.read(store, dumpBytes: dumpBytes, workers)) ?? nil
}

/// Writes what a dumpIndex found, as one run.
func apply(
    _ dumpIndex: DumpIndex, _ dump: Dump, _ store: any ReviewStore, _ intent: LoadIntent,
    _ options: LoadOptions, _ surroundings: LoadSurroundings, _ workers: WorkerPool,
    _ inspect: (any StoreReader) throws -> Void = { _ in }
) throws -> LoadReport {
    // What a refused try counted in the dumpIndex's balances must not be counted again.
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

/// The kind of a failure, for the ledger of attempts: a case's name, never data.
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
