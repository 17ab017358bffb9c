import AfterwordPipeline
import NIOCore
import NIOPosix

/// Keeps the jobs of the service in its store, where a restart and other replicas find them. Its
/// calls to the store block, so that it has a connection and a thread of its own.
actor StoredJobs: JobStore {
    private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.thread.executor.asUnownedSerialExecutor()
    }

    nonisolated let isShared = true
    private let store: any ReviewStore

    init(_ store: sending any ReviewStore) { self.store = store }

    /// A run that writes the store is waited for a little: how often, and how long each time beside
    /// the store's own wait.
    private static let tries = 4
    private static let pause = Duration.milliseconds(250)

    func jobs<Result: Sendable>(
        _ body: @escaping @Sendable (any JobTransaction) throws -> Result
    ) async throws -> Result {
        for _ in 1..<Self.tries {
            do {
                return try store.ledger { try body($0) }
            } catch StoreFault.locked {
                try await Task.sleep(for: Self.pause)
            }
        }
        return try store.ledger { try body($0) }
    }
}
