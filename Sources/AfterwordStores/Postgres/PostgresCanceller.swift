import AfterwordPipeline
import CLibpq
import Synchronization

/// Ends what a connection is doing, from any thread, and never what comes after it.
///
/// A cancelled connection runs nothing any more: each later statement fails as interrupted, so that a request
/// that reaches the server late finds no other statement to end. While the request is on its way the
/// statement that it is meant for does not return. The transaction goes with the
/// connection.
package final class PostgresCanceller: Interruption {
    /// Sendable by hand: a request to cancel may be made from any thread, says libpq; here it is behind the
    /// lock besides.
    private struct State: @unchecked Sendable {
        var request: OpaquePointer?
        var isBusy = false
        var isCancelled = false
    }
    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        state = Mutex(State(request: PQgetCancel(connection)))
    }

    /// Runs a statement; when it was cancelled meanwhile, its answer does not count.
    func whileBusy<Result>(_ body: () throws -> Result) throws -> Result {
        guard begin() else { throw StoreFault.interrupted }
        let result: Result
        do {
            result = try body()
        } catch {
            end()
            throw error
        }
        guard end() else { throw StoreFault.interrupted }
        return result
    }

    private func begin() -> Bool {
        state.withLock { state in
            guard !state.isCancelled else { return false }
            state.isBusy = true
            return true
        }
    }

    @discardableResult
    private func end() -> Bool {
        state.withLock { state in
            state.isBusy = false
            return !state.isCancelled
        }
    }

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Returns when the server has been told, or when there is nothing to end.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            guard state.isBusy, let request = state.request else { return }
            var message = [CChar](repeating: 0, count: 256)
            // A server that cannot be told has ended the statement itself.
            PQcancel(request, &message, Int32(message.count))
        }
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
