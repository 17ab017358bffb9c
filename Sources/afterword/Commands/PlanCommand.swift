import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `plan`: performs the load of `run` and rolls it back.
struct PlanCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what 'run' would do; nothing is written.",
        discussion: """
            The dumps are loaded as 'run' would load them, then all of it is undone. Of several \
            dumps each is planned by itself, against the store as it is. With --insights it says \
            what these would cost at most, with all their tries, and with --enrich what an \
            enrichment would.
            """)

    @OptionGroup var arguments: LoadArguments

    @OptionGroup var asking: AskingOptions

    @OptionGroup var server: ModelServerOptions

    @OptionGroup var recording: RecordingOptions

    @OptionGroup var model: ModelOptions

    @OptionGroup var batches: BatchOptions

    @Option(help: "A scope whose reviews 'enrich' would let the model read.")
    var enrich: String?

    func validate() throws {
        try askedModels.validate()
        try batches.check(askedModels)
        if let enrich { try checkScope(enrich) }
        guard arguments.receipt == nil else { throw ValidationError("--receipt is of 'run'") }
    }

    func run() async throws {
        let log = try arguments.openOutputs()
        let (dumps, options, store) = try before(.load, in: log) {
            var planned = try askedModel.options()
            planned.isBatch = batches.batch
            let dumps = try arguments.dumpsInOrder()
            return (dumps, planned, try arguments.openForRehearsal())
        }
        _ = try await askedModel.withModel(isAsking: false) { model in
            try arguments.load(dumps, into: store, log) { run, reader in
                if let enrich {
                    let scope = try resolveScope(reader, enrich)
                    let price = try priceEnrichment(
                        reader, of: scope, model: model, options: options)
                    show(price, model.name, options)
                }
                let choice = arguments.insights.choice(loaded: [run])
                guard choice != .none else { return }
                let price = try priceInsights(reader, choice, model: model, options: options)
                show(price, model.name, options)
            }
        }
    }

    /// What is not asked since a batch asks it, or earlier answers could not be used.
    private func asked(_ pending: Int, _ leftAlone: Int) -> String {
        (pending > 0 ? "\(grouped(pending)) in a batch already, " : "")
            + (leftAlone > 0 ? "\(grouped(leftAlone)) left alone, " : "")
    }

    private func show(_ price: InsightPrice, _ model: String, _ options: InsightOptions) {
        if arguments.json { return Terminal.write(json: [price.json]) }
        guard !arguments.quiet else { return }
        print(
            "Insights: \(several(price.scopes, "scope")), \(price.standing) standing, "
                + "\(price.notEnough) with too little to say; "
                + "\(several(price.cached, "answer")) known, "
                + asked(price.pending, price.leftAlone)
                + "\(price.calls) \(price.calls == 1 ? "is" : "are") to be asked for from "
                + "\(model).")
        guard price.calls > 0 else { return }
        show(input: price.inputTokens, output: price.outputTokens, cost: price.cost, options)
    }

    private func show(_ price: EnrichmentPrice, _ model: String, _ options: InsightOptions) {
        if arguments.json { return Terminal.write(json: [price.json]) }
        guard !arguments.quiet else { return }
        print(
            "Enrichment: \(several(price.reviews, "review")) to read, "
                + "\(grouped(price.standing)) read before; "
                + "\(several(price.known, "answer")) known, "
                + asked(price.pending, price.leftAlone)
                + "\(several(price.calls, "question")) to \(model).")
        guard price.calls > 0 else { return }
        show(input: price.inputTokens, output: price.outputTokens, cost: price.cost, options)
    }

    private func show(
        input: Int64, output: Int64, cost: Int64?, _ options: InsightOptions
    ) {
        print(
            "At most \(several(input, "token")) in and \(grouped(output)) out, "
                + (cost.map { "at most \(dollars($0))" } ?? "at no cost") + ".")
        if let cost, cost > options.budget.run {
            print("That is more than the \(dollars(options.budget.run)) this command may spend.")
        }
    }
}
