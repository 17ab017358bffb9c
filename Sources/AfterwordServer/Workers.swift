import AfterwordPipeline
import NIOPosix

/// Threads that read the store: its calls block, and event loops never do.
final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let store: any ReadingStore

    init(_ store: any ReadingStore, threads: Int) {
        self.store = store
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// Reads one snapshot on a thread that is free, or as soon as one is.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        let store = store
        return try await pool.runIfActive { try store.read(body) }
    }

    /// Does something with the store on a thread that is free.
    func use<Result: Sendable>(
        _ body: @escaping @Sendable (any ReadingStore) throws -> Result
    ) async throws -> Result {
        let store = store
        return try await pool.runIfActive { try body(store) }
    }

    func stop() async { try? await pool.shutdownGracefully() }
}
