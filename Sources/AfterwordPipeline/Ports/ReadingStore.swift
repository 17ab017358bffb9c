/// A store that only reads, from many threads at once. Each read is one snapshot, of one committed
/// run, on a connection that can write nothing.
///
/// Calls block: they are for worker threads, never for a server's event loops or the cooperative
/// pool.
package protocol ReadingStore: Sendable {
    /// The newest committed run, by one question: what tells whether an answer that was given still
    /// holds. Nil before the first.
    func newestRun() throws -> RunRecord?
    func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result
    /// Whether nothing can be written to the store here (`ReviewStore.isReadOnly`).
    var isReadOnly: Bool { get }
    /// Throws where this is no longer the store that was opened: its file was deleted or replaced.
    /// As cheap as a question to the file system.
    func checkIdentity() throws
    /// And where its schema was made newer meanwhile, or where what every answer begins with cannot
    /// be read.
    func checkHealth() throws
}

extension ReadingStore {
    package var isReadOnly: Bool { false }

    package func checkIdentity() throws {}

    package func checkHealth() throws {
        try checkIdentity()
        try readWhatAnswersBeginWith()
    }

    package func readWhatAnswersBeginWith() throws {
        try read { reader in
            guard let newest = try reader.newestRun() else { return }
            _ = try reader.files(ofRun: newest.run)
            _ = try reader.scopes()
        }
    }
}
