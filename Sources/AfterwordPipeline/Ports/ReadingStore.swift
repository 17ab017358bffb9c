/// A read-only store that many threads use at once.
///
/// Requirements on an implementation:
///
/// 1. Any number of threads may call it at once.
/// 2. Each read is one snapshot of one committed run, on a connection that cannot write. A reader
///    is used only by the thread that called `read`, and not after `body` has returned.
/// 3. Calls block until they are done: they are for worker threads, never for a server's event
///    loops or the cooperative pool.
/// 4. Errors are `StoreFault`s, without data; errors thrown by a `body` pass through unchanged.
package protocol ReadingStore: Sendable {
    /// The newest committed run, by one query: an answer made for this run is still valid. Nil
    /// before the first run.
    func newestRun() throws -> RunRecord?
    /// Passes a snapshot of the newest committed run to `body`.
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result
    /// Whether nothing can be written to the store here (`ReviewStore.isReadOnly`).
    var isReadOnly: Bool { get }
    /// Checks that this is still the store that was opened; costs one call to the file system.
    ///
    /// - Throws: `StoreFault` where its file was deleted or replaced.
    func checkIdentity() throws
    /// Checks the identity, the schema's version, and that the rows needed for every answer are
    /// readable.
    ///
    /// - Throws: `StoreFault`.
    func checkHealth() throws
}

extension ReadingStore {
    package var isReadOnly: Bool { false }

    package func checkIdentity() throws {}

    package func checkHealth() throws {
        try checkIdentity()
        try readWhatAnswersBeginWith()
    }

    /// Reads the newest run, its files and the sums of all scopes.
    package func readWhatAnswersBeginWith() throws {
        try read { reader in
            guard let newest = try reader.newestRun() else { return }
            _ = try reader.files(ofRun: newest.run)
            _ = try reader.scopes()
        }
    }
}
