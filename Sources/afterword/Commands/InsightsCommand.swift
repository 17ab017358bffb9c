import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `insights`: lists, compares and makes insights.
struct InsightsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "insights", abstract: "Insights that were made: list, history, difference.",
        subcommands: [
            InsightListCommand.self, InsightHistoryCommand.self, InsightDiffCommand.self,
            InsightMakeCommand.self, InsightCollectCommand.self,
        ],
        defaultSubcommand: InsightListCommand.self)
}

/// `insights list`.
struct InsightListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The insights that stand, one line each.")

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions

    func run() throws {
        let rows = try store.read { try $0.insights(of: nil) }
        let listing = Listing(rows, page: page.value)
        if output.json { return Terminal.write(json: listing.entries.map(\.answer)) }
        show(listing.entries)
        showFooter(listing, "insight", hasGrey: false)
    }
}

/// `insights history`.
struct InsightHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "The insights made of a scope, the oldest first.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The scope.", transform: readScope)
    var scope: ReviewScope

    func run() throws {
        let rows = try store.openForReading().read { try $0.insightHistory(of: scope) }
        guard !rows.isEmpty else {
            throw CommandFault(.usage, "no insight of \(scope.written) was made")
        }
        if output.json { return Terminal.write(json: rows.map(\.answer)) }
        show(rows.sorted { $0.madeRun < $1.madeRun })
    }
}

/// `insights diff`.
struct InsightDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "What changed between two insights of a scope.",
        discussion:
            "Compares the newest with the one before it, or those that stood after two runs.")

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The scope.", transform: readScope)
    var scope: ReviewScope
    @Option(help: "The language.")
    var language = "en"
    @Option(help: "As it stood after that run.")
    var from: Int64?
    @Option(help: "As it stood after that run.")
    var to: Int64?

    func run() throws {
        let rows = try store.openForReading().read { try $0.insightHistory(of: scope) }
            .filter { $0.language == language }
        let last = rows.last { to == nil || $0.madeRun <= to! }
        let first = rows.last { row in
            from.map { row.madeRun <= $0 } ?? (row.madeRun < last?.madeRun ?? 0)
        }
        guard let first, let last, first.madeRun < last.madeRun else {
            throw CommandFault(.usage, "there are no two insights of \(scope.written) to compare")
        }
        let changes = insightChanges(first.document, last.document)
        if output.json {
            return Terminal.write(
                json: changes.map {
                    $0.json.with("from_run", JSONValue(first.madeRun))
                        .with("to_run", JSONValue(last.madeRun))
                })
        }
        print(
            Terminal.bold(printable(scope.written))
                + " from run \(first.madeRun) (\(printable(first.model))) to run \(last.madeRun) "
                + "(\(printable(last.model)))")
        var table = Table([
            "": .left, "aspect": .left, "reviews": .right, "products": .right, "share": .right,
        ])
        for change in changes {
            func arrow(_ values: (Int64?, Int64?), _ write: (Int64) -> String) -> String {
                "\(values.0.map(write) ?? "–") → \(values.1.map(write) ?? "–")"
            }
            table.add([
                change.isStrength ? "strength" : "issue", printable(change.label),
                arrow(change.mentions) { grouped($0) }, arrow(change.products) { grouped($0) },
                arrow(change.share) { decimal($0, of: 10_000, places: 1) + " %" },
            ])
        }
        table.show()
    }
}

/// `insights make`.
struct InsightMakeCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make insights of what is loaded.",
        discussion: """
            As 'run --insights', without a dump: 'top:N' takes the brands with ten reviews or \
            more, those of most impact first, then products with three or more; 'changed' those \
            that the newest dump changed.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var asking: AskingOptions
    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var model: ModelOptions
    @OptionGroup var events: EventOptions
    @OptionGroup var batches: BatchOptions
    @Argument(help: "changed or top:N.")
    var choice: ChoiceArgument

    func validate() throws {
        try askedModels.validate()
        try batches.check(askedModels)
    }

    func run() async throws {
        let log = try events.open()
        let (reviews, newest) = try before(.insights, in: log) {
            let reviews = try store.location.openExistingForWriting()
            return try reviews.read { reader in
                try requireLoaded(reader)
                return (reviews, try reader.runs().dumps.newest?.runs ?? [])
            }
        }
        try await makeChosen(
            choice.choice(loaded: Set(newest)), in: reviews, askedModel, batches,
            InsightOutput(isJSON: output.json, log: log))
    }
}

/// The insights to make after a load.
enum ChoiceArgument: ExpressibleByArgument, Equatable {
    case none, changed
    case top(Int)

    init?(argument: String) {
        switch argument {
        case "none": self = .none
        case "changed": self = .changed
        default:
            guard argument.hasPrefix("top:"), let count = Int(argument.dropFirst(4)),
                (1...1_000_000).contains(count)
            else { return nil }
            self = .top(count)
        }
    }

    var defaultValueDescription: String { "none" }

    /// - Parameter runs: The runs of the load.
    func choice(loaded runs: Set<Int64>) -> InsightChoice {
        switch self {
        case .none: .none
        case .changed: .changed(runs)
        case .top(let count): .top(count)
        }
    }
}

/// How the making of insights is reported.
struct InsightOutput {
    var isQuiet = false
    var isJSON = false
    var log: EventLog?
}

/// Makes the chosen insights, or asks for them in batches, and reports the outcome.
///
/// - Throws: `CommandFault` when a budget or the model ended it.
func makeChosen(
    _ choice: InsightChoice, in store: any ReviewStore, _ model: AskedModel,
    _ batches: BatchOptions, _ output: InsightOutput
) async throws {
    guard choice != .none else { return try model.models.recording.finishUnused() }
    try await during(.insights, "", in: output.log) {
        try await make(choice, in: store, model, batches, output)
    }
}

private func make(
    _ choice: InsightChoice, in store: any ReviewStore, _ model: AskedModel,
    _ batches: BatchOptions, _ output: InsightOutput
) async throws {
    var options = try model.options()
    options.countsThemes = true
    let ready = options
    let scopes = try store.read { try chooseScopes($0, choice) }
    if batches.batch {
        let report = try await model.withBatchModel { model in
            try await askForInsights(
                scopes, in: store, by: model, options: ready,
                surroundings: insightSurroundings(
                    isQuiet: output.isQuiet || output.isJSON, log: output.log))
        }
        report.show(
            isQuiet: output.isQuiet, isJSON: output.isJSON, open: try store.openModelBatches())
        return try report.check()
    }
    let report = try await model.withModel { model in
        try await makeInsights(
            scopes, in: store, by: model, options: ready,
            surroundings: insightSurroundings(
                isQuiet: output.isQuiet || output.isJSON, log: output.log))
    }
    if output.isJSON {
        Terminal.write(json: [report.json])
    } else {
        report.show(isQuiet: output.isQuiet)
    }
    try report.check()
}

private func show(_ rows: [InsightRow]) {
    var table = Table([
        "scope": .left, "language": .left, "made in run": .right, "of run": .right,
        "issues": .right, "first issue": .text, "model": .left,
    ])
    for row in rows {
        let document = try? JSONValue(parsing: Array(row.document.utf8))
        table.add([
            printable(row.scope.written), row.language, String(row.madeRun),
            String(row.evidenceRun), String(row.issueCount),
            printable(document?["issues"]?.elements?.first?["label"]?.text ?? "–"),
            printable(row.model),
        ])
    }
    table.show()
}
