/// Counts of the distinct reviews of a scope: one shown under several products counts once.
package struct DistinctCounts: Equatable, Sendable {
    package var count: Int64 = 0
    /// Those with a rating.
    package var rated: Int64 = 0
    /// Those of one or two stars. Where the appearances of a review differ, one such is enough.
    package var negatives: Int64 = 0

    package init() {}

    package init(count: Int64, rated: Int64, negatives: Int64) {
        (self.count, self.rated, self.negatives) = (count, rated, negatives)
    }

    /// The counts where every review is shown once.
    package init(_ counters: Counters) {
        (count, rated, negatives) =
            (counters.reviewCount, counters.ratedCount, counters.negatives)
    }

    package var isZero: Bool { self == DistinctCounts() }

    /// The share of negative ones among the rated, with its interval.
    package var negativeShare: Share? { share(negatives, of: rated) }

    package static func + (left: DistinctCounts, right: DistinctCounts) -> DistinctCounts {
        DistinctCounts(
            count: left.count + right.count, rated: left.rated + right.rated,
            negatives: left.negatives + right.negatives)
    }

    package static func - (left: DistinctCounts, right: DistinctCounts) -> DistinctCounts {
        DistinctCounts(
            count: left.count - right.count, rated: left.rated - right.rated,
            negatives: left.negatives - right.negatives)
    }
}

extension ProductAttributes {
    /// Within what equal texts without an id and an author are one review: the family, else the
    /// brand; nil where neither is known.
    package var sameTextScope: Scope? {
        self[.family].map { Scope(kind: .family, id: $0) }
            ?? self[.brand].map { Scope(kind: .brand, id: $0) }
    }
}
