import AfterwordCore

/// Recomputes sums and dimensions from the history. After each run, the newest stored sum of
/// everything that the run touched must equal the recomputed one, and the current sums must equal
/// those after the last run.
///
/// Products are recomputed one after another; the sums of scopes, which add products up, at the
/// end. The finding of the earliest run is reported, as if all runs were recomputed one by one.
struct SumAudit {
    private let runs: Set<Int64>
    private var folds: [Text: ProductFold] = [:]
    private var scopes = ScopeFold()
    /// The finding of the earliest run: of products before months, then by their order.
    private var broken: (run: Int64, isMonth: Bool, finding: AuditFinding)?
    private var brokenProduct: AuditFinding?
    private var brokenMonth: AuditFinding?
    private var monthCount = 0
    private var foldedMonthCount = 0

    /// - Parameter runs: The numbers of the runs on record.
    init(runs: Set<Int64>) { self.runs = runs }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [HistoryRow]) {
        for row in rows { folds[row.productID, default: ProductFold()].take(row) }
    }

    /// Compares the sums of products whose rows have all been taken.
    mutating func finish(_ rows: AuditedRows, _ reader: any StoreReader) throws {
        let ids = rows.span.products
        let attributes = Dictionary(
            grouping: try reader.attributeHistory(ofProducts: ids), by: \.productID)
        let summaries = Dictionary(
            grouping: try reader.summaryHistory(ofProducts: ids), by: \.row.productID)
        let months = Dictionary(
            grouping: try reader.monthHistory(ofProducts: ids), by: \.row.productID)
        let current = Dictionary(grouping: try reader.months(ofProducts: ids), by: \.productID)
        for product in rows.products {
            let id = product.productID
            let stored = StoredProductSums(
                attributes: attributes[id] ?? [], summaries: summaries[id] ?? [],
                months: months[id] ?? [], current: current[id] ?? [])
            finish(product, folds.removeValue(forKey: id) ?? ProductFold(), stored)
        }
        folds = [:]
    }

    private mutating func finish(
        _ product: ProductState, _ fold: ProductFold, _ stored: StoredProductSums
    ) {
        var state = ProductSumState(product.productID)
        for run in fold.runs(with: stored).filter(runs.contains) {
            let found = state.apply(run, fold, stored, to: &scopes)
            for (finding, isMonth) in found { note(finding, of: run, isMonth: isMonth) }
        }
        if brokenProduct == nil { brokenProduct = state.finding(product) }
        if brokenMonth == nil { brokenMonth = state.finding(stored.current) }
        monthCount += stored.current.count
        foldedMonthCount += state.monthCount
    }

    private mutating func note(_ finding: AuditFinding, of run: Int64, isMonth: Bool) {
        if let broken, (broken.run, broken.isMonth ? 1 : 0) <= (run, isMonth ? 1 : 0) { return }
        broken = (run, isMonth, finding)
    }

    func finding(_ reader: any StoreReader) throws -> AuditFinding? {
        var scopes = scopes
        let ofScopes = scopes.finding(runs.sorted(), try reader.scopeHistory())
        if let broken, broken.run <= ofScopes?.run ?? .max { return broken.finding }
        return try ofScopes ?? brokenProduct ?? brokenMonth ?? currentFinding(scopes, reader)
    }

    private func currentFinding(
        _ fold: ScopeFold, _ reader: any StoreReader
    ) throws -> AuditFinding? {
        let scopes = try reader.scopes()
        if let scope = scopes.first(where: { !fold.agrees($0) }) {
            return AuditFinding(
                run: nil, table: "scope_summary",
                row: "\(scope.scope.kind.rawValue) \(scope.scope.id)",
                what: "the history gives other sums")
        }
        guard monthCount == foldedMonthCount, scopes.count == fold.count else {
            return AuditFinding(
                run: nil,
                table: monthCount == foldedMonthCount ? "scope_summary" : "product_aggregates",
                row: "\(monthCount) months, \(scopes.count) scopes",
                what: "the history gives \(foldedMonthCount) and \(fold.count)")
        }
        return nil
    }
}

/// The sums of scopes: what products add to them in each run, then added up run by run.
struct ScopeFold {
    private var moves: [Int64: [Scope: ScopeSummary]] = [:]
    private var sums: [Scope: ScopeSummary] = [:]

    /// The number of scopes with anything left.
    var count: Int { sums.count }

    /// Notes that a run moves scopes by a product's sums; a product without reviews only touches
    /// them.
    mutating func move(_ scopes: [Scope], by counters: Counters, sign: Int64, in run: Int64) {
        let counts = counters.reviewCount > 0
        for scope in scopes {
            var move = moves[run]?[scope] ?? ScopeSummary(scope: scope)
            if counts {
                move.productCount += sign
                move.counters.add(counters, sign: sign)
            }
            moves[run, default: [:]][scope] = move
        }
    }

    /// Adds the moves of all runs up, and compares each scope that a run touched.
    mutating func finding(
        _ runs: [Int64], _ history: [HistoryOf<ScopeSummary>]
    ) -> AuditFinding? {
        let rows = Dictionary(grouping: history, by: \.run)
        var stored: [Scope: ScopeSummary] = [:]
        for run in runs {
            let moved = moves[run] ?? [:]
            for (scope, move) in moved { add(move, to: scope) }
            for row in rows[run] ?? [] { stored[row.row.scope] = row.row }
            let touched = Set(moved.keys).union((rows[run] ?? []).map(\.row.scope))
            for scope in touched.sorted()
            where !agrees(stored[scope] ?? ScopeSummary(scope: scope)) {
                return AuditFinding(
                    run: run, table: "scope_summary_history",
                    row: "\(scope.kind.rawValue) \(scope.id)",
                    what: "the history gives other sums")
            }
        }
        return nil
    }

    private mutating func add(_ move: ScopeSummary, to scope: Scope) {
        var sum = sums[scope] ?? ScopeSummary(scope: scope)
        sum.productCount += move.productCount
        sum.counters.add(move.counters)
        sums[scope] = sum.isGone ? nil : sum
    }

    /// Distinct counts are checked by `DistinctAudit`.
    func agrees(_ row: ScopeSummary) -> Bool {
        let own = sums[row.scope] ?? ScopeSummary(scope: row.scope)
        return own.productCount == row.productCount && own.counters == row.counters
    }
}
