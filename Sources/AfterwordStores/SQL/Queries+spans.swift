/// Queries of reviews whose product keys follow one another, so that their rows lie together.
///
/// Each takes the first and the last review key, as often as it says, then the values of `part`.
extension Queries {
    /// A condition: the review is in a part of its product.
    ///
    /// - Parameter review: The column with the review's id.
    static func isInPart(_ review: String, after: Bool, upTo: Bool) -> String {
        (after ? " AND \(review) > ?" : "") + (upTo ? " AND \(review) <= ?" : "")
    }

    /// Reviews with their current versions. Takes the keys once.
    static func reviews(inPart part: (String) -> String) -> String {
        "\(reviewSelection) WHERE r.review_key BETWEEN ? AND ?\(part("r.review_id"))"
    }

    private static let versionColumns =
        "SELECT h.*, r.review_id, r.identity_digest, p.product_id"

    /// First versions, which have the keys of their reviews. Takes the keys twice.
    static func firstVersions(inPart part: (String) -> String) -> String {
        """
        \(versionColumns) FROM product_reviews_current r
        JOIN product_reviews_history h
            ON h.history_key = r.review_key AND h.review_key = r.review_key
        JOIN products_dim p ON p.product_key = r.product_key
        WHERE r.review_key BETWEEN ? AND ? AND h.history_key BETWEEN ? AND ?\(part("r.review_id"))
        """
    }

    /// Versions after the first, and late rows. Takes the keys once.
    static func laterVersions(inPart part: (String) -> String) -> String {
        """
        \(versionColumns) FROM product_reviews_history h
        JOIN product_reviews_current r ON r.review_key = h.review_key
        JOIN products_dim p ON p.product_key = r.product_key
        WHERE h.history_key < 0 AND h.review_key BETWEEN ? AND ?\(part("r.review_id"))
        """
    }

    private static let recordColumns =
        "SELECT p.product_key, p.product_id, \(Table.rawRecords.list("r", butNot: "product_key"))"

    /// The first records of reviews, which have no product key: their product is that of the
    /// review which refers to them. Takes the keys once.
    static func firstRecords(inPart part: (String) -> String) -> String {
        """
        \(recordColumns) FROM product_reviews_current b
        JOIN product_reviews_raw r ON r.raw_key = b.first_raw_key
        JOIN products_dim p ON p.product_key = b.product_key
        WHERE b.first_raw_key >= 0 AND b.review_key BETWEEN ? AND ?\(part("b.review_id"))
        """
    }

    /// All other records. Takes the first and the last product key.
    static let laterRecords = """
        \(recordColumns) FROM products_dim p
        JOIN product_reviews_raw r ON r.product_key = p.product_key
        WHERE p.product_key BETWEEN ? AND ? AND r.raw_key < 0
        """

    /// The number of reviews of each product. Takes the keys once.
    static let reviewCounts = """
        SELECT \(KeyLayout.product(ofReview: "review_key")) AS product_key, COUNT(*) AS row_count
        FROM product_reviews_current WHERE review_key BETWEEN ? AND ? GROUP BY 1
        """

    /// The number of versions after the first, and of late rows, of each product. Takes the keys
    /// once.
    static let laterVersionCounts = """
        SELECT \(KeyLayout.product(ofReview: "review_key")) AS product_key, COUNT(*) AS row_count
        FROM product_reviews_history
        WHERE history_key < 0 AND review_key BETWEEN ? AND ? GROUP BY 1
        """

    /// The id of each n-th review, in order. Takes the keys once, then n.
    static let cuts = """
        SELECT review_id FROM (
            SELECT review_id, ROW_NUMBER() OVER (ORDER BY review_id) AS place
            FROM product_reviews_current WHERE review_key BETWEEN ? AND ?
        ) o WHERE place % ? = 0 ORDER BY place
        """
}
