import AfterwordCore

/// Sums and dimensions after every run, folded anew from the history, run by run.
func auditSums(
    _ history: [HistoryRow], _ runs: [RunRecord], _ reader: any StoreReader
) throws -> AuditFinding? {
    var fold = SumFold()
    let rows = Dictionary(grouping: history.filter { $0.operation != .late }, by: \.run)
    let attributes = Dictionary(grouping: try reader.attributeHistory(ofProduct: nil), by: \.run)
    let summaries = Dictionary(grouping: try reader.summaryHistory(ofProduct: nil), by: \.run)
    let months = Dictionary(grouping: try reader.monthHistory(ofProduct: nil), by: \.run)
    let scopes = Dictionary(grouping: try reader.scopeHistory(), by: \.run)
    for run in runs.map(\.run) {
        fold.apply(rows[run] ?? [], attributes[run] ?? [])
        for summary in summaries[run] ?? [] where !fold.agrees(summary.row) {
            return AuditFinding(
                run: run, table: "product_summary_history",
                row: "product \(summary.row.productID)", what: "the history gives other sums")
        }
        for month in months[run] ?? [] where !fold.agrees(month.row) {
            return AuditFinding(
                run: run, table: "product_aggregates_history",
                row: "product \(month.row.productID) month \(month.row.key.month)",
                what: "the history gives other sums")
        }
        for scope in scopes[run] ?? [] where !fold.agrees(scope.row) {
            return AuditFinding(
                run: run, table: "scope_summary_history",
                row: "\(scope.row.scope.kind.rawValue) \(scope.row.scope.id)",
                what: "the history gives other sums")
        }
    }
    return try auditCurrent(fold, reader)
}

/// The current sums are those after the last run, and none is missing.
private func auditCurrent(_ fold: SumFold, _ reader: any StoreReader) throws -> AuditFinding? {
    for product in try reader.products(nil) {
        let id = product.productID
        let hasSums = fold.summaries[id].map { !$0.counters.isZero } ?? false
        guard fold.agrees(product.summary) || (!hasSums && product.summary.counters.isZero) else {
            return AuditFinding(
                run: product.summary.lastChangedRun, table: "product_summary",
                row: "product \(id)", what: "the history gives other sums")
        }
        guard product.dimension == fold.dimensions[id] ?? ProductAttributes() else {
            return AuditFinding(
                run: nil, table: "products_dim", row: "product \(id)",
                what: "its history gives other attributes")
        }
    }
    let months = try reader.months(ofProduct: nil)
    if let month = months.first(where: { !fold.agrees($0) }) {
        return AuditFinding(
            run: nil, table: "product_aggregates",
            row: "product \(month.productID) month \(month.key.month)",
            what: "the history gives other sums")
    }
    let scopes = try reader.scopes()
    if let scope = scopes.first(where: { !fold.agrees($0) }) {
        return AuditFinding(
            run: nil, table: "scope_summary",
            row: "\(scope.scope.kind.rawValue) \(scope.scope.id)",
            what: "the history gives other sums")
    }
    guard months.count == fold.monthCount, scopes.count == fold.scopes.count else {
        return AuditFinding(
            run: nil,
            table: months.count == fold.monthCount ? "scope_summary" : "product_aggregates",
            row: "\(months.count) months, \(scopes.count) scopes",
            what: "the history gives \(fold.monthCount) and \(fold.scopes.count)")
    }
    return nil
}

/// Sums of whole rows, run after run: no deltas of the load, no sums of the store.
private struct SumFold {
    struct Summary {
        var counters = Counters()
        /// Live reviews by source time, to find the first and last.
        var times: [Instant: Int] = [:]
        var months: [MonthKey: Counters] = [:]
    }
    private(set) var summaries: [Text: Summary] = [:]
    private(set) var dimensions: [Text: ProductAttributes] = [:]
    private(set) var scopes: [Scope: ScopeSummary] = [:]
    private var newest: [Int64: HistoryRow] = [:]

    var monthCount: Int {
        summaries.values.reduce(0) { $0 + $1.months.values.count { !$0.isZero } }
    }

    mutating func apply(_ rows: [HistoryRow], _ attributes: [AttributeRow]) {
        let touched = Set(rows.map(\.productID)).union(attributes.map(\.productID))
        for product in touched { count(product, sign: -1) }
        for row in rows {
            if let old = newest[row.reviewKey], old.operation != .delete { move(old, sign: -1) }
            if row.operation != .delete { move(row, sign: 1) }
            newest[row.reviewKey] = row
        }
        for row in attributes { dimensions[row.productID] = row.attributes }
        for product in touched { count(product, sign: 1) }
        scopes = scopes.filter { !$0.value.isGone }
    }

    private mutating func move(_ row: HistoryRow, sign: Int64) {
        let key = MonthKey(month: row.times.createdAt.month, origin: row.times.createdOrigin)
        summaries[row.productID, default: Summary()].counters.add(row.values, sign: sign)
        summaries[row.productID]?.months[key, default: Counters()].add(row.values, sign: sign)
        guard row.times.createdOrigin == .source else { return }
        let at = row.times.createdAt
        let count = (summaries[row.productID]?.times[at] ?? 0) + Int(sign)
        summaries[row.productID]?.times[at] = count == 0 ? nil : count
    }

    private mutating func count(_ product: Text, sign: Int64) {
        guard let counters = summaries[product]?.counters, counters.reviewCount > 0 else { return }
        for scope in (dimensions[product] ?? ProductAttributes()).scopes {
            scopes[scope, default: ScopeSummary(scope: scope)].productCount += sign
            scopes[scope]?.counters.add(counters, sign: sign)
        }
    }

    func agrees(_ row: ProductSummary) -> Bool {
        let own = summaries[row.productID] ?? Summary()
        return own.counters == row.counters && own.times.keys.min() == row.firstReviewAt
            && own.times.keys.max() == row.lastReviewAt
    }

    func agrees(_ row: MonthSummary) -> Bool {
        summaries[row.productID]?.months[row.key] ?? Counters() == row.counters
    }

    func agrees(_ row: ScopeSummary) -> Bool {
        scopes[row.scope] ?? ScopeSummary(scope: row.scope) == row
    }
}
