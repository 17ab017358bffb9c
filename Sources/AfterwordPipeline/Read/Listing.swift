package import AfterwordCore

/// A page of a list, and how long the whole list is.
package struct Listing<Entry: Sendable>: Sendable {
    package var entries: [Entry]
    package var total: Int
    /// The place of the first entry, from 0.
    package var first: Int
    /// Beside the list: dangers of class C, which are probably none. They are counted and not listed.
    package var unlikely = 0

    package init(_ all: [Entry], page: Page) {
        total = all.count
        first = min(all.count, (page.number - 1) * page.size)
        entries = Array(all[first..<min(all.count, first + page.size)])
    }
}

/// Which page of a list: numbers count from 1.
package struct Page: Sendable {
    package var number: Int
    package var size: Int

    package init(number: Int = 1, size: Int = 20) {
        self.number = max(1, number)
        self.size = max(1, size)
    }
}

/// By what products and brands are sorted; the worst, most or first of it comes first.
package enum RankingOrder: String, CaseIterable, Sendable {
    /// Negatives in excess of what the surroundings expect; those below the minimum support come
    /// after the ranked, with most reviews first.
    case impact
    case reviews
    case negatives
    case rating
    case id
}

/// A product or a brand in a ranking.
package struct RankedEntry: Sendable {
    package var id: Text
    package var counters: Counters
    package var attributes: ProductAttributes
    /// Products with reviews in a brand; 1 for a product.
    package var productCount: Int64
    /// Millionths of a review.
    package var impact: Int64
    /// Whether it has the support to be ranked.
    package var isRanked: Bool

    package var negativeShare: Share? { share(counters.negatives, of: counters.ratedCount) }
}

/// Which products or brands are wanted.
package struct RankingQuery: Sendable {
    package var order = RankingOrder.impact
    package var page = Page()
    package var brand: String?
    package var category: String?
    /// Part of an id, title or brand, in any case.
    package var text: String?
    /// Fewest reviews.
    package var minimumReviews: Int64 = 1

    package init() {}
}
