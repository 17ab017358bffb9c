/// Sums recomputed by the server, and the indexes that the first load builds.
enum PostgresSums {
    /// Keys and indexes of the bulk tables, built by the first load after its rows. Unique indexes
    /// instead of primary keys, because adding a primary key would block readers. The statistics
    /// serve the query plans of the next load. In the history each version of a review exists once,
    /// and a late row (version 0) once per run. The rows of one run are adjacent, so that a block
    /// range index (BRIN) on the run suffices.
    static let bulkIndexes = """
        SET LOCAL maintenance_work_mem = '256MB';
        CREATE UNIQUE INDEX product_reviews_raw_key ON product_reviews_raw (raw_key);
        CREATE INDEX product_reviews_raw_later
            ON product_reviews_raw (identity_digest, payload_digest) WHERE raw_key < 0;
        CREATE INDEX product_reviews_raw_later_by_product
            ON product_reviews_raw (product_key) WHERE raw_key < 0;
        CREATE UNIQUE INDEX product_reviews_current_key ON product_reviews_current (review_key);
        CREATE UNIQUE INDEX product_reviews_history_key ON product_reviews_history (history_key);
        CREATE UNIQUE INDEX product_reviews_history_later ON product_reviews_history
            (review_key, version, (CASE WHEN version = 0 THEN run ELSE 0 END))
            WHERE history_key < 0;
        CREATE INDEX product_reviews_history_by_run ON product_reviews_history USING brin (run);
        CREATE UNIQUE INDEX product_aggregates_key
            ON product_aggregates (product_key, month, origin);
        CREATE UNIQUE INDEX product_aggregates_history_key
            ON product_aggregates_history (product_key, month, origin, run);
        ANALYZE product_reviews_current (review_key, product_key, review_id, history_key);
        ANALYZE product_reviews_history (history_key, review_key, run);
        """

    /// The sums of every product with live reviews, computed by the server from the history.
    /// `audit` compares them with `product_summary`.
    ///
    /// - Parameter version: The version of the schema, which decides the names of tables.
    static func recomputation(asOf version: Int = .max) -> String {
        """
        SELECT r.product_key, COUNT(*) AS review_count, COUNT(h.rating) AS rated_count,
            COALESCE(SUM(h.rating), 0)::bigint AS rating_sum,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 10 AND 14) AS star_1,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 15 AND 24) AS star_2,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 25 AND 34) AS star_3,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 35 AND 44) AS star_4,
            COUNT(*) FILTER (WHERE h.rating BETWEEN 45 AND 50) AS star_5,
            COUNT(*) FILTER (WHERE h.verified) AS verified_count,
            COALESCE(SUM(h.helpful_votes), 0)::bigint AS helpful_votes,
            MIN(h.created_at) FILTER (WHERE h.created_origin = 'source') AS first_review_at,
            MAX(h.created_at) FILTER (WHERE h.created_origin = 'source') AS last_review_at
        FROM (
            SELECT DISTINCT ON (review_key) * FROM product_reviews_history
            WHERE version > 0 ORDER BY review_key, version DESC
        ) h JOIN \(Table.currentReviews.asOf(version: version).name) r USING (review_key)
        WHERE h.operation <> 'delete' GROUP BY r.product_key
        """
    }

    /// The first product whose stored sums differ from the recomputed ones.
    static let recomputationFault = """
        WITH stored AS (SELECT \(sums) FROM product_summary WHERE review_count > 0),
            recomputed AS MATERIALIZED (SELECT \(sums) FROM (\(recomputation())) AS r),
            fault AS (
                (SELECT * FROM stored EXCEPT SELECT * FROM recomputed)
                UNION ALL
                (SELECT * FROM recomputed EXCEPT SELECT * FROM stored)
            )
        SELECT p.product_id FROM fault LEFT JOIN products_dim p USING (product_key)
        ORDER BY p.product_id LIMIT 1
        """
    private static let counters = [Column].counters.map(\.name).joined(separator: ", ")
    private static let sums = "product_key, first_review_at, last_review_at, \(counters)"
}
