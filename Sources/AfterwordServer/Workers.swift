import AfterwordCore
import AfterwordPipeline
import NIOCore
import NIOPosix
import Synchronization

/// Worker threads that read the store, because its calls block and event loops must not.
///
/// 1. Reads use `workers` threads. The newest run and keys are read on a thread of their own, and
///    so is readiness, so neither waits behind reads.
/// 2. At most `waitingRequests` requests wait for a thread; one more fails with 503 immediately.
/// 3. A request that had to wait and whose client has disconnected in the meantime is not executed.
/// 4. No request waits longer than `storeSeconds`. A request that had not begun by then fails with
///    503 `overloaded`; only one that had begun reports that the store does not answer.
/// 5. After a read has found the store damaged, readiness fails for `damageMemory`, whatever the
///    smaller readiness check finds.
///
/// Safe to use from any thread.
final class Workers: Sendable {
    private let pool: NIOThreadPool
    private let frontPool = NIOThreadPool(numberOfThreads: 1)
    private let readinessPool = NIOThreadPool(numberOfThreads: 1)
    private let store: any ReadingStore
    private let threads: Int
    private let limit: Int
    private let patience: Duration
    /// The same for what `/metrics` asks.
    private let watchingPatience: Duration
    private let coalescer: RequestCoalescer
    private let readiness: RequestCoalescer
    /// Requests that have a thread or wait for one.
    private let atWork = Atomic(0)
    private let newestDump = Mutex<(run: Int64, observedAt: Instant?)?>(nil)
    private let damage = Mutex<(fault: StoreFault, at: ContinuousClock.Instant)?>(nil)
    private static let damageMemory = Duration.seconds(60)

    /// - Parameter beside: A handle on the store with connections of its own, for the newest run,
    ///   the keys and readiness, so that reads cannot use up all connections.
    init(
        _ store: any ReadingStore, beside: any ReadingStore, limits: ServiceLimits,
        asksForKeys: Bool
    ) {
        self.store = store
        threads = limits.workers
        limit = limits.workers + limits.waitingRequests
        patience = .seconds(limits.storeSeconds)
        watchingPatience = .seconds(min(limits.storeSeconds, limits.watchingSeconds))
        pool = NIOThreadPool(numberOfThreads: limits.workers)
        for pool in [pool, frontPool, readinessPool] { pool.start() }
        coalescer = RequestCoalescer(
            beside, asksForKeys: asksForKeys, pool: frontPool, patience: patience)
        readiness = RequestCoalescer(
            beside, asksForKeys: false, pool: readinessPool, patience: patience, isThorough: true)
    }

    /// Ends the threads: a program that opens services one after the other keeps none of theirs.
    deinit {
        for pool in [pool, frontPool, readinessPool] { pool.shutdownGracefully { _ in } }
    }

    /// Whether the store was opened for reading only.
    var isReadOnly: Bool { store.isReadOnly }

    /// Requests that are reading or waiting to.
    var busy: Int { atWork.load(ordering: .acquiring) }

    /// The newest run and the API keys.
    ///
    /// - Throws: `Problem`.
    func front() async throws -> Front {
        try await telling { try await coalescer.front() }
    }

    /// Succeeds if the store is still the one that was opened and can be read.
    ///
    /// - Throws: `Problem`.
    func checkReadiness() async throws {
        try await telling {
            _ = try await readiness.front()
            let found = damage.withLock { $0 }
            if let found, found.at + Self.damageMemory > .now { throw found.fault }
        }
    }

    /// The same for `/metrics`, within `watchingSeconds`.
    ///
    /// - Throws: `Problem`.
    func watchedFront() async throws -> Front {
        try await telling { try await watching { [coalescer] in try await coalescer.front() } }
    }

    /// The newest run, of a store that answers within `watchingSeconds`; nil for a store without
    /// runs.
    ///
    /// - Throws: `StoreFault`.
    func newestRun() async throws -> RunRecord? {
        try await watching { [readiness] in try await readiness.front().newest }
    }

    /// When the newest dump was taken, as of the newest run; nil where none was loaded. The runs
    /// are read once for each newest run.
    ///
    /// - Throws: `StoreFault` or `Problem`; `StoreFault.timedOut` after `watchingSeconds`.
    func newestDumpTime(asOf newest: RunRecord) async throws -> Instant? {
        let known = newestDump.withLock { $0 }
        if let known, known.run == newest.run { return known.observedAt }
        let (run, observedAt): (Int64?, Instant?) = try await watching {
            try await self.read { reader in
                let runs = try reader.runs()
                return (runs.last?.run, runs.dumps.newest?.observedAt)
            }
        }
        if let run { newestDump.withLock { $0 = (run, observedAt) } }
        return observedAt
    }

    /// The result of a question of `/metrics`, which goes on unheard when it takes longer.
    ///
    /// - Throws: `StoreFault.timedOut` after `watchingSeconds`.
    private func watching<Value: Sendable>(
        _ ask: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await firstOf(watchingPatience) { answer in
            Task {
                do {
                    answer(.success(try await ask()))
                } catch {
                    answer(.failure(error))
                }
            }
        }
    }

    /// Reads one snapshot on a worker thread, waiting for one if all are busy.
    ///
    /// - Throws: `Problem`.
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

    /// Turns store faults into problems; the details go to the log, not to the client.
    ///
    /// - Parameter isOverdue: Whether a request that timed out was still waiting for a thread.
    private func telling<Result>(
        isOverdue: () -> Bool = { false }, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch StoreFault.timedOut where isOverdue() {
            throw Problem(.overloaded, "other requests took all the time there is for this one")
        } catch let fault as StoreFault {
            if case .damaged = fault { damage.withLock { $0 = (fault, .now) } }
            throw fault.problem
        }
    }

    /// Shuts the threads down after their current work. Waits at most `storeSeconds` for each pool,
    /// in case the store blocks a thread.
    func stop() async {
        for pool in [pool, frontPool, readinessPool] {
            try? await firstOf(patience) { (answer: Answer<Void>) in
                pool.shutdownGracefully { _ in answer(.success(())) }
            }
        }
    }
}

/// Resumes a continuation with the first of two results; later results are ignored. Safe to use
/// from any thread.
final class Answer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = Mutex(continuation)
    }

    /// Whether a result was already given.
    var isLate: Bool { continuation.withLock { $0 == nil } }

    func callAsFunction(_ result: sending Result<Value, any Error>) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(with: result)
    }
}

/// The result that `begin` delivers.
///
/// - Throws: `StoreFault.timedOut` when no result arrives within `patience`.
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
