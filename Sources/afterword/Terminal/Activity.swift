import Foundation
import Synchronization

/// Says on standard error that the program is at work, where a command has said nothing for two
/// seconds: `afterword themes: at work, 7 s`. Nothing where that is no terminal; the line is wiped
/// before anything else is written.
enum Activity {
    private struct State {
        var command = ""
        var began = ContinuousClock.now
        /// When something was written last.
        var since = ContinuousClock.now
        var isShown = false
        var isOn = false
    }
    private static let state = Mutex(State())

    /// How long a command may be silent.
    private static let patience = Duration.seconds(2)

    /// Begins to watch a command; `pause` begins anew, `stop` ends it.
    static func begin(_ command: String) {
        guard Terminal.isErrorTerminal else { return }
        state.withLock { $0 = State(command: command, isOn: true) }
        Thread.detachNewThread {
            while show() { Thread.sleep(forTimeInterval: 0.5) }
        }
    }

    /// - Returns: Whether it goes on.
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

    /// Something else is written: the line makes room, and time begins anew.
    static func pause() {
        guard Terminal.isErrorTerminal else { return }
        state.withLock { wipe(&$0) }
    }

    /// Something else tells how far the command is, or it is over.
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
