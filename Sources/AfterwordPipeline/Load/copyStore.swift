import AfterwordCore

/// Why a store is not copied.
package enum CopyFault: Error, Equatable, Sendable {
    /// The target has a run already.
    case targetNotEmpty
    /// The copy differs from the source, and must not be used.
    case differs(AuditFinding?)
}

/// Copies all of a store's data to an empty store, in one transaction: bronze, history, current
/// rows, sums, ledger, shapes and insights. Attempts, API keys and jobs are not copied. At the end
/// the copy is audited, and its runs with their digests must equal the source's.
///
/// - Parameter progress: Called after each product with the products copied and their total.
/// - Returns: The runs copied.
/// - Throws: `CopyFault`, `StoreFault`.
package func copyStore(
    from source: any ReviewStore, to target: any ReviewStore,
    progress: (_ products: Int, _ of: Int) -> Void = { _, _ in }
) throws -> [RunRecord] {
    let runs = try source.read { reader in
        try target.load(LoadIntent(isRehearsal: false)) { load in
            try copyRows(reader, load, progress)
        }
    }
    let (arrived, finding) = try target.read { (try $0.runs(), try auditStore($0)) }
    guard arrived == runs, finding == nil else { throw CopyFault.differs(finding) }
    return runs
}

private func copyRows(
    _ reader: any StoreReader, _ load: any StoreLoad, _ progress: (Int, Int) -> Void
) throws -> [RunRecord] {
    let head = try load.head()
    guard head.nextRun == 1, head.nextProductKey == 1 else {
        throw CopyFault.targetNotEmpty
    }
    let products = try reader.products(nil)
    try inBatches(products) { try load.put(products: $0) }
    for (index, product) in products.enumerated() {
        let id = product.productID
        try inBatches(reader.productRaw(ofProduct: id)) { try load.append(productRaw: $0) }
        let raw = try reader.raw(ofProduct: id)
        try inBatches(raw) { try load.append(raw: $0) }
        // The first raw record of a review is the one with a key of the review's own range;
        // appended keys are negative.
        var firstRawKeys: [Digest128: Int64] = [:]
        for row in raw where row.rawKey >= 0 { firstRawKeys[row.record.identity] = row.rawKey }
        let history = try reader.history(ofProduct: id, review: nil)
        try inBatches(history) { try load.append(history: $0) }
        // The review's last version is its current one.
        var historyKeys: [Int64: Int64] = [:]
        for row in history where row.version > 0 { historyKeys[row.reviewKey] = row.historyKey }
        let reviews = try reader.reviews(ofProduct: id).map { review in
            ReviewRow(
                productKey: product.productKey, review: review,
                historyKey: historyKeys[review.reviewKey] ?? 0,
                firstRawKey: firstRawKeys[review.identity] ?? review.rawKey, isNew: true)
        }
        try inBatches(reviews) { try load.put(reviews: $0) }
        progress(index + 1, products.count)
    }
    try inBatches(reader.rejects()) { try load.append(rejects: $0) }
    try inBatches(reader.attributeHistory(ofProduct: nil)) { try load.append(attributes: $0) }
    try copySums(reader, load)
    for shape in try reader.shapes() { try load.put(shape: shape) }
    try copyInsights(reader, load)
    let runs = try reader.runs()
    for run in runs { try load.finish(run, files: reader.files(ofRun: run.run)) }
    return runs
}

/// Copies sums run by run, so that the last of each is the current one.
private func copySums(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    let summaries = Dictionary(grouping: try reader.summaryHistory(ofProduct: nil), by: \.run)
    for (run, rows) in summaries.sorted(by: { $0.key < $1.key }) {
        try inBatches(rows.map(\.row)) { try load.put(summaries: $0, run: run) }
    }
    let months = Dictionary(grouping: try reader.monthHistory(ofProduct: nil), by: \.run)
    for (run, rows) in months.sorted(by: { $0.key < $1.key }) {
        try inBatches(rows.map(\.row)) { try load.put(months: $0, run: run) }
    }
    var keys: [Int64: DistinctKeys] = [:]
    try reader.distinctKeys { keys[$0] = $1 }
    try load.put(distinctKeys: keys)
    let scopes = Dictionary(grouping: try reader.scopeHistory(), by: \.run)
    for (run, rows) in scopes.sorted(by: { $0.key < $1.key }) {
        try inBatches(rows.map(\.row)) { try load.put(scopes: $0, run: run) }
    }
}

/// Copies insights in the order in which they were made, so that the last of each scope is the
/// current one; then the cached answers and the model calls with their costs.
private func copyInsights(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    let insights = Dictionary(grouping: try reader.insightHistory(of: nil), by: \.madeRun)
    for (_, rows) in insights.sorted(by: { $0.key < $1.key }) {
        try inBatches(rows) { try load.put(insights: $0) }
    }
    try inBatches(reader.themeRows()) { try load.append(themes: $0) }
    try inBatches(reader.themeReviewRows()) { try load.append(themeReviews: $0) }
    try inBatches(reader.verdicts()) { try load.append(verdicts: $0) }
    try inBatches(reader.links()) { try load.append(links: $0) }
    try inBatches(reader.cachedAnswers()) { try load.append(answers: $0) }
    try inBatches(reader.modelCalls()) { try load.append(calls: $0) }
}

private func inBatches<Row>(_ rows: [Row], _ write: ([Row]) throws -> Void) throws {
    for start in stride(from: 0, to: rows.count, by: BatchLimit.rows) {
        try write(Array(rows[start..<min(start + BatchLimit.rows, rows.count)]))
    }
}
