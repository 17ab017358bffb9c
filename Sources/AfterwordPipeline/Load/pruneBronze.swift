package import AfterwordCore

/// What a run that takes the bytes of old records away has done.
package struct PruneReport: Sendable {
    package var run: RunRecord
    /// Records whose bytes are gone, and how many bytes these were.
    package var records: Int64 = 0
    package var bytes: Int64 = 0
    /// Records as old whose bytes stay, since reviews hold them.
    package var held: Int64 = 0
}

/// Takes the bytes of old records out of bronze, as a run of its own.
///
/// A record is old where the dump that brought it was observed before `moment`. One that a review
/// holds keeps its bytes: later dumps are compared with them, and `recleanStore` reads them. Of any
/// other old record a receipt stays: its row, with its digests, its file and its place in it, and
/// the run that took its bytes. No review, version, sum or answer changes, as of any run. A record
/// that comes again is stored again.
///
/// - Returns: Nil where no record is to be pruned; no run is made then.
/// - Throws: `RecleanFault.emptyStore` where no dump is loaded; `StoreFault`.
package func pruneBronze(
    _ store: any ReviewStore, before moment: Instant, isRehearsal: Bool = false,
    surroundings: LoadSurroundings
) throws -> PruneReport? {
    try surroundings.whenFree {
        try store.load(LoadIntent(isRehearsal: isRehearsal)) { load in
            var prune = try Prune(load, before: moment)
            try load.reader.forEachSpan { span, _ in
                try surroundings.checkInterruption()
                try prune.take(span)
            }
            return try prune.finish(surroundings.now())
        }
    }
}

/// A run that prunes, under way.
private struct Prune {
    /// A record as old as is pruned.
    private struct OldRecord {
        var row: RawRow
        var bytes: Int64
    }

    private let load: any StoreLoad
    private let head: StoreHead
    private let newest: RunRecord
    private let oldRuns: Set<Int64>
    /// Old records of the products under way, without their bytes, and the keys of those that
    /// reviews hold.
    private var old: [OldRecord] = []
    private var held: Set<Int64> = []
    private var ledger = LedgerRows()
    private var (records, bytes, heldCount): (Int64, Int64, Int64) = (0, 0, 0)

    init(_ load: any StoreLoad, before moment: Instant) throws {
        self.load = load
        head = try load.head()
        let runs = try load.reader.runs()
        guard let newest = runs.newestDump else { throw RecleanFault.emptyStore }
        self.newest = newest
        oldRuns = Set(runs.filter { $0.observedAt < moment }.map(\.run))
    }

    /// Takes the records and reviews of a span. What a product holds is known at its end: reviews
    /// of its later parts hold records of its first part.
    mutating func take(_ span: RowSpan) throws {
        for var row in try load.reader.raw(in: span)
        where oldRuns.contains(row.run) && row.prunedRun == nil {
            let bytes = Int64(row.payload.count + row.context.count)
            (row.payload, row.context) = ([], [])
            old.append(OldRecord(row: row, bytes: bytes))
        }
        held.formUnion(try load.reader.reviews(in: span).map(\.rawKey))
        guard span.endsProducts else { return }
        let gone = old.filter { !held.contains($0.row.rawKey) }
        heldCount += Int64(old.count - gone.count)
        (old, held) = ([], [])
        try prune(gone)
    }

    private mutating func prune(_ gone: [OldRecord]) throws {
        for start in stride(from: 0, to: gone.count, by: BatchLimit.rows) {
            let part = gone[start..<min(start + BatchLimit.rows, gone.count)]
            try load.prune(raw: part.map(\.row.rawKey), run: head.nextRun)
        }
        for record in gone {
            ledger.add(pruned: record.row)
            bytes += record.bytes
        }
        records += Int64(gone.count)
    }

    func finish(_ now: Instant) throws -> PruneReport? {
        guard records > 0 else { return nil }
        let record = RunRecord(ofAnswers: .prune, after: head, newest.observedAt, ledger, now)
        try load.finish(record, files: [])
        return PruneReport(run: record, records: records, bytes: bytes, held: heldCount)
    }
}
