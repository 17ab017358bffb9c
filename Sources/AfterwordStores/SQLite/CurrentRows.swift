import AfterwordCore
import AfterwordPipeline
import GRDB

/// Stores current rows in two tables. All readers use `product_reviews_current`, a view over both.
///
/// Changed reviews, and new reviews of products that already have some, are spread over all pages
/// of a large table: writing 2 % of its rows would rewrite nearly all of its pages. Such rows are
/// stored together in the delta table `current_delta`, where a review's row replaces
/// the one in `current_initial`. The first table is written only for products that had
/// no reviews, and when the delta is compacted (decision 17).
enum CurrentRows {
    /// Whether a new review is stored in the first table: its product had no reviews before. Its
    /// history key is then not negative.
    static func isFirst(_ historyKey: Int64) -> Bool { historyKey >= 0 }

    /// The delta is compacted when it has more than one row for this many live reviews.
    static let reviewsPerDeltaRow: Int64 = 4
    /// A delta of at most this many rows is never compacted.
    static let fewDeltaRows: Int64 = 1024

    /// Makes the table of current rows the first one of two (version 3).
    static let split: String = {
        let (old, new) = (
            Table.currentReviews.asOf(version: 2), Table.currentInitial.asOf(version: 3)
        )
        return "ALTER TABLE \(old.name) RENAME TO \(new.name)"
    }()

    /// The view over both tables, as of a version of the schema. A delta row with `first_raw_key`
    /// NULL replaces a row of the first table and takes its `first_raw_key`.
    static func view(asOf version: Int) -> String {
        let state = Table.currentStates.asOf(version: version).list
        let initial = Table.currentInitial.asOf(version: version).name
        let delta = Table.currentDelta.asOf(version: version).name
        return """
            CREATE VIEW \(Table.currentReviews.asOf(version: version).name) AS
            SELECT \(state), CAST(COALESCE(first_raw_key, (
                    SELECT f.first_raw_key FROM \(initial) f
                    WHERE f.review_key = l.review_key
                )) AS INTEGER) AS first_raw_key
            FROM \(delta) l
            UNION ALL
            SELECT \(state), first_raw_key FROM \(initial) f
            WHERE NOT EXISTS (
                SELECT 1 FROM \(delta) l WHERE l.review_key = f.review_key
            )
            """
    }

    private static let state = Table.currentStates.list
    private static let replacing = Table.currentStates.replacing(kept: ["product_key"])

    static let insertInitial = insertion(into: .currentInitial)
    static let insertDelta = insertion(into: .currentDelta)

    private static func insertion(into table: Table) -> String {
        "INSERT INTO \(table.name) (\(table.list)) VALUES (\(table.marks))"
    }

    /// Gives a delta row another payload.
    static let movePayload = """
        UPDATE current_delta SET payload_digest = ?, raw_key = ? WHERE review_key = ?
        """

    /// Upserts a changed review into the delta. `first_raw_key` stays as it is.
    static let putMoved = """
        INSERT INTO current_delta (\(state)) VALUES (\(Table.currentStates.marks))
        ON CONFLICT (review_key) DO UPDATE SET \(replacing)
        """

    /// Copies a review's row from the first table to the delta, unless the delta already has one.
    static let bring = """
        INSERT OR IGNORE INTO current_delta (\(state))
        SELECT \(state) FROM current_initial WHERE review_key = ?
        """

    static let isDeltaFull = """
        SELECT moved > \(fewDeltaRows) AND moved * \(reviewsPerDeltaRow) >
            (SELECT COALESCE(SUM(review_count), 0) FROM product_summary) AS is_full
        FROM (SELECT COUNT(*) AS moved FROM current_delta)
        """

    /// The last key of the next 4096 delta rows after a key; NULL where no row follows. The delta
    /// is compacted in pieces, because SQLite keeps the changes of one statement in memory until it
    /// ends.
    static let pieceEnd = """
        SELECT MAX(review_key) AS piece_end FROM (
            SELECT review_key FROM current_delta WHERE review_key > ?
            ORDER BY review_key LIMIT 4096
        )
        """

    /// Moves a range of delta rows to the first table. A replaced row keeps its `first_raw_key`.
    static let compact = """
        INSERT INTO current_initial (\(Table.currentInitial.list))
        SELECT \(state), COALESCE(first_raw_key, 0) FROM current_delta
        WHERE review_key > ? AND review_key <= ? ORDER BY review_key
        ON CONFLICT (review_key) DO UPDATE SET \(replacing)
        """

    /// The first delta row that is inconsistent with the first table: the row beneath it is missing
    /// or unexpected, or is not an earlier state of the same review.
    static let faultOfReplaced = """
        SELECT p.product_id, l.review_id
        FROM current_delta l JOIN products_dim p USING (product_key)
        LEFT JOIN current_initial f USING (review_key)
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
                        AND f.rating_flags = COALESCE(h.rating, 0) * 2
                            + (h.title IS NOT NULL OR h.body IS NOT NULL))
            )
        LIMIT 1
        """
}
