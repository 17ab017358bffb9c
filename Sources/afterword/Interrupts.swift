import AfterwordPipeline
import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM while something runs: the first asks it to end, which undoes it and notes the attempt;
/// the second ends the program at once.
struct Interrupts {
    private final class Shared: Sendable {
        let count = Atomic(0)
        /// What is to be ended; nothing once it is over: sources let go of their handlers some time after they were cancelled, and the
        /// store's files are closed when nobody holds it.
        let interruption: Mutex<(any Interruption)?>

        init(_ interruption: any Interruption) { self.interruption = Mutex(interruption) }
    }
    private let shared: Shared
    private var sources: [any DispatchSourceSignal] = []

    init(_ interruption: any Interruption) {
        let shared = Shared(interruption)
        self.shared = shared
        for number in [SIGINT, SIGTERM] {
            // The default action would end the program before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let earlier = shared.count.add(1, ordering: .relaxed).oldValue
                if earlier > 0 { exit(Failure.Code.interrupted.rawValue) }
                shared.interruption.withLock { $0 }?.interrupt()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Whether there was one.
    var isInterrupted: @Sendable () -> Bool {
        let shared = shared
        return { shared.count.load(ordering: .relaxed) > 0 }
    }

    func stop() {
        for source in sources { source.cancel() }
        shared.interruption.withLock { $0 = nil }
    }
}
