import AfterwordPipeline
import CLibpq
package import Dispatch
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Cancels the statement that a connection is running, from any thread, and never a later one.
///
/// After `cancel` the connection runs nothing more: each later statement throws
/// `StoreFault.interrupted`. A cancel request that reaches the server late therefore finds no other
/// statement to end. The transaction ends together with the connection.
///
/// libpq sends the cancel request over a second network connection, which may be as dead as the
/// first. After `limit` the connection's own socket is shut down, so that its statement ends as
/// interrupted.
package final class PostgresCanceller: Interruption {
    /// Longest wait, in seconds, for a cancelled statement to end: 5.
    package static let limit = DispatchTimeInterval.seconds(5)

    /// `@unchecked Sendable`, because libpq allows `PQcancel` from any thread and exactly one
    /// thread takes the request out of the state. The socket is shut down only under the lock, and
    /// `close` runs before the connection ends.
    private struct State: @unchecked Sendable {
        var request: OpaquePointer?
        var socket: Int32
        var isBusy = false
        var isCancelled = false
        /// Number of the current statement, so that a timeout ends only the statement it was set
        /// for.
        var statement = 0
        /// Whether the current statement was ended by its timeout.
        var isOverdue = false
        /// Signaled when the statement being cancelled has ended.
        var ended: DispatchSemaphore?
    }
    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        state = Mutex(State(request: PQgetCancel(connection), socket: PQsocket(connection)))
    }

    /// Runs a statement. A statement that was cancelled while it ran returns no result.
    ///
    /// - Parameter limit: Timeout after which the connection's socket is shut down; nil for none.
    /// - Throws: `StoreFault.interrupted` after a cancellation, `StoreFault.timedOut` where `body`
    ///   throws after the timeout, otherwise the error of `body`.
    func whileBusy<Result>(
        within limit: DispatchTimeInterval? = nil, _ body: () throws -> Result
    ) throws -> Result {
        guard let statement = begin() else { throw StoreFault.interrupted }
        let overdue = limit.map { limit in
            let overdue = DispatchWorkItem { [weak self] in self?.giveUp(statement) }
            DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: overdue)
            return overdue
        }
        defer { overdue?.cancel() }
        let result: Result
        do {
            result = try body()
        } catch {
            end()
            if state.withLock({ $0.isOverdue }) { throw StoreFault.timedOut }
            throw error
        }
        guard end() else { throw StoreFault.interrupted }
        return result
    }

    /// Runs the statement that ends a transaction, also on a cancelled connection. Shuts the socket
    /// down after `limit`, because the network connection may be dead.
    func whileEnding(_ body: () -> Void) {
        let statement = state.withLock { state in
            state.isBusy = true
            state.statement += 1
            return state.statement
        }
        let overdue = DispatchWorkItem { [weak self] in self?.giveUp(statement) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit, execute: overdue)
        body()
        overdue.cancel()
        end()
    }

    /// Marks the connection as busy and returns the number of the statement; nil after a
    /// cancellation.
    private func begin() -> Int? {
        state.withLock { state in
            guard !state.isCancelled else { return nil }
            state.isBusy = true
            state.statement += 1
            return state.statement
        }
    }

    @discardableResult
    private func end() -> Bool {
        state.withLock { state in
            state.isBusy = false
            state.ended?.signal()
            return !state.isCancelled
        }
    }

    private func giveUp(_ statement: Int) {
        state.withLock { state in
            guard state.isBusy, state.statement == statement else { return }
            state.isOverdue = true
            Self.shut(state)
        }
    }

    private static func shut(_ state: State) {
        #if canImport(Darwin)
            _ = shutdown(state.socket, SHUT_RDWR)
        #else
            _ = shutdown(state.socket, Int32(SHUT_RDWR))
        #endif
    }

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Cancels the current statement. Returns when it has ended, at the latest about `limit` later;
    /// at once where no statement runs.
    package func cancel() {
        let ended = DispatchSemaphore(value: 0)
        let asks = state.withLock { state in
            state.isCancelled = true
            guard state.isBusy else { return false }
            state.ended = ended
            return true
        }
        guard asks else { return }
        // libpq 15 can only cancel synchronously: the request gets its own thread, which may
        // outlive this call.
        Thread.detachNewThread { self.ask() }
        if ended.wait(timeout: .now() + Self.limit) == .success { return }
        state.withLock { if $0.isBusy { Self.shut($0) } }
    }

    private func ask() {
        // The pointer crosses as an integer, because `OpaquePointer` is not `Sendable`. Exactly one
        // thread takes it out.
        let taken = state.withLock { state in
            defer { state.request = nil }
            return state.request.map { UInt(bitPattern: $0) }
        }
        guard let request = taken.flatMap({ OpaquePointer(bitPattern: $0) }) else { return }
        var message = [CChar](repeating: 0, count: 256)
        // An error is ignored: a server that cannot be reached no longer runs the statement.
        PQcancel(request, &message, Int32(message.count))
        PQfreeCancel(request)
    }

    package func interrupt() { cancel() }

    /// Frees the cancel request. Called just before the connection is closed.
    func close() {
        state.withLock { state in
            PQfreeCancel(state.request)
            state.request = nil
            state.isCancelled = true
        }
    }
}
