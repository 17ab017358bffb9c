import AfterwordPipeline
import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Standard output: what is printed is gathered and written in large pieces, and every write is
/// checked, so that a full disk never looks like a short answer.
enum StandardOutput {
    private struct State {
        var waiting: [UInt8] = []
        /// The first error; nothing is written after it.
        var failure: Int32?
        /// The descriptor was closed before the program began.
        var isClosed = false
    }
    private static let state = Mutex(State())

    /// Bytes that are gathered.
    private static let pieceBytes = 1 << 16

    /// Gives the standard descriptors that are closed to the null device: else the next file that is
    /// opened, the store for one, would be what is printed to.
    static func begin() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest that is free is the one that is closed.
            _ = open("/dev/null", O_RDWR)
            if descriptor == STDOUT_FILENO { state.withLock { $0.isClosed = true } }
        }
    }

    static func write(_ bytes: some Sequence<UInt8>) {
        Activity.pause()
        state.withLock { state in
            state.waiting.append(contentsOf: bytes)
            if state.waiting.count >= pieceBytes || Terminal.isOutputTerminal { flush(&state) }
        }
    }

    /// Writes what was gathered: a reader beside the program sees it now.
    static func flush() { state.withLock { flush(&$0) } }

    private static func flush(_ state: inout State) {
        defer { state.waiting.removeAll(keepingCapacity: true) }
        guard state.failure == nil, !state.waiting.isEmpty else { return }
        let number =
            state.isClosed ? EBADF : writeAll(state.waiting, to: STDOUT_FILENO)
        if number != 0 { state.failure = number }
    }

    /// Whether something could not be written: what follows is lost too.
    static var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// Writes the rest and closes.
    ///
    /// - Returns: The system's error number of the first write that failed, or of the close.
    static func finish() -> Int32? {
        state.withLock { state in
            flush(&state)
            // What a library printed in its own way.
            if fflush(nil) != 0, state.failure == nil { state.failure = errno }
            if close(STDOUT_FILENO) != 0, state.failure == nil { state.failure = errno }
            return state.failure
        }
    }
}

// In place of the standard library's function of this name, which does not say when what it prints
// is lost. Without defaults: of two that fit, the compiler takes the one that needs none.

/// Prints a line to standard output.
func print(_ line: String) { StandardOutput.write((line + "\n").utf8) }

/// Prints an empty line.
func print() { StandardOutput.write("\n".utf8) }

/// Prints a text and what ends it.
func print(_ text: String, terminator: String) { StandardOutput.write((text + terminator).utf8) }
