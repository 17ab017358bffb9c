/// The cost of a complaint: by how many millionths of a star the mean of a scope would be higher
/// without some of its reviews, rounded towards zero. Nil where no review would be left.
///
/// - Parameters:
///   - part: Sum in tenths of a star and number of the ratings to leave out.
///   - whole: Sum in tenths of a star and number of all ratings.
package func starImpact(
    of part: (sum: Int64, count: Int64), in whole: (sum: Int64, count: Int64)
) -> Int64? {
    let rest = whole.count - part.count
    guard whole.count > 0, rest > 0 else { return nil }
    // (S−s)/(N−n) − S/N, in tenths, as one fraction.
    let numerator =
        Int128(whole.sum - part.sum) * Int128(whole.count) - Int128(whole.sum) * Int128(rest)
    return Int64(numerator * 100_000 / (Int128(rest) * Int128(whole.count)))
}
