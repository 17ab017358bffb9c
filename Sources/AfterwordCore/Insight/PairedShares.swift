/// A share of two models, measured on the same scopes.
///
/// Uses integers and fixed seeds only, so that every machine gives the same result.
package struct PairedShares: Sendable {
    /// The share of both models in one scope.
    package struct Pair: Equatable, Sendable {
        package var a: Proportion
        package var b: Proportion

        package init(a: Proportion, b: Proportion) {
            self.a = a
            self.b = b
        }
    }

    /// Only scopes in which both models have a whole.
    package let pairs: [Pair]

    package init(_ pairs: [Pair]) {
        self.pairs = pairs.filter { $0.a.whole > 0 && $0.b.whole > 0 }
    }

    /// The probability, in millionths, that model B falls short of A by this much or more where in
    /// truth both are equal: a one-sided permutation test that exchanges the models scope by scope.
    ///
    /// The statistic is the sum of the differences of the scopes, each weighted by how much was
    /// counted in it (nm ∕ (n + m), as Mantel and Haenszel do). Up to 14 scopes that differ, all
    /// exchanges are counted; beyond, 9,999 drawn ones and the one observed.
    package var chanceOfShortfall: Int64 {
        let shortfalls = pairs.map(\.weightedShortfall).filter { $0 != 0 }
        guard !shortfalls.isEmpty else { return 1_000_000 }
        let observed = shortfalls.reduce(0, +)
        let (asFar, all) =
            shortfalls.count <= Self.mostExact
            ? (Self.allExchanges(shortfalls, reaching: observed), 1 << shortfalls.count)
            : (Self.drawnExchanges(shortfalls, reaching: observed) + 1, Self.draws + 1)
        return (Int64(asFar) * 1_000_000 + Int64(all) - 1) / Int64(all)
    }

    /// The fewest scopes with a difference whose most extreme outcome has a chance of at most
    /// `chance` millionths: 2⁻ⁿ ≤ chance.
    package static func fewestScopes(toReach chance: Int64) -> Int {
        (1...62).first { (1_000_000 + (1 << $0) - 1) >> $0 <= max(chance, 1) } ?? 62
    }

    private static let mostExact = 14
    private static let draws = 9_999

    /// How many of all 2ⁿ exchanges reach a sum. Each step exchanges one scope (Gray code).
    private static func allExchanges(_ shortfalls: [Int64], reaching observed: Int64) -> Int {
        var sum = observed
        var signs = shortfalls
        var count = 1
        for step in 1..<(1 << shortfalls.count) {
            let index = step.trailingZeroBitCount
            sum -= 2 * signs[index]
            signs[index].negate()
            if sum >= observed { count += 1 }
        }
        return count
    }

    private static func drawnExchanges(_ shortfalls: [Int64], reaching observed: Int64) -> Int {
        var random = SplitMix64(seed: 1)
        var count = 0
        for _ in 0..<draws {
            var sum: Int64 = 0
            var bits: UInt64 = 0
            for (index, shortfall) in shortfalls.enumerated() {
                if index % 64 == 0 { bits = random.next() }
                sum += bits & 1 == 0 ? shortfall : -shortfall
                bits >>= 1
            }
            if sum >= observed { count += 1 }
        }
        return count
    }

    // MARK: Shares and intervals

    /// The shares of both models over all scopes, and B's less A's; with 95 % intervals by drawing
    /// scopes 1,999 times with replacement (percentile bootstrap). In millionths. Nil without a
    /// scope.
    package var shares: (a: Share, b: Share, difference: Share)? {
        guard let whole = Self.pooled(pairs) else { return nil }
        var random = SplitMix64(seed: 2)
        var drawn: [(a: Int64, b: Int64)] = []
        for _ in 0..<Self.resamples {
            let sample = pairs.indices.map { _ in
                pairs[Int(random.draw(below: UInt64(pairs.count)))]
            }
            if let pooled = Self.pooled(sample) { drawn.append(pooled) }
        }
        func share(_ value: Int64, _ values: [Int64]) -> Share {
            let sorted = values.sorted()
            let cut = sorted.count / 40
            return Share(value: value, low: sorted[cut], high: sorted[sorted.count - 1 - cut])
        }
        return (
            share(whole.a, drawn.map(\.a)), share(whole.b, drawn.map(\.b)),
            share(whole.b - whole.a, drawn.map { $0.b - $0.a })
        )
    }

    private static let resamples = 1_999

    private static func pooled(_ pairs: [Pair]) -> (a: Int64, b: Int64)? {
        func millionths(_ parts: (Int64, Int64)) -> Int64? {
            parts.1 > 0 ? parts.0 * 1_000_000 / parts.1 : nil
        }
        var (a, b): ((Int64, Int64), (Int64, Int64)) = ((0, 0), (0, 0))
        for pair in pairs {
            a = (a.0 + pair.a.part, a.1 + pair.a.whole)
            b = (b.0 + pair.b.part, b.1 + pair.b.whole)
        }
        guard let a = millionths(a), let b = millionths(b) else { return nil }
        return (a, b)
    }
}

extension PairedShares.Pair {
    /// A's share less B's, times nm ∕ (n + m), in millionths, rounded towards 0.
    fileprivate var weightedShortfall: Int64 {
        (a.part * b.whole - b.part * a.whole) * 1_000_000 / (a.whole + b.whole)
    }
}

/// The p of each of several tests, raised so that the chance that any of them is at most α by
/// chance is α (Holm). In millionths, in the order given.
package func jointChances(_ chances: [Int64]) -> [Int64] {
    var raised = chances
    var most: Int64 = 0
    let order = chances.indices.sorted { chances[$0] < chances[$1] }
    for (rank, index) in order.enumerated() {
        most = max(most, min(chances[index] * Int64(chances.count - rank), 1_000_000))
        raised[index] = most
    }
    return raised
}
