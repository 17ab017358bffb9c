import AfterwordPipeline
import NIOPosix

/// Threads that read the store: its calls block, and event loops never do.
final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let store: any ReadingStore
    private let desk: FrontDesk

    init(_ store: any ReadingStore, threads: Int, asksForKeys: Bool) {
        self.store = store
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
        desk = FrontDesk(store, asksForKeys: asksForKeys, pool: pool)
    }

    /// What holds now.
    func front() async throws -> Front {
        try await telling { try await desk.front() }
    }

    /// Reads one snapshot on a thread that is free, or as soon as one is.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        let store = store
        return try await telling { try await pool.runIfActive { try store.read(body) } }
    }

    /// What a store says is wrong with it is told without its words.
    private func telling<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch is StoreFault {
            throw Problem(.storeUnavailable, "the store does not answer")
        }
    }

    func stop() async { try? await pool.shutdownGracefully() }
}
