import AfterwordCore

/// Checks that every stored payload still matches its digest, and sums what the runs wrote of
/// products beside their history.
struct BronzeAudit {
    /// Bronze and attributes, by run.
    private(set) var ledgers: [Int64: LedgerRows]
    private var brokenRecord: AuditFinding?
    private var brokenProduct: AuditFinding?

    init(rules: [Int64: DigestRules]) { ledgers = rules.mapValues { LedgerRows(by: $0) } }

    var finding: AuditFinding? { brokenRecord ?? brokenProduct }

    /// What a part of the rows gives.
    private struct Part: Sendable {
        var ledgers: [Int64: LedgerRows] = [:]
        var broken: Int?
    }

    /// - Parameter rows: The next rows in order.
    mutating func take(_ rows: [RawRow], _ workers: WorkerPool) {
        let empty = ledgers.mapValues { LedgerRows(by: $0.rules) }
        let parts = workers.parts(of: rows.count) { places in
            var part = Part()
            for place in places {
                let row = rows[place]
                if part.broken == nil, breaksDigest(row) { part.broken = place }
                part.ledgers[row.run, default: empty[row.run] ?? LedgerRows()].add(row)
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
            what: "its bytes are not those its digest was made of")
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

private func breaksDigest(_ row: RawRow) -> Bool {
    payloadDigest(row.payload.span.bytes, context: row.context) != row.record.payload
}
