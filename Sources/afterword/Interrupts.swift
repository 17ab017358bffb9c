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
        /// The store to interrupt; nil after `stop`. Signal sources release their handlers only
        /// some time after being cancelled, and the store's files are closed only when nothing
        /// references the store.
        let interruption: Mutex<(any Interruption)?>

        init(_ interruption: any Interruption) { self.interruption = Mutex(interruption) }
    }
    /// Signals that arrived while any of them was handled.
    private static let signals = Atomic(0)
    private let shared: Shared
    private var sources: [any DispatchSourceSignal] = []

    init(_ interruption: any Interruption) {
        let shared = Shared(interruption)
        self.shared = shared
        for number in [SIGINT, SIGTERM] {
            // The default action would end the program before the signal source runs.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Self.signals.add(1, ordering: .relaxed)
                let earlier = shared.count.add(1, ordering: .relaxed).oldValue
                if earlier > 0 { exit(Failure.Code.interrupted.rawValue) }
                shared.interruption.withLock { $0 }?.interrupt()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Whether a signal has arrived. Callable from any thread.
    var isInterrupted: @Sendable () -> Bool {
        let shared = shared
        return { shared.count.load(ordering: .relaxed) > 0 }
    }

    /// Whether a signal has arrived that this program handles. Callable from any thread.
    static func isSignalled() -> Bool { signals.load(ordering: .relaxed) > 0 }

    /// Cancels the signal sources and releases the store. The signals stay ignored.
    func stop() {
        for source in sources { source.cancel() }
        shared.interruption.withLock { $0 = nil }
    }
}

/// Cancels a task.
struct TaskInterruption: Interruption {
    let cancel: @Sendable () -> Void

    func interrupt() { cancel() }
}
