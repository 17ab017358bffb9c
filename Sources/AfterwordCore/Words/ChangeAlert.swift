/// A reason to report a change at once. Products seen for the first time raise no alert except for
/// dangers; returning reviews raise none.
package enum ChangeAlert: Equatable, Sendable {
    /// The mean rating fell by at least `meanFall`.
    case meanFell(millionths: Int64)
    /// Of the reviews that are new or were edited down, at least `negativeCount` and at least half
    /// are negative.
    case negatives(Int64, of: Int64)
    /// The number of reviews that mention a danger; one is enough.
    case dangers(Int64)

    /// Millionths of a star: 0.2 stars.
    package static let meanFall: Int64 = 200_000
    /// The fewest ratings before and after for which a mean is compared.
    package static let fewestRatings: Int64 = 10
    package static let negativeCount: Int64 = 5
}

/// The alerts of a scope between two moments, A and B.
///
/// - Parameters:
///   - before: The scope's sums at A.
///   - after: Its sums at B, without the reviews of products seen for the first time.
///   - counts: Its reviews, counted by `ReviewNews`.
///   - dangers: How many of those reviews mention a danger.
package func changeAlerts(
    before: Counters, after: Counters, counts: NewsCounts, dangers: Int64
) -> [ChangeAlert] {
    var alerts: [ChangeAlert] = []
    if dangers > 0 { alerts.append(.dangers(dangers)) }
    let attribution = MeanAttribution(
        before: (before.ratingSum, before.ratedCount), after: (after.ratingSum, after.ratedCount))
    if let attribution, min(before.ratedCount, after.ratedCount) >= ChangeAlert.fewestRatings {
        let fall = -attribution.millionths(attribution.change)
        if fall >= ChangeAlert.meanFall { alerts.append(.meanFell(millionths: fall)) }
    }
    let negative = counts.newNegative + counts.editedDown
    let came = counts.new + counts.editedDown
    if negative >= ChangeAlert.negativeCount, negative * 2 >= came {
        alerts.append(.negatives(negative, of: came))
    }
    return alerts
}

extension ChangeAlert {
    /// A sentence without its full stop.
    package var words: String {
        switch self {
        case .meanFell(let millionths):
            "the mean fell by \(hundredths(millionths)) stars"
        case .negatives(let count, let all):
            "\(count) of \(several(all, "review")) that came or were edited down "
                + "\(count == 1 ? "is" : "are") negative"
        case .dangers(let count):
            "\(several(count, "review")) \(count == 1 ? "speaks" : "speak") of a danger"
        }
    }
}

private func hundredths(_ millionths: Int64) -> String {
    let rounded = (millionths + 5_000) / 10_000
    return "\(rounded / 100).\(padded(Int(rounded % 100), 2))"
}
