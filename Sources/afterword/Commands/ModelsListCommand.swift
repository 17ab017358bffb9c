import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `models list`: the models that are known.
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The models that are known, with prices and dates.",
        discussion: "Prices are in dollars per million tokens, those of the usual tier.")

    @OptionGroup var server: ModelServerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let models = try server.catalog().models
        if output.json { return Terminal.write(json: models.map(\.json)) }
        var table = Table([
            "model": .left, "in": .right, "cached": .right, "written": .right, "out": .right,
            "context": .right, "provider": .left, "dialect": .left, "ends": .left, "then": .left,
        ])
        for facts in models {
            let prices =
                facts.isPaid
                ? [facts.input, facts.cachedInput, facts.cacheWrite, facts.output]
                    .map { $0.map { decimal($0, of: 1_000, places: 3) } ?? "–" }
                : ["free", "", "", ""]
            table.add(
                [printable(facts.name)] + prices
                    + [
                        facts.context.map(grouped) ?? "–", facts.provider.rawValue,
                        facts.dialect.rawValue, facts.shutdown?.written ?? "–",
                        facts.replacement.map { printable($0) } ?? "–",
                    ])
        }
        table.show()
        for warning in models.compactMap({ $0.warning(at: now()) }) {
            Terminal.writeError("afterword: \(printable(warning))")
        }
    }
}
