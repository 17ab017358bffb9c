import ArgumentParser
import Logging

/// The program: parses, runs, and turns every failure into words and an exit code in one place.
@main
enum Program {
    static func main() async {
        startLogging()
        do {
            var command = try Afterword.parseAsRoot()
            if let fault = Settings.current.faults.first { throw CommandFault(.usage, fault) }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            stop(error)
        }
    }

    /// Remarks for those who run the program go to standard error: neither texts of reviews nor keys.
    private static func startLogging() {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = Settings.current.logLevel
            return handler
        }
    }

    private static func stop(_ error: any Error) -> Never {
        if let failure = Failure(error) {
            // File names and fields of a file are in it, and they are others' text.
            Terminal.writeError("afterword: \(printable(failure.message))")
            Afterword.exit(withError: ExitCode(failure.code.rawValue))
        }
        let code = Afterword.exitCode(for: error)
        // Help and version are no failures; what the parser refuses is usage.
        if code == .success || error is ExitCode { Afterword.exit(withError: error) }
        Terminal.writeError(Afterword.fullMessage(for: error))
        Afterword.exit(withError: ExitCode(Failure.Code.usage.rawValue))
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

            Exit codes: 0 done, 1 a check failed, 2 usage or input, 3 store, 4 model, 5 budget, 6 alert, \
            130 interrupted.
            """,
        version: "afterword 0.1.0",
        subcommands: [
            RunCommand.self, PlanCommand.self, ProductsCommand.self, BrandsCommand.self,
            ProductCommand.self, ReviewsCommand.self, HistoryCommand.self, RunsCommand.self,
            InboxCommand.self, ChangesCommand.self, ReportCommand.self, ThemesCommand.self,
            ThemeCommand.self,
            SafetyCommand.self, InsightCommand.self, InsightsCommand.self, CostsCommand.self,
            ServeCommand.self, KeyCommand.self,
            RejectsCommand.self, StatusCommand.self, AuditCommand.self, ShapeCommand.self,
            CatalogCommand.self,
            CopyCommand.self,
            MigrateCommand.self, GrantCommand.self, TablesCommand.self,
            VerifyCommand.self, JUnitCommand.self,
        ])
}
