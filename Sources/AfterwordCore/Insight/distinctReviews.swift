/// For each review, the index of the first review that is the same one (`DistinctKey`). A review
/// shown under several products, or twice, counts once in scopes above the product.
package func distinctReviews(_ reviews: [ReadReview]) -> [Int] {
    distinctGroups(reviews.map { ($0.distinctKey, $0.sameTextScope) })
}

/// Under how many products a review is shown, itself included, and how often.
package struct Shown: Equatable, Sendable {
    package var appearances: Int64
    package var products: Int64

    package init(appearances: Int64, products: Int64) {
        (self.appearances, self.products) = (appearances, products)
    }

    package static let once = Shown(appearances: 1, products: 1)
}

/// Which of some reviews are one, and how often each is shown.
package struct DistinctReviews: Sendable {
    /// For each review, the index of the first one that is the same.
    package let groups: [Int]
    package let counts: DistinctCounts
    /// The distinct reviews with a text.
    package let readable: Int64
    /// Only of groups of several reviews.
    private let shown: [Int: Shown]
    /// For each group of several, the index of the review that stands for it: the first by product
    /// and id, whatever the order of the reviews.
    private let chosen: [Int: Int]

    package init(_ reviews: [ReadReview]) {
        let groups = distinctReviews(reviews)
        var members: [Int: [Int]] = [:]
        for (place, group) in groups.enumerated() { members[group, default: []].append(place) }
        var (counts, readable) = (DistinctCounts(), Int64(0))
        var (shown, chosen): ([Int: Shown], [Int: Int]) = ([:], [:])
        for (group, own) in members {
            let stars = own.compactMap { reviews[$0].review.values.star }
            counts.count += 1
            if !stars.isEmpty { counts.rated += 1 }
            if stars.contains(where: { $0 <= 2 }) { counts.negatives += 1 }
            if own.contains(where: { reviews[$0].review.values.hasText }) { readable += 1 }
            guard own.count > 1 else { continue }
            let products = Set(own.map { reviews[$0].review.productID })
            shown[group] = Shown(
                appearances: Int64(own.count), products: Int64(products.count))
            chosen[group] = own.min { left, right in
                let (l, r) = (reviews[left].review, reviews[right].review)
                return (l.productID, l.reviewID) < (r.productID, r.reviewID)
            }
        }
        (self.groups, self.counts, self.readable) = (groups, counts, readable)
        (self.shown, self.chosen) = (shown, chosen)
    }

    /// How often the review at an index is shown among these reviews.
    package func shown(_ place: Int) -> Shown { shown[groups[place]] ?? .once }

    /// Whether the review at an index stands for all that are the same.
    package func isChosen(_ place: Int) -> Bool {
        chosen[groups[place]].map { $0 == place } ?? true
    }
}

extension ReadReview {
    /// Within what an equal text without an id and an author is the same review.
    var sameTextScope: Scope? {
        var attributes = ProductAttributes()
        attributes[.family] = family
        attributes[.brand] = brand
        return attributes.sameTextScope
    }
}
