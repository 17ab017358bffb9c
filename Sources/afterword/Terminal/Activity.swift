import Foundation
import Synchronization

/// Shows a line on standard error when a command has printed nothing for two seconds, for instance
/// `afterword themes: at work, 7 s`. Does nothing when standard error is not a terminal. The line
/// is erased before anything else is written. Safe to use from any thread.
enum Activity {
    private struct State {
        var command = ""
        var began = ContinuousClock.now
        /// When something was last written.
        var since = ContinuousClock.now
        var isShown = false
        var isOn = false
    }
    private static let state = Mutex(State())

    /// How long a command may print nothing before the line appears.
    private static let patience = Duration.seconds(2)

    /// Starts watching a command on a thread of its own. `pause` restarts the waiting time, `stop`
    /// ends the watch.
    static func begin(_ command: String) {
        guard Terminal.isErrorTerminal else { return }
        state.withLock { $0 = State(command: command, isOn: true) }
        Thread.detachNewThread {
            while show() { Thread.sleep(forTimeInterval: 0.5) }
        }
    }

    /// Updates the line.
    ///
    /// - Returns: False once the watch has ended.
    private static func show() -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            guard state.isOn, now - state.since >= patience else { return state.isOn }
            let line = "\(state.command): at work, \((now - state.began).components.seconds) s"
            Terminal.write(error: "\r" + cut(line, to: Terminal.errorWidth - 1) + "\u{1B}[K")
            state.isShown = true
            return true
        }
    }

    /// Erases the line and restarts the waiting time. Call this before writing other output.
    static func pause() {
        guard Terminal.isErrorTerminal else { return }
        state.withLock { wipe(&$0) }
    }

    /// Erases the line and ends the watch, when a progress bar takes over or the command ends.
    static func stop() {
        guard Terminal.isErrorTerminal else { return }
        state.withLock { state in
            wipe(&state)
            state.isOn = false
        }
    }

    private static func wipe(_ state: inout State) {
        state.since = .now
        guard state.isShown else { return }
        Terminal.write(error: "\r\u{1B}[K")
        state.isShown = false
    }
}
