import AfterwordCore

/// Gathers rows and hands them to the store in batches within the limits.
final class LoadWriter {
    private let load: any StoreLoad
    private let context: LoadContext
    private let run: Int64
    private let limit: Int
    private var raw: [RawRow] = []
    private var history: [HistoryRow] = []
    private var reviews: [ReviewRow] = []
    private var moves: [PayloadMove] = []
    private var products: [ProductState] = []
    private var productRaw: [ProductRawRow] = []
    private var attributes: [AttributeRow] = []
    private var summaries: [ProductSummary] = []
    private var months: [MonthSummary] = []
    private var byteCount = 0

    init(_ context: LoadContext) {
        load = context.load
        self.context = context
        run = context.run
        limit = context.options.batchRows
    }

    func add(raw row: RawRow) throws {
        byteCount += row.payload.count
        context.ledger.add(row)
        raw.append(row)
        try flushWhereFull()
    }
    func add(history row: HistoryRow) throws {
        byteCount += row.values.body?.bytes.count ?? 0
        history.append(row)
        try flushWhereFull()
    }
    func add(review: ReviewRow) throws {
        reviews.append(review)
        try flushWhereFull()
    }
    func add(move: PayloadMove) throws {
        moves.append(move)
        try flushWhereFull()
    }
    func add(productRaw row: ProductRawRow) throws {
        byteCount += row.payload.count
        productRaw.append(row)
        try flushWhereFull()
    }
    func add(product: ProductState) throws {
        products.append(product)
        try flushWhereFull()
    }
    func add(attributes row: AttributeRow) throws {
        context.ledger.add(row)
        attributes.append(row)
        try flushWhereFull()
    }
    func add(summary: ProductSummary) throws {
        summaries.append(summary)
        try flushWhereFull()
    }
    func add(month: MonthSummary) throws {
        months.append(month)
        try flushWhereFull()
    }

    private func flushWhereFull() throws {
        let rows = [
            raw.count, history.count, reviews.count, moves.count, products.count,
            productRaw.count, attributes.count, summaries.count, months.count,
        ]
        if rows.contains(where: { $0 >= limit }) || byteCount >= BatchLimit.bytes { try flush() }
    }

    /// Products go first: other rows hold their keys.
    func flush() throws {
        byteCount = 0
        try hand(&products) { try load.put(products: $0) }
        try hand(&attributes) { try load.append(attributes: $0) }
        try hand(&productRaw) { rows in
            for row in try load.append(productRaw: rows) { context.ledger.add(row) }
        }
        try hand(&raw) { try load.append(raw: $0) }
        try hand(&reviews) { try load.put(reviews: $0) }
        try hand(&moves) { try load.put(payloads: $0) }
        try hand(&history) { try load.append(history: $0) }
        try hand(&summaries) { try load.put(summaries: $0, run: run) }
        try hand(&months) { try load.put(months: $0, run: run) }
    }

    private func hand<Row>(_ rows: inout [Row], _ take: ([Row]) throws -> Void) throws {
        if rows.isEmpty { return }
        try take(rows)
        rows.removeAll(keepingCapacity: true)
    }
}
