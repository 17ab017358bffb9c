package import AfterwordCore

/// Stores what a model read in reviews as one run, with the answers of a free model that it was
/// made of. What another program stored of the same versions meanwhile stays. Nothing is stored,
/// and no run made, without rows.
///
/// - Returns: The run's number, nil without rows, and how many were stored.
/// - Throws: `InsightFault.noRuns` where nothing is loaded; `StoreFault`.
package func storeEnrichments(
    _ rows: [EnrichmentRow], answers: [CachedAnswer], in store: any ReviewStore, now: Instant
) throws -> (run: Int64?, made: Int) {
    guard !rows.isEmpty else { return (nil, 0) }
    return try store.load(LoadIntent(isRehearsal: false)) { load in
        let head = try load.head()
        let runs = try load.reader.runs()
        guard let newest = runs.newestData else { throw InsightFault.noRuns }
        let stored = Set(
            try load.reader.enrichments(ofReviews: rows.map(\.reviewKey)).map(EnrichedVersion.init))
        var (rows, ledger) = (rows, LedgerRows())
        rows.removeAll { stored.contains(EnrichedVersion($0)) }
        guard !rows.isEmpty else { return (nil, 0) }
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
        return (head.nextRun, rows.count)
    }
}

/// A version of a review that a model read, in a language.
struct EnrichedVersion: Hashable {
    var review: Int64
    var version: Int64
    var language: String

    init(_ row: EnrichmentRow) {
        (review, version, language) = (row.reviewKey, row.version, row.language)
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
