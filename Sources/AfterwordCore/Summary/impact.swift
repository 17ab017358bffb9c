/// Strength s of the beta prior: a share is shrunk toward its expected value as if by 10 more
/// ratings.
package let priorStrength: Int64 = 10

/// Least number of ratings with which a scope is ranked; others are listed after the ranked ones.
package enum MinimumSupport {
    package static let product: Int64 = 3
    package static let scope: Int64 = 10
}

/// Impact in millionths of a review: the excess of negative reviews over the expected ones, shrunk
/// by a beta prior.
///
/// The expectation comes from the scope's surroundings without the scope itself (the rest of a
/// product's brand, the rest of the portfolio), shrunk toward the whole portfolio: a brand of one
/// product is compared with the portfolio, not with itself. With n ratings, k negatives and an
/// expected share p, the shrunk share is (k + s·p) ∕ (n + s), and the impact n·(shrunk − p) = n·(k
/// − n·p) ∕ (n + s). Exact integers, rounded toward zero.
package func impact(
    of own: Counters, within surroundings: Counters, portfolio: Counters
) -> Int64 {
    let rest = (
        // In a damaged store the surroundings may count less than the scope.
        rated: Int128(max(surroundings.ratedCount - own.ratedCount, 0)),
        negatives: Int128(max(surroundings.negatives - own.negatives, 0))
    )
    let strength = Int128(priorStrength)
    let whole = Int128(portfolio.ratedCount)
    guard whole > 0 else { return 0 }
    // p = (negatives + s·P) ∕ (rated + s) with P = portfolio negatives ∕ whole, as one fraction.
    let numerator = rest.negatives * whole + strength * Int128(portfolio.negatives)
    let denominator = (rest.rated + strength) * whole
    let rated = Int128(own.ratedCount)
    let excess = Int128(own.negatives) * denominator - rated * numerator
    return Int64(1_000_000 * rated * excess / ((rated + strength) * denominator))
}

/// A share with its Wilson 95 % interval, in millionths.
package struct Share: Equatable, Sendable {
    package var value: Int64
    package var low: Int64
    package var high: Int64

    package init(value: Int64, low: Int64, high: Int64) {
        self.value = value
        self.low = low
        self.high = high
    }
}

/// `part` of `whole` as a share; nil for a whole of 0.
package func share(_ part: Int64, of whole: Int64) -> Share? {
    guard whole > 0 else { return nil }
    let z = 1.959963984540054
    let n = Double(whole)
    let p = Double(part) / n
    let centre = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    func millionths(_ share: Double) -> Int64 {
        Int64((min(1, max(0, share)) * 1_000_000).rounded())
    }
    return Share(
        value: (2_000_000 * part + whole) / (2 * whole), low: millionths((centre - spread) / scale),
        high: millionths((centre + spread) / scale))
}

/// The mean rating in thousandths of a star, rounded half up; nil without ratings.
package func meanStars(_ counters: Counters) -> Int64? {
    guard counters.ratedCount > 0 else { return nil }
    return (200 * counters.ratingSum + counters.ratedCount) / (2 * counters.ratedCount)
}
