package import AfterwordPipeline
import NIOCore
package import NIOPosix
import Synchronization

/// What every request needs before a cached answer may be returned: the newest run and the API
/// keys.
package struct Front: Sendable {
    package var newest: RunRecord?
    /// Empty when the service needs no keys.
    package var keys: [APIKeyRow]
}

/// Coalesces concurrent requests for the newest run and the API keys into one query.
///
/// 1. One query runs at a time. A request that arrives during a query shares the next one, which
///    starts after the request arrived: many requests cost one query, and none gets an answer that
///    was already outdated when the request was made.
/// 2. No request waits longer than `patience`, give or take the check interval. When a query has
///    been running that long, all waiting requests fail with `StoreFault.timedOut`, and so does
///    every new request until that query ends.
///
/// Safe to use from any thread. Queries run on a thread of `pool`.
package final class RequestCoalescer: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Front, any Error>] = []
        /// The requests that the running query answers.
        var asking: [CheckedContinuation<Front, any Error>] = []
        /// When the running query began; nil when none is running.
        var since: ContinuousClock.Instant?
        var isOverdue = false
    }

    private let store: any ReadingStore
    private let asksForKeys: Bool
    private let pool: NIOThreadPool
    private let patience: Duration
    /// Whether a query checks the health of the whole store instead of only its identity.
    private let isThorough: Bool
    private let state = Mutex(State())
    private let watch = Mutex<RepeatedTask?>(nil)

    package init(
        _ store: any ReadingStore, asksForKeys: Bool, pool: NIOThreadPool,
        patience: Duration = .seconds(10), isThorough: Bool = false
    ) {
        self.store = store
        self.asksForKeys = asksForKeys
        self.pool = pool
        self.patience = patience
        self.isThorough = isThorough
        let interval = TimeAmount(min(patience, .milliseconds(500)))
        let task = MultiThreadedEventLoopGroup.singleton.next().scheduleRepeatedTask(
            initialDelay: interval, delay: interval
        ) { [weak self] task in
            guard let self else { return task.cancel() }
            self.giveUpOverdue()
        }
        watch.withLock { $0 = task }
    }

    deinit { watch.withLock { $0 }?.cancel() }

    /// The number of requests that wait for the next query to begin.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// The newest run and the API keys, read after this call.
    ///
    /// - Throws: `StoreFault`.
    package func front() async throws -> Front {
        try await withCheckedThrowingContinuation { continuation in
            enum Turn { case first, later, never }
            let turn = state.withLock { state -> Turn in
                if state.isOverdue { return .never }
                state.waiting.append(continuation)
                defer { state.since = state.since ?? .now }
                return state.since == nil ? .first : .later
            }
            switch turn {
            case .first: pool.submit { work in self.answer(isOpen: work == .active) }
            case .later: break
            case .never: continuation.resume(throwing: StoreFault.timedOut)
            }
        }
    }

    /// Runs queries until no request is waiting.
    private func answer(isOpen: Bool) {
        while true {
            let isAsked = state.withLock { state in
                state.isOverdue = false
                state.asking = state.waiting
                state.waiting = []
                state.since = state.asking.isEmpty ? nil : .now
                return state.since != nil
            }
            guard isAsked else { return }
            let answer: Result<Front, any Error> = Result {
                guard isOpen else { throw CancellationError() }
                return try ask()
            }
            let asking = state.withLock { state in
                defer { state.asking = [] }
                return state.asking
            }
            for continuation in asking { continuation.resume(with: answer) }
        }
    }

    private func giveUpOverdue() {
        let givenUp = state.withLock { state -> [CheckedContinuation<Front, any Error>] in
            guard let since = state.since, since + patience <= .now else { return [] }
            state.isOverdue = true
            defer { (state.asking, state.waiting) = ([], []) }
            return state.asking + state.waiting
        }
        for continuation in givenUp { continuation.resume(throwing: StoreFault.timedOut) }
    }

    private func ask() throws -> Front {
        if isThorough {
            try store.checkHealth()
        } else {
            try store.checkIdentity()
        }
        guard asksForKeys else { return Front(newest: try store.newestRun(), keys: []) }
        return try store.read { reader in
            Front(newest: try reader.newestRun(), keys: try reader.apiKeys())
        }
    }
}
