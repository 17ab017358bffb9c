import AfterwordCore

/// Collects rows and queues them for the store in batches within the limits (`StoreExecutor`).
///
/// Used by the deciding thread alone. Any call may throw the failure of an earlier batch.
final class RowQueue {
    private let executor: StoreExecutor
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
    private var readings: [ReadingsRow] = []
    private var stagedMoves: [StagedMove] = []
    private var links: [ReviewLink] = []
    private var byteCount = 0
    /// Queued batches whose answers have not been checked. The rows are kept here so that the
    /// thread that allocated them frees them: memory freed by another thread costs both of them
    /// locks.
    private var written: [(answer: StoreExecutor.Answer<Void>, rows: Any)] = []
    private var newObjects: [StoreExecutor.Answer<[ProductRawRow]>] = []

    /// - Parameter batchRows: Rows of one batch of a table.
    init(_ executor: StoreExecutor, run: Int64, batchRows: Int) {
        self.executor = executor
        self.run = run
        limit = batchRows
    }

    /// Queues new reviews. Their products go first, because reviews refer to their keys.
    func add(_ new: NewReviews) throws {
        hand(&products) { try $0.put(products: $1) }
        written.append((executor.later { try $0.insert(new) }, new))
        try lookAfter()
    }

    /// Moves or drops a staged record of bronze; queued by `finish`.
    func add(_ move: StagedMove) { stagedMoves.append(move) }

    func add(_ link: ReviewLink) throws {
        links.append(link)
        try flushWhereFull()
    }

    /// Queues part of a list of reviews.
    func add(_ row: ReviewListRow) throws {
        written.append((executor.later { try $0.append(lists: [row]) }, row))
        try lookAfter()
    }

    /// Queues a segment of the search index.
    func add(_ made: SearchWriter.Made) throws {
        written.append(
            (executor.later { try $0.append(search: made.segment, made.parts) }, made))
        try lookAfter()
    }

    func add(_ row: RawRow) throws {
        byteCount += row.payload.count
        raw.append(row)
        try flushWhereFull()
    }

    func add(_ row: HistoryRow) throws {
        byteCount += row.values.body?.bytes.count ?? 0
        history.append(row)
        try flushWhereFull()
    }

    func add(_ row: ReviewRow) throws {
        reviews.append(row)
        try flushWhereFull()
    }

    func add(_ move: PayloadMove) throws {
        moves.append(move)
        try flushWhereFull()
    }

    func add(_ row: ProductRawRow) throws {
        byteCount += row.payload.count
        productRaw.append(row)
        try flushWhereFull()
    }

    func add(_ row: ProductState) throws {
        products.append(row)
        try flushWhereFull()
    }

    func add(_ row: AttributeRow) throws {
        attributes.append(row)
        try flushWhereFull()
    }

    func add(_ row: ProductSummary) throws {
        byteCount += row.distinctKeys?.bytes.count ?? 0
        summaries.append(row)
        try flushWhereFull()
    }

    func add(_ row: ReadingsRow) throws {
        byteCount += row.readings.marks.count + row.readings.places.count
        readings.append(row)
        try flushWhereFull()
    }

    func add(_ row: MonthSummary) throws {
        months.append(row)
        try flushWhereFull()
    }

    private func flushWhereFull() throws {
        // Checked for every row: the tables with the most rows come first.
        let isFull =
            months.count >= limit || raw.count >= limit || history.count >= limit
            || reviews.count >= limit || moves.count >= limit || products.count >= limit
            || summaries.count >= limit || attributes.count >= limit || productRaw.count >= limit
            || links.count >= limit || readings.count >= limit
        if isFull || byteCount >= BatchLimit.bytes { try flush() }
    }

    /// Queues all collected rows. Products go first, because other rows refer to their keys.
    private func flush() throws {
        byteCount = 0
        let run = run
        hand(&products) { try $0.put(products: $1) }
        if !productRaw.isEmpty {
            let rows = productRaw
            productRaw = []
            newObjects.append(executor.later { try $0.append(productRaw: rows) })
        }
        hand(&attributes) { try $0.append(attributes: $1) }
        hand(&raw) { try $0.append(raw: $1) }
        hand(&reviews) { try $0.put(reviews: $1) }
        hand(&moves) { try $0.put(payloads: $1) }
        hand(&links) { try $0.append(links: $1) }
        hand(&history) { try $0.append(history: $1) }
        hand(&summaries) { try $0.put(summaries: $1, run: run) }
        hand(&months) { try $0.put(months: $1, run: run) }
        hand(&readings) { try $0.append(readings: $1) }
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
    /// - Returns: The parts of product objects that were new to the store.
    func finish() throws -> [ProductRawRow] {
        try flush()
        for start in stride(from: 0, to: stagedMoves.count, by: BatchLimit.rows) {
            let moves = Array(stagedMoves[start..<min(start + BatchLimit.rows, stagedMoves.count)])
            written.append((executor.later { try $0.resolve(staged: moves) }, moves))
        }
        for batch in written { try batch.answer.get() }
        written = []
        return try newObjects.flatMap { try $0.get() }
    }

    private func hand<Row>(
        _ rows: inout [Row], _ take: @escaping (any StoreLoad, [Row]) throws -> Void
    ) {
        if rows.isEmpty { return }
        let handed = rows
        rows = []
        rows.reserveCapacity(handed.count)
        written.append((executor.later { try take($0, handed) }, handed))
    }
}
