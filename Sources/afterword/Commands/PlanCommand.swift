import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `plan`: performs the load of `run` and rolls it back.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what 'run' would do; nothing is written.",
        discussion: """
            The dumps are loaded as 'run' would load them, then all of it is undone. Of several \
            dumps each is planned by itself, against the store as it is. With --insights it tells \
            what these would cost at most.
            """)

    @OptionGroup var arguments: LoadArguments

    @OptionGroup var model: ModelOptions

    func run() async throws {
        _ = try arguments.dumpsInOrder()
        let options = try model.options()
        let store = try arguments.store.openForRehearsal()
        _ = try await model.withModel(isAsking: false) { model in
            try arguments.load(into: store) { run, reader in
                let choice = arguments.insights.choice(loaded: [run])
                guard choice != .none else { return }
                let price = try priceInsights(reader, choice, model: model, options: options)
                show(price, model.name, options)
            }
        }
    }

    private func show(_ price: InsightPrice, _ model: String, _ options: InsightOptions) {
        if arguments.output.json { return Terminal.write(json: [price.json]) }
        guard !arguments.quiet else { return }
        print(
            "Insights: \(several(price.scopes, "scope")), \(price.standing) standing, "
                + "\(price.notEnough) with too little to say; "
                + "\(several(price.cached, "answer")) known, "
                + "\(price.calls) \(price.calls == 1 ? "is" : "are") to be asked for from "
                + "\(model).")
        guard price.calls > 0 else { return }
        print(
            "At most \(several(price.inputTokens, "token")) in and "
                + "\(grouped(price.outputTokens)) out, "
                + (price.cost.map { "at most \(dollars($0))" } ?? "at no cost") + ".")
        if let cost = price.cost, cost > options.budget.run {
            print("That is more than the \(dollars(options.budget.run)) this command may spend.")
        }
    }
}
