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

/// Buffered standard output. Every write is checked, so a full disk is reported instead of
/// truncating the output unnoticed. Safe to use from any thread.
enum StandardOutput {
    private struct State {
        var waiting: [UInt8] = []
        /// The `errno` of the first failed write; nothing is written after it.
        var failure: Int32?
        /// The descriptor was closed when the program started.
        var isClosed = false
    }
    private static let state = Mutex(State())

    /// Size in bytes at which the buffer is written.
    private static let pieceBytes = 1 << 16

    /// Opens closed standard descriptors on `/dev/null`. Otherwise the next opened file, for
    /// instance the store, would get the number of standard output, and printing would overwrite
    /// it.
    static func begin() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // `open` returns the lowest free descriptor, which is the closed one.
            _ = open("/dev/null", O_RDWR)
            if descriptor == STDOUT_FILENO { state.withLock { $0.isClosed = true } }
        }
    }

    /// Appends bytes to the buffer. On a terminal they are written immediately.
    static func write(_ bytes: some Sequence<UInt8>) {
        Activity.pause()
        state.withLock { state in
            state.waiting.append(contentsOf: bytes)
            if state.waiting.count >= pieceBytes || Terminal.isOutputTerminal { flush(&state) }
        }
    }

    /// Writes the buffer, so that a process reading the output sees it now.
    static func flush() { state.withLock { flush(&$0) } }

    private static func flush(_ state: inout State) {
        defer { state.waiting.removeAll(keepingCapacity: true) }
        guard state.failure == nil, !state.waiting.isEmpty else { return }
        let number =
            state.isClosed ? EBADF : writeAll(state.waiting, to: STDOUT_FILENO)
        if number != 0 {
            state.failure = number
            failed.store(true, ordering: .relaxed)
        }
    }

    /// Whether a write has failed; later output is discarded. Does not wait for one under way.
    static var hasFailed: Bool { failed.load(ordering: .relaxed) }
    private static let failed = Atomic(false)

    /// Writes the remaining buffer and closes standard output.
    ///
    /// - Returns: The `errno` of the first failed write or of the close; nil on success.
    static func finish() -> Int32? {
        state.withLock { state in
            flush(&state)
            // Also flush C stdio buffers, which libraries may have used.
            if fflush(nil) != 0, state.failure == nil { state.failure = errno }
            if close(STDOUT_FILENO) != 0, state.failure == nil { state.failure = errno }
            return state.failure
        }
    }
}

// These replace the standard library's `print`, which does not report failed writes. They have no
// default arguments, so that the compiler prefers them to the standard library's functions.

/// Prints a line to standard output.
func print(_ line: String) { StandardOutput.write((line + "\n").utf8) }

/// Prints an empty line.
func print() { StandardOutput.write("\n".utf8) }

/// Prints a text followed by `terminator`.
func print(_ text: String, terminator: String) { StandardOutput.write((text + terminator).utf8) }
