package import AfterwordCore

/// A page of a list, and the length of the whole list.
package struct Listing<Entry: Sendable>: Sendable {
    package var entries: [Entry]
    package var total: Int
    /// The index of the first entry, from 0.
    package var first: Int
    /// Number of reviews that mention dangers of class C (probably none) only, which are not
    /// listed.
    package var unlikely = 0
    /// Number of dangers of class A or B, on any page, that the newest dump, or the time asked
    /// about, brought.
    package var newDangers = 0
    /// Number of distinct reviews on all pages, where a review may be several entries; nil where
    /// each entry is a review of its own.
    package var reviewCount: Int?

    package init(_ all: [Entry], page: Page) {
        total = all.count
        let range = page.range(of: all.count)
        first = range.lowerBound
        entries = Array(all[range])
    }

    /// - Parameter entries: Those of the page.
    init(_ entries: [Entry], of total: Int, page: Page) {
        (self.entries, self.total) = (entries, total)
        first = page.range(of: total).lowerBound
    }
}

/// A page of a list; numbers start at 1.
package struct Page: Sendable {
    package var number: Int
    package var size: Int

    package init(number: Int = 1, size: Int = 20) {
        self.number = max(1, number)
        self.size = max(1, size)
    }

    /// The page that begins at an entry, counted from 0; `size` entries long.
    package init(first: Int, size: Int) {
        self.init(size: size)
        self.first = max(0, first)
    }

    /// The first entry where it is not that of a page's number.
    private var first: Int?

    /// The indexes of its entries in a list.
    package func range(of count: Int) -> Range<Int> {
        let (start, isOver) = (number - 1).multipliedReportingOverflow(by: size)
        let first = min(count, self.first ?? (isOver ? count : start))
        return first..<first + min(size, count - first)
    }
}

/// The sort order of products and brands; the worst, most or first comes first.
package enum RankingOrder: String, CaseIterable, Sendable {
    /// Negatives in excess of what the scope above would expect. Entries below the minimum support
    /// come after the ranked ones, those with most reviews first.
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
    /// The products with reviews in a brand; 1 for a product.
    package var productCount: Int64
    /// In millionths of a review.
    package var impact: Int64
    /// Whether it has enough ratings to be ranked.
    package var isRanked: Bool
    /// A brand's counts with a review that is shown several times counted once; nil for a product,
    /// and where they were never counted.
    package var distinct: DistinctCounts?

    package var negativeShare: Share? { share(counters.negatives, of: counters.ratedCount) }
    /// The negative share with a review that is shown several times counted once; the plain one
    /// where that is not known.
    package var distinctNegativeShare: Share? {
        distinct.map(\.negativeShare) ?? negativeShare
    }
}

/// Filters and order of a ranking.
package struct RankingQuery: Sendable {
    package var order = RankingOrder.impact
    package var page = Page()
    package var brand: String?
    package var category: String?
    /// A part of an id, title or brand, ignoring case.
    package var text: String?
    /// The fewest reviews of an entry.
    package var minimumReviews: Int64 = 1

    package init() {}
}
