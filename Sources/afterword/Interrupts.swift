import AfterwordPipeline
import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM while something runs: the first asks it to end, which undoes it and notes the attempt;
/// the second ends the program at once.
struct Interrupts {
    private final class Count: Sendable {
        let value = Atomic(0)
    }
    private let count = Count()
    private var sources: [any DispatchSourceSignal] = []

    init(_ interruption: any Interruption) {
        let count = count
        for number in [SIGINT, SIGTERM] {
            // The default action would end the program before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let earlier = count.value.add(1, ordering: .relaxed).oldValue
                if earlier > 0 { exit(Failure.Code.interrupted.rawValue) }
                interruption.interrupt()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Whether there was one.
    var isInterrupted: @Sendable () -> Bool {
        let count = count
        return { count.value.load(ordering: .relaxed) > 0 }
    }

    func stop() {
        for source in sources { source.cancel() }
    }
}
