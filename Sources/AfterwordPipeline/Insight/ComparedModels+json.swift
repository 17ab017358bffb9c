package import AfterwordCore

extension ComparedModels {
    /// The whole result as one document, in whole numbers with their unit in the name.
    package func json(_ faults: [ModelComparison.Fault]) -> JSONValue {
        let comparison = comparison
        let common = comparison.commonAspects
        return .row([
            "a": a.json, "b": b.json, "scopes": JSONValue(scopes.count),
            "left_out": .array(leftOut.map { .string($0.written) }),
            "alpha_millionths": JSONValue(ModelComparison.alpha),
            "shares": .array(comparison.findings.map(\.json)),
            "aspects_common": JSONValue(common.part), "aspects_named": JSONValue(common.whole),
            "by_scope": .array(scopes.indices.map(json(of:))),
            "faults": .array(faults.map { .string($0.words) }),
            "verdict": .string(faults.isEmpty ? "no_worse" : "refused"),
        ])
    }

    private func json(of index: Int) -> JSONValue {
        .row([
            "scope": .string(scopes[index].written), "a": a.trials[index].json,
            "b": b.trials[index].json,
        ])
    }
}

extension ModelTrials {
    /// The usage of all answers.
    package var usage: ModelUsage {
        var sum = ModelUsage(input: 0, cachedInput: 0, output: 0)
        for usage in trials.compactMap(\.usage) { sum.add(usage) }
        return sum
    }

    /// In nano-dollars, what the answers cost at the price of their tiers, known ones included; nil
    /// for a free model.
    package var cost: Int64? {
        let costs = trials.compactMap(\.cost)
        return costs.isEmpty ? nil : costs.reduce(0) { saturatingSum($0, $1) }
    }

    package var dropped: DroppedAnswers {
        var all = DroppedAnswers()
        for score in trials.compactMap(\.score) { all.add(score.dropped) }
        return all
    }

    /// Why there was no usable answer, with how often, sorted by name.
    package var faults: [(fault: String, count: Int64)] {
        Dictionary(grouping: trials.compactMap(\.fault)) { $0 }
            .map { (fault: $0.key, count: Int64($0.value.count)) }
            .sorted { Text($0.fault) < Text($1.fault) }
    }

    /// The time that at least `percent` of the answers that were asked for now took at most, in
    /// microseconds; nil where none was.
    package func latency(percent: Int) -> Int64? {
        let times = trials.compactMap(\.microseconds).sorted()
        guard !times.isEmpty else { return nil }
        return times[max(0, (times.count * percent + 99) / 100 - 1)]
    }

    fileprivate var json: JSONValue {
        .row([
            "model": .string(name), "answered": JSONValue(trials.count { $0.score != nil }),
            "claims": JSONValue(trials.reduce(0) { $0 + ($1.score?.claims.whole ?? 0) }),
            "faults": .object(faults.map { (key: $0.fault, value: JSONValue($0.count)) }),
            "dropped": .object(
                dropped.reasons.map { (key: $0.reason, value: JSONValue($0.count)) }),
            "input_tokens": JSONValue(usage.input), "output_tokens": JSONValue(usage.output),
            "cost_nanodollars": JSONValue(cost),
            "booked_nanodollars": JSONValue(report.cost),
            "calls": JSONValue(report.calls), "known": JSONValue(report.cacheHits),
            "latency_median_microseconds": JSONValue(latency(percent: 50)),
            "latency_90_percent_microseconds": JSONValue(latency(percent: 90)),
        ])
    }
}

extension ModelTrial {
    fileprivate var json: JSONValue {
        .row([
            "fault": JSONValue(fault), "claims": JSONValue(score?.claims.whole),
            "grounded": JSONValue(score?.claims.part), "themes": JSONValue(score?.themes.whole),
            "themes_named": JSONValue(score?.themes.part),
            "cost_nanodollars": JSONValue(cost), "latency_microseconds": JSONValue(microseconds),
        ])
    }
}

extension ModelComparison.Finding {
    fileprivate var json: JSONValue {
        let shares = [("a", a), ("b", b), ("difference", difference)].flatMap { name, share in
            [("", share?.value), ("_low", share?.low), ("_high", share?.high)].map {
                (key: "\(name)\($0.0)_millionths", value: JSONValue($0.1))
            }
        }
        return .object(
            [
                (key: "share", value: .string(share.rawValue)),
                (key: "chance_millionths", value: JSONValue(chance)),
                (key: "joint_chance_millionths", value: JSONValue(jointChance)),
                (key: "is_worse", value: .bool(isWorse)),
            ] + shares)
    }
}

extension ModelComparison.Fault {
    /// The fault in words.
    package var words: String {
        switch self {
        case .worse(let share, let chance):
            "B is worse than A: \(share.words); by chance with probability "
                + "\(percentText(chance)) or less"
        case .belowBar(let share, let bar):
            "of what B claims \(percentText(share)) is grounded; at least \(percentText(bar)) is "
                + "asked for"
        case .tooFewScopes(let count, let least):
            "A answered \(several(count, "scope")), at least \(least) needed to find a difference"
        case .unanswered(let share, let bar):
            "of the scopes that A answered B answered \(percentText(share)); at least "
                + "\(percentText(bar)) is asked for"
        }
    }
}

extension ComparedShare {
    /// The share in words.
    package var words: String {
        switch self {
        case .answered: "scopes with a usable answer"
        case .grounded: "claims grounded"
        case .themes: "leading themes named"
        }
    }
}

/// Millionths as per cent with two decimals, rounded down.
package func percentText(_ millionths: Int64) -> String {
    let hundredths = millionths / 100
    return "\(hundredths / 100).\(padded(Int(hundredths % 100), 2)) %"
}
