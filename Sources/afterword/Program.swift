import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import ArgumentParser
import Foundation
import Logging

/// The entry point: parses the arguments, runs the command, and turns every error into a message
/// and an exit code.
@main
enum Program {
    static func main() async {
        InheritedDescriptors.note()
        StandardOutput.begin()
        startLogging()
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The failed command, whose usage is printed; the root command until parsing succeeds.
        var running: any ParsableCommand.Type = Afterword.self
        do {
            var command = try parse(arguments, &running)
            if !arguments.contains("--quiet") { Activity.begin(commandLine(of: running)) }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            stop(error, running, arguments)
        }
        end(0)
    }

    /// The command of the arguments, its settings checked. What is wrong with either is an event of
    /// the stage that the command would have been.
    ///
    /// - Parameter running: Becomes the command's type as soon as it is known.
    private static func parse(
        _ arguments: [String], _ running: inout any ParsableCommand.Type
    ) throws -> any ParsableCommand {
        try checkPlaces(arguments)
        let command: any ParsableCommand
        do {
            try checkHelp(arguments)
            try checkPaths(arguments)
            command = try Afterword.parseAsRoot()
            running = type(of: command)
            let made = running
            // The parser's own help command works even with invalid settings.
            if NamedCommand.root.all.contains(where: { $0.type == made }),
                made != ConfigShowCommand.self, made != InitCommand.self,
                let fault = Settings.current.faults.first
            {
                throw CommandFault(.usage, fault)
            }
        } catch {
            reportEarly(error, arguments)
            throw error
        }
        // Outside, as an event of the refusal could be what harms an input.
        try checkPlaces(arguments, of: command)
        return command
    }

    /// Log output goes to standard error. It contains neither review texts nor keys.
    private static func startLogging() {
        LoggingSystem.bootstrap { label in
            if Settings.current.logsJSON {
                return JSONLogHandler(
                    label: label, level: Settings.current.logLevel, now: { now() },
                    write: { Terminal.write(error: $0) })
            }
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = Settings.current.logLevel
            return handler
        }
    }

    private static func stop(
        _ error: any Error, _ command: any ParsableCommand.Type, _ arguments: [String]
    ) -> Never {
        if let failure = Failure(error) {
            // The message can contain file and field names from input, so escape them.
            Terminal.writeError("afterword: \(printable(failure.message))")
            end(failure.code.rawValue)
        }
        if let code = error as? ExitCode { end(code.rawValue) }
        // Help and version are reported as errors with exit code 0; other parser errors are usage
        // errors.
        if Afterword.exitCode(for: error) == .success {
            print(helpText(Afterword.fullMessage(for: error), to: Terminal.width ?? 80))
            end(0)
        }
        if let fault = error as? ValidationError {
            Terminal.writeError(usageMessage(fault.message, of: command))
        } else {
            let message = Afterword.fullMessage(for: error)
            Terminal.writeError(parserMessage(message, arguments))
        }
        end(Failure.Code.usage.rawValue)
    }

    /// Ends the program. If standard output could not be written, a success becomes exit code 3;
    /// other exit codes stay as they are.
    private static func end(_ code: Int32) -> Never {
        Activity.stop()
        // EPIPE means that the reader closed the pipe on purpose, which is not an error.
        guard let number = StandardOutput.finish(), number != EPIPE else { exit(code) }
        Terminal.writeError("afterword: cannot write standard output: \(systemReason(number))")
        exit(code == 0 ? Failure.Code.store.rawValue : code)
    }
}

/// The version of the program.
let programVersion = "0.2.0"

/// The root command.
struct Afterword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "afterword",
        abstract:
            "Raw review dumps in; a replayable history, exact summaries and checked insights out.",
        discussion: """
            Load a folder of review JSON with 'run', then ask. Loading the same dump twice changes \
            nothing; loading a newer one shows what changed.

            Exit codes: 0 done, 1 a check failed, 2 usage or input, 3 store or output, 4 model, \
            5 budget, 6 alert, 7 locked, 130 interrupted (docs/exit-codes.md).
            """,
        version: VersionFacts(
            version: programVersion, commit: buildCommit, schema: newestSchemaVersion
        ).text,
        groupedSubcommands: [
            CommandGroup(
                name: "Load",
                subcommands: [
                    RunCommand.self, PlanCommand.self, CatalogCommand.self, RejectsCommand.self,
                    ShapeCommand.self, RecleanCommand.self, RereadCommand.self,
                    TaxonomyCommand.self, PruneCommand.self,
                ]),
            CommandGroup(
                name: "See",
                subcommands: [
                    InboxCommand.self, ReportCommand.self, DeliverCommand.self, BrandsCommand.self,
                    ProductsCommand.self, ProductCommand.self, ReviewsCommand.self,
                    ThemesCommand.self, ThemeCommand.self, SafetyCommand.self,
                    SearchCommand.self, MarkCommand.self,
                ]),
            CommandGroup(
                name: "Past",
                subcommands: [
                    ChangesCommand.self, HistoryCommand.self, RunsCommand.self,
                ]),
            CommandGroup(
                name: "Models",
                subcommands: [
                    InsightCommand.self, InsightsCommand.self, EnrichCommand.self,
                    ModelsCommand.self,
                    CostsCommand.self, DriftCommand.self, ReadCommand.self, FakeLLMCommand.self,
                ]),
            CommandGroup(
                name: "Service and store",
                subcommands: [
                    ServeCommand.self, MCPCommand.self, KeyCommand.self, MigrateCommand.self,
                    CopyCommand.self, BackupCommand.self, RestoreCommand.self,
                    ExportCommand.self, PublishCommand.self,
                    GrantCommand.self, TablesCommand.self,
                    InitCommand.self, ConfigCommand.self,
                ]),
            CommandGroup(
                name: "Checks",
                subcommands: [
                    StatusCommand.self, DoctorCommand.self, AuditCommand.self, VerifyCommand.self,
                    JUnitCommand.self,
                ]),
        ])

    static var _errorPrefix: String { "afterword: " }
}
