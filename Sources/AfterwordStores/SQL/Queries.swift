import AfterwordCore
import AfterwordPipeline

/// Queries that both stores run.
enum Queries {
    static let newestRun = "SELECT * FROM runs ORDER BY run DESC LIMIT 1"
    static let productSelection = """
        SELECT p.*, s.first_review_at, s.last_review_at, s.last_changed_run, s.review_count,
               s.rated_count, s.rating_sum, s.star_1, s.star_2, s.star_3, s.star_4, s.star_5,
               s.verified_count, s.helpful_votes
        FROM products_dim p LEFT JOIN product_summary s USING (product_key)
        """

    private static func labelColumns(attributes table: String, changedRun: String) -> String {
        let attributes = Attribute.allCases.map { "\(table).\($0.name)" }
        return """
            p.product_key, p.product_id, p.first_run, p.last_observed_at,
            \(attributes.joined(separator: ", ")), s.\(changedRun) AS last_changed_run,
            s.review_count, s.rated_count, s.rating_sum, s.star_1, s.star_2, s.star_3, s.star_4,
            s.star_5, s.verified_count, s.helpful_votes
            """
    }

    static let productLabels = """
        SELECT \(labelColumns(attributes: "p", changedRun: "last_changed_run"))
        FROM products_dim p LEFT JOIN product_summary s USING (product_key)
        ORDER BY p.product_id
        """

    /// The same of products that were known after a run: of attributes and of sums the last rows
    /// up to it.
    static func productLabels(asOf run: Int64) -> String {
        func last(_ table: String) -> String {
            """
            (SELECT max(o.run) FROM \(table) o
            WHERE o.product_key = p.product_key AND o.run <= \(run))
            """
        }
        return """
            SELECT \(labelColumns(attributes: "a", changedRun: "run"))
            FROM products_dim p
            LEFT JOIN products_dim_history a ON a.product_key = p.product_key
                AND a.run = \(last("products_dim_history"))
            LEFT JOIN product_summary_history s ON s.product_key = p.product_key
                AND s.run = \(last("product_summary_history"))
            WHERE p.first_run <= \(run) ORDER BY p.product_id
            """
    }

    static let distinctKeys = """
        SELECT product_key, distinct_keys FROM product_summary WHERE distinct_keys IS NOT NULL
        """

    static let reviewSelection = """
        SELECT r.*, p.product_id FROM product_reviews_clean r
        JOIN products_dim p USING (product_key)
        """
    static let currentKeys = """
        SELECT review_key, product_key, identity_digest, payload_digest, is_live
        FROM product_reviews_current WHERE review_key BETWEEN ? AND ?
        """
    /// Selects the columns of `CurrentPayload`, which are read by place.
    static func currentPayloads(from table: Table) -> String {
        """
        SELECT review_key, identity_digest, payload_digest, identity_kind = 'c' AS is_content,
            is_live, rating_flags
        FROM \(table.name)
        """
    }
    static let historySelection = """
        SELECT h.*, r.review_id, r.identity_digest, p.product_id
        FROM product_reviews_history h JOIN product_reviews_current r USING (review_key)
        JOIN products_dim p USING (product_key)
        """
    /// A condition: the column is a key of one product's reviews. Takes the product's id as a
    /// parameter twice. The bounds are subqueries, so that the server can reuse one plan for all
    /// products.
    static func ofProduct(
        _ column: String, from first: String = "0",
        through last: String = "\(KeyLayout.lastNumber)"
    ) -> String {
        let lowest = KeyLayout.lowest(ofProduct: "product_key")
        return """
            \(column) BETWEEN (SELECT \(lowest) + \(first) FROM products_dim WHERE product_id = ?)
                AND (SELECT \(lowest) + \(last) FROM products_dim WHERE product_id = ?)
            """
    }
    /// A product's reviews with their current versions. Takes the product's id.
    static let reviewsOfProduct = currentVersions(
        """
        b.review_key, b.review_id, b.identity_digest, b.identity_kind, b.is_live, b.payload_digest,
        b.raw_key, h.version, h.run, h.observed_at, h.content_digest, \(historyValues)
        """)
    /// The reviews of a product listing: all, or only the live ones. Each further column would add
    /// about 2 % to the time of a page. Takes the product's id.
    static func listedOfProduct(withDeleted: Bool) -> String {
        currentVersions(
            """
            b.review_id, b.identity_digest, b.identity_kind, h.version, h.run, h.observed_at,
            h.content_digest, \(historyValues)\(withDeleted ? ", b.is_live" : "")
            """, condition: withDeleted ? "" : "AND b.is_live")
    }
    /// A product's reviews with their current versions. Takes the product's id once. Leaving out
    /// columns that every row would repeat saves about 5 % of the time of a page. Reading the rows
    /// of first versions as one range, instead of one by one by key, saves another 5 %.
    private static func currentVersions(_ columns: String, condition: String = "") -> String {
        let rows = "SELECT \(columns) FROM product_reviews_current b JOIN product_reviews_history h"
        return """
            WITH own AS MATERIALIZED (
                SELECT \(KeyLayout.lowest(ofProduct: "product_key")) AS lowest
                FROM products_dim WHERE product_id = ?
            )
            \(rows) ON h.history_key = b.review_key
            WHERE b.history_key >= 0 AND \(ofOwn("b.review_key"))
                AND \(ofOwn("h.history_key")) \(condition)
            UNION ALL
            \(rows) ON h.history_key = b.history_key
            WHERE b.history_key < 0 AND \(ofOwn("b.review_key")) \(condition)
            """
    }
    private static func ofOwn(_ column: String) -> String {
        let last = "lowest + \(KeyLayout.lastNumber)"
        return "\(column) BETWEEN (SELECT lowest FROM own) AND (SELECT \(last) FROM own)"
    }
    private static let historyValues = historyValues(asOf: .max)
    private static func historyValues(asOf version: Int) -> String {
        [Column].reviewValues.filter { $0.since <= version }.map { "h.\($0.name)" }
            .joined(separator: ", ")
    }
    /// All versions of a product's reviews; first versions are joined by their history key. Takes
    /// the product's id six times.
    static let historyOfProduct = """
        SELECT h.*, r.review_id, r.identity_digest, ? AS product_id
        FROM product_reviews_current r
        JOIN product_reviews_history h ON h.history_key = r.review_key
        WHERE \(ofProduct("r.review_key"))
        UNION ALL
        SELECT h.*, r.review_id, r.identity_digest, ? AS product_id
        FROM product_reviews_history h JOIN product_reviews_current r USING (review_key)
        WHERE h.history_key < 0 AND \(ofProduct("h.review_key"))
        ORDER BY review_id, version, run
        """
    /// All versions of one review of a product. Takes six parameters: the product's id; the lowest
    /// number of the review within its product, and the product's id; the highest number, and the
    /// product's id; the review's id.
    static let historyOfReview = """
        WITH r AS MATERIALIZED (
            SELECT ? AS product_id, review_key, review_id, identity_digest
            FROM product_reviews_current
            WHERE \(ofProduct("review_key", from: "?", through: "?")) AND review_id = ? LIMIT 1
        )
        SELECT h.*, r.review_id, r.identity_digest, r.product_id
        FROM r JOIN product_reviews_history h ON h.history_key = r.review_key
        UNION ALL
        SELECT h.*, r.review_id, r.identity_digest, r.product_id
        FROM r JOIN product_reviews_history h ON h.review_key = r.review_key AND h.history_key < 0
        """
    /// Current rows joined with the version in the history that each of them references.
    ///
    /// - Parameter version: The version of the schema.
    static func cleanRows(asOf version: Int) -> String {
        """
        SELECT b.review_key, b.product_key, b.review_id, b.identity_digest, b.identity_kind,
            h.version, b.is_live, h.run, h.observed_at, h.content_digest, b.payload_digest,
            b.raw_key,
            \(historyValues(asOf: version))
        FROM \(Table.currentReviews.asOf(version: version).name) b
        JOIN product_reviews_history h USING (history_key)
        """
    }

    /// Links with the ids of the reviews at both ends.
    static let links = """
        SELECT l.*, tr.review_id AS to_review_id, tp.product_id AS to_product_id,
            fr.review_id AS from_review_id, fp.product_id AS from_product_id,
            tr.identity_digest AS to_identity, fr.identity_digest AS from_identity
        FROM review_links l
        JOIN product_reviews_current tr ON tr.review_key = l.to_review_key
        JOIN products_dim tp ON tp.product_key = tr.product_key
        JOIN product_reviews_current fr ON fr.review_key = l.from_review_key
        JOIN products_dim fp ON fp.product_key = fr.product_key
        ORDER BY l.run, tp.product_id, tr.review_id
        """
}
