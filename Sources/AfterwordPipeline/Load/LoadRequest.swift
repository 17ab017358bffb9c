import AfterwordCore

/// What is to be loaded, where to, and how.
struct LoadRequest {
    var dump: Dump
    let store: any ReviewStore
    let options: LoadOptions
    let surroundings: LoadSurroundings
    /// Reads what the store would hold, before the run is committed or discarded.
    var inspect: (any StoreReader) throws -> Void = { _ in }
}

/// Records the attempt, and its failure where `body` throws; a rehearsal records none.
///
/// - Throws: What `body` throws; `StoreFault` where the attempt cannot be recorded, before `body`.
func attempt<Report>(
    _ request: LoadRequest, _ body: (LoadIntent) throws -> Report
) throws -> Report {
    guard !request.options.isRehearsal else { return try body(LoadIntent(isRehearsal: true)) }
    let (store, surroundings) = (request.store, request.surroundings)
    let attempt = try surroundings.whenFree {
        try store.beginAttempt(startedAt: surroundings.now(), dump: request.dump.name)
    }
    do {
        return try body(LoadIntent(isRehearsal: false, attempt: attempt))
    } catch {
        do {
            try store.failAttempt(attempt, at: surroundings.now(), failure: faultName(error))
        } catch {
            // The attempt stays without an outcome, as `status` shows; the first error is thrown.
        }
        throw error
    }
}

/// The kind of a failure for `run_attempts`: an error case's name, never data.
private func faultName(_ error: any Error) -> String {
    switch error {
    case is InputFault: "input: " + caseName(error)
    case is RecleanFault: "reclean: " + caseName(error)
    case is StoreFault: "store: " + caseName(error)
    case let fault as RemoteFault: "remote: " + fault.kind
    default: "other"
    }
}

private func caseName(_ error: any Error) -> String {
    String(String(describing: error).prefix { $0 != "(" })
}
