import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordStores
import ArgumentParser
import Foundation

/// `verify`: runs the golden cases.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Run the golden cases and compare every byte; exit 1 on any difference.",
        subcommands: [Check.self, Accept.self, New.self], defaultSubcommand: Check.self)

    /// Which cases to run, and on which store.
    struct GoldenOptions: ParsableArguments {
        @Option(help: "The folder of golden cases.")
        var golden = "Golden"

        @Option(
            help: """
                A postgres:// URL: cases run in a schema of their own each, dropped again; else a \
                temporary SQLite file.
                """)
        var store: String?
    }

    /// `verify check`, the default subcommand: compares, and never writes a golden file.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Compare; what differs is left beside as .actual.")

        @OptionGroup var options: GoldenOptions
        @Argument(help: "Only these cases.")
        var cases: [String] = []
        @OptionGroup var junit: JUnitOptions
        @OptionGroup var summary: SummaryOptions

        func run() async throws {
            try requireWritableObject(junit.path)
            try requireWritableObject(summary.path)
            let outcome = try await verify(options, cases) { golden, actual, verdicts in
                if !Settings.current.isCI { try writeActual(golden, actual, verdicts) }
            }
            let store = options.store == nil ? "SQLite" : "Postgres"
            let report = JUnitReport(name: "verify on \(store)", cases: outcome.cases)
            try junit.write(report)
            try summary.write(report)
            if outcome.isRed { throw ExitCode(Failure.Code.check.rawValue) }
        }
    }

    /// `verify accept`: writes the actual results as golden files, and exits 1 nevertheless.
    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept",
            abstract:
                "Take what comes out of these cases as golden; still exits 1, to be looked at.")

        @OptionGroup var options: GoldenOptions
        @Argument(help: "The cases to accept.")
        var cases: [String]

        func run() async throws {
            guard !Settings.current.isCI else {
                throw CommandFault(.usage, "goldens are never written in CI")
            }
            let outcome = try await verify(options, cases) { golden, actual, verdicts in
                try acceptCase(golden, actual, verdicts)
            }
            guard outcome.isRed else { return }
            print("Accepted. Read the change before you commit it; 'verify' should be green now.")
            throw ExitCode(Failure.Code.check.rawValue)
        }
    }

    /// `verify new`: stores a user's dumps as a new golden case.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Freeze dumps as a new case; 'verify accept' then records what comes out.")

        @OptionGroup var options: GoldenOptions
        @Argument(help: "The new case's name.")
        var name: String
        @Argument(help: "The dumps, in order.")
        var dumps: [String]

        func run() throws {
            guard !Settings.current.isCI else {
                throw CommandFault(.usage, "goldens are never written in CI")
            }
            try newCase(
                named: name, in: options.golden, dumps: dumps, recordedAt: now().startOfDay)
            print("Frozen as \(options.golden)/\(name). Next: afterword verify accept \(name)")
        }
    }
}

/// The outcome of the golden cases.
private struct VerifyOutcome {
    var cases: [JUnitReport.Case] = []
    var failed = 0
    var isRed: Bool { failed > 0 }
}

/// Runs each case on a fresh store and prints the differences. A case that cannot be run counts as
/// failed and the remaining cases still run; a `StoreFault` ends the command.
private func verify(
    _ options: VerifyCommand.GoldenOptions, _ names: [String],
    then act: (GoldenCase, [String: [String]], [GoldenVerdict]) throws -> Void
) async throws -> VerifyOutcome {
    let folder = options.golden
    let names = names.isEmpty ? GoldenCase.names(in: folder) : names
    guard !names.isEmpty else { throw CommandFault(.usage, "no golden case in \(folder)") }
    let server = try options.store.map { try StoreLocation(path: $0).serverURL() }
    let models: GoldenCase.Models = { FakeModel.Behaviour(rawValue: $0).map { FakeModel($0) } }
    var outcome = VerifyOutcome()
    for name in names {
        do {
            let golden = try GoldenCase(named: name, in: folder)
            let actual =
                if let url = server {
                    try await onFreshSchema(url) { try await golden.run(on: $0, models: models) }
                } else {
                    try await onFreshStore { try await golden.run(on: $0, models: models) }
                }
            let verdicts = try judgeCase(golden, actual: actual)
            show(golden, verdicts)
            try act(golden, actual, verdicts)
            outcome.failed += verdicts.count { !$0.passes }
            outcome.cases += verdicts.map { $0.junitCase(of: golden, actual: actual) }
        } catch {
            guard let failure = Failure(error), !(error is StoreFault) else { throw error }
            print("\(name): CANNOT BE RUN: \(printable(failure.message))")
            outcome.failed += 1
            outcome.cases.append(
                JUnitReport.Case(
                    className: "golden.\(name)", name: "case.json",
                    place: .init(path: "\(folder)/\(name)/case.json", line: 1),
                    outcome: .errored(
                        message: failure.message, type: "case", text: failure.message)))
        }
    }
    let passed = outcome.cases.count - outcome.failed
    let agree = several(passed, "golden file") + (passed == 1 ? " agrees" : " agree")
    print("\(agree), \(outcome.failed) \(outcome.failed == 1 ? "does" : "do") not")
    return outcome
}

private func onFreshStore<Result>(
    _ body: (SQLiteStore) async throws -> Result
) async throws -> Result {
    let folder = URL(fileURLWithPath: temporaryFolder())
        .appendingPathComponent("afterword-verify-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(SQLiteStore(path: folder.appendingPathComponent("afterword.sqlite").path))
}

private func onFreshSchema<Result>(
    _ url: String, _ body: (PostgresStore) async throws -> Result
) async throws -> Result {
    let name = "afterword_verify_" + UUID().uuidString.lowercased().replacing("-", with: "_")
    let server = try PostgresConnection(url: url)
    try server.runAll("CREATE SCHEMA \(name)")
    defer {
        try? server.runAll("DROP SCHEMA \(name) CASCADE; DROP SCHEMA \(name)_report CASCADE")
    }
    let separator = url.contains("?") ? "&" : "?"
    return try await body(
        PostgresStore(url: "\(url)\(separator)options=-csearch_path%3D\(name)"))
}

private func show(_ golden: GoldenCase, _ verdicts: [GoldenVerdict]) {
    let failed = verdicts.filter { !$0.passes }
    print(
        "\(golden.name): "
            + (failed.isEmpty
                ? several(verdicts.count, "file") + (verdicts.count == 1 ? " agrees" : " agree")
                : "DIFFERS"))
    for verdict in failed {
        switch verdict.outcome {
        case .same: continue
        case .missing: print("  \(verdict.file): no golden file is there")
        case .unused: print("  \(verdict.file): the golden file is there, nothing of it came out")
        case .differs(let rows):
            print(
                "  \(verdict.file): \(several(rows.count, "row")) "
                    + "\(rows.count == 1 ? "differs" : "differ")"
            )
            for row in rows.prefix(20) { show(row) }
        }
    }
}

private func show(_ row: RowDifference) {
    switch row.kind {
    case .added: print("    + \(cut(row.key, to: Terminal.width ?? 160))")
    case .removed: print("    - \(cut(row.key, to: Terminal.width ?? 160))")
    case .changed(let fields):
        print("    ~ \(cut(row.key, to: Terminal.width ?? 160))")
        for field in fields {
            print(
                "        \(field.name): \(cut(field.expected, to: 60)) → "
                    + "\(cut(field.actual, to: 60))"
            )
        }
    }
}
