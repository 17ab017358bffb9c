package import AfterwordCore

/// Stores what a model read in reviews as one run, with the answers of a free model that it was
/// made of. Nothing is stored, and no run made, without rows.
///
/// - Returns: The run's number; nil without rows.
/// - Throws: `InsightFault.noRuns` where nothing is loaded; `StoreFault`.
package func storeEnrichments(
    _ rows: [EnrichmentRow], answers: [CachedAnswer], in store: any ReviewStore, now: Instant
) throws -> Int64? {
    guard !rows.isEmpty else { return nil }
    return try store.load(LoadIntent(isRehearsal: false)) { load in
        let head = try load.head()
        let runs = try load.reader.runs()
        guard let newest = runs.newestData else { throw InsightFault.noRuns }
        var (rows, ledger) = (rows, LedgerRows())
        for index in rows.indices {
            rows[index].madeRun = head.nextRun
            ledger.add(rows[index])
        }
        try load.append(answers: answers)
        for start in stride(from: 0, to: rows.count, by: BatchLimit.rows) {
            let end = min(start + BatchLimit.rows, rows.count)
            try load.append(enrichments: Array(rows[start..<end]))
        }
        let observed = runs.newestDump?.observedAt ?? newest.observedAt
        try load.finish(
            RunRecord(ofAnswers: .enrichment, after: head, observed, ledger, now), files: [])
        return head.nextRun
    }
}

extension RunRecord {
    /// The record of a run that stores models' answers: no reviews, and the `observed_at` of the
    /// newest dump.
    init(
        ofAnswers origin: ObservedOrigin, after head: StoreHead, _ observedAt: Instant,
        _ ledger: LedgerRows, _ now: Instant
    ) {
        let earliest = head.lastRecordedAt.map { Instant(microseconds: $0.microseconds + 1) }
        self.init(
            run: head.nextRun, recordedAt: max(now, earliest ?? now), observedAt: observedAt,
            observedOrigin: origin, completeness: .none, seed: 0, balance: Balance(), deleted: 0,
            productsNamed: 0, previousDigest: head.historyDigest,
            historyDigest: AfterwordCore.historyDigest(
                previous: head.historyDigest, rows: MerkleTree()))
        reader = head.reader
        ledgerDigest = computedLedgerDigest(previous: head.ledgerDigest, files: [], rows: ledger)
    }
}
