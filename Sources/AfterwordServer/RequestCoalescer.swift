package import AfterwordPipeline
import NIOCore
package import NIOPosix
import Synchronization

/// What every request has to know before an answer may be given again: the newest run, and whom the
/// store lets in.
package struct Front: Sendable {
    package var newest: RunRecord?
    /// Empty where no keys are asked for.
    package var keys: [APIKeyRow]
}

/// Tells the front of the store to many requests at once.
///
/// 1. One question is under way at a time. Who comes meanwhile shares the next one, which begins
///    after they came: many requests cost one question, and none is told what was no longer true
///    when it was asked.
/// 2. Nobody waits longer than `patience`: where a question has been under way that long, all are
///    answered with a time-out, and so is who comes until it ends.
package final class RequestCoalescer: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Front, any Error>] = []
        /// Those whom the question under way answers.
        var asking: [CheckedContinuation<Front, any Error>] = []
        /// When the question under way began; nil where there is none.
        var since: ContinuousClock.Instant?
        var isOverdue = false
    }

    private let store: any ReadingStore
    private let asksForKeys: Bool
    private let pool: NIOThreadPool
    private let patience: Duration
    /// Whether the whole store is looked at, not just its front.
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

    /// Requests that wait for a question to begin.
    package var waiting: Int { state.withLock { $0.waiting.count } }

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

    /// Asks until nobody waits.
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
