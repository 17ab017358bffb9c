import AfterwordCore

/// Checks that every stored payload still matches its digest, and that of a pruned one nothing but
/// the receipt is left; sums what the runs wrote of products beside their history.
struct BronzeAudit {
    /// Bronze and attributes, by run.
    private(set) var ledgers: [Int64: LedgerRows]
    /// The runs that prune.
    private let prunes: Set<Int64>
    private var brokenRecord: AuditFinding?
    private var brokenProduct: AuditFinding?

    init(rules: [Int64: DigestRules], _ runs: [RunRecord]) {
        ledgers = rules.mapValues { LedgerRows(by: $0) }
        prunes = Set(runs.filter { $0.observedOrigin == .prune }.map(\.run))
    }

    var finding: AuditFinding? { brokenRecord ?? brokenProduct }

    /// What a part of the rows gives.
    private struct Part: Sendable {
        var ledgers: [Int64: LedgerRows] = [:]
        var broken: Int?
    }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [RawRow], _ workers: WorkerPool) {
        let empty = ledgers.mapValues { LedgerRows(by: $0.rules) }
        let parts = workers.parts(of: rows.count) { [prunes] places in
            var part = Part()
            for place in places {
                let row = rows[place]
                let isBroken = row.prunedRun.map { !isReceipt(row, of: $0, among: prunes) }
                if part.broken == nil, isBroken ?? breaksDigest(row) { part.broken = place }
                part.ledgers[row.run, default: empty[row.run] ?? LedgerRows()].add(row)
                guard let run = row.prunedRun else { continue }
                part.ledgers[run, default: empty[run] ?? LedgerRows()].add(pruned: row)
            }
            return part
        }
        for part in parts {
            if brokenRecord == nil, let place = part.broken {
                brokenRecord = finding(rows[place])
            }
            for (run, sum) in part.ledgers { ledgers[run, default: LedgerRows()].add(sum) }
        }
    }

    private func finding(_ row: RawRow) -> AuditFinding {
        AuditFinding(
            run: row.run, table: "product_reviews_raw",
            row: "product \(row.productID) identity \(row.record.identity)",
            what: row.prunedRun == nil
                ? "its bytes are not those its digest was made of"
                : "it is not the receipt of a record that a run pruned")
    }

    /// Takes the objects and the attributes of the next products.
    mutating func take(productsOf ids: ClosedRange<Text>, _ reader: any StoreReader) throws {
        for row in try reader.productRaw(ofProducts: ids) {
            ledgers[row.run, default: LedgerRows()].add(row)
            guard brokenProduct == nil,
                payloadDigest(row.payload.span.bytes, context: []) != row.digest
            else { continue }
            brokenProduct = AuditFinding(
                run: row.run, table: "product_raw",
                row: "product \(row.productID) \(row.digest)",
                what: "its bytes are not those its digest was made of")
        }
        for row in try reader.attributeHistory(ofProducts: ids) {
            ledgers[row.run, default: LedgerRows()].add(row)
        }
    }
}

/// Whether nothing is left of a record's bytes, and a later run took them.
private func isReceipt(_ row: RawRow, of run: Int64, among prunes: Set<Int64>) -> Bool {
    row.payload.isEmpty && row.context.isEmpty && prunes.contains(run) && run > row.run
}

private func breaksDigest(_ row: RawRow) -> Bool {
    payloadDigest(row.payload.span.bytes, context: row.context) != row.record.payload
}
