/// How fast an answer is asked for, and what that costs.
package enum ServiceTier: String, CaseIterable, Sendable {
    /// As published.
    case standard = "default"
    /// Half of it; an answer may take a quarter of an hour.
    case flex
    /// Twice as much. Never asked for; a project's own setting may choose it.
    case priority

    /// Of an answer that names its tier. One that names none was answered by a server that knows
    /// none.
    ///
    /// - Returns: The dearest for a word that is not known.
    package init(named name: String?) {
        switch name {
        case nil, "default", "standard", "auto": self = .standard
        case "flex", "batch": self = .flex
        default: self = .priority
        }
    }

    /// Halves of the published price.
    fileprivate var halves: Int128 {
        switch self {
        case .standard: 2
        case .flex: 1
        case .priority: 4
        }
    }
}

/// Tokens of a call, as the model's maker counts them.
package struct ModelUsage: Equatable, Sendable {
    package var input: Int64
    /// Of the input, what was read from the maker's cache.
    package var cachedInput: Int64
    /// Of the input, what was written to the maker's cache; nil where that is not said.
    package var cacheWrite: Int64?
    package var output: Int64

    /// More tokens than any call has: a count beyond it is no count.
    package static let believable: Int64 = 100_000_000

    package init(input: Int64, cachedInput: Int64, cacheWrite: Int64? = nil, output: Int64) {
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
    }

    /// Whether it can be what a call used: something went in, no part is larger than its whole,
    /// nothing is beyond measure.
    package var isBelievable: Bool {
        let range = 0...Self.believable
        guard input > 0, range.contains(input), range.contains(output), range.contains(cachedInput),
            range.contains(cacheWrite ?? 0)
        else { return false }
        return cachedInput + (cacheWrite ?? 0) <= input
    }

    /// Whether it is within what a call can use at most.
    package func isWithin(_ bound: ModelUsage) -> Bool {
        input <= bound.input && output <= bound.output
    }
}

/// Where and how a model is asked, as far as it changes what it costs.
package struct PriceTerms: Equatable, Sendable {
    package var tier: ServiceTier
    /// Prefetch on a regional host.
    package var isRegional: Bool

    package init(tier: ServiceTier = .standard, isRegional: Bool = false) {
        self.tier = tier
        self.isRegional = isRegional
    }
}

extension ModelFacts {
    /// Models that came on this day or later cost a tenth more on regional hosts.
    private static let regionalSince = CivilDate(year: 2026, month: 3, day: 5)

    /// What a call costs, in nano-dollars, rounded up. Any counts can be asked about: below zero
    /// counts as none, and what no 64-bit number holds is the largest.
    package func cost(_ usage: ModelUsage, _ terms: PriceTerms = PriceTerms()) -> Int64 {
        let whole = Int128(max(usage.input, 0))
        let cached = min(Int128(max(usage.cachedInput, 0)), whole)
        let read = whole - cached
        let written = min(usage.cacheWrite.map { Int128(max($0, 0)) } ?? read, read)
        let write = Int128(max(input, cacheWrite ?? 0))
        var inputCost =
            cached * Int128(cachedInput) + written * write + (read - written) * Int128(input)
        var outputCost = Int128(max(usage.output, 0)) * Int128(output)
        // In halves from here on, so that all stays whole.
        let isLong = longInput.map { whole > Int128($0) } ?? false
        inputCost *= isLong ? 4 : 2
        outputCost *= isLong ? 3 : 2
        let tenths: Int128 = terms.isRegional && isDearerInRegions ? 11 : 10
        let cost = (inputCost + outputCost) * terms.tier.halves * tenths
        return Int64(clamping: (cost + 39) / 40)
    }

    private var isDearerInRegions: Bool {
        guard let released, let since = Self.regionalSince else { return true }
        return released.daysSinceEpoch >= since.daysSinceEpoch
    }
}

/// A sum of amounts that cannot overflow: what no 64-bit number holds is the largest.
package func saturatingSum(_ amounts: Int64...) -> Int64 {
    amounts.reduce(0) { sum, amount in
        let (next, overflow) = sum.addingReportingOverflow(amount)
        return overflow ? (amount < 0 ? .min : .max) : next
    }
}

/// The same for so many times an amount.
package func saturatingProduct(_ amount: Int64, _ count: Int64) -> Int64 {
    let (product, overflow) = amount.multipliedReportingOverflow(by: count)
    return overflow ? ((amount < 0) == (count < 0) ? .max : .min) : product
}
