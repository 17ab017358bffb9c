import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// A command that is a stage: it has `--events`.
protocol StageCommand: ParsableCommand {
    /// The stage that its events name.
    static var stage: Stage { get }
}

extension RunCommand: StageCommand { static let stage = Stage.load }
extension PlanCommand: StageCommand { static let stage = Stage.load }
extension InsightMakeCommand: StageCommand { static let stage = Stage.insights }
extension ReportCommand: StageCommand { static let stage = Stage.report }
extension DeliverCommand: StageCommand { static let stage = Stage.deliver }

/// Writes the event `failed` of a command whose arguments or settings are refused, where the
/// arguments name a file of events. Help and the version are no failures. A file that cannot be
/// opened, or may be an input, gets no event: the error itself is shown.
///
/// - Parameter error: What the parser threw, or the check of the settings.
func reportEarly(_ error: any Error, _ arguments: [String]) {
    let (command, rest) = descend(arguments)
    guard let type = command.type as? any StageCommand.Type, let path = eventPath(rest),
        Failure(error) != nil || Afterword.exitCode(for: error) != .success,
        mayAppendEvents(to: path, rest), let log = try? EventLog(path, now: { now() })
    else { return }
    let failure =
        Failure(error)?.stageFailure
        ?? StageEvent.Failure(
            status: .usage, message: printable(Afterword.message(for: error)), isRetryable: false)
    log.write(.failed, of: type.stage) { $0.failure = failure }
}

/// The value of `--events` among the arguments of a command, the last one; nil for none.
private func eventPath(_ arguments: [String]) -> String? {
    var path: String?
    for (index, argument) in arguments.prefix(while: { $0 != "--" }).enumerated() {
        if argument.hasPrefix("--events=") {
            path = String(argument.dropFirst("--events=".count))
        } else if argument == "--events", index + 1 < arguments.count {
            let next = arguments[index + 1]
            path = next == "-" || !next.hasPrefix("-") ? next : nil
        }
    }
    return path.flatMap { $0.isEmpty ? nil : $0 }
}
