import AfterwordCore
import AfterwordPipeline

/// Which products' rows are read: a condition on `p.product_id`, and its values.
private struct ProductChoice {
    /// Nil for all products.
    var condition: String?
    var values: [SQLValue] = []

    init(_ id: Text?) {
        guard let id else { return }
        (condition, values) = ("p.product_id = ?", [SQLValue(id)])
    }

    init(_ ids: ClosedRange<Text>) {
        condition = "p.product_id BETWEEN ? AND ?"
        values = [SQLValue(ids.lowerBound), SQLValue(ids.upperBound)]
    }

    var filter: String { condition.map { "WHERE \($0)" } ?? "" }
    var furtherFilter: String { condition.map { "AND \($0)" } ?? "" }
}

/// Rows of products: of one, of all, or of those from one id to another.
extension SQLReader {
    func products(_ id: Text?) throws -> [ProductState] {
        try all(
            Queries.productSelection
                + (id == nil ? " ORDER BY p.product_id" : " WHERE p.product_id = ?"),
            id.map { [SQLValue($0)] } ?? []
        ) { try $0.product }
    }

    func productLabels(asOf run: Int64?) throws -> [ProductLabel] {
        if let run {
            return try all(Queries.productLabels(asOf: run)) { try $0.productLabel }
        }
        if let labels { return labels }
        let own = try all(Queries.productLabels) { try $0.productLabel }
        if keepsLabels { labels = own }
        return own
    }

    func products(after id: Text?, limit: Int) throws -> [ProductState] {
        try all(
            """
            \(Queries.productSelection) \(id == nil ? "" : "WHERE p.product_id > ?")
            ORDER BY p.product_id LIMIT ?
            """, (id.map { [SQLValue($0)] } ?? []) + [.number(Int64(limit))]
        ) { try $0.product }
    }

    private func productRaw(_ products: ProductChoice) throws -> [ProductRawRow] {
        try all(
            """
            SELECT r.*, p.product_id FROM product_raw r JOIN products_dim p USING (product_key)
            \(products.filter) ORDER BY p.product_id, r.digest
            """, products.values
        ) { try $0.productRawRow }
    }

    private func months(_ products: ProductChoice) throws -> [MonthSummary] {
        try all(
            """
            SELECT a.*, p.product_id FROM product_aggregates a
            JOIN products_dim p USING (product_key)
            WHERE a.review_count > 0 \(products.furtherFilter)
            ORDER BY p.product_id, a.month, a.origin
            """, products.values
        ) { try $0.monthSummary }
    }

    private func attributeHistory(_ products: ProductChoice) throws -> [AttributeRow] {
        try all(
            """
            SELECT h.*, p.product_id FROM products_dim_history h
            JOIN products_dim p USING (product_key)
            \(products.filter) ORDER BY p.product_id, h.run
            """, products.values
        ) { try $0.attributeRow }
    }

    private func summaryHistory(
        _ products: ProductChoice
    ) throws -> [HistoryOf<ProductSummary>] {
        try all(
            """
            SELECT h.*, p.product_id FROM product_summary_history h
            JOIN products_dim p USING (product_key)
            \(products.filter) ORDER BY p.product_id, h.run
            """, products.values
        ) { HistoryOf(run: try $0.run(), row: try $0.productSummary) }
    }

    private func monthHistory(_ products: ProductChoice) throws -> [HistoryOf<MonthSummary>] {
        // The last version of a month is the current row, earlier ones are history. Two separate
        // queries, so that an error about an unreadable row names the right table.
        func versions(_ table: String) throws -> [HistoryOf<MonthSummary>] {
            let columns = Table.months.list("h")
            return try all(
                """
                SELECT p.product_id, \(columns)
                FROM \(table) h JOIN products_dim p ON p.product_key = h.product_key
                \(products.filter)
                """, products.values
            ) { HistoryOf(run: try $0.run(), row: try $0.monthSummary) }
        }
        return try (versions("product_aggregates_history") + versions("product_aggregates"))
            .sorted { left, right in
                guard left.row.productID == right.row.productID else {
                    return left.row.productID < right.row.productID
                }
                return (left.row.key, left.run) < (right.row.key, right.run)
            }
    }
}

// MARK: The port's names

extension SQLReader {
    func productRaw(ofProduct id: Text?) throws -> [ProductRawRow] {
        try productRaw(ProductChoice(id))
    }
    func productRaw(ofProducts ids: ClosedRange<Text>) throws -> [ProductRawRow] {
        try productRaw(ProductChoice(ids))
    }
    func months(ofProduct id: Text?) throws -> [MonthSummary] { try months(ProductChoice(id)) }
    func months(ofProducts ids: ClosedRange<Text>) throws -> [MonthSummary] {
        try months(ProductChoice(ids))
    }
    func attributeHistory(ofProduct id: Text?) throws -> [AttributeRow] {
        try attributeHistory(ProductChoice(id))
    }
    func attributeHistory(ofProducts ids: ClosedRange<Text>) throws -> [AttributeRow] {
        try attributeHistory(ProductChoice(ids))
    }
    func summaryHistory(ofProduct id: Text?) throws -> [HistoryOf<ProductSummary>] {
        try summaryHistory(ProductChoice(id))
    }
    func summaryHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<ProductSummary>] { try summaryHistory(ProductChoice(ids)) }
    func monthHistory(ofProduct id: Text?) throws -> [HistoryOf<MonthSummary>] {
        try monthHistory(ProductChoice(id))
    }
    func monthHistory(
        ofProducts ids: ClosedRange<Text>
    ) throws -> [HistoryOf<MonthSummary>] { try monthHistory(ProductChoice(ids)) }
}
