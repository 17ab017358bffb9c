/// The service tier of a call, which affects its price.
package enum ServiceTier: String, CaseIterable, Sendable {
    /// The published price.
    case standard = "default"
    /// The cheap tier; an answer may take a quarter of an hour.
    case flex
    /// The price of questions that are answered in a batch.
    case batch
    /// The dear tier. The program never requests it, but a project's settings at the provider may.
    case priority

    /// The tier named in a response. A response without one comes from a server without tiers and
    /// counts as standard; an unknown name counts as the most expensive tier.
    package init(named name: String?) {
        switch name {
        case nil, "default", "standard", "auto": self = .standard
        case "flex": self = .flex
        case "batch": self = .batch
        default: self = .priority
        }
    }
}

/// The tokens of a call as the provider counts them.
package struct ModelUsage: Equatable, Sendable {
    package var input: Int64
    /// Input tokens read from the provider's cache.
    package var cachedInput: Int64
    /// Input tokens written to the provider's cache; nil where not reported.
    package var cacheWrite: Int64?
    package var output: Int64

    /// The largest accepted token count; a larger one is treated as wrong.
    package static let believable: Int64 = 100_000_000

    package init(input: Int64, cachedInput: Int64, cacheWrite: Int64? = nil, output: Int64) {
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
    }

    /// Whether the counts are plausible: some input, no part larger than the whole, every count at
    /// most `believable`.
    package var isBelievable: Bool {
        let range = 0...Self.believable
        guard input > 0, range.contains(input), range.contains(output), range.contains(cachedInput),
            range.contains(cacheWrite ?? 0)
        else { return false }
        return cachedInput + (cacheWrite ?? 0) <= input
    }

    /// Whether input and output are at most those of `bound`.
    package func isWithin(_ bound: ModelUsage) -> Bool {
        input <= bound.input && output <= bound.output
    }
}

/// The terms of a call that affect its price.
package struct PriceTerms: Equatable, Sendable {
    package var tier: ServiceTier
    /// Whether the model is called on a regional host.
    package var isRegional: Bool

    package init(tier: ServiceTier = .standard, isRegional: Bool = false) {
        self.tier = tier
        self.isRegional = isRegional
    }
}

extension ModelFacts {
    /// Models released on or after this day cost a tenth more on regional hosts.
    private static let regionalSince = CivilDate(year: 2026, month: 3, day: 5)

    /// The cost of a call in nano-dollars, rounded up. Negative counts are treated as 0; a cost
    /// that does not fit in 64 bits is `Int64.max`.
    package func cost(_ usage: ModelUsage, _ terms: PriceTerms = PriceTerms()) -> Int64 {
        let whole = Int128(max(usage.input, 0))
        let cached = min(Int128(max(usage.cachedInput, 0)), whole)
        let read = whole - cached
        let written = min(usage.cacheWrite.map { Int128(max($0, 0)) } ?? read, read)
        let write = Int128(max(input, cacheWrite ?? 0))
        var inputCost =
            cached * Int128(cachedInput) + written * write + (read - written) * Int128(input)
        var outputCost = Int128(max(usage.output, 0)) * Int128(output)
        // From here in thousandths twice and in tenths, so that all numbers stay whole.
        let long = longInput.flatMap { whole > Int128($0.above) ? $0 : nil }
        inputCost *= Int128(long?.input ?? 1_000)
        outputCost *= Int128(long?.output ?? 1_000)
        let tenths: Int128 = terms.isRegional && isDearerInRegions ? 11 : 10
        let cost = (inputCost + outputCost) * Int128(permille(of: terms.tier)) * tenths
        return Int64(clamping: (cost + 9_999_999) / 10_000_000)
    }

    /// A tier's price in thousandths; that of the most expensive tier where it is not known. A
    /// batch costs as much as flex unless its price is given.
    private func permille(of tier: ServiceTier) -> Int64 {
        tiers[tier] ?? (tier == .batch ? tiers[.flex] : nil) ?? tiers.values.max() ?? 1_000
    }

    private var isDearerInRegions: Bool {
        guard let released, let since = Self.regionalSince else { return true }
        return released.daysSinceEpoch >= since.daysSinceEpoch
    }
}

/// The sum of the amounts, clamped to `Int64`.
package func saturatingSum(_ amounts: Int64...) -> Int64 {
    amounts.reduce(0) { sum, amount in
        let (next, overflow) = sum.addingReportingOverflow(amount)
        return overflow ? (amount < 0 ? .min : .max) : next
    }
}

/// The product, clamped to `Int64`.
package func saturatingProduct(_ amount: Int64, _ count: Int64) -> Int64 {
    let (product, overflow) = amount.multipliedReportingOverflow(by: count)
    return overflow ? ((amount < 0) == (count < 0) ? .max : .min) : product
}
