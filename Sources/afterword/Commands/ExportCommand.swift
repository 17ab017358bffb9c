import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// Where an export goes, and what of the history.
struct ExportArguments: ParsableArguments {
    @Option(help: "The folder, or the address in an object storage (s3://BUCKET/PREFIX).")
    var to: String
    @Option(help: "Only the runs up to a run (3), a date, an instant, a dump's label, or last.")
    var asOf: String?
    @Option(
        help: "Only these tables, with commas between them; those of the target when left out.")
    var tables: String?
    @Option(
        help: """
            The program that writes Parquet; AFTERWORD_LAKE, else afterword-lake, when left out.
            """)
    var lake: String?

    func validate() throws { _ = try moment() }

    private func moment() throws -> Moment? { try asOf.map { try readMoment($0, of: "--as-of") } }

    /// The program that writes Parquet, started.
    ///
    /// - Parameter environment: Its variables; those of this program where it is nil.
    func startLake(_ environment: [String: String]? = nil) throws -> ParquetProgram {
        try ParquetProgram([lake ?? Settings.current.lake, "serve"], environment: environment)
    }

    /// Exports what the target does not have yet.
    func export(
        _ options: ExportOptions, of store: StoreOptions, to destination: ExportDestination,
        parquet: ParquetProgram?, isQuiet: Bool
    ) throws -> ExportReport {
        let left = """
            the runs that manifest.json names are there whole, and the next export goes on from them
            """
        return try saying(ofInterruption: left) {
            try exported(options, store, to: destination.target, parquet, isQuiet)
        }
    }

    private func exported(
        _ options: ExportOptions, _ store: StoreOptions, to target: any ExportTarget,
        _ parquet: ParquetProgram?, _ isQuiet: Bool
    ) throws -> ExportReport {
        var options = options
        options.tables = tables.map { $0.split(separator: ",").map(String.init) }
        let source = try store.openForReading()
        let interrupts = Interrupts(source.interruption)
        defer { interrupts.stop() }
        options.isInterrupted = interrupts.isInterrupted
        parquet?.isInterrupted = interrupts.isInterrupted
        let bar = ProgressBar(isQuiet: isQuiet)
        defer { bar.finish() }
        let moment = try moment()
        return try source.read { reader in
            guard try reader.newestRun() != nil else { throw CommandFault.nothingLoaded }
            options.upTo = try moment.map { try resolve($0, among: reader.runs()).run }
            return try exportHistory(reader, to: target, options, parquet: parquet) { done, count in
                if interrupts.isInterrupted() { throw StoreFault.interrupted }
                bar.show("export", done, of: count)
            }
        }
    }
}

/// `export`: writes the history as files, run by run.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export the history as Parquet, CSV, JSON Lines or Arrow, run by run.",
        discussion: """
            Every table of the history, one file a run: TABLE/run=000003/part-0.parquet. Called \
            again, it adds the runs that are new; manifest.json says which are there, and is \
            written last. What was killed is taken up again, and gives the same bytes. The ledger \
            (runs) is always exported. Parquet is written by the program afterword-lake, which \
            Python runs (docs/lake.md).
            """)

    @OptionGroup var arguments: ExportArguments
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "parquet, csv, jsonl or arrow.")
    var format = ExportFormat.parquet
    @Flag(help: "CSV with texts as they are, which a spreadsheet may take for formulas.")
    var withFormulas = false

    func validate() throws {
        guard !withFormulas || format == .csv else {
            throw ValidationError("--with-formulas is of --format csv")
        }
    }

    func run() throws {
        var options = ExportOptions(format: format)
        options.guardsFormulas = !withFormulas
        let destination = try ExportDestination(arguments.to)
        try destination.requireWritable()
        let parquet = format == .parquet ? try arguments.startLake() : nil
        let report = try arguments.export(
            options, of: store, to: destination, parquet: parquet, isQuiet: output.json)
        if output.json { return Terminal.write(json: [report.json(commits: nil)]) }
        print(report.words(arguments.to))
    }
}

/// `publish`: exports the history as Parquet and commits its runs to Delta tables.
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish the history as Delta tables, each run once.",
        discussion: """
            Exports as 'export --format parquet' does, then commits each run to the Delta tables \
            that lie beside the files: once a run, however many publish and however often one is \
            killed, and the ledger (runs) last, so that a reader that joins it sees whole runs \
            only. docs/lake.md has queries for DuckDB, Databricks and Snowflake.
            """)

    @OptionGroup var arguments: ExportArguments
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let destination = try ExportDestination(arguments.to)
        try destination.requirePublishable()
        try destination.requireWritable()
        let options = ExportOptions(format: .parquet)
        let report = try arguments.export(
            options, of: store, to: destination, parquet: try arguments.startLake(),
            isQuiet: output.json)
        let commits = try commit(to: destination)
        if output.json { return Terminal.write(json: [report.json(commits: commits)]) }
        print("\(report.words(arguments.to)); \(several(commits, "commit"))")
    }

    /// Commits what is exported.
    ///
    /// - Returns: Commits that were made.
    private func commit(to destination: ExportDestination) throws -> Int64 {
        let interrupts = Interrupts(TaskInterruption(cancel: {}))
        defer { interrupts.stop() }
        let left = "the export is there, and the next publish commits what is missing"
        return try saying(ofInterruption: left) {
            // Another one, after the export: with a key that has just been looked for.
            let program = try arguments.startLake(destination.environment())
            // Also by a signal that came too late to end the export.
            program.isInterrupted = { Interrupts.isSignalled() }
            return try program.publish(destination.path)
        }
    }
}

extension ExportFormat: ExpressibleByArgument {}

extension ExportReport {
    fileprivate func words(_ target: String) -> String {
        let there = held.isEmpty ? "" : " (\(grouped(held.count)) there before)"
        return
            "Exported \(several(runs.count, "run"))\(there) to \(printable(target)): "
            + "\(several(files, "file")), \(several(rows, "row")), \(several(bytes, "byte"))"
    }

    fileprivate func json(commits: Int64?) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("runs", .array(runs.map { JSONValue($0) })),
            ("held_runs", .array(held.map { JSONValue($0) })),
            ("files", JSONValue(files)), ("rows", JSONValue(rows)), ("bytes", JSONValue(bytes)),
        ]
        if let commits { members.append(("commits", JSONValue(commits))) }
        return .object(members)
    }
}
