import AfterwordPipeline
import NIOCore
import NIOPosix
import Synchronization

/// Threads that read the store: its calls block, and event loops never do.
///
/// 1. Reads have `workers` threads; what must be known before every answer has one of its own, and
///    so has readiness: neither waits behind reads.
/// 2. No more than so many requests wait for a thread; one more is 503 at once.
/// 3. A request that had to wait, and whose client has left meanwhile, is not read for.
/// 4. Nobody waits longer than `storeSeconds` for an answer. One that was not begun by then is 503
///    `overloaded`; only one that was begun says that the store does not answer.
/// 5. A store found damaged while it was read is not ready for `damageMemory`, whatever the small
///    read of readiness finds.
final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let frontPool = NIOThreadPool(numberOfThreads: 1)
    private let readinessPool = NIOThreadPool(numberOfThreads: 1)
    private let store: any ReadingStore
    private let threads: Int
    private let limit: Int
    private let patience: Duration
    private let coalescer: RequestCoalescer
    private let readiness: RequestCoalescer
    /// Requests that have a thread or wait for one.
    private let atWork = Atomic(0)
    private let damage = Mutex<(fault: StoreFault, at: ContinuousClock.Instant)?>(nil)
    private static let damageMemory = Duration.seconds(60)

    /// `beside` is asked what must be known before every answer: connections that reads cannot take
    /// all of.
    init(
        _ store: any ReadingStore, beside: any ReadingStore, limits: ServiceLimits,
        asksForKeys: Bool
    ) {
        self.store = store
        threads = limits.workers
        limit = limits.workers + limits.waitingRequests
        patience = .seconds(limits.storeSeconds)
        pool = NIOThreadPool(numberOfThreads: limits.workers)
        for pool in [pool, frontPool, readinessPool] { pool.start() }
        coalescer = RequestCoalescer(
            beside, asksForKeys: asksForKeys, pool: frontPool, patience: patience)
        readiness = RequestCoalescer(
            beside, asksForKeys: false, pool: readinessPool, patience: patience, isThorough: true)
    }

    /// Whether nothing can be written to the store here.
    var isReadOnly: Bool { store.isReadOnly }

    /// Requests that are read for or wait for that.
    var busy: Int { atWork.load(ordering: .acquiring) }

    /// What holds now.
    func front() async throws -> Front {
        try await telling { try await coalescer.front() }
    }

    /// Whether the store is the one that was opened, and can be read.
    func checkReadiness() async throws {
        try await telling {
            _ = try await readiness.front()
            let found = damage.withLock { $0 }
            if let found, found.at + Self.damageMemory > .now { throw found.fault }
        }
    }

    /// Reads one snapshot on a thread that is free, or as soon as one is.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Result
    ) async throws -> Result {
        let before = atWork.add(1, ordering: .acquiringAndReleasing).oldValue
        guard before < limit else {
            atWork.subtract(1, ordering: .releasing)
            throw Problem(.overloaded, "too many requests wait for the store")
        }
        let waits = before >= threads
        let client = ClientConnection.current
        let store = store
        let isBegun = Mutex(false)
        return try await telling(isOverdue: { isBegun.withLock { !$0 } }) {
            try await firstOf(patience) { answer in
                pool.submit { state in
                    isBegun.withLock { $0 = true }
                    defer { self.atWork.subtract(1, ordering: .releasing) }
                    answer(
                        Swift.Result {
                            guard state == .active else { throw CancellationError() }
                            if answer.isLate || (waits && client?.hasLeft == true) {
                                throw Problem(.clientLeft, "nobody waits for the answer")
                            }
                            return try store.read(body)
                        })
                }
            }
        }
    }

    /// What a store says is wrong with it is for the log, not for the client.
    ///
    /// - Parameter isOverdue: Whether what timed out waited for a thread, not for the store.
    private func telling<Result>(
        isOverdue: () -> Bool = { false }, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch StoreFault.timedOut where isOverdue() {
            throw Problem(.overloaded, "other requests took all the time there is for this one")
        } catch let fault as StoreFault {
            if case .damaged = fault { damage.withLock { $0 = (fault, .now) } }
            if case .unreadable = fault { damage.withLock { $0 = (fault, .now) } }
            throw fault.problem
        }
    }

    /// Ends when all is read; a thread that a store holds is not waited for longer than the store
    /// is.
    func stop() async {
        for pool in [pool, frontPool, readinessPool] {
            try? await firstOf(patience) { (answer: Answer<Void>) in
                pool.shutdownGracefully { _ in answer(.success(())) }
            }
        }
    }
}

/// Where one of two says how something went: whoever is first.
final class Answer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    /// Whether it was given.
    var isLate: Bool { continuation.withLock { $0 == nil } }

    func callAsFunction(_ result: sending Result<Value, any Error>) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(with: result)
    }
}

/// What `begin` has answered, or that it did not in time.
func firstOf<Value: Sendable>(
    _ patience: Duration, _ begin: (Answer<Value>) -> Void
) async throws -> Value {
    let clock = Mutex<Scheduled<Void>?>(nil)
    defer { clock.withLock { $0 }?.cancel() }
    return try await withCheckedThrowingContinuation { continuation in
        let answer = Answer(continuation)
        let scheduled = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(
            in: TimeAmount(patience)
        ) { answer(.failure(StoreFault.timedOut)) }
        clock.withLock { $0 = scheduled }
        begin(answer)
    }
}
