/// A store that only reads, from many threads at once. Each read is one snapshot, of one committed run, on a connection that can
/// write nothing.
///
/// Calls block: they are for worker threads, never for a server's event loops or the cooperative pool.
package protocol ReadingStore: Sendable {
    /// The newest committed run, by one question: what tells whether an answer that was given still holds. Nil before the
    /// first.
    func newestRun() throws -> RunRecord?
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result
    /// Whether nothing can be written to the store here (`ReviewStore.isReadOnly`).
    var isReadOnly: Bool { get }
}

extension ReadingStore {
    package var isReadOnly: Bool { false }
}
