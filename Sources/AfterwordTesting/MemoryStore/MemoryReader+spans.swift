import AfterwordCore
import AfterwordPipeline

/// Bounded reads: what the unbounded ones return, filtered.
extension MemoryReader {
    func products(after id: Text?, limit: Int) throws -> [ProductState] {
        Array(
            try products(nil).filter { product in id.map { $0 < product.productID } ?? true }
                .prefix(limit))
    }

    func rejects(after place: RejectPlace?, limit: Int) throws -> [RejectRow] {
        Array(try rejects().filter { place?.isBefore($0) ?? true }.prefix(limit))
    }

    func rowCounts(ofProducts ids: ClosedRange<Text>) throws -> [Text: Int] {
        var counts: [Text: Int] = [:]
        for review in try reviews(in: RowSpan(ids)) { counts[review.productID, default: 0] += 1 }
        for row in try history(in: RowSpan(ids)) where row.historyKey < 0 {
            counts[row.productID, default: 0] += 1
        }
        return counts
    }

    func cuts(ofProduct id: Text, rows: Int) throws -> [Text] {
        var counts: [Text: Int] = [:]
        for review in try reviews(ofProduct: id) { counts[review.reviewID] = 1 }
        for row in try history(ofProduct: id, review: nil) where row.historyKey < 0 {
            counts[row.reviewID, default: 0] += 1
        }
        var (cuts, sum): ([Text], Int) = ([], 0)
        var last: Text?
        for (review, count) in counts.sorted(by: { $0.key < $1.key }) {
            if let last, sum + count > rows {
                cuts.append(last)
                sum = 0
            }
            sum += count
            last = review
        }
        return cuts
    }

    func reviews(in span: RowSpan) throws -> [StoredReview] {
        try reviews(ofProduct: nil).filter {
            span.holds(product: $0.productID, review: $0.reviewID)
        }
    }

    func history(in span: RowSpan) throws -> [HistoryRow] {
        try history(ofProduct: nil, review: nil).filter {
            span.holds(product: $0.productID, review: $0.reviewID)
        }
    }

    func raw(in span: RowSpan) throws -> [RawRow] {
        let own = try raw(ofProduct: nil).filter { span.products.contains($0.productID) }
        guard let part = span.part else { return own }
        var ids: [Digest128: Text] = [:]
        for review in try reviews(in: RowSpan(span.products)) {
            ids[review.identity] = review.reviewID
        }
        return own.filter { row in
            guard row.rawKey >= 0, let id = ids[row.record.identity] else {
                return part.after == nil
            }
            return part.holds(id)
        }
    }

    func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow] {
        try productRaw(ofProduct: nil).filter { ids.contains($0.productID) }
    }

    func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        try months(ofProduct: nil).filter { ids.contains($0.productID) }
    }

    func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow] {
        try attributeHistory(ofProduct: nil).filter { ids.contains($0.productID) }
    }

    func summaryHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<ProductSummary>] {
        try summaryHistory(ofProduct: nil).filter { ids.contains($0.row.productID) }
    }

    func monthHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<MonthSummary>] {
        try monthHistory(ofProduct: nil).filter { ids.contains($0.row.productID) }
    }
}
