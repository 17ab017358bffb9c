import AfterwordCore

/// Checks the consistency of a store: the digest of every history row, the chain of runs, every
/// balance (law 5), the ledger digest over everything else each run wrote, the digests of all
/// stored payloads, the row checksums of all rows that are updated in place, and that current rows,
/// sums, distinct counts and dimensions follow from the history (law 4).
///
/// A change of any significant stored byte is found, as is any missing row.
///
/// - Returns: The first inconsistency; nil where there is none.
/// - Throws: `StoreFault.digestRulesUnknown` for a run that a newer program wrote by rules that
///   this one does not know.
package func auditStore(_ reader: any StoreReader) throws -> AuditFinding? {
    let history = try reader.history(ofProduct: nil, review: nil)
    let runs = try reader.runs()
    let rules = try knownRules(runs)
    let broken =
        try auditRows(history, rules) ?? auditChain(runs, history)
        ?? auditBalances(runs, reader) ?? auditBronze(reader)
        ?? auditBase(history, reader) ?? auditSums(history, runs, reader)
    if let broken { return broken }
    return try auditDistinct(reader) ?? auditInsights(reader) ?? auditVerdicts(reader)
        ?? auditLinks(history, reader) ?? auditLedger(runs, rules, reader)
        ?? auditRowChecksums(reader)
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
private func auditLedger(
    _ runs: [RunRecord], _ rules: [Int64: DigestRules], _ reader: any StoreReader
) throws -> AuditFinding? {
    var rows = rules.mapValues { LedgerRows(by: $0) }
    for row in try reader.raw(ofProduct: nil) { rows[row.run, default: LedgerRows()].add(row) }
    for row in try reader.productRaw(ofProduct: nil) {
        rows[row.run, default: LedgerRows()].add(row)
    }
    for row in try reader.rejects() { rows[row.run, default: LedgerRows()].add(row) }
    for row in try reader.attributeHistory(ofProduct: nil) {
        rows[row.run, default: LedgerRows()].add(row)
    }
    for row in try reader.insightHistory(of: nil) {
        rows[row.madeRun, default: LedgerRows()].add(row)
    }
    for row in try reader.themeRows() { rows[row.madeRun, default: LedgerRows()].add(row) }
    for row in try reader.themeReviewRows() {
        rows[row.madeRun, default: LedgerRows()].add(row)
    }
    for row in try reader.verdicts() { rows[row.madeRun, default: LedgerRows()].add(row) }
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

/// Checks both digests of every history row by the rules of its run; reports the earliest run
/// first. Rows of a run that the ledger does not have are found by `auditChain`.
private func auditRows(
    _ history: [HistoryRow], _ rules: [Int64: DigestRules]
) -> AuditFinding? {
    let broken = history.filter { row in
        let rules = rules[row.run] ?? .current
        return row.computedRowDigest(by: rules) != row.rowDigest
            || row.values.contentDigest(by: rules) != row.contentDigest
    }
    guard let row = broken.min(by: { $0.run < $1.run }) else { return nil }
    return AuditFinding(
        run: row.run, table: "product_reviews_history", row: name(row),
        what: "its values are not those its digest was made of")
}

private func name(_ row: HistoryRow) -> String {
    "product \(row.productID) review \(row.reviewID) version \(row.version)"
}

/// Checks that runs are numbered without gaps, and that each history digest follows from the
/// previous one and the rows of its run.
private func auditChain(_ runs: [RunRecord], _ history: [HistoryRow]) -> AuditFinding? {
    var trees: [Int64: MerkleTree] = [:]
    for row in history { trees[row.run, default: MerkleTree()].add(leaf: row.rowDigest) }
    var previous = genesisDigest
    for (index, run) in runs.enumerated() {
        let digest = historyDigest(previous: previous, rows: trees[run.run] ?? MerkleTree())
        guard run.run == Int64(index + 1), run.previousDigest == previous,
            run.historyDigest == digest
        else {
            return AuditFinding(
                run: run.run, table: "runs", row: "run \(run.run)",
                what: "its digest does not follow from the run before and its rows")
        }
        previous = digest
    }
    if let stray = trees.keys.filter({ $0 > Int64(runs.count) }).min() {
        return AuditFinding(
            run: stray, table: "product_reviews_history", row: "run \(stray)",
            what: "rows of a run that the ledger does not have")
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

/// Checks that every stored payload still matches its digest.
private func auditBronze(_ reader: any StoreReader) throws -> AuditFinding? {
    for row in try reader.raw(ofProduct: nil)
    where payloadDigest(row.payload.span.bytes, context: row.context) != row.record.payload {
        return AuditFinding(
            run: row.run, table: "product_reviews_raw",
            row: "product \(row.productID) identity \(row.record.identity)",
            what: "its bytes are not those its digest was made of")
    }
    for row in try reader.productRaw(ofProduct: nil)
    where payloadDigest(row.payload.span.bytes, context: []) != row.digest {
        return AuditFinding(
            run: row.run, table: "product_raw", row: "product \(row.productID) \(row.digest)",
            what: "its bytes are not those its digest was made of")
    }
    for row in try reader.rejects() where row.computedDigest != row.digest {
        return AuditFinding(
            run: row.run, table: "rejected_records",
            row: "file \(row.file) offset \(row.offset)",
            what: "its bytes are not those its digest was made of")
    }
    return nil
}

/// Checks that the current row of every review equals its newest version in the history.
private func auditBase(
    _ history: [HistoryRow], _ reader: any StoreReader
) throws -> AuditFinding? {
    var newest: [Int64: HistoryRow] = [:]
    for row in history where row.operation != .late {
        if row.version > newest[row.reviewKey]?.version ?? 0 { newest[row.reviewKey] = row }
    }
    var records: [Int64: RawIdentity] = [:]
    for row in try reader.raw(ofProduct: nil) { records[row.rawKey] = row.record }
    var told: [Int64: CurrentPayload] = [:]
    try reader.currentPayloads(ofProducts: nil) { told[$0.reviewKey] = $0 }
    var count = 0
    for review in try reader.reviews(ofProduct: nil) {
        count += 1
        let hasText = review.values.title != nil || review.values.body != nil
        guard let own = told[review.reviewKey], own.rating == review.values.rating,
            own.hasText == hasText, own.payload == review.payloadDigest
        else {
            return AuditFinding(
                run: review.run, table: "product_reviews_current",
                row: "product \(review.productID) review \(review.reviewID)",
                what: "what it tells of its version is not so")
        }
        guard let row = newest[review.reviewKey], row.version == review.version,
            row.run == review.run, row.observedAt == review.observedAt,
            row.values == review.values, row.times == review.times,
            row.authorID == review.authorID, row.contentDigest == review.contentDigest,
            (row.operation != .delete) == review.isLive,
            isOfKind(review),
            records[review.rawKey]
                == RawIdentity(identity: review.identity, payload: review.payloadDigest)
        else {
            return AuditFinding(
                run: review.run, table: "product_reviews_clean",
                row: "product \(review.productID) review \(review.reviewID)",
                what: "it is not the newest version in its history")
        }
    }
    guard count == newest.count else {
        return AuditFinding(
            run: nil, table: "product_reviews_clean", row: "\(count) reviews",
            what: "the history has \(newest.count)")
    }
    return nil
}

/// Whether the review id fits its kind: a derived id begins with its kind's letter, and a source's
/// own id never looks like a derived one.
private func isOfKind(_ review: StoredReview) -> Bool {
    func id(_ source: Text?, _ rules: IdentityRules) -> Text {
        reviewID(source, kind: review.kind, identity: review.identity, by: rules)
    }
    return review.kind == .source
        ? id(review.reviewID, .current) == review.reviewID
            || review.reviewID.bytes.starts(with: Array("a1:".utf8))
        : IdentityRules.allCases.contains { id(nil, $0) == review.reviewID }
}
