import AfterwordPipeline
import ArgumentParser

/// How a run goes that reads no dump, as that of `prune`.
struct OwnRunOptions: ParsableArguments {
    @Flag(help: "Show what it would do, and do nothing.")
    var plan = false
    @Flag(help: "Wait while another run holds the store, instead of failing.")
    var wait = false

    /// Calls `body` as `withOwnRun` does.
    func withRun(
        of store: StoreOptions, _ body: (any ReviewStore, LoadSurroundings) throws -> Void
    ) throws {
        try withOwnRun(of: store, isRehearsal: plan, waits: wait, body)
    }
}

/// Opens a store that is there for a run that reads no dump, and calls `body` with it and with the
/// run's surroundings. A signal interrupts the store until `body` returns.
///
/// - Parameter isRehearsal: Whether nothing is to be written.
/// - Parameter waits: Whether the run waits while another one holds the store.
func withOwnRun(
    of store: StoreOptions, isRehearsal: Bool, waits: Bool,
    _ body: (any ReviewStore, LoadSurroundings) throws -> Void
) throws {
    _ = try store.openForReading()
    let store = try isRehearsal ? store.openForRehearsal() : store.openForWriting()
    let interrupts = Interrupts(store.interruption)
    defer { interrupts.stop() }
    var surroundings = LoadSurroundings(
        now: { now() }, pause: waits ? LoadArguments.waiting() : nil)
    surroundings.isInterrupted = interrupts.isInterrupted
    try body(store, surroundings)
}
