import AfterwordCore

/// Recomputes sums and dimensions from the history, run by run. After each run, the newest stored
/// sum of everything that the run touched must equal the recomputed one.
func auditSums(
    _ history: [HistoryRow], _ runs: [RunRecord], _ reader: any StoreReader
) throws -> AuditFinding? {
    var fold = SumFold()
    var stored = StoredSums()
    let rows = Dictionary(grouping: history.filter { $0.operation != .late }, by: \.run)
    let attributes = Dictionary(grouping: try reader.attributeHistory(ofProduct: nil), by: \.run)
    let summaries = Dictionary(grouping: try reader.summaryHistory(ofProduct: nil), by: \.run)
    let months = Dictionary(grouping: try reader.monthHistory(ofProduct: nil), by: \.run)
    let scopes = Dictionary(grouping: try reader.scopeHistory(), by: \.run)
    for run in runs.map(\.run) {
        var touched = fold.apply(rows[run] ?? [], attributes[run] ?? [])
        for summary in summaries[run] ?? [] {
            stored.summaries[summary.row.productID] = summary.row
            touched.products.insert(summary.row.productID)
        }
        for month in months[run] ?? [] {
            let key = ProductMonth(product: month.row.productID, key: month.row.key)
            stored.months[key] = month.row.counters
            touched.months.insert(key)
        }
        for scope in scopes[run] ?? [] {
            stored.scopes[scope.row.scope] = scope.row
            touched.scopes.insert(scope.row.scope)
        }
        if let finding = compare(stored, fold, touched, run) { return finding }
    }
    return try auditCurrent(fold, stored, reader)
}

private struct ProductMonth: Hashable, Comparable {
    var product: Text
    var key: MonthKey

    static func < (left: Self, right: Self) -> Bool {
        left.product == right.product ? left.key < right.key : left.product < right.product
    }
}

/// The newest stored sums up to a run.
private struct StoredSums {
    var summaries: [Text: ProductSummary] = [:]
    var months: [ProductMonth: Counters] = [:]
    var scopes: [Scope: ScopeSummary] = [:]
}

/// The products, months and scopes that a run may have changed.
private struct Touched {
    var products: Set<Text> = []
    var months: Set<ProductMonth> = []
    var scopes: Set<Scope> = []
}

private func compare(
    _ stored: StoredSums, _ fold: SumFold, _ touched: Touched, _ run: Int64
) -> AuditFinding? {
    let what = "the history gives other sums"
    for product in touched.products.sorted() where !fold.agrees(stored.summaries[product], product)
    {
        return AuditFinding(
            run: run, table: "product_summary_history", row: "product \(product)", what: what)
    }
    for month in touched.months.sorted()
    where stored.months[month] ?? Counters() != fold.counters(month) {
        return AuditFinding(
            run: run, table: "product_aggregates",
            row: "product \(month.product) month \(month.key.month)", what: what)
    }
    for scope in touched.scopes.sorted()
    where !fold.agrees(stored.scopes[scope] ?? ScopeSummary(scope: scope)) {
        return AuditFinding(
            run: run, table: "scope_summary_history",
            row: "\(scope.kind.rawValue) \(scope.id)", what: what)
    }
    return nil
}

/// Checks that the current sums equal those after the last run, and that none is missing.
private func auditCurrent(
    _ fold: SumFold, _ stored: StoredSums, _ reader: any StoreReader
) throws -> AuditFinding? {
    for product in try reader.products(nil) {
        let id = product.productID
        let last = stored.summaries[id]?.lastChangedRun ?? 0
        guard fold.agrees(product.summary, id), product.summary.lastChangedRun == last else {
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

/// Sums computed from whole rows, without the load's deltas and the store's sums.
private struct SumFold {
    struct Summary {
        var counters = Counters()
        /// The number of live reviews by source time, for the first and the last one.
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

    /// Applies the rows of one run.
    ///
    /// - Returns: What the run may have changed.
    mutating func apply(_ rows: [HistoryRow], _ attributes: [AttributeRow]) -> Touched {
        let products = Set(rows.map(\.productID))
        let named = products.union(attributes.map(\.productID))
        var touched = Touched(products: products)
        for product in named {
            touched.scopes.formUnion((dimensions[product] ?? ProductAttributes()).scopes)
            count(product, sign: -1)
        }
        for row in rows {
            if let old = newest[row.reviewKey], old.operation != .delete {
                touched.months.insert(move(old, sign: -1))
            }
            if row.operation != .delete { touched.months.insert(move(row, sign: 1)) }
            newest[row.reviewKey] = row
        }
        for row in attributes { dimensions[row.productID] = row.attributes }
        for product in named {
            touched.scopes.formUnion((dimensions[product] ?? ProductAttributes()).scopes)
            count(product, sign: 1)
        }
        scopes = scopes.filter { !$0.value.isGone }
        return touched
    }

    private mutating func move(_ row: HistoryRow, sign: Int64) -> ProductMonth {
        let key = MonthKey(month: row.times.createdAt.month, origin: row.times.createdOrigin)
        summaries[row.productID, default: Summary()].counters.add(row.values, sign: sign)
        summaries[row.productID]?.months[key, default: Counters()].add(row.values, sign: sign)
        if row.times.createdOrigin == .source {
            let at = row.times.createdAt
            let count = (summaries[row.productID]?.times[at] ?? 0) + Int(sign)
            summaries[row.productID]?.times[at] = count == 0 ? nil : count
        }
        return ProductMonth(product: row.productID, key: key)
    }

    private mutating func count(_ product: Text, sign: Int64) {
        guard let counters = summaries[product]?.counters, counters.reviewCount > 0 else { return }
        for scope in (dimensions[product] ?? ProductAttributes()).scopes {
            scopes[scope, default: ScopeSummary(scope: scope)].productCount += sign
            scopes[scope]?.counters.add(counters, sign: sign)
        }
    }

    /// A missing row counts as sums of zero.
    func agrees(_ row: ProductSummary?, _ product: Text) -> Bool {
        let own = summaries[product] ?? Summary()
        return own.counters == row?.counters ?? Counters()
            && own.times.keys.min() == row?.firstReviewAt
            && own.times.keys.max() == row?.lastReviewAt
    }

    func counters(_ month: ProductMonth) -> Counters {
        summaries[month.product]?.months[month.key] ?? Counters()
    }

    func agrees(_ row: MonthSummary) -> Bool {
        counters(ProductMonth(product: row.productID, key: row.key)) == row.counters
    }

    /// Distinct counts are checked by `auditDistinct`.
    func agrees(_ row: ScopeSummary) -> Bool {
        let own = scopes[row.scope] ?? ScopeSummary(scope: row.scope)
        return own.productCount == row.productCount && own.counters == row.counters
    }
}
