import AfterwordCore
import AfterwordPipeline

// What people and runs found about reviews.
extension SQLReader {
    func verdicts() throws -> [VerdictRow] {
        try session.fewRows(
            """
            SELECT v.*, r.review_id, p.product_id FROM review_verdicts v
            JOIN product_reviews_current r USING (review_key)
            JOIN products_dim p USING (product_key)
            ORDER BY v.made_run, p.product_id, r.review_id
            """, []
        ) { try $0.verdictRow }
    }

    func links() throws -> [ReviewLink] {
        try session.fewRows(Queries.links, []) { try $0.reviewLink }
    }
}
