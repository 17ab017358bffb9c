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
    try withoutActuallyEscaping(inspect) { inspect in
        var request = LoadRequest(
            dump: dump, store: store, options: options, surroundings: surroundings)
        request.inspect = inspect
        return try attempt(request) { try load(request, $0) }
    }
}

/// What is to be loaded, where to, and how.
struct LoadRequest {
    let dump: Dump
    let store: any ReviewStore
    let options: LoadOptions
    let surroundings: LoadSurroundings
    /// Reads what the store would hold, before the run is committed or discarded.
    var inspect: (any StoreReader) throws -> Void = { _ in }
}

/// Records the attempt, and its failure where `body` throws; a rehearsal records none.
func attempt(
    _ request: LoadRequest, _ body: (LoadIntent) throws -> LoadReport
) throws -> LoadReport {
    guard !request.options.isRehearsal else { return try body(LoadIntent(isRehearsal: true)) }
    let (store, surroundings) = (request.store, request.surroundings)
    let attempt = try surroundings.whenFree {
        try store.beginAttempt(startedAt: surroundings.now(), dump: request.dump.name)
    }
    do {
        return try body(LoadIntent(isRehearsal: false, attempt: attempt))
    } catch {
        // The original error is thrown even where the failed attempt cannot be recorded.
        try? store.failAttempt(attempt, at: surroundings.now(), failure: faultName(error))
        throw error
    }
}

/// Chooses the route: a store's first load stages records while it reads; a later one skips what
/// the payload index knows; where another run comes in between, everything is read again.
private func load(_ request: LoadRequest, _ intent: LoadIntent) throws -> LoadReport {
    let (store, options) = (request.store, request.options)
    let workers = WorkerPool(threads: options.threads)
    let total = try request.dump.files.reduce(Int64(0)) { try $0 + byteCount($1) }
    if !options.isRehearsal, options.stagesRecords, isEmpty(store) {
        do {
            return try loadFirst(request, intent, workers) {
                try scan(request, total, workers, early: $0)
            }
        } catch is NotFirst {}
    }
    let known = !options.recognisesBytes ? nil : payloadIndex(of: store, dumpBytes: total, workers)
    do {
        let dumpIndex = try scan(request, total, workers, known: known)
        return try apply(dumpIndex, request, intent, workers)
    } catch is PayloadIndex.Outdated {
        let dumpIndex = try scan(request, total, workers)
        return try apply(dumpIndex, request, intent, workers)
    }
}

/// Reads the dump into its index, and checks it.
///
/// - Parameter total: Bytes of all files, for the progress that is shown.
private func scan(
    _ request: LoadRequest, _ total: Int64, _ workers: WorkerPool, known: PayloadIndex? = nil,
    early: EarlyBronzeWriter? = nil
) throws -> DumpIndex {
    let surroundings = request.surroundings
    var read: Int64 = 0
    var scanner = DumpScanner(
        dump: request.dump, options: request.options, workers: workers,
        progress: { bytes in
            try surroundings.checkInterruption()
            read += bytes
            surroundings.progress(.reading(bytes: read, of: max(total, read)))
        })
    scanner.skip(known)
    scanner.early = early
    let dumpIndex = try scanner.run()
    try checkDumpIndex(dumpIndex, request.dump, request.options)
    return dumpIndex
}

private func isEmpty(_ store: any ReviewStore) -> Bool {
    (try? store.read { try $0.newestRun() == nil }) ?? false
}

/// Another run was committed since.
private struct NotFirst: Error {}

/// The first load of a store. Nothing in the dump can differ from stored rows, so its records go to
/// bronze while it is still being read, in the run's own transaction.
///
/// - Throws: `NotFirst` where another run was committed first; nothing is written then.
private func loadFirst(
    _ request: LoadRequest, _ intent: LoadIntent, _ workers: WorkerPool,
    scan: @escaping (EarlyBronzeWriter) throws -> DumpIndex
) throws -> LoadReport {
    try request.surroundings.whenFree {
        try request.store.load(intent) { load in
            let head = try load.head()
            guard head.nextRun == 1, head.nextProductKey == 1 else { throw NotFirst() }
            let executor = StoreExecutor(load, workers)
            let indexed = try executor.whileServing {
                let early = EarlyBronzeWriter(
                    executor, run: head.nextRun, batchRows: request.options.bulkRows,
                    batchBytes: load.stagedBytes)
                let indexed = try scan(early)
                try early.finish()
                return indexed
            }
            return try write(indexed, request, load, executor)
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
    _ dumpIndex: DumpIndex, _ request: LoadRequest, _ intent: LoadIntent, _ workers: WorkerPool
) throws -> LoadReport {
    // A try that was refused has counted in the index's balances: restore them before the next one.
    let balances = dumpIndex.files.map(\.record.balance)
    return try request.surroundings.whenFree {
        for index in balances.indices { dumpIndex.files[index].record.balance = balances[index] }
        return try request.store.load(intent) { load in
            try write(dumpIndex, request, load, StoreExecutor(load, workers))
        }
    }
}

/// Decides and writes one run within an open load.
private func write(
    _ dumpIndex: DumpIndex, _ request: LoadRequest, _ load: any StoreLoad,
    _ executor: StoreExecutor
) throws -> LoadReport {
    let surroundings = request.surroundings
    let context = try beginLoad(request, load, executor, dumpIndex)
    context.comparison = try compareWithPast(context)
    try checkDrift(context)
    try applyProducts(context) { done, count in
        try surroundings.checkInterruption()
        surroundings.progress(.writing(products: done, of: count))
    }
    try checkDeletes(context)
    try applyScopes(context)
    let report = try finishLoad(context, request.dump, surroundings.now())
    try request.inspect(load.reader)
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
