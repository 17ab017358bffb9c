import AfterwordCore
import AfterwordPipeline
import ArgumentParser

/// `costs`: the calls to paid models and their cost.
struct CostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "What paid models cost, by day and model.",
        discussion: """
            Amounts are in dollars; in JSON in nano-dollars. Open calls count with what is \
            reserved for them, and so does what is lost: a call whose program died may have been \
            paid for.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Every call instead of days.")
    var calls = false

    func run() throws {
        let all = try store.openForReading().read { try $0.modelCalls() }
        if calls { return show(calls: all) }
        let days = costsByDay(all)
        if output.json { return Terminal.write(json: days.map(\.json)) }
        guard !days.isEmpty else { return print("No paid model was asked.") }
        var table = Table([
            "day": .left, "model": .left, "calls": .right, "open": .right, "failed": .right,
            "tokens in": .right, "from cache": .right, "tokens out": .right, "cost": .right,
        ])
        for day in days {
            table.add([
                String(day.day.description.prefix(10)), printable(day.model), grouped(day.calls),
                grouped(day.open), grouped(day.failed), grouped(day.usage.input),
                grouped(day.usage.cachedInput), grouped(day.usage.output), dollars(day.cost),
            ])
        }
        table.show()
        print("In all \(dollars(days.reduce(0) { $0 + $1.cost })).")
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
