import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// Where a stage writes its events.
struct EventOptions: ParsableArguments {
    static let help: ArgumentHelp = """
        Append events as JSON Lines to this file, pipe or descriptor (- or /dev/fd/3): begun, \
        progress, done, failed.
        """

    @Option(help: EventOptions.help)
    var events: String?

    /// Opens the events; nil where none are wanted.
    ///
    /// - Throws: `OutputFault`.
    func open() throws -> EventLog? { try Self.open(events) }

    /// Opens the events of a path.
    ///
    /// - Throws: `OutputFault`.
    static func open(_ path: String?) throws -> EventLog? {
        try path.map { path throws(OutputFault) in
            try EventLog(path, now: { now() }, beforeWriting: { StandardOutput.flush() })
        }
    }
}

/// Runs a stage between its events, where there are any.
func during<Result>(
    _ stage: Stage, _ subject: String, in log: EventLog?, run: (Result) -> Int64? = { _ in nil },
    _ body: () throws -> Result
) throws -> Result {
    guard let log else { return try body() }
    defer { report(log) }
    return try log.during(stage, subject, explain: Failure.event, run: run, body)
}

/// Runs what comes before a stage: an error is an event of the stage.
func before<Result>(
    _ stage: Stage, in log: EventLog?, _ body: () throws -> Result
) throws -> Result {
    guard let log else { return try body() }
    defer { report(log) }
    return try log.before(stage, explain: Failure.event, body)
}

/// The same as the first for work that waits.
func during<Result>(
    _ stage: Stage, _ subject: String, in log: EventLog?, _ body: () async throws -> Result
) async throws -> Result {
    guard let log else { return try await body() }
    defer { report(log) }
    return try await log.during(stage, subject, explain: Failure.event, body)
}

/// Says once that events could not be written: the stage itself goes on.
private func report(_ log: EventLog) {
    guard let number = log.takeFault() else { return }
    Terminal.writeError("afterword: events end here: \(systemReason(number))")
}

extension Failure {
    /// The failure as an event says it; nil for a command that did its work.
    static func event(_ error: any Error) -> StageEvent.Failure? {
        guard let failure = Failure(error) else {
            guard let code = (error as? ExitCode)?.rawValue, let status = ExitReason(rawValue: code)
            else {
                return StageEvent.Failure(
                    status: .usage, message: "\(error)", isRetryable: false)
            }
            return status == .alert || status == .done
                ? nil
                : StageEvent.Failure(
                    status: status, message: status.meaning, isRetryable: status.isRetryable)
        }
        return failure.stageFailure
    }

    /// The failure as an event says it.
    var stageFailure: StageEvent.Failure {
        StageEvent.Failure(status: code, message: printable(message), isRetryable: isRetryable)
    }
}
