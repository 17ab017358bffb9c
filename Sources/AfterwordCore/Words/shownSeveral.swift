/// Reviews with how often they are shown where that is more often: `2 reviews (shown 8 times)`.
///
/// - Parameter distinct: Each review once; nil where that is not counted.
package func reviewsShown(_ appearances: Int64, distinct: Int64?) -> String {
    guard let distinct, distinct < appearances else { return several(appearances, "review") }
    return several(distinct, "review") + " (shown " + several(appearances, "time") + ")"
}

/// Appearances of reviews with how many reviews they are, where these are fewer: `16 reviews
/// (4 distinct)`.
package func reviewsCounted(_ appearances: Int64, distinct: Int64?) -> String {
    guard let distinct, distinct < appearances else { return several(appearances, "review") }
    return several(appearances, "review") + " (" + grouped(distinct) + " distinct)"
}

extension Shown {
    /// How often a quoted review is shown: `shown under 4 products`; nil where once.
    package var words: String? {
        if products > 1 { return "shown under " + several(products, "product") }
        return appearances > 1 ? "shown " + several(appearances, "time") : nil
    }

    /// Of a quote in an insight's document; once in documents of earlier programs.
    package init(ofQuote quote: JSONValue) {
        self.init(
            appearances: quote["appearances"]?.integer ?? 1,
            products: quote["products"]?.integer ?? 1)
    }
}
