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

/// Ends what a connection is doing, from any thread, and never what comes after it.
///
/// A cancelled connection runs nothing any more: each later statement fails as interrupted, so that
/// a request that reaches the server late finds no other statement to end. The transaction goes
/// with the connection.
///
/// The server is asked on a way of its own, which may be as dead as the connection's: after `limit`
/// the connection's socket is shut, and its statement ends as interrupted.
package final class PostgresCanceller: Interruption {
    /// How long the server is waited for, until the statement has ended.
    package static let limit = DispatchTimeInterval.seconds(5)

    /// Sendable by hand: a request to cancel may be made from any thread, says libpq, and one
    /// thread takes it out; the socket is only shut under the lock, before `close` ends the
    /// connection.
    private struct State: @unchecked Sendable {
        var request: OpaquePointer?
        var socket: Int32
        var isBusy = false
        var isCancelled = false
        /// Counts statements, so that a limit ends none but its own.
        var statement = 0
        /// Whether `isBusy` ended by a limit.
        var isOverdue = false
        /// Signalled when the statement under way has ended.
        var ended: DispatchSemaphore?
    }
    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        state = Mutex(State(request: PQgetCancel(connection), socket: PQsocket(connection)))
    }

    /// Runs a statement; when it was cancelled meanwhile, its answer does not count.
    ///
    /// - Parameter limit: After so long without an answer the connection is given up.
    /// - Throws: `StoreFault.interrupted` where it was cancelled, `.timedOut` after the limit.
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

    /// Runs what ends a transaction, on a connection that may be cancelled: its line may be dead,
    /// and is given up after the limit.
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

    /// The number of the statement; nil where nothing is run any more.
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

    /// Returns when the statement has ended, or was given up; at once where there is none.
    package func cancel() {
        let ended = DispatchSemaphore(value: 0)
        let asks = state.withLock { state in
            state.isCancelled = true
            guard state.isBusy else { return false }
            state.ended = ended
            return true
        }
        guard asks else { return }
        // libpq 15 has no way to ask without waiting: a thread of its own, which may stay behind.
        Thread.detachNewThread { self.ask() }
        if ended.wait(timeout: .now() + Self.limit) == .success { return }
        state.withLock { if $0.isBusy { Self.shut($0) } }
    }

    private func ask() {
        // A structure around the pointer: it crosses no thread, being taken out by one.
        let taken = state.withLock { state in
            defer { state.request = nil }
            return state.request.map { UInt(bitPattern: $0) }
        }
        guard let request = taken.flatMap({ OpaquePointer(bitPattern: $0) }) else { return }
        var message = [CChar](repeating: 0, count: 256)
        // A server that cannot be asked has ended the statement itself.
        PQcancel(request, &message, Int32(message.count))
        PQfreeCancel(request)
    }

    package func interrupt() { cancel() }

    /// The connection is about to be gone.
    func close() {
        state.withLock { state in
            PQfreeCancel(state.request)
            state.request = nil
            state.isCancelled = true
        }
    }
}
