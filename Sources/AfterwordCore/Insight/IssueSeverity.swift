/// What the severity of an issue is computed from.
package struct SeverityGrounds: Equatable, Sendable {
    /// How severe complaints of this kind are by themselves.
    package var kind: Severity
    /// How many distinct reviews say so.
    package var distinctMentions: Int64
    /// The share of the scope's distinct reviews that say so, with its interval; nil where there
    /// are none.
    package var share: Share?
    /// The mean of the reviews that say so, in thousandths of a star, rounded up; nil where none is
    /// rated.
    package var meanThousandths: Int64?
    /// Whether more reviews of four and five stars say so than of fewer or none.
    package var isMostlyPraised: Bool

    package init(
        kind: Severity, distinctMentions: Int64, share: Share?, meanThousandths: Int64?,
        isMostlyPraised: Bool
    ) {
        self.kind = kind
        self.distinctMentions = distinctMentions
        self.share = share
        self.meanThousandths = meanThousandths
        self.isMostlyPraised = isMostlyPraised
    }

    /// Whether enough distinct reviews say so to be sure of it.
    var isSupported: Bool { distinctMentions >= MinimumSupport.product }

    /// From this share on, in millionths, an issue is frequent: one review of ten, at the least.
    static let frequent: Int64 = 100_000
    /// From this share on, in millionths, it is no rarity: one review of fifty, at the least.
    static let notRare: Int64 = 20_000
    /// Up to this mean, in thousandths of a star, customers count the purchase as lost.
    static let lost: Int64 = 1500
}

/// How severe an issue is: it starts from the kind of complaint and moves by one step at most.
///
/// - A step up where the lower bound of its share is frequent, or where it is no rarity and its
///   reviews give 1.5 stars or fewer in the mean. Stars alone never raise it.
/// - A step down where mostly reviews of four and five stars say so.
/// - Below the support nothing raises it, and it goes a step down: one does not know yet.
///
/// What applies in both directions cancels out.
package func issueSeverity(_ grounds: SeverityGrounds) -> Severity {
    guard grounds.isSupported else { return grounds.kind.moved(by: -1) }
    let low = grounds.share?.low ?? 0
    let isLost = grounds.meanThousandths.map { $0 <= SeverityGrounds.lost } ?? false
    let isRaised =
        low >= SeverityGrounds.frequent || isLost && low >= SeverityGrounds.notRare
    return grounds.kind.moved(by: (isRaised ? 1 : 0) - (grounds.isMostlyPraised ? 1 : 0))
}

extension Severity {
    /// So many steps more severe, within the three that there are.
    fileprivate func moved(by steps: Int) -> Severity {
        let all = Self.allCases
        let place = (all.firstIndex(of: self) ?? 0) + steps
        return all[min(max(place, 0), all.count - 1)]
    }
}
