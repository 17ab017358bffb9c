import AfterwordPipeline
import ArgumentParser
import Foundation
import Logging

/// The program: parses, runs, and turns every failure into words and an exit code in one place.
@main
enum Program {
    static func main() async {
        StandardOutput.begin()
        startLogging()
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Which command failed, for its usage: the root until it is known.
        var running: any ParsableCommand.Type = Afterword.self
        do {
            try checkHelp(arguments)
            var command = try Afterword.parseAsRoot()
            running = type(of: command)
            // Help, which the parser makes a command of its own, is given whatever the settings.
            if NamedCommand.root.all.contains(where: { $0.type == running }),
                let fault = Settings.current.faults.first
            {
                throw CommandFault(.usage, fault)
            }
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

    /// Remarks for those who run the program go to standard error: neither texts of reviews nor keys.
    private static func startLogging() {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = Settings.current.logLevel
            return handler
        }
    }

    private static func stop(
        _ error: any Error, _ command: any ParsableCommand.Type, _ arguments: [String]
    ) -> Never {
        if let failure = Failure(error) {
            // File names and fields of a file are in it, and they are others' text.
            Terminal.writeError("afterword: \(printable(failure.message))")
            end(failure.code.rawValue)
        }
        if let code = error as? ExitCode { end(code.rawValue) }
        // Help and version are no failures; what the parser refuses is usage.
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

    /// Ends the program. What could not be printed makes a success a failure; a check that failed and
    /// an alert stay what they are.
    private static func end(_ code: Int32) -> Never {
        Activity.stop()
        // Who closed the pipe wants no more of it: nothing to remark.
        guard let number = StandardOutput.finish(), number != EPIPE else { exit(code) }
        Terminal.writeError("afterword: cannot write standard output: \(systemReason(number))")
        exit(code == 0 ? Failure.Code.store.rawValue : code)
    }
}

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
            5 budget, 6 alert, 130 interrupted.
            """,
        version: "afterword 0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Load",
                subcommands: [
                    RunCommand.self, PlanCommand.self, CatalogCommand.self, RejectsCommand.self,
                    ShapeCommand.self,
                ]),
            CommandGroup(
                name: "See",
                subcommands: [
                    InboxCommand.self, ReportCommand.self, BrandsCommand.self,
                    ProductsCommand.self, ProductCommand.self, ReviewsCommand.self,
                    ThemesCommand.self, ThemeCommand.self, SafetyCommand.self,
                ]),
            CommandGroup(
                name: "Past",
                subcommands: [
                    ChangesCommand.self, HistoryCommand.self, RunsCommand.self,
                ]),
            CommandGroup(
                name: "Models",
                subcommands: [
                    InsightCommand.self, InsightsCommand.self, CostsCommand.self,
                ]),
            CommandGroup(
                name: "Service and store",
                subcommands: [
                    ServeCommand.self, KeyCommand.self, MigrateCommand.self, CopyCommand.self,
                    GrantCommand.self, TablesCommand.self,
                ]),
            CommandGroup(
                name: "Checks",
                subcommands: [
                    StatusCommand.self, AuditCommand.self, VerifyCommand.self, JUnitCommand.self,
                ]),
        ])

    static var _errorPrefix: String { "afterword: " }
}
