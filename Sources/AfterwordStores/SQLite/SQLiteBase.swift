import AfterwordCore
import AfterwordPipeline
import GRDB

/// The base in two tables; everybody reads `product_reviews_base`, a view over both.
///
/// Reviews that move, and new ones of products that have reviews, lie on any page of a large table, and nearly all of its pages
/// would be written for a fiftieth of its rows. They lie together in `product_reviews_base_later`, where a review's row replaces that in
/// `product_reviews_base_first`; the first table is only written by a first load, by products that are new, and when later rows are put
/// back (decision 17).
enum SQLiteBase {
    static let first: StaticString = "product_reviews_base_first"
    static let later: StaticString = "product_reviews_base_later"

    /// Later rows are put back when there is one for so many live reviews: a small table is written whole, too.
    static let reviewsPerLater: Int64 = 4
    /// So many are never worth it.
    static let fewLater: Int64 = 1024

    /// `replaces` tells whether a row of the same review lies in the first table.
    static let schema = """
        DROP VIEW product_reviews_clean;
        ALTER TABLE product_reviews_base RENAME TO product_reviews_base_first;
        CREATE TABLE product_reviews_base_later (
            review_key INTEGER PRIMARY KEY,
            product_key INTEGER NOT NULL,
            review_id TEXT NOT NULL,
            identity_digest BLOB NOT NULL,
            identity_kind TEXT NOT NULL CHECK (identity_kind = 'a' OR identity_kind = 'b' OR identity_kind = 'c'),
            is_live INTEGER NOT NULL CHECK (is_live IN (0, 1)),
            payload_digest BLOB NOT NULL,
            raw_key INTEGER NOT NULL,
            history_key INTEGER NOT NULL,
            reading INTEGER NOT NULL,
            first_raw_key INTEGER NOT NULL,
            replaces INTEGER NOT NULL DEFAULT 0 CHECK (replaces IN (0, 1))
        ) STRICT;
        CREATE VIEW product_reviews_base AS
        SELECT \(Columns.review) FROM product_reviews_base_later
        UNION ALL
        SELECT \(Columns.review) FROM product_reviews_base_first f
        WHERE NOT EXISTS (
            SELECT 1 FROM product_reviews_base_later l WHERE l.review_key = f.review_key
        );
        """

    /// What a review has in the first table begins its later row.
    static let bring = """
        INSERT OR IGNORE INTO product_reviews_base_later (\(Columns.review), replaces)
        SELECT \(Columns.review), 1 FROM product_reviews_base_first WHERE review_key = ?
        """

    static let isFullOfLater = """
        SELECT later > \(fewLater) AND later * \(reviewsPerLater) >
            (SELECT COALESCE(SUM(review_count), 0) FROM product_summary) AS is_full
        FROM (SELECT COUNT(*) AS later FROM product_reviews_base_later)
        """

    static let putBack = """
        INSERT OR REPLACE INTO product_reviews_base_first (\(Columns.review))
        SELECT \(Columns.review) FROM product_reviews_base_later ORDER BY review_key
        """

    /// The first later row under which lies none that its review was once.
    static let faultOfReplaced = """
        SELECT p.product_id, l.review_id
        FROM product_reviews_base_later l JOIN products_dim p USING (product_key)
        LEFT JOIN product_reviews_base_first f USING (review_key)
        WHERE l.replaces <> (f.review_key IS NOT NULL) OR l.replaces = 1 AND NOT (
            f.product_key = l.product_key AND f.review_id = l.review_id
            AND f.identity_kind = l.identity_kind AND f.first_raw_key = l.first_raw_key
            AND EXISTS (
                SELECT 1 FROM product_reviews_raw r WHERE r.raw_key = f.raw_key
                    AND r.identity_digest = f.identity_digest
                    AND r.payload_digest = f.payload_digest)
            AND EXISTS (
                SELECT 1 FROM product_reviews_history h WHERE h.history_key = f.history_key
                    AND h.review_key = f.review_key AND h.version > 0
                    AND f.is_live = (h.operation <> 'delete')
                    AND f.reading = COALESCE(h.rating, 0) * 2
                        + (h.title IS NOT NULL OR h.body IS NOT NULL))
        )
        LIMIT 1
        """
}
