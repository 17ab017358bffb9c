import Synchronization

/// The moment from which the receiver of a message may get it. A message either departs or is
/// called off before, whatever thread is faster.
final class Departure: Sendable {
    private enum State {
        case waiting, departed, calledOff
    }

    private let state = Mutex(State.waiting)

    /// Whether the message was called off, so that nothing of it was sent.
    var isCalledOff: Bool { state.withLock { $0 == .calledOff } }

    /// Called right before the message is sent.
    ///
    /// - Throws: `CancellationError` where it was called off.
    func depart() throws {
        let departs = state.withLock { state in
            if state == .waiting { state = .departed }
            return state == .departed
        }
        guard departs else { throw CancellationError() }
    }

    /// Calls the message off, where it has not departed.
    ///
    /// - Returns: Whether it is called off.
    func callOff() -> Bool {
        state.withLock { state in
            if state == .waiting { state = .calledOff }
            return state == .calledOff
        }
    }
}
