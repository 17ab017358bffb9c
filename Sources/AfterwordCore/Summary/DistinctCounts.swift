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

/// For each appearance of a review, the index of the first appearance of the same review.
///
/// - Parameter appearances: The key of each, and its product's `sameTextScope`.
package func distinctGroups(_ appearances: [(key: DistinctKey, within: Scope?)]) -> [Int] {
    struct Half: Hashable {
        var half: UInt64
        var within: Scope?
    }
    var groups = Array(appearances.indices)
    func first(_ place: Int) -> Int {
        var place = place
        while groups[place] != place { place = groups[place] }
        return place
    }
    var known: [Half: Int] = [:]
    func join(_ half: Half, _ place: Int) {
        guard let other = known[half] else {
            known[half] = place
            return
        }
        let (left, right) = (first(other), first(place))
        groups[max(left, right)] = min(left, right)
    }
    for (place, appearance) in appearances.enumerated() {
        let (key, within) = appearance
        if key.source != 0 { join(Half(half: key.source), place) }
        if key.other == 0 || key.isOfText && within == nil { continue }
        join(Half(half: key.other, within: key.isOfText ? within : nil), place)
    }
    return groups.indices.map(first)
}
