import AfterwordCore

/// Checks the consistency of a store: the digest of every history row, the chain of runs, every
/// balance (law 5), the ledger digest over everything else each run wrote, the digests of all
/// stored payloads, the row checksums of all rows that are updated in place, and that current rows,
/// sums, distinct counts, readings and dimensions follow from the history (law 4).
///
/// A change of any significant stored byte is found, as is any missing row. Products and their
/// reviews are read span by span (`forEachSpan`), so that memory does not grow with them; what does
/// is 20 bytes for each live review (its distinct keys), and the sums of scopes.
///
/// - Parameter spanRows: Greatest number of versions that are held at once.
/// - Returns: The first inconsistency; nil where there is none.
/// - Throws: `StoreFault.digestRulesUnknown` and `readerUnknown` for a run that a newer program
///   wrote by rules, or with a reader, that this one does not know.
package func auditStore(
    _ reader: any StoreReader, spanRows: Int = SpanLimit.rows
) throws -> AuditFinding? {
    let runs = try reader.runs()
    let rules = try knownRules(runs)
    // Texts are read by them.
    if let broken = try auditTaxonomies(runs, reader) { return broken }
    var walk = try AuditWalk(runs, rules, reader)
    try reader.forEachSpan(of: spanRows) { try walk.take($0, $1, reader) }
    let broken =
        try walk.history.finding(runs) ?? auditReaders(runs)
        ?? auditBalances(runs, reader) ?? walk.bronze.finding ?? auditRejects(reader)
        ?? walk.current.finding(reader) ?? walk.sums.finding(reader)
    if let broken { return broken }
    let other =
        try walk.distinct.finding() ?? walk.readings.finding(reader) ?? auditInsights(reader)
        ?? auditVerdicts(reader) ?? auditWork(runs, reader) ?? auditBatches(reader)
    if let other { return other }
    return try walk.enrichments.finding ?? walk.links.finding() ?? walk.search.finding(reader)
        ?? auditLedger(runs, walk.ledgers, reader) ?? auditRowChecksums(reader)
}

/// All checks of what belongs to products, in one walk through the store. Each keeps its first
/// finding, so that they are reported in the order of the checks.
private struct AuditWalk {
    var history: HistoryAudit
    var bronze: BronzeAudit
    var current = CurrentAudit()
    var sums: SumAudit
    var distinct: DistinctAudit
    var links: LinkAudit
    var readings: ReadingAudit
    var search: SearchAudit
    var enrichments: EnrichmentAudit
    private let workers = WorkerPool(threads: nil)

    init(
        _ runs: [RunRecord], _ rules: [Int64: DigestRules], _ reader: any StoreReader
    ) throws {
        history = HistoryAudit(rules: rules)
        bronze = BronzeAudit(rules: rules, runs)
        sums = SumAudit(runs: Set(rules.keys))
        distinct = try DistinctAudit(reader)
        links = try LinkAudit(reader)
        readings = try ReadingAudit(runs, reader)
        search = try SearchAudit(reader)
        enrichments = EnrichmentAudit(lastRun: runs.last?.run ?? 0)
    }

    /// The rows of products that runs wrote beside their history, by run.
    var ledgers: [Int64: LedgerRows] {
        bronze.ledgers.merging(enrichments.ledgers) { bronze, own in
            var sum = bronze
            sum.add(own)
            return sum
        }
    }

    /// Once a row of the history is broken, the earliest such row is what the audit reports:
    /// nothing else is read, and nothing is computed from values that do not hold.
    mutating func take(
        _ span: RowSpan, _ products: [ProductState], _ reader: any StoreReader
    ) throws {
        let versions = try reader.history(in: span)
        history.take(versions, workers)
        if history.isBroken { return }
        let rows = try AuditedRows(span, products, versions, reader)
        search.take(rows.history, workers)
        bronze.take(rows.raw, workers)
        current.take(rows)
        links.take(rows.history)
        distinct.take(rows)
        try readings.take(rows, workers, keys: distinct.keys(ofProduct:), reader)
        sums.take(rows.history)
        guard span.endsProducts else { return }
        try bronze.take(productsOf: span.products, reader)
        try enrichments.take(productsOf: span.products, reader)
        try sums.finish(rows, reader)
    }
}

/// The digest rules of each run.
private func knownRules(_ runs: [RunRecord]) throws -> [Int64: DigestRules] {
    var rules: [Int64: DigestRules] = [:]
    for run in runs {
        guard let known = DigestRules(rawValue: run.digestRules) else {
            throw StoreFault.digestRulesUnknown(run: run.run, rules: run.digestRules)
        }
        rules[run.run] = known
    }
    return rules
}

/// Checks each run's ledger digest against the rows that the run wrote beside its history.
///
/// - Parameter rowsOfProducts: Bronze, attributes and enrichments, by run.
private func auditLedger(
    _ runs: [RunRecord], _ rowsOfProducts: [Int64: LedgerRows], _ reader: any StoreReader
) throws -> AuditFinding? {
    var rows = rowsOfProducts
    try reader.forEachReject { page in
        for row in page { rows[row.run, default: LedgerRows()].add(row) }
    }
    for row in try reader.insightHistory(of: nil) {
        rows[row.madeRun, default: LedgerRows()].add(row)
    }
    for row in try reader.themeRows() { rows[row.madeRun, default: LedgerRows()].add(row) }
    for row in try reader.themeReviewRows() {
        rows[row.madeRun, default: LedgerRows()].add(row)
    }
    for row in try reader.verdicts() { rows[row.madeRun, default: LedgerRows()].add(row) }
    for row in try reader.workMarks() { rows[row.madeRun, default: LedgerRows()].add(row) }
    for row in try reader.taxonomies() { rows[row.madeRun, default: LedgerRows()].add(row) }
    for row in try reader.links() { rows[row.run, default: LedgerRows()].add(row) }
    for row in try reader.scopeHistory() { rows[row.run, default: LedgerRows()].add(row.row) }
    let files = Dictionary(grouping: try reader.files(ofRun: nil), by: \.run)
    var previous = genesisDigest
    for run in runs {
        let ledger = run.computedLedgerDigest(
            previous: previous, files: files[run.run] ?? [], rows: rows[run.run] ?? LedgerRows())
        guard run.ledgerDigest == ledger else {
            return AuditFinding(
                run: run.run, table: "runs", row: "run \(run.run)",
                what: "its ledger does not follow from its files, raw records, rejects and "
                    + "attributes, and the run before")
        }
        previous = ledger
    }
    return nil
}

/// Checks that the current insights are the newest of their history, and that their answers are
/// cached.
private func auditInsights(_ reader: any StoreReader) throws -> AuditFinding? {
    let last = try reader.runs().last?.run ?? 0
    let made = try reader.insightHistory(of: nil).map(\.madeRun)
    if let stray = (made + (try reader.themeRows().map(\.madeRun))).max(), stray > last {
        return AuditFinding(
            run: stray, table: "runs", row: "run \(stray)",
            what: "it made insights and is missing")
    }
    var newest: [String: InsightRow] = [:]
    let keys = Set(try reader.cachedAnswers().map(\.key))
    for row in try reader.insightHistory(of: nil) {
        newest["\(row.scope.written) \(row.language)"] = row
        guard keys.contains(row.cacheKey) else {
            return AuditFinding(
                run: row.madeRun, table: "product_insights_cache", row: row.scope.written,
                what: "the answer that it was made of is missing")
        }
    }
    let current = try reader.insights(of: nil)
    let broken = current.first { newest["\($0.scope.written) \($0.language)"] != $0 }
    guard broken != nil || current.count != newest.count else { return nil }
    return AuditFinding(
        run: broken?.madeRun, table: "product_insights",
        row: broken?.scope.written ?? "\(current.count) insights",
        what: "it is not the newest in its history")
}

/// Checks that the run and the version of every verdict exist, and that the version still has the
/// judged content.
private func auditVerdicts(_ reader: any StoreReader) throws -> AuditFinding? {
    let verdicts = try reader.verdicts()
    guard !verdicts.isEmpty else { return nil }
    let last = try reader.runs().last?.run ?? 0
    for row in verdicts {
        let version = try reader.history(ofProduct: row.productID, review: row.reviewID)
            .first { $0.version == row.version }
        guard row.madeRun <= last, version?.values.judgedDigest == row.judged else {
            return AuditFinding(
                run: row.madeRun, table: "review_verdicts",
                row: "product \(row.productID) review \(row.reviewID) version \(row.version)",
                what: "its run or its version is missing, or says something else")
        }
    }
    return nil
}

/// Checks the row checksums of rows that are updated in place, and that the shape of every file
/// exists.
private func auditRowChecksums(_ reader: any StoreReader) throws -> AuditFinding? {
    if let broken = try reader.checksummedRows().first(where: { $0.stored != $0.computed }) {
        return AuditFinding(
            run: nil, table: broken.table, row: broken.row,
            what: "its values are not those its row checksum was made of")
    }
    let shapes = Set(try reader.shapes().map(\.name))
    for file in try reader.files(ofRun: nil)
    where !file.shape.isEmpty && !shapes.contains(file.shape) {
        return AuditFinding(
            run: file.run, table: "shapes", row: "shape \(file.shape)",
            what: "a file was read by it and it is missing")
    }
    return nil
}

/// Checks that every file's balance holds, and that the files of a run add up to its balance.
private func auditBalances(
    _ runs: [RunRecord], _ reader: any StoreReader
) throws -> AuditFinding? {
    var sums: [Int64: Balance] = [:]
    for file in try reader.files(ofRun: nil) {
        sums[file.run, default: Balance()].add(file.balance)
        guard file.balance.holds else {
            return AuditFinding(
                run: file.run, table: "run_files", row: "file \(file.name)",
                what: "its balance does not hold")
        }
    }
    for run in runs where sums[run.run] ?? Balance() != run.balance {
        return AuditFinding(
            run: run.run, table: "run_files", row: "run \(run.run)",
            what: "its files do not add up to the run")
    }
    return nil
}

/// Checks that the bytes of every reject still match their digest.
private func auditRejects(_ reader: any StoreReader) throws -> AuditFinding? {
    var broken: RejectRow?
    try reader.forEachReject { page in
        if broken == nil { broken = page.first { $0.computedDigest != $0.digest } }
    }
    return broken.map { row in
        AuditFinding(
            run: row.run, table: "rejected_records",
            row: "file \(row.file) offset \(row.offset)",
            what: "its bytes are not those its digest was made of")
    }
}
