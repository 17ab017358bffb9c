import AfterwordCore

/// The rows of a span that an audit checks, read once for all checks.
struct AuditedRows {
    let span: RowSpan
    let products: [ProductState]
    let reviews: [StoredReview]
    let history: [HistoryRow]
    let raw: [RawRow]
    /// What the current rows of `reviews` say beside their versions, by review key.
    let told: [Int64: CurrentPayload]

    init(
        _ span: RowSpan, _ products: [ProductState], _ history: [HistoryRow],
        _ reader: any StoreReader
    ) throws {
        (self.span, self.products, self.history) = (span, products, history)
        reviews = try reader.reviews(in: span)
        raw = try reader.raw(in: span)
        let wanted = span.part == nil ? nil : Set(reviews.map(\.reviewKey))
        var told: [Int64: CurrentPayload] = [:]
        for keys in keyRanges(products.map(\.productKey)) {
            try reader.currentPayloads(ofProducts: keys) { payload in
                if wanted?.contains(payload.reviewKey) ?? true { told[payload.reviewKey] = payload }
            }
        }
        self.told = told
    }
}

/// Checks both digests of every history row by the rules of its run, and the chain of runs.
struct HistoryAudit {
    private let rules: [Int64: DigestRules]
    private var trees: [Int64: MerkleTree] = [:]
    /// The first broken row of the earliest run. Rows of a run that the ledger does not have are
    /// found by the chain.
    private var broken: HistoryRow?

    init(rules: [Int64: DigestRules]) { self.rules = rules }

    var isBroken: Bool { broken != nil }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [HistoryRow], _ workers: WorkerPool) {
        let rules = rules
        let found = workers.parts(of: rows.count) { places in
            places.filter { breaksDigest(rows[$0], rules) }.min { rows[$0].run < rows[$1].run }
        }
        for place in found.compactMap({ $0 }) where rows[place].run < broken?.run ?? .max {
            broken = rows[place]
        }
        for row in rows { trees[row.run, default: MerkleTree()].add(leaf: row.rowDigest) }
    }

    func finding(_ runs: [RunRecord]) -> AuditFinding? {
        guard let broken else { return chainFinding(runs) }
        return AuditFinding(
            run: broken.run, table: "product_reviews_history",
            row: "product \(broken.productID) review \(broken.reviewID) version \(broken.version)",
            what: "its values are not those its digest was made of")
    }

    /// Checks that runs are numbered without gaps, and that each history digest follows from the
    /// previous one and the rows of its run.
    private func chainFinding(_ runs: [RunRecord]) -> AuditFinding? {
        var previous = genesisDigest
        for (index, run) in runs.enumerated() {
            let digest = historyDigest(
                previous: previous, rows: trees[run.run] ?? MerkleTree())
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
}

private func breaksDigest(_ row: HistoryRow, _ rules: [Int64: DigestRules]) -> Bool {
    let rules = rules[row.run] ?? .current
    return row.computedRowDigest(by: rules) != row.rowDigest
        || row.values.contentDigest(by: rules) != row.contentDigest
}
