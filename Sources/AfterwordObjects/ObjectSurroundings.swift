import Foundation

/// What requests need of the world beside the network, so that tests may replace it.
package struct ObjectSurroundings: Sendable {
    /// The clock, by which requests are signed.
    package var now: @Sendable () -> UTCStamp = {
        UTCStamp(seconds: Int64(Date().timeIntervalSince1970))
    }
    /// Waits for some seconds before the next try.
    package var pause: @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }
    /// A random number from 0 to below 1, by which pauses differ between many clients.
    package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }
    /// Whether the user wants it to end. Asked at least five times a second while it waits.
    package var isInterrupted: @Sendable () -> Bool = { false }
    /// Runs a program with arguments, found by `PATH`.
    package var run: @Sendable ([String], [String: String]) throws -> ProgramOutput = runProgram

    package init() {}

    /// The pause before try `number`, 2 or more: random, up to a limit that doubles.
    func pauseSeconds(before number: Int) -> Double {
        let limit = min(20, 0.25 * Double(1 << min(number - 1, 10)))
        return limit * (0.25 + 0.75 * jitter())
    }

    /// Waits in small steps, so that an interruption ends it.
    ///
    /// - Throws: `ObjectFault.interrupted`.
    func wait(_ seconds: Double) throws(ObjectFault) {
        var rest = seconds
        while rest > 0 {
            guard !isInterrupted() else { throw .interrupted }
            pause(min(rest, 0.2))
            rest -= 0.2
        }
    }
}
