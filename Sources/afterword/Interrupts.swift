import AfterwordPipeline
import Dispatch
import Foundation
import Synchronization

/// Handles SIGINT and SIGTERM during a load or a delivery. The first signal interrupts the store,
/// which rolls the run back and records the attempt, or cancels a task (`TaskInterruption`); the
/// second exits immediately with code 130.
struct Interrupts {
    private final class Shared: Sendable {
        let count = Atomic(0)
        /// The store to interrupt; nil after `stop`: the store's files are closed only when nothing
        /// references the store.
        let interruption: Mutex<(any Interruption)?>

        init(_ interruption: any Interruption) { self.interruption = Mutex(interruption) }

        func take() {
            let earlier = count.add(1, ordering: .relaxed).oldValue
            if earlier > 0 { exit(Failure.Code.interrupted.rawValue) }
            interruption.withLock { $0 }?.interrupt()
        }
    }
    /// Signals that arrived since the first of these began.
    private static let signals = Atomic(0)
    /// Those that are not stopped.
    private static let handling = Mutex<[Shared]>([])
    /// Made once and kept: a second source of a signal whose first one was cancelled hears nothing
    /// on Linux.
    private static let sources = Mutex<[any DispatchSourceSignal]>([])
    private let shared: Shared

    init(_ interruption: any Interruption) {
        let shared = Shared(interruption)
        self.shared = shared
        Self.handling.withLock { $0.append(shared) }
        Self.sources.withLock { sources in
            guard sources.isEmpty else { return }
            for number in [SIGINT, SIGTERM] {
                // The default action would end the program before the signal source runs.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { Self.handle() }
                source.resume()
                sources.append(source)
            }
        }
    }

    private static func handle() {
        signals.add(1, ordering: .relaxed)
        for one in handling.withLock({ $0 }) { one.take() }
    }

    /// Whether a signal has arrived. Callable from any thread.
    var isInterrupted: @Sendable () -> Bool {
        let shared = shared
        return { shared.count.load(ordering: .relaxed) > 0 }
    }

    /// Whether a signal has arrived, also between two that handled them. Callable from any thread.
    static func isSignalled() -> Bool { signals.load(ordering: .relaxed) > 0 }

    /// Releases the store. Signals are passed over from now on.
    func stop() {
        Self.handling.withLock { $0.removeAll { $0 === shared } }
        shared.interruption.withLock { $0 = nil }
    }
}

/// Cancels a task.
struct TaskInterruption: Interruption {
    let cancel: @Sendable () -> Void

    func interrupt() { cancel() }
}
