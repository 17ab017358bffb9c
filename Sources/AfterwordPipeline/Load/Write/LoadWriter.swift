import AfterwordCore

/// Collects rows and queues them for the store in batches within the limits (`StoreExecutor`).
///
/// Used by the deciding thread alone.
final class LoadWriter {
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
    private var stagedMoves: [StagedMove] = []
    private var byteCount = 0
    /// Queued batches whose answers have not been checked. The rows are kept here so that the
    /// thread that allocated them frees them: memory freed by another thread costs both of them
    /// locks.
    private var written: [(answer: StoreExecutor.Answer<Void>, rows: Any)] = []
    private var newObjects: [StoreExecutor.Answer<[ProductRawRow]>] = []
    private lazy var inserts = NewReviewWriter(context)

    init(_ context: LoadContext) {
        self.context = context
        run = context.run
        limit = context.options.batchRows
    }

    /// Builds and queues the rows of the products' new reviews (`NewReviewWriter`).
    func insert(of decisions: inout [ProductChanges]) throws {
        try inserts.insert(of: &decisions) { try hand($0) }
    }

    /// Queues new reviews. Their products go first, because reviews refer to their keys.
    private func hand(_ new: NewReviews) throws {
        hand(&products) { try $0.put(products: $1) }
        written.append((context.executor.later { try $0.insert(new) }, new))
        try lookAfter()
    }

    func add(raw row: RawRow) throws {
        byteCount += row.payload.count
        context.ledger.add(row)
        raw.append(row)
        try flushWhereFull()
    }
    /// Moves or drops a staged record of bronze.
    ///
    /// - Parameter row: The stored row without its bytes; nil for a record that is not kept.
    func resolve(_ move: StagedMove, as row: RawRow?) {
        if let row { context.ledger.add(row) }
        stagedMoves.append(move)
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
        // Checked for every row: the tables with the most rows come first.
        let isFull =
            months.count >= limit || raw.count >= limit || history.count >= limit
            || reviews.count >= limit || moves.count >= limit || products.count >= limit
            || summaries.count >= limit || attributes.count >= limit || productRaw.count >= limit
        if isFull || byteCount >= BatchLimit.bytes { try flush() }
    }

    /// Queues all collected rows. Products go first, because other rows refer to their keys.
    ///
    /// - Throws: The failure of an earlier batch.
    func flush() throws {
        byteCount = 0
        let run = run
        hand(&products) { try $0.put(products: $1) }
        if !productRaw.isEmpty {
            let rows = productRaw
            productRaw = []
            newObjects.append(context.executor.later { try $0.append(productRaw: rows) })
        }
        hand(&attributes) { try $0.append(attributes: $1) }
        hand(&raw) { try $0.append(raw: $1) }
        hand(&reviews) { try $0.put(reviews: $1) }
        hand(&moves) { try $0.put(payloads: $1) }
        hand(&history) { try $0.append(history: $1) }
        hand(&summaries) { try $0.put(summaries: $1, run: run) }
        hand(&months) { try $0.put(months: $1, run: run) }
        try lookAfter()
    }

    /// Checks the answers of finished batches; waits only where more than 16 are pending.
    private func lookAfter() throws {
        while let first = written.first, written.count > 16 || first.answer.isThere {
            try written.removeFirst().answer.get()
        }
    }

    /// Queues the remaining rows, and waits until all batches are written.
    ///
    /// - Throws: The failure of a batch.
    func finish() throws {
        try flush()
        for start in stride(from: 0, to: stagedMoves.count, by: BatchLimit.rows) {
            let moves = Array(stagedMoves[start..<min(start + BatchLimit.rows, stagedMoves.count)])
            written.append((context.executor.later { try $0.resolve(staged: moves) }, moves))
        }
        for batch in written { try batch.answer.get() }
        written = []
        for answer in newObjects {
            for row in try answer.get() { context.ledger.add(row) }
        }
    }

    private func hand<Row>(
        _ rows: inout [Row], _ take: @escaping (any StoreLoad, [Row]) throws -> Void
    ) {
        if rows.isEmpty { return }
        let handed = rows
        rows = []
        rows.reserveCapacity(handed.count)
        written.append((context.executor.later { try take($0, handed) }, handed))
    }
}
