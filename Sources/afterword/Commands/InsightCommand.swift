import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `insight`: what customers say about a scope, with computed numbers and checked quotes.
struct InsightCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "insight",
        abstract: "What customers say of a scope: issues, strengths, quotes, where it stands.",
        discussion: """
            A scope is 'portfolio', 'brand:NAME', 'product:ID', 'category:NAME' or 'family:ID'. An \
            insight stands as long as the reviews it was made of are the same; else it is made \
            anew. As of an earlier run the one is shown that stood then, and none is made.
            """)

    @OptionGroup var store: ReadOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var asking: AskingOptions
    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var model: ModelOptions
    @Argument(help: "The scope.")
    var scope: String
    @Flag(help: "Ask again, even where the answer is known.")
    var refresh = false

    func validate() throws {
        try askedModels.validate()
        try checkScope(scope)
        guard !(refresh && store.isPast) else {
            throw ValidationError("the past is shown, never asked again: leave --refresh out")
        }
        guard !(recording.isGiven && store.isPast) else {
            throw ValidationError(
                "the past is shown, never asked: leave --record and --replay out")
        }
    }

    func run() async throws {
        if store.isPast {
            let (scope, row) = try store.read { reader in
                let scope = try resolveScope(reader, self.scope)
                return (scope, try standing(reader, scope))
            }
            guard let row else {
                throw CommandFault(
                    .usage, "no insight of \(printable(scope.written)) was made by then")
            }
            return show(row)
        }
        let reviews = try store.openForReading()
        // One read suffices when no dump was loaded since the insight was made.
        let (scope, known) = try reviews.read { reader in
            try requireLoaded(reader)
            let newest = try reader.runs().newestData?.run ?? 0
            let scope = try resolveScope(reader, self.scope)
            let row = try standing(reader, scope).flatMap { row in
                row.evidenceRun >= newest && row.isCurrentForm ? row : nil
            }
            return (scope, row)
        }
        if let known, !refresh {
            show(known)
            return try recording.finishUnused()
        }
        var options = try askedModel.options()
        options.isRefreshing = refresh
        let ready = options
        let report = try await askedModel.withModel { model in
            try await makeInsights(
                [scope], in: reviews, by: model, options: ready,
                surroundings: insightSurroundings(isQuiet: true))
        }
        if case .notEnough(let data)? = report.outcomes.first?.outcome {
            return show(data, scope, options.language)
        }
        if let row = report.outcomes.first?.outcome.row { show(row) }
        try report.check()
    }

    private func standing(_ reader: any StoreReader, _ scope: ReviewScope) throws -> InsightRow? {
        try reader.insights(of: scope).first { $0.language == asking.language }
    }

    private func show(_ row: InsightRow) {
        if output.json { return Terminal.write(json: [row.answer]) }
        InsightPage(row).show()
    }

    private func show(_ data: NotEnoughData, _ scope: ReviewScope, _ language: Language) {
        if output.json { return Terminal.write(json: [data.json(scope, language)]) }
        print(
            "Too little to say of \(printable(scope.written)): \(data.reviews) of at least "
                + "\(several(data.threshold, "review")) with a text (not_enough_data)."
                + (data.see.map { " Try: afterword insight " + shellQuoted(printable($0.written)) }
                    ?? ""))
    }
}
