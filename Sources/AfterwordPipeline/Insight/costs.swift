package import AfterwordCore

/// What costs are summed by.
package enum CostKey: String, CaseIterable, Sendable {
    /// The UTC day and the model.
    case day
    case model
    /// The service tier that the answer names.
    case tier
    /// The scope of the insight that was made of the answer.
    case scope
    /// The command that asked, by its beginning.
    case run
}

/// The cost of the calls that have a key in common.
package struct CostGroup: Equatable, Sendable {
    /// The day, model, tier or scope, or when the command asked first. Nil for calls that have
    /// none: answers without a tier, or of which no insight was made. `enrichments` among scopes
    /// for what models read in reviews.
    package var key: String?
    /// Only of days.
    package var model: String?
    package var calls: Int64 = 0
    package var open: Int64 = 0
    package var failed: Int64 = 0
    package var usage = ModelUsage(input: 0, cachedInput: 0, output: 0)
    /// What was reserved before the calls, in nano-dollars: the most that they could cost. Calls
    /// of a batch that was never sent are left out.
    package var predicted: Int64 = 0
    /// In nano-dollars; open calls count with their reservation.
    package var cost: Int64 = 0

    /// - Parameter key: What the costs were summed by, the name of the member that holds it.
    package func json(by key: CostKey) -> JSONValue {
        let row = JSONValue.row([
            key.rawValue: JSONValue(self.key), "calls": JSONValue(calls), "open": JSONValue(open),
            "failed": JSONValue(failed), "input_tokens": JSONValue(usage.input),
            "cached_input_tokens": JSONValue(usage.cachedInput),
            "output_tokens": JSONValue(usage.output),
            "predicted_nanodollars_at_most": JSONValue(predicted),
            "cost_nanodollars": JSONValue(cost),
        ])
        return model.map { row.with("model", .string($0)) } ?? row
    }

    fileprivate mutating func add(_ call: ModelCall) {
        calls += 1
        if call.endedAt == nil { open += 1 }
        if let outcome = call.outcome, outcome != "answered" { failed += 1 }
        let isSent = call.outcome != ModelFailure(.batchEnded(.notSent)).outcome
        if isSent { predicted = saturatingSum(predicted, call.reserved) }
        cost = saturatingSum(cost, call.cost ?? call.reserved)
        if let usage = call.usage { self.usage.add(usage) }
    }
}

/// The name of the costs of enrichments, which are of no one scope.
private let enrichments = "enrichments"

/// The calls of a store, summed by a key: days and commands with the oldest first, models, tiers
/// and scopes with the most expensive first.
package func costs(_ reader: any StoreReader, by key: CostKey) throws -> [CostGroup] {
    var scopes: [Digest256: String] = [:]
    if key == .scope {
        for row in try reader.enrichments(ofProducts: nil) { scopes[row.cacheKey] = enrichments }
        let batches = try reader.modelBatches().filter { $0.purpose == .enrichment }.map(\.number)
        if !batches.isEmpty {
            let own = Set(batches)
            for item in try reader.batchItems() where own.contains(item.batch) {
                scopes[item.cacheKey] = enrichments
            }
        }
        for row in try reader.insightHistory(of: nil) { scopes[row.cacheKey] = row.scope.written }
    }
    return sum(try reader.modelCalls(), by: key, scopes)
}

private func sum(
    _ calls: [ModelCall], by key: CostKey, _ scopes: [Digest256: String]
) -> [CostGroup] {
    var groups: [CostGroup] = []
    var places: [[String?]: Int] = [:]
    for call in calls.sorted(by: { ($0.startedAt, $0.call) < ($1.startedAt, $1.call) }) {
        let name: [String?] =
            switch key {
            case .day: [String(call.startedAt.description.prefix(10)), call.model]
            case .model: [call.model]
            case .tier: [call.tier]
            case .scope: [scopes[call.cacheKey]]
            case .run: [String(call.batch)]
            }
        let place = places[name] ?? groups.endIndex
        if place == groups.endIndex {
            places[name] = place
            groups.append(
                CostGroup(
                    key: key == .run ? call.startedAt.description : name[0],
                    model: key == .day ? call.model : nil))
        }
        groups[place].add(call)
    }
    guard key != .day, key != .run else { return groups }
    return groups.sorted { left, right in
        left.cost == right.cost
            ? Text(left.key ?? "") < Text(right.key ?? "") : left.cost > right.cost
    }
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
