import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `costs`: the calls to paid models and their cost.
struct CostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "What paid models cost, by day and otherwise.",
        discussion: """
            Amounts are in dollars; in JSON in nano-dollars. Open calls count with what is \
            reserved for them, and so does what is lost: a call whose program died may have been \
            paid for. 'predicted' is what was reserved: the most that the calls could cost, with \
            all their tries. The scope is that of the insight made of an answer; '–' stands for \
            answers of which none was made, as of a comparison.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "What to sum by: \(keys). A run is one command that asked.")
    var by = CostKey.day
    @Flag(help: "Every call instead of sums.")
    var calls = false

    private static let keys = CostKey.allCases.map(\.rawValue).joined(separator: ", ")

    func run() throws {
        let store = try store.openForReading()
        if calls { return show(calls: try store.read { try $0.modelCalls() }) }
        let groups = try store.read { try costs($0, by: by) }
        if output.json { return Terminal.write(json: groups.map { $0.json(by: by) }) }
        guard !groups.isEmpty else { return print("No paid model was asked.") }
        show(groups)
        print("In all \(dollars(groups.reduce(0) { $0 + $1.cost })).")
    }

    private func show(_ groups: [CostGroup]) {
        // Only days are summed by model too.
        var table =
            by == .day
            ? Table([
                "day": .left, "model": .left, "calls": .right, "open": .right, "failed": .right,
                "tokens in": .right, "from cache": .right, "tokens out": .right,
                "predicted": .right, "cost": .right,
            ])
            : Table([
                by.rawValue: .left, "calls": .right, "open": .right, "failed": .right,
                "tokens in": .right, "from cache": .right, "tokens out": .right,
                "predicted": .right, "cost": .right,
            ])
        for group in groups {
            let model = by == .day ? [group.model.map { printable($0) } ?? ""] : []
            table.add(
                [group.key.map { printable($0) } ?? "–"] + model + [
                    grouped(group.calls), grouped(group.open), grouped(group.failed),
                    grouped(group.usage.input), grouped(group.usage.cachedInput),
                    grouped(group.usage.output), dollars(group.predicted), dollars(group.cost),
                ])
        }
        table.show()
    }

    private func show(calls: [ModelCall]) {
        if output.json { return Terminal.write(json: calls.map(\.json)) }
        var table = Table([
            "call": .right, "began": .left, "model": .left, "outcome": .left, "cost": .right,
        ])
        for call in calls {
            table.add([
                String(call.call), call.startedAt.description, printable(call.model),
                call.outcome ?? "open", dollars(call.cost ?? call.reserved),
            ])
        }
        table.show()
    }
}

extension CostKey: ExpressibleByArgument {}
