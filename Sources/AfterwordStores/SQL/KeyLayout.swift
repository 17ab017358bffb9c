import AfterwordPipeline

/// The layout of review keys in SQL: a product's key, shifted, plus the number of the review within
/// its product (`reviewKeys(ofProduct:)`).
enum KeyLayout {
    /// The greatest number within a product.
    static let lastNumber = reviewKeys(ofProduct: 0).upperBound

    /// The range of all valid review keys.
    static let validKeys: ClosedRange<Int64> =
        0...reviewKeys(ofProduct: greatestProductKey).upperBound

    /// The number 0 of a product, as SQL. No review has it.
    ///
    /// - Parameter product: An expression for the product's key.
    static func lowest(ofProduct product: String) -> String {
        "(\(product) << \((lastNumber + 1).trailingZeroBitCount))"
    }

    /// The key of the product that a review key contains, as SQL.
    static func product(ofReview key: String) -> String {
        "(\(key) >> \((lastNumber + 1).trailingZeroBitCount))"
    }

    /// A condition: a column is a key of a product's reviews.
    static func holds(_ column: String, ofProduct product: String) -> String {
        let lowest = lowest(ofProduct: product)
        return "\(column) BETWEEN \(lowest) AND \(lowest) + \(lastNumber)"
    }
}
