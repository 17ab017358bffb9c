package import AfterwordPipeline
package import NIOPosix
import Synchronization

/// What every request has to know before an answer may be given again: the newest run, and whom the store lets in.
package struct Front: Sendable {
    package var newest: RunRecord?
    /// Empty where no keys are asked for.
    package var keys: [APIKeyRow]
}

/// Tells the front of the store to many requests at once.
///
/// One question is under way at a time. Who comes meanwhile shares the next one, which begins after they came: many requests
/// cost one question, and none is told what was no longer true when it was asked.
package final class FrontDesk: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Front, any Error>] = []
        var isAsking = false
    }

    private let store: any ReadingStore
    private let asksForKeys: Bool
    private let pool: NIOThreadPool
    private let state = Mutex(State())

    package init(_ store: any ReadingStore, asksForKeys: Bool, pool: NIOThreadPool) {
        self.store = store
        self.asksForKeys = asksForKeys
        self.pool = pool
    }

    /// Requests that wait for a question to begin.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    package func front() async throws -> Front {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = state.withLock { state in
                state.waiting.append(continuation)
                defer { state.isAsking = true }
                return !state.isAsking
            }
            if isFirst { pool.submit { work in self.answer(isOpen: work == .active) } }
        }
    }

    /// Asks until nobody waits.
    private func answer(isOpen: Bool) {
        while true {
            let asking = state.withLock { state in
                defer { state.waiting = [] }
                state.isAsking = !state.waiting.isEmpty
                return state.waiting
            }
            guard !asking.isEmpty else { return }
            let answer: Result<Front, any Error> = Result {
                guard isOpen else { throw CancellationError() }
                return try ask()
            }
            for continuation in asking { continuation.resume(with: answer) }
        }
    }

    private func ask() throws -> Front {
        guard asksForKeys else { return Front(newest: try store.newestRun(), keys: []) }
        return try store.read { reader in
            Front(newest: try reader.newestRun(), keys: try reader.apiKeys())
        }
    }
}
