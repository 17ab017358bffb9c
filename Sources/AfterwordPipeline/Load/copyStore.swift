import AfterwordCore

/// Why a store is not copied.
package enum CopyFault: Error, Equatable, Sendable {
    /// The target has a run already.
    case targetNotEmpty
    /// The copy differs from the source, and must not be used.
    case differs(AuditFinding?)
}

/// Copies all of a store's data to an empty store, in one transaction: bronze, history, current
/// rows, sums, ledger, shapes, insights and the outbox. Attempts, API keys and jobs are not copied.
/// At the end the copy is audited, and its runs with their digests must equal the source's.
///
/// Products and their reviews are copied span by span (`forEachSpan`), so that memory does not grow
/// with them.
///
/// - Parameters:
///   - spanRows: Greatest number of versions that are held at once.
///   - progress: Called after each span with the products copied and their total.
/// - Returns: The runs copied.
/// - Throws: `CopyFault`, `StoreFault`.
package func copyStore(
    from source: any ReviewStore, to target: any ReviewStore, spanRows: Int = SpanLimit.rows,
    progress: (_ products: Int, _ of: Int) -> Void = { _, _ in }
) throws -> [RunRecord] {
    let runs = try source.read { reader in
        try target.load(LoadIntent(isRehearsal: false)) { load in
            let head = try load.head()
            guard head.nextRun == 1, head.nextProductKey == 1 else {
                throw CopyFault.targetNotEmpty
            }
            return try copyRows(reader, load, spanRows, progress)
        }
    }
    let (arrived, finding) = try target.read {
        (try $0.runs(), try auditStore($0, spanRows: spanRows))
    }
    guard arrived == runs, finding == nil else { throw CopyFault.differs(finding) }
    return runs
}

private func copyRows(
    _ reader: any StoreReader, _ load: any StoreLoad, _ spanRows: Int,
    _ progress: (Int, Int) -> Void
) throws -> [RunRecord] {
    let total = try productCount(reader)
    var copied = 0
    try reader.forEachSpan(of: spanRows) { span, products in
        if span.beginsProducts { try inBatches(products) { try load.put(products: $0) } }
        try copyReviews(span, reader, load)
        guard span.endsProducts else { return }
        copied += products.count
        progress(copied, total)
    }
    // A store may build its indexes before the first row that replaces another one: after all rows
    // of reviews.
    try reader.forEachPage { page in
        guard let first = page.first?.productID, let last = page.last?.productID else { return }
        try copyProducts(first...last, reader, load)
        try copyReadings(page, reader, load)
        try inBatches(reader.enrichments(ofProducts: first...last)) {
            try load.append(enrichments: $0)
        }
    }
    try copyDistinctKeys(reader, load)
    try reader.forEachReject { page in
        try inBatches(page) { try load.append(rejects: $0) }
    }
    try copyScopes(reader, load)
    try copyLists(reader, load)
    try copySearch(reader, load)
    for shape in try reader.shapes() { try load.put(shape: shape) }
    try copyInsights(reader, load)
    let runs = try reader.runs()
    for run in runs { try load.finish(run, files: reader.files(ofRun: run.run)) }
    return runs
}

private func productCount(_ reader: any StoreReader) throws -> Int {
    var count = 0
    try reader.forEachPage { count += $0.count }
    return count
}

/// A record of one product.
private struct RecordOfProduct: Hashable {
    var product: Int64
    var identity: Digest128
}

/// Copies the bronze, the history and the current rows of a span.
private func copyReviews(
    _ span: RowSpan, _ reader: any StoreReader, _ load: any StoreLoad
) throws {
    // The first raw record of a review is the one with a key of the review's own range; appended
    // keys are negative.
    var firstRawKeys: [RecordOfProduct: Int64] = [:]
    let raw = try reader.raw(in: span)
    for row in raw where row.rawKey >= 0 {
        let record = RecordOfProduct(product: row.productKey, identity: row.record.identity)
        firstRawKeys[record] = row.rawKey
    }
    try inBatches(raw) { try load.append(raw: $0) }
    let history = try reader.history(in: span)
    try inBatches(history) { try load.append(history: $0) }
    // The review's last version is its current one.
    var historyKeys: [Int64: Int64] = [:]
    for row in history where row.version > 0 { historyKeys[row.reviewKey] = row.historyKey }
    let reviews = try reader.reviews(in: span).map { review in
        let product = productKey(ofReview: review.reviewKey)
        let record = RecordOfProduct(product: product, identity: review.identity)
        return ReviewRow(
            productKey: product, review: review,
            historyKey: historyKeys[review.reviewKey] ?? 0,
            firstRawKey: firstRawKeys[record] ?? review.rawKey, isNew: true)
    }
    try inBatches(reviews) { try load.put(reviews: $0) }
}

/// Copies the objects, the attributes and the sums of products: the sums run by run, so that the
/// last of each is the current one.
private func copyProducts(
    _ ids: ClosedRange<Text>, _ reader: any StoreReader, _ load: any StoreLoad
) throws {
    try inBatches(reader.productRaw(ofProducts: ids)) { try load.append(productRaw: $0) }
    try inBatches(reader.attributeHistory(ofProducts: ids)) { try load.append(attributes: $0) }
    try byRun(reader.summaryHistory(ofProducts: ids)) { try load.put(summaries: $0, run: $1) }
    try byRun(reader.monthHistory(ofProducts: ids)) { try load.put(months: $0, run: $1) }
}

/// Copies the readings of a page of products, as many at once as a span has versions.
private func copyReadings(
    _ products: [ProductState], _ reader: any StoreReader, _ load: any StoreLoad
) throws {
    for keys in keyRanges(products.map(\.productKey)) {
        var rows: [ReadingsRow] = []
        for key in keys {
            rows += try reader.readings(ofProducts: key...key, upTo: .max)
            if rows.reduce(0, { $0 + $1.readings.count }) < SpanLimit.rows { continue }
            try inBatches(rows) { try load.append(readings: $0) }
            rows = []
        }
        try inBatches(rows) { try load.append(readings: $0) }
    }
}

private func copyScopes(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    try byRun(reader.scopeHistory()) { try load.put(scopes: $0, run: $1) }
}

/// Copies the lists of reviews, of every reader, and the sums of themes.
private func copyLists(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    for version in Set(try reader.runs().compactMap(\.reader)).sorted() {
        for list in ReviewList.all {
            try reader.listed(list, by: version, after: 0, upTo: .max) { row in
                try load.append(lists: [row])
            }
        }
    }
    try inBatches(reader.themeSumsHistory()) { try load.append(themeSums: $0) }
}

/// Copies the search index, segment by segment.
private func copySearch(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    for segment in try reader.searchSegments() {
        let parts = try reader.searchParts(segment.bucketKeys + segment.chunkKeys)
        try load.append(search: segment, parts)
    }
}

private func copyDistinctKeys(_ reader: any StoreReader, _ load: any StoreLoad) throws {
    var keys: [Int64: DistinctKeys] = [:]
    try reader.distinctKeys { keys[$0] = $1 }
    try load.put(distinctKeys: keys)
}

/// Passes rows in batches of one run, in order of the runs.
private func byRun<Row>(
    _ history: [HistoryOf<Row>], _ write: ([Row], _ run: Int64) throws -> Void
) throws {
    let runs = Dictionary(grouping: history, by: \.run)
    for (run, rows) in runs.sorted(by: { $0.key < $1.key }) {
        try inBatches(rows.map(\.row)) { try write($0, run) }
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
    try inBatches(reader.workMarks()) { try load.append(workMarks: $0) }
    try inBatches(reader.taxonomies()) { try load.append(taxonomies: $0) }
    try inBatches(reader.links()) { try load.append(links: $0) }
    try inBatches(reader.cachedAnswers()) { try load.append(answers: $0) }
    try inBatches(reader.modelCalls()) { try load.append(calls: $0) }
    try load.append(batches: reader.modelBatches(), [])
    try inBatches(reader.batchItems()) { try load.append(batches: [], $0) }
    // As they are: what is being sent now is tried again when that program's lease is over, with
    // the same id, and what was sent is not due again.
    try inBatches(reader.deliveries()) { try load.append(deliveries: $0) }
}

private func inBatches<Row>(_ rows: [Row], _ write: ([Row]) throws -> Void) throws {
    for start in stride(from: 0, to: rows.count, by: BatchLimit.rows) {
        try write(Array(rows[start..<min(start + BatchLimit.rows, rows.count)]))
    }
}
