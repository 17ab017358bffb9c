/// `part` of `whole`.
package struct Proportion: Equatable, Sendable {
    package var part: Int64
    package var whole: Int64

    package init(_ part: Int64, of whole: Int64) {
        self.part = part
        self.whole = whole
    }
}

/// The probability that two shares differ at least this much by chance: the two-sided p of the
/// pooled two-proportion z-test, in billionths. 1,000,000,000 where the shares cannot be compared.
///
/// Uses integers only, so that every machine gives the same result: z² is an exact fraction,
/// truncated to 56 binary places; the tail is summed in the same fixed point and exact to one or
/// two billionths.
///
/// - Precondition: 0 ≤ part ≤ whole.
package func chanceOfDifference(_ left: Proportion, _ right: Proportion) -> Int64 {
    precondition(left.isShare && right.isShare, "a part of a whole")
    guard let square = pooledSquare(left, right) else { return certain }
    guard square < mostSquare else { return 0 }
    let z = root(square << places)
    let tail = z < 3 * one ? one / 2 - belowFromMean(z, square) : farTail(z, square)
    return Int64((2 * tail * Int128(certain) + one / 2) >> places)
}

/// Which findings are significant at a false discovery rate of 5 %, by the Benjamini–Hochberg
/// procedure.
///
/// - Parameter chances: The p of each finding, in billionths.
package func standingFindings(_ chances: [Int64]) -> [Bool] {
    let sorted = chances.sorted()
    let count = Int128(chances.count)
    // p ≤ rank ∕ count · 5 %
    let last = sorted.indices.last { place in
        Int128(sorted[place]) * count * 20 <= Int128(place + 1) * Int128(certain)
    }
    guard let last else { return chances.map { _ in false } }
    return chances.map { $0 <= sorted[last] }
}

extension Proportion {
    fileprivate var isShare: Bool { part >= 0 && part <= whole }
}

private let certain: Int64 = 1_000_000_000
private let places: Int128 = 56
private let one: Int128 = 1 << 56
/// The z² beyond which p is less than half a billionth.
private let mostSquare = 40 * one
/// 1 ∕ √(2π)
private let normalPeak: Int128 = 28_746_820_885_731_650
/// The largest total of both `whole`, so that the fraction in `pooledSquare` fits.
private let mostWhole: Int64 = 1 << 30

/// z² = (a·m − b·n)²·(n + m) ∕ (n·m·k·(n + m − k)) for a of n, b of m and k = a + b. Nil where it
/// is 0 ∕ 0, or where n + m exceeds `mostWhole`.
private func pooledSquare(_ left: Proportion, _ right: Proportion) -> Int128? {
    let part = left.part + right.part
    let whole = left.whole + right.whole
    guard left.whole > 0, right.whole > 0, part > 0, part < whole, whole <= mostWhole else {
        return nil
    }
    let difference =
        (Int128(left.part) * Int128(right.whole)
        - Int128(right.part) * Int128(left.whole)).magnitude
    let numerator = (difference * difference).multipliedFullWidth(by: UInt128(whole))
    let denominator =
        UInt128(left.whole) * UInt128(right.whole) * UInt128(part)
        * UInt128(whole - part)
    // z² never exceeds the number of reviews, so the quotient fits.
    var (square, rest) = denominator.dividingFullWidth(numerator)
    guard square < 40 else { return mostSquare }
    for _ in 0..<Int(places) {
        rest <<= 1
        square <<= 1
        if rest >= denominator {
            rest -= denominator
            square |= 1
        }
    }
    return Int128(square)
}

private func product(_ left: Int128, _ right: Int128) -> Int128 { (left * right) >> places }

/// The integer square root, rounded down.
private func root(_ number: Int128) -> Int128 {
    var found: Int128 = 0
    for bit in stride(from: 62, through: 0, by: -1) {
        let next = found | Int128(1) << Int128(bit)
        if next * next <= number { found = next }
    }
    return found
}

/// The density of the normal distribution, e^(−z²∕2) ∕ √(2π), by the series of e^−x at x ∕ 1024,
/// squared ten times.
private func density(_ square: Int128) -> Int128 {
    let small = square >> 11
    var (sum, term) = (one, one)
    for step in 1...12 as ClosedRange<Int128> {
        term = -product(term, small) / step
        sum += term
    }
    for _ in 0..<10 { sum = product(sum, sum) }
    return product(normalPeak, sum)
}

/// The probability between the mean and z: the density times z + z³∕3 + z⁵∕(3·5) + …
private func belowFromMean(_ z: Int128, _ square: Int128) -> Int128 {
    var (sum, term) = (z, z)
    var odd: Int128 = 3
    while term > 0 {
        term = product(term, square) / odd
        sum += term
        odd += 2
    }
    return product(density(square), sum)
}

/// The probability beyond a z of 3 or more: the density over z + 1∕(z + 2∕(z + 3∕…)).
private func farTail(_ z: Int128, _ square: Int128) -> Int128 {
    var below = z
    for step in stride(from: Int128(60), through: 1, by: -1) {
        below = z + (step << (2 * places)) / below
    }
    return (density(square) << places) / below
}
