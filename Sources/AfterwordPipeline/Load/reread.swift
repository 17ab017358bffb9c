package import AfterwordCore

/// What a run that reads the texts of stored reviews again has done.
package struct RereadReport: Sendable {
    package var run: RunRecord
    /// The version of the reader that read the store before; nil where it kept no readings.
    package var before: Int64?
    package var versions: Int64 = 0
    package var products: Int64 = 0
}

/// Reads the texts of all versions by a lexicon, as a run of its own that adds readings and changes
/// no review. Answers as of earlier runs use the readings of then, or read the texts where there
/// were none; later loads go on with this lexicon. Insights stay until they are asked for again.
///
/// The run is published by one commit: where it is interrupted or killed nothing has changed, and
/// the next call begins anew.
///
/// Versions are read span by span; only a product that spans cut is held whole, about 80 bytes a
/// version.
///
/// - Parameter given: What reads the texts; nil for what reads the store's, and for a store without
///   readings what new stores are read by.
/// - Returns: Nil where the store has readings by this lexicon already; no run is made then.
/// - Throws: `RecleanFault.emptyStore`; `StoreFault`.
package func rereadStore(
    _ store: any ReviewStore, by given: Lexicon? = nil, isRehearsal: Bool = false,
    surroundings: LoadSurroundings
) throws -> RereadReport? {
    func chosen(_ reader: any StoreReader) throws -> Lexicon? {
        let before = try reader.newestRun()?.reader
        let own = try before.flatMap { try reader.lexicon(ofVersion: $0) }
        let lexicon = given ?? own ?? Lexicon.first
        return before == Int64(lexicon.version) ? nil : lexicon
    }
    // Before an attempt is recorded; once the store is held, another run may have done it.
    guard try store.read({ try chosen($0) }) != nil else { return nil }
    return try reread(store, isRehearsal: isRehearsal, surroundings) { load in
        try chosen(load.reader).map { ChosenReader(lexicon: $0) }
    }
}

/// Accepts a taxonomy: reads the texts of all versions by the store's reader with it, as a run of
/// its own. Answers as of this run and later ones show its aspects, those as of earlier runs the
/// aspects of then. The taxonomy replaces the one before as a whole; `rereadStore` by a reader of
/// the program ends it.
///
/// - Parameter document: The file.
/// - Returns: Nil where one that says the same is in force already, however it is written; no run
///   is made then, and the document of that one stays.
/// - Throws: `TOMLFault` for a file that is not one of a taxonomy for the store's reader;
///   `RecleanFault.emptyStore`; `StoreFault`.
package func acceptTaxonomy(
    _ document: Text, in store: any ReviewStore, isRehearsal: Bool = false,
    surroundings: LoadSurroundings
) throws -> RereadReport? {
    let isInForce = try store.read { reader in
        let run = try reader.newestRun()
        // Before an attempt is recorded: a file that does not fit is none.
        let base = try readerBeneath(run?.reader, run: run?.run ?? 0)
        return try reader.isInForce(document, over: base)
    }
    if isInForce { return nil }
    return try reread(store, isRehearsal: isRehearsal, surroundings) { load in
        let head = try load.head()
        let base = try readerBeneath(head.reader, run: head.nextRun - 1)
        // Another run may have accepted it while this one waited for the store.
        if try load.reader.isInForce(document, over: base) { return nil }
        let row = TaxonomyRow(madeRun: head.nextRun, document: document)
        return ChosenReader(lexicon: try row.lexicon(over: base), taxonomy: row)
    }
}

/// What a run reads all texts by.
private struct ChosenReader {
    var lexicon: Lexicon
    /// What the run accepts.
    var taxonomy: TaxonomyRow?
}

/// Makes a run that reads all texts again.
///
/// - Parameter choose: By what, as the store is now that no other run has it; nil where it is read
///   so already.
/// - Returns: Nil where it is read so already; the attempt ends as needless then.
private func reread(
    _ store: any ReviewStore, isRehearsal: Bool, _ surroundings: LoadSurroundings,
    _ choose: (any StoreLoad) throws -> ChosenReader?
) throws -> RereadReport? {
    var options = LoadOptions()
    options.isRehearsal = isRehearsal
    let request = LoadRequest(
        dump: Dump(name: "stored reviews", files: []), store: store, options: options,
        surroundings: surroundings)
    return try attempt(request) { intent in
        try surroundings.whenFree {
            try store.load(intent) { load -> RereadReport? in
                guard let chosen = try choose(load) else {
                    try load.finish(needlessAt: surroundings.now())
                    return nil
                }
                var reread = try Reread(load, chosen.lexicon, chosen.taxonomy)
                try load.reader.forEachSpan { span, products in
                    try surroundings.checkInterruption()
                    try reread.take(span, products)
                }
                return try reread.finish(
                    surroundings.now(), least: options.leastThemeReviews)
            }
        }
    }
}

/// A run that reads texts again, under way.
private struct Reread {
    private let load: any StoreLoad
    private let lexicon: Lexicon
    /// What the run accepts.
    private let taxonomy: TaxonomyRow?
    private let head: StoreHead
    private let newest: RunRecord
    private let rules: StoredDistinctRules
    private let workers = WorkerPool(threads: nil)
    /// The entries of the products under way, by product key.
    private var entries: [Int64: [ProductReadings.Entry]] = [:]
    private var (versions, products): (Int64, Int64) = (0, 0)
    private var lists: ListWriter

    init(_ load: any StoreLoad, _ lexicon: Lexicon, _ taxonomy: TaxonomyRow?) throws {
        (self.load, self.lexicon, self.taxonomy) = (load, lexicon, taxonomy)
        head = try load.head()
        guard let newest = try load.reader.runs().newestDump else { throw RecleanFault.emptyStore }
        self.newest = newest
        rules = try StoredDistinctRules(load.reader, ofProduct: nil)
        lists = ListWriter(run: head.nextRun, reader: lexicon)
        try listEarlier()
    }

    /// Lists what runs of before read by the same lexicon, where an earlier program made no lists:
    /// those of this run alone would stand for theirs.
    private func listEarlier() throws {
        let version = Int64(lexicon.version)
        guard try load.reader.runs().contains(where: { $0.reader == version }),
            try !load.reader.hasLists(by: version)
        else { return }
        try listHistory(load, lexicon, before: head.nextRun)
    }

    mutating func take(_ span: RowSpan, _ own: [ProductState]) throws {
        var reviews: [Int64: StoredReview] = [:]
        for review in try load.reader.reviews(in: span) { reviews[review.reviewKey] = review }
        let rows = try load.reader.history(in: span).filter { $0.operation != .late }
        let read = workers.parts(of: rows.count) { [lexicon, rules, reviews] places in
            var texts = ReviewReader(lexicon)
            return rows[places].map { row in
                guard row.operation != .delete, var review = reviews[row.reviewKey] else {
                    return ProductReadings.Entry(
                        ReadingMarks(number: reviewNumber(row.reviewKey), run: row.run))
                }
                (review.values, review.authorID) = (row.values, row.authorID)
                return texts.entry(
                    (row.values.title, row.values.body), rating: row.values.rating,
                    number: reviewNumber(row.reviewKey), run: row.run,
                    key: review.distinctKey(by: rules.rules(of: review)))
            }
        }
        for (row, entry) in zip(rows, read.joined()) {
            entries[productKey(ofReview: row.reviewKey), default: []].append(entry)
        }
        versions += Int64(rows.count)
        guard span.endsProducts else { return }
        let added = entries.sorted { $0.key < $1.key }.map { key, own in
            ReadingsRow(
                productKey: key, run: head.nextRun, reader: Int64(lexicon.version),
                readings: ProductReadings(own))
        }
        products += Int64(added.count)
        entries = [:]
        for row in added { try list(row) }
        try load.append(readings: added)
    }

    private mutating func list(_ row: ReadingsRow) throws {
        var versions: [ReadingMarks] = []
        row.readings.forEach { versions.append($0) }
        for (place, marks) in versions.enumerated() {
            let before = place > 0 ? versions[place - 1] : nil
            try lists.add(
                marks, of: row.productKey, after: before?.number == marks.number ? before : nil
            ) { try load.append(lists: [$0]) }
        }
    }

    mutating func finish(_ now: Instant, least: Int64) throws -> RereadReport {
        try lists.finish { try load.append(lists: [$0]) }
        let earliest = head.lastRecordedAt.map { Instant(microseconds: $0.microseconds + 1) }
        var record = RunRecord(
            run: head.nextRun, recordedAt: max(now, earliest ?? now),
            observedAt: newest.observedAt, observedOrigin: .reread, completeness: .none, seed: 0,
            balance: Balance(), deleted: 0, productsNamed: 0,
            previousDigest: head.historyDigest,
            historyDigest: historyDigest(previous: head.historyDigest, rows: MerkleTree()))
        record.reader = Int64(lexicon.version)
        var ledger = LedgerRows()
        if let taxonomy {
            try load.append(taxonomies: [taxonomy])
            ledger.add(taxonomy)
        }
        record.ledgerDigest = record.computedLedgerDigest(
            previous: head.ledgerDigest, files: [], rows: ledger)
        try applyThemes(
            load, lexicon, moved: load.reader.scopes().map(\.scope).filter(\.isKept), by: record,
            least: least)
        try load.finish(record, files: [])
        return RereadReport(
            run: record, before: head.reader, versions: versions, products: products)
    }
}
