import AfterwordCore

/// Loads one dump as one run. This file is the load's table of contents:
///
/// 1. `attempt` records that a run is tried.
/// 2. `chooseRoute` looks whether the store is empty, and which bytes it holds already.
/// 3. `scan` reads the dump into its index; `checkDumpIndex` refuses a broken one.
/// 4. `write`: `beginLoad` → `checkDrift` → `applyProducts` (look up, sort, decide, write) →
///    `checkUpdates` → `checkDeletes` → `applyScopes` → `linkMovements` → `applyThemes` →
///    `finishLoad`, in one transaction of the store.
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
        return try attempt(request) { intent in
            var reviews = request
            let frozen = try frozenShapes(request)
            reviews.dump = try dump.withoutOtherTables(options, frozen)
            return try load(reviews, frozen, intent)
        }
    }
}

/// Loads the dump by the route that fits the store. A route is closed where another run was
/// committed meanwhile; the dump is then read again by the next one.
private func load(
    _ request: LoadRequest, _ frozen: FrozenShapes, _ intent: LoadIntent
) throws -> LoadReport {
    let workers = WorkerPool(threads: request.options.threads)
    let total = try request.dump.files.reduce(Int64(0)) { sum, file in
        let (total, isOver) = sum.addingReportingOverflow(try byteCount(file))
        return isOver ? .max : total
    }
    var rules = try readingRules(request)
    var route = try chooseRoute(request, dumpBytes: total, workers: workers)
    while true {
        do {
            switch route {
            case .first:
                return try loadFirst(request, intent, workers) {
                    try scan(request, (rules, frozen, total), workers, early: $0)
                }
            case .skipUnchanged(let known):
                let dumpIndex = try scan(request, (rules, frozen, total), workers, known: known)
                return try apply(dumpIndex, request, intent, workers)
            case .plain:
                let dumpIndex = try scan(request, (rules, frozen, total), workers)
                return try apply(dumpIndex, request, intent, workers)
            }
        } catch is NotFirst {
            route = try chooseRoute(
                request, dumpBytes: total, workers: workers, mayBeFirst: false)
            rules.identity = try readingRules(request).identity
        } catch is PayloadIndex.Outdated {
            route = .plain
        } catch let found as DateOrderFound {
            rules.dateOrder = found.order
            // What the payload index has met belongs to the reading that was given up.
            if case .skipUnchanged = route { route = .plain }
        } catch let other as OtherIdentityRules {
            rules.identity = other.rules
            if case .skipUnchanged = route { route = .plain }
        }
    }
}

/// Reads the dump into its index, and checks it.
///
/// - Parameter reading: By what rules and shapes, and the bytes of all files, for the progress that
///   is shown.
private func scan(
    _ request: LoadRequest, _ reading: (rules: ReadingRules, frozen: FrozenShapes, total: Int64),
    _ workers: WorkerPool, known: PayloadIndex? = nil, early: EarlyBronzeWriter? = nil
) throws -> DumpIndex {
    let surroundings = request.surroundings
    var read: Int64 = 0
    var scanner = DumpScanner(
        dump: request.dump, options: request.options, rules: reading.rules, workers: workers,
        progress: { bytes in
            try surroundings.checkInterruption()
            read += bytes
            surroundings.progress(.reading(bytes: read, of: max(reading.total, read)))
        })
    scanner.frozen = reading.frozen
    scanner.skip(known)
    scanner.early = early
    let dumpIndex = try scanner.run()
    // A first load holds its store, which has nothing to ask for yet.
    try settleDateOrder(dumpIndex, request.dump, early == nil ? request.store : nil)
    try checkDumpIndex(dumpIndex, request.dump, request.options)
    return dumpIndex
}

/// Another run was committed since.
private struct NotFirst: Error {}

/// The first load of a store.
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
                    batchBytes: load.traits.stagedBytes)
                let indexed = try scan(early)
                try early.finish()
                return indexed
            }
            return try write(indexed, request, load, executor)
        }
    }
}

/// Writes the contents of a dump index, as one run. Waits while another run holds the store's lock.
///
/// - Throws: `PayloadIndex.Outdated` where another run was committed since the index was read.
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
    try checkUpdates(context)
    try checkDeletes(context)
    try applyScopes(context)
    try linkMovements(context)
    try applyThemes(context, surroundings.now())
    let report = try finishLoad(context, request.dump, surroundings.now())
    try request.inspect(load.reader)
    return report
}
