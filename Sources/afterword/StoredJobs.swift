import AfterwordPipeline
import NIOCore
import NIOPosix

/// Keeps the service's jobs in its store, where a restarted service and other replicas find them.
/// Store calls block, so the actor has a store handle and a thread of its own.
actor StoredJobs: JobStore {
    private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.thread.executor.asUnownedSerialExecutor()
    }

    nonisolated let isShared = true
    private let store: any ReviewStore

    init(_ store: sending any ReviewStore) { self.store = store }

    /// How often a transaction is tried while a run has locked the store, and the pause between two
    /// tries, in addition to the store's own lock timeout.
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
