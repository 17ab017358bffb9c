import AfterwordCore

/// How a dump comes into the store. The result is the same by every route.
enum LoadRoute {
    /// A store's first load: records go to bronze while the dump is still being read, in the run's
    /// own transaction, because nothing in the dump can differ from stored rows.
    case first
    /// Records whose bytes the index holds are counted as unchanged without being parsed.
    case skipUnchanged(PayloadIndex)
    /// Every record is parsed, and its product's reviews are looked up.
    case plain
}

/// Chooses the route of a load by what the store holds.
///
/// | store | route |
/// | --- | --- |
/// | without a run, `stagesRecords`, no rehearsal | `first` |
/// | an index can be built and is worth it, `recognisesBytes`, no window | `skipUnchanged` |
/// | else | `plain` |
///
/// - Parameters:
///   - dumpBytes: Bytes of all files.
///   - mayBeFirst: False where another run was committed first after all.
/// - Throws: `StoreFault` where the store cannot be read.
func chooseRoute(
    _ request: LoadRequest, dumpBytes: Int64, workers: WorkerPool, mayBeFirst: Bool = true
) throws -> LoadRoute {
    let options = request.options
    let stages = mayBeFirst && options.stagesRecords && !options.isRehearsal
    if stages, try isEmpty(request) { return .first }
    // Where a dump may be capped, the times of all its reviews are looked at.
    let isCapped = options.window != nil || options.shapes.contains { $0.window != nil }
    guard options.recognisesBytes, !isCapped else { return .plain }
    let known = try payloadIndex(request, dumpBytes: dumpBytes, workers)
    return known.map(LoadRoute.skipUnchanged) ?? .plain
}

/// Whether the store has no run yet.
private func isEmpty(_ request: LoadRequest) throws -> Bool {
    try request.surroundings.whenFree {
        try request.store.read { try $0.newestRun() == nil }
    }
}

private func payloadIndex(
    _ request: LoadRequest, dumpBytes: Int64, _ workers: WorkerPool
) throws -> PayloadIndex? {
    do {
        return try request.surroundings.whenFree {
            try PayloadIndex.read(request.store, dumpBytes: dumpBytes, workers)
        }
    } catch let fault as StoreFault {
        // A rehearsal makes missing tables in its own transaction: until then they cannot be read.
        // Any other fault is thrown again when the load reads the store.
        guard request.options.isRehearsal, fault != .interrupted, fault != .locked else {
            throw fault
        }
        return nil
    }
}
