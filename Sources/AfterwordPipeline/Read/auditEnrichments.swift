import AfterwordCore

/// Checks of what models read in reviews: the run and the version of every row exist, the version
/// still says what was read, and the answer is kept.
struct EnrichmentAudit {
    private let lastRun: Int64
    /// The rows by the run that stored them.
    private(set) var ledgers: [Int64: LedgerRows] = [:]
    private(set) var finding: AuditFinding?

    init(lastRun: Int64) { self.lastRun = lastRun }

    mutating func take(
        productsOf ids: ClosedRange<Text>, _ reader: any StoreReader
    ) throws {
        var versions: (name: [Text], rows: [HistoryRow]) = ([], [])
        for row in try reader.enrichments(ofProducts: ids) {
            ledgers[row.madeRun, default: LedgerRows()].add(row)
            guard finding == nil else { continue }
            if versions.name != [row.productID, row.reviewID] {
                versions = (
                    [row.productID, row.reviewID],
                    try reader.history(ofProduct: row.productID, review: row.reviewID)
                )
            }
            let version = versions.rows.first { $0.version == row.version }
            if row.madeRun > lastRun || version?.values.judgedDigest != row.readDigest {
                finding = row.finding("its run or its version is missing, or says something else")
            } else if try reader.cachedAnswer(row.cacheKey) == nil {
                finding = row.finding("the answer that it was made of is missing")
            }
        }
    }
}

extension EnrichmentRow {
    fileprivate func finding(_ what: String) -> AuditFinding {
        AuditFinding(
            run: madeRun, table: "review_enrichments",
            row: "product \(productID) review \(reviewID) version \(version)", what: what)
    }
}

/// Checks that every question of a batch has its call and its batch, of the same key.
func auditBatches(_ reader: any StoreReader) throws -> AuditFinding? {
    let items = try reader.batchItems()
    guard !items.isEmpty else { return nil }
    let batches = Set(try reader.modelBatches().map(\.number))
    let calls = Dictionary(try reader.modelCalls().map { ($0.call, $0) }) { $1 }
    let broken = items.first { item in
        let call = calls[item.call]
        return !batches.contains(item.batch) || call?.cacheKey != item.cacheKey
            || call?.modelBatch != item.batch
    }
    return broken.map { item in
        AuditFinding(
            run: nil, table: "llm_batch_items", row: "batch \(item.batch) line \(item.line)",
            what: "its batch or its call is missing, or of another question")
    }
}
