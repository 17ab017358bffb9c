import AfterwordCore

/// What the versions of one product's reviews add to its sums in each run.
struct ProductFold {
    /// What a run adds, signed.
    struct Move {
        var counters = Counters()
        /// The number of live reviews by source time, for the first and the last one.
        var times: [Instant: Int] = [:]
        var months: [MonthKey: Counters] = [:]
    }
    fileprivate private(set) var moves: [Int64: Move] = [:]
    private var last: HistoryRow?

    /// - Parameter row: The next row in order: the versions of a review follow one another.
    mutating func take(_ row: HistoryRow) {
        if row.operation == .late { return }
        var move = moves.removeValue(forKey: row.run) ?? Move()
        if let last, last.reviewKey == row.reviewKey, last.operation != .delete {
            move.add(last, sign: -1)
        }
        if row.operation != .delete { move.add(row, sign: 1) }
        moves[row.run] = move
        last = row
    }

    /// The runs that wrote anything of the product, in order.
    func runs(with stored: StoredProductSums) -> [Int64] {
        Set(moves.keys).union(stored.attributes.keys).union(stored.summaries.keys)
            .union(stored.months.keys).sorted()
    }
}

extension ProductFold.Move {
    fileprivate mutating func add(_ row: HistoryRow, sign: Int64) {
        counters.add(row.values, sign: sign)
        let key = MonthKey(month: row.times.createdAt.month, origin: row.times.createdOrigin)
        months[key, default: Counters()].add(row.values, sign: sign)
        if row.times.createdOrigin == .source {
            times[row.times.createdAt, default: 0] += Int(sign)
        }
    }
}

/// The stored sums and attributes of one product, by run.
struct StoredProductSums {
    let attributes: [Int64: AttributeRow]
    let summaries: [Int64: ProductSummary]
    let months: [Int64: [MonthSummary]]
    let current: [MonthSummary]

    init(
        attributes: [AttributeRow], summaries: [HistoryOf<ProductSummary>],
        months: [HistoryOf<MonthSummary>], current: [MonthSummary]
    ) {
        self.attributes = Dictionary(attributes.map { ($0.run, $0) }) { $1 }
        self.summaries = Dictionary(summaries.map { ($0.run, $0.row) }) { $1 }
        self.months = Dictionary(grouping: months, by: \.run).mapValues { $0.map(\.row) }
        self.current = current
    }
}

/// The sums of one product after a run, recomputed from whole rows, without the load's deltas, and
/// as stored.
struct ProductSumState {
    private let id: Text
    private var counters = Counters()
    private var times: [Instant: Int] = [:]
    private var months: [MonthKey: Counters] = [:]
    private var dimension = ProductAttributes()
    private var stored: ProductSummary?
    private var storedMonths: [MonthKey: Counters] = [:]

    init(_ id: Text) { self.id = id }

    var monthCount: Int { months.values.count { !$0.isZero } }

    /// Applies what a run wrote, and moves the product's scopes.
    ///
    /// - Returns: What differs: the product's sums, the first of its months.
    mutating func apply(
        _ run: Int64, _ fold: ProductFold, _ stored: StoredProductSums, to scopes: inout ScopeFold
    ) -> [(finding: AuditFinding, isMonth: Bool)] {
        let (move, attributes) = (fold.moves[run], stored.attributes[run])
        let isNamed = move != nil || attributes != nil
        if isNamed { scopes.move(dimension.scopes, by: counters, sign: -1, in: run) }
        if let move { add(move) }
        if let attributes { dimension = attributes.attributes }
        if isNamed { scopes.move(dimension.scopes, by: counters, sign: 1, in: run) }
        var touched = Set(move.map { Array($0.months.keys) } ?? [])
        if let row = stored.summaries[run] { self.stored = row }
        for row in stored.months[run] ?? [] {
            storedMonths[row.key] = row.counters
            touched.insert(row.key)
        }
        var found: [(AuditFinding, Bool)] = []
        if move != nil || stored.summaries[run] != nil, !agrees(self.stored) {
            found.append((finding("product_summary_history", of: run), false))
        }
        if let month = touched.sorted().first(where: { !agrees($0) }) {
            found.append((finding("product_aggregates", of: run, month: month), true))
        }
        return found
    }

    private mutating func add(_ move: ProductFold.Move) {
        counters.add(move.counters)
        for (month, counts) in move.months { months[month, default: Counters()].add(counts) }
        for (time, count) in move.times {
            let sum = (times[time] ?? 0) + count
            times[time] = sum == 0 ? nil : sum
        }
    }

    private func agrees(_ month: MonthKey) -> Bool {
        storedMonths[month] ?? Counters() == months[month] ?? Counters()
    }

    /// A missing row counts as sums of zero.
    private func agrees(_ row: ProductSummary?) -> Bool {
        counters == row?.counters ?? Counters() && times.keys.min() == row?.firstReviewAt
            && times.keys.max() == row?.lastReviewAt
    }

    private func finding(
        _ table: String, of run: Int64?, month: MonthKey? = nil
    ) -> AuditFinding {
        AuditFinding(
            run: run, table: table,
            row: "product \(id)" + (month.map { " month \($0.month)" } ?? ""),
            what: "the history gives other sums")
    }

    /// Checks that the product's current sums and attributes equal those after the last run.
    func finding(_ product: ProductState) -> AuditFinding? {
        guard agrees(product.summary),
            product.summary.lastChangedRun == stored?.lastChangedRun ?? 0
        else { return finding("product_summary", of: product.summary.lastChangedRun) }
        guard product.dimension == dimension else {
            return AuditFinding(
                run: nil, table: "products_dim", row: "product \(id)",
                what: "its history gives other attributes")
        }
        return nil
    }

    /// Checks the current sums of the product's months.
    func finding(_ current: [MonthSummary]) -> AuditFinding? {
        current.first { months[$0.key] ?? Counters() != $0.counters }.map {
            finding("product_aggregates", of: nil, month: $0.key)
        }
    }
}
