import AfterwordCore
import AfterwordPipeline

/// Bounded reads. The rows of products whose keys follow one another lie together, and products
/// that were loaded together have such keys: their rows are read as one range.
extension SQLReader {
    func ranges(of ids: ClosedRange<Text>) throws -> [ClosedRange<Int64>] {
        let keys = try all(
            """
            SELECT product_key FROM products_dim WHERE product_id BETWEEN ? AND ?
            ORDER BY product_id
            """, [SQLValue(ids.lowerBound), SQLValue(ids.upperBound)]
        ) { try $0.productKey() }
        return keyRanges(keys)
    }

    /// The first and the last review key of products, as values of a query.
    func bounds(_ keys: ClosedRange<Int64>) -> [SQLValue] {
        [
            .number(reviewKeys(ofProduct: keys.lowerBound).lowerBound),
            .number(reviewKeys(ofProduct: keys.upperBound).upperBound),
        ]
    }

    /// A condition on the review's id for the part of a span, and its values.
    private func part(
        of span: RowSpan
    ) -> (condition: (String) -> String, values: [SQLValue]) {
        let (after, upTo) = (span.part?.after, span.part?.upTo)
        return (
            { Queries.isInPart($0, after: after != nil, upTo: upTo != nil) },
            [after, upTo].compactMap { $0.map { SQLValue($0) } }
        )
    }

    func reviews(in span: RowSpan) throws -> [StoredReview] {
        let part = part(of: span)
        let query = Queries.reviews(inPart: part.condition)
        let found = try ranges(of: span.products).flatMap { keys in
            try all(query, bounds(keys) + part.values) { try $0.review }
        }
        return found.sorted { ($0.productID, $0.reviewID) < ($1.productID, $1.reviewID) }
    }

    func history(in span: RowSpan) throws -> [HistoryRow] {
        let part = part(of: span)
        let (first, later) = (
            Queries.firstVersions(inPart: part.condition),
            Queries.laterVersions(inPart: part.condition)
        )
        let found = try ranges(of: span.products).flatMap { keys in
            let own = bounds(keys)
            return try all(first, own + own + part.values) { try $0.historyRow }
                + all(later, own + part.values) { try $0.historyRow }
        }
        return found.sorted { left, right in
            (left.productID, left.reviewID, left.version, left.run) < (
                right.productID, right.reviewID, right.version, right.run
            )
        }
    }

    func raw(in span: RowSpan) throws -> [RawRow] {
        let part = part(of: span)
        let first = Queries.firstRecords(inPart: part.condition)
        let found = try ranges(of: span.products).flatMap { keys in
            let own = try all(first, bounds(keys) + part.values) { try $0.rawRow }
            guard span.beginsProducts else { return own }
            return try own
                + all(
                    Queries.laterRecords,
                    [.number(keys.lowerBound), .number(keys.upperBound)]
                ) { try $0.rawRow }
        }
        return found.sorted { left, right in
            (left.productID, left.record.identity, left.record.payload, left.run) < (
                right.productID, right.record.identity, right.record.payload, right.run
            )
        }
    }

    func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int] {
        var counts: [Int64: Int] = [:]
        for keys in try ranges(of: ids) {
            for query in [Queries.reviewCounts, Queries.laterVersionCounts] {
                let rows = try all(query, bounds(keys)) {
                    (try $0.number("product_key"), try $0.number("row_count"))
                }
                for (key, count) in rows { counts[key, default: 0] += Int(count) }
            }
        }
        let products = try all(
            "SELECT product_key, product_id FROM products_dim WHERE product_id BETWEEN ? AND ?",
            [SQLValue(ids.lowerBound), SQLValue(ids.upperBound)]
        ) { (try $0.id("product_id"), try $0.productKey()) }
        return Dictionary(products) { $1 }.compactMapValues { counts[$0] }
    }

    func cuts(ofProduct id: Text, rows: Int) throws -> [Text] {
        guard let keys = try ranges(of: id...id).first else { return [] }
        func count(_ query: String) throws -> Int64 {
            try all(query, bounds(keys)) { try $0.number("row_count") }.reduce(0, +)
        }
        let reviews = try count(Queries.reviewCounts)
        let versions = try reviews + count(Queries.laterVersionCounts)
        guard versions > rows else { return [] }
        let each = max(Int64(rows) * reviews / versions, 1)
        return try all(Queries.cuts, bounds(keys) + [.number(each)]) { try $0.id("review_id") }
    }
}
