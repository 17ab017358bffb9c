import AfterwordCore
import AfterwordPipeline

/// Batches of questions, and what models read in reviews.
extension SQLReader {
    private static let batches = "SELECT * FROM llm_batches ORDER BY llm_batch"
    private static let items = "SELECT * FROM llm_batch_items ORDER BY llm_batch, line"

    func modelBatches() throws -> [ModelBatch] { try all(Self.batches) { try $0.modelBatch } }
    func batchItems() throws -> [BatchItem] { try all(Self.items) { try $0.batchItem } }

    /// Batches and their questions with their row checksums.
    func checksummedBatches() throws -> [ChecksummedRow] {
        let batches = try all(Self.batches) { row in
            try row.checksummed(
                "llm_batches", "batch \(row.number("llm_batch"))", row.modelBatch.rowChecksum)
        }
        let items = try all(Self.items) { row in
            try row.checksummed(
                "llm_batch_items",
                "batch \(row.number("llm_batch")) line \(row.number("line"))",
                row.batchItem.rowChecksum)
        }
        return batches + items
    }

    private static let enrichments = """
        SELECT e.*, r.review_id, p.product_id FROM review_enrichments e
        JOIN product_reviews_current r USING (review_key)
        JOIN products_dim p USING (product_key)
        """
    private static let inOrder =
        "ORDER BY p.product_id, r.review_id, e.version, e.language, e.made_run"

    func enrichments(ofProducts ids: ClosedRange<Text>?) throws -> [EnrichmentRow] {
        guard let ids else {
            return try all("\(Self.enrichments) \(Self.inOrder)") { try $0.enrichmentRow }
        }
        let found = try ranges(of: ids).flatMap { keys in
            try all(
                "\(Self.enrichments) WHERE e.review_key BETWEEN ? AND ? \(Self.inOrder)",
                bounds(keys)
            ) { try $0.enrichmentRow }
        }
        return found.sorted { left, right in
            (left.productID, left.reviewID, left.version, Text(left.language), left.madeRun) < (
                right.productID, right.reviewID, right.version, Text(right.language),
                right.madeRun
            )
        }
    }

    func enrichments(ofReviews keys: [Int64]) throws -> [EnrichmentRow] {
        try inGroups(Set(keys).sorted()) { keys, marks in
            try session.rows("\(Self.enrichments) WHERE e.review_key IN (\(marks))", keys) {
                try $0.enrichmentRow
            }
        }
    }
}
