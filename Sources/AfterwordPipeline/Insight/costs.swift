package import AfterwordCore

/// The cost of one model on one UTC day.
package struct DayCost: Equatable, Sendable {
    package var day: Instant
    package var model: String
    package var calls: Int64 = 0
    package var open: Int64 = 0
    package var failed: Int64 = 0
    package var usage = ModelUsage(input: 0, cachedInput: 0, output: 0)
    /// In nano-dollars; open calls count with their reservation.
    package var cost: Int64 = 0

    package var json: JSONValue {
        .row([
            "day": .string(String(day.description.prefix(10))), "model": .string(model),
            "calls": JSONValue(calls), "open": JSONValue(open), "failed": JSONValue(failed),
            "input_tokens": JSONValue(usage.input),
            "cached_input_tokens": JSONValue(usage.cachedInput),
            "output_tokens": JSONValue(usage.output), "cost_nanodollars": JSONValue(cost),
        ])
    }
}

/// Calls grouped by day and model, the oldest first.
package func costsByDay(_ calls: [ModelCall]) -> [DayCost] {
    var days: [DayCost] = []
    for call in calls.sorted(by: { $0.startedAt < $1.startedAt }) {
        let day = call.startedAt.startOfDay
        let index =
            days.firstIndex { $0.day == day && $0.model == call.model } ?? days.endIndex
        if index == days.endIndex { days.append(DayCost(day: day, model: call.model)) }
        days[index].calls += 1
        if call.endedAt == nil { days[index].open += 1 }
        if let outcome = call.outcome, outcome != "answered" { days[index].failed += 1 }
        days[index].cost = saturatingSum(days[index].cost, call.cost ?? call.reserved)
        guard let usage = call.usage else { continue }
        days[index].usage.add(usage)
    }
    return days
}

extension ModelUsage {
    /// Adds the usage of another call.
    mutating func add(_ usage: ModelUsage) {
        input = saturatingSum(input, usage.input)
        cachedInput = saturatingSum(cachedInput, usage.cachedInput)
        output = saturatingSum(output, usage.output)
        if let written = usage.cacheWrite {
            cacheWrite = saturatingSum(cacheWrite ?? 0, written)
        }
    }
}
