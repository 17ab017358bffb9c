import AfterwordCore
import AfterwordPipeline
import GRDB

/// The base in two tables; everybody reads `product_reviews_base`, a view over both.
///
/// Reviews that move, and new ones of products that have reviews, lie on any page of a large table, and nearly all of its pages
/// would be written for a fiftieth of its rows. They lie together in `product_reviews_base_later`, where a review's row replaces that in
/// `product_reviews_base_first`; the first table is only written for products that had no review, and when later rows are put back
/// (decision 17).
enum SQLiteBase {
    static let first: StaticString = "product_reviews_base_first"
    static let later: StaticString = "product_reviews_base_later"

    /// Whether a new review's row lies in the first table, as its first version lies among the first ones: its product had none.
    static func isFirst(_ historyKey: Int64) -> Bool { historyKey >= 0 }

    /// Later rows are put back when there is one for so many live reviews: a small table is written whole, too.
    static let reviewsPerLater: Int64 = 4
    /// So many are never worth it.
    static let fewLater: Int64 = 1024

    /// A later row without a first record replaces a first row, and has its first record.
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
            first_raw_key INTEGER
        ) STRICT;
        CREATE VIEW product_reviews_base AS
        SELECT \(state), CAST(COALESCE(first_raw_key, (
                SELECT f.first_raw_key FROM product_reviews_base_first f
                WHERE f.review_key = l.review_key
            )) AS INTEGER) AS first_raw_key
        FROM product_reviews_base_later l
        UNION ALL
        SELECT \(state), first_raw_key FROM product_reviews_base_first f
        WHERE NOT EXISTS (
            SELECT 1 FROM product_reviews_base_later l WHERE l.review_key = f.review_key
        );
        """

    /// All of a row but its first record.
    private static let state = """
        review_key, product_key, review_id, identity_digest, identity_kind, is_live, \
        payload_digest, raw_key, history_key, reading
        """
    private static let replacing = Columns.replacing(state, butNot: ["review_key", "product_key"])

    /// What moved; its first record stays what it was.
    static let putMoved = """
        INSERT INTO product_reviews_base_later (\(state)) VALUES (\(Columns.marks(state)))
        ON CONFLICT (review_key) DO UPDATE SET \(replacing)
        """

    /// What a review has in the first table begins its later row.
    static let bring = """
        INSERT OR IGNORE INTO product_reviews_base_later (\(state))
        SELECT \(state) FROM product_reviews_base_first WHERE review_key = ?
        """

    static let isFullOfLater = """
        SELECT later > \(fewLater) AND later * \(reviewsPerLater) >
            (SELECT COALESCE(SUM(review_count), 0) FROM product_summary) AS is_full
        FROM (SELECT COUNT(*) AS later FROM product_reviews_base_later)
        """

    /// The last of some rows after a key; NULL after the last of all. Rows are put back in pieces: what a statement changes is kept in memory
    /// until it has ended.
    static let pieceEnd = """
        SELECT MAX(review_key) AS piece_end FROM (
            SELECT review_key FROM product_reviews_base_later WHERE review_key > ?
            ORDER BY review_key LIMIT 4096
        )
        """

    /// A row that replaces one leaves it its first record.
    static let putBack = """
        INSERT INTO product_reviews_base_first (\(Columns.review))
        SELECT \(state), COALESCE(first_raw_key, 0) FROM product_reviews_base_later
        WHERE review_key > ? AND review_key <= ? ORDER BY review_key
        ON CONFLICT (review_key) DO UPDATE SET \(replacing)
        """

    /// The first later row under which lies none that its review was once.
    static let faultOfReplaced = """
        SELECT p.product_id, l.review_id
        FROM product_reviews_base_later l JOIN products_dim p USING (product_key)
        LEFT JOIN product_reviews_base_first f USING (review_key)
        WHERE (l.first_raw_key IS NULL) <> (f.review_key IS NOT NULL)
            OR f.review_key IS NOT NULL AND NOT (
                f.product_key = l.product_key AND f.review_id = l.review_id
                AND f.identity_kind = l.identity_kind
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
