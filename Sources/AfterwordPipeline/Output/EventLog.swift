package import AfterwordCore
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Where the events of stages are written: a file, a pipe or an open descriptor, a JSON line an
/// event. Each event is one write at the end of the file, so that stages of several commands may
/// share it. A failed write ends the events and not the stage. Safe to use from any thread.
package final class EventLog: Sendable {
    private struct State {
        var descriptor: Int32
        /// The percent that was written last, of each unit.
        var percents: [String: Int64] = [:]
        var number: Int32 = 0
    }
    private let state: Mutex<State>
    private let now: @Sendable () -> Instant
    private let beforeWriting: @Sendable () -> Void

    /// Opens a file to append to; `-` and paths as `/dev/fd/3` are open descriptors.
    ///
    /// - Parameter beforeWriting: Called before each event, to write out what was printed before it
    ///   to the same descriptor.
    /// - Throws: `OutputFault`.
    package init(
        _ path: String, now: @escaping @Sendable () -> Instant,
        beforeWriting: @escaping @Sendable () -> Void = {}
    ) throws(OutputFault) {
        let named = path == "-" ? STDOUT_FILENO : namedDescriptor(path)
        let descriptor = named.map { InheritedDescriptors.duplicate($0) } ?? appending(path)
        guard descriptor >= 0 else { throw OutputFault(path: path, number: errno) }
        state = Mutex(State(descriptor: descriptor))
        self.now = now
        self.beforeWriting = beforeWriting
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        close(descriptor)
    }

    /// The system's error number of the write that failed, once.
    package func takeFault() -> Int32? {
        state.withLock { state in
            defer { if state.number > 0 { state.number = -1 } }
            return state.number > 0 ? state.number : nil
        }
    }

    /// Writes an event of a stage.
    package func write(
        _ kind: StageEvent.Kind, of stage: Stage, _ change: (inout StageEvent) -> Void = { _ in }
    ) {
        var event = StageEvent(at: now(), stage: stage, kind: kind)
        change(&event)
        let line = Array((event.json.canonical + "\n").utf8)
        state.withLock { state in
            if kind != .progress { state.percents = [:] }
            guard state.number == 0 else { return }
            beforeWriting()
            state.number = writeAll(line, to: state.descriptor)
        }
    }

    /// Writes progress, once a percent of each unit.
    package func progress(
        of stage: Stage, _ subject: String, _ progress: StageEvent.Progress
    ) {
        let percent = progress.total > 0 ? share(progress.done, of: progress.total) : 100
        let isNew = state.withLock { state in
            state.percents.updateValue(percent, forKey: progress.unit) != percent
        }
        guard isNew else { return }
        write(.progress, of: stage) { event in
            event.subject = subject
            event.progress = progress
        }
    }

    /// Runs a stage between its events.
    ///
    /// - Parameters:
    ///   - explain: What an error means; nil for one that is no failure of the stage.
    ///   - run: The run that the stage wrote.
    /// - Throws: What `body` throws.
    package func during<Result>(
        _ stage: Stage, _ subject: String = "",
        explain: (any Error) -> StageEvent.Failure?, run: (Result) -> Int64? = { _ in nil },
        _ body: () throws -> Result
    ) throws -> Result {
        write(.begun, of: stage) { $0.subject = subject }
        let result: Result
        do {
            result = try body()
        } catch {
            fail(stage, subject, explain(error))
            throw error
        }
        write(.done, of: stage) { event in
            event.subject = subject
            event.run = run(result)
        }
        return result
    }

    /// Runs what comes before a stage: an error is an event of the stage, success is none.
    ///
    /// - Throws: What `body` throws.
    package func before<Result>(
        _ stage: Stage, _ subject: String = "",
        explain: (any Error) -> StageEvent.Failure?, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            if let failure = explain(error) { fail(stage, subject, failure) }
            throw error
        }
    }

    /// The same as the first for work that waits.
    package func during<Result>(
        _ stage: Stage, _ subject: String = "",
        explain: (any Error) -> StageEvent.Failure?, _ body: () async throws -> Result
    ) async throws -> Result {
        write(.begun, of: stage) { $0.subject = subject }
        let result: Result
        do {
            result = try await body()
        } catch {
            fail(stage, subject, explain(error))
            throw error
        }
        write(.done, of: stage) { $0.subject = subject }
        return result
    }

    private func fail(_ stage: Stage, _ subject: String, _ failure: StageEvent.Failure?) {
        write(failure == nil ? .done : .failed, of: stage) { event in
            event.subject = subject
            event.failure = failure
        }
    }
}

/// Percent of a whole, without overflow.
private func share(_ done: Int64, of total: Int64) -> Int64 {
    total >= 100 ? min(100, max(0, done) / (total / 100)) : max(0, done) * 100 / total
}

/// Opens a file for appending, with mode 0600 where it is new.
private func appending(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
}
