import AfterwordCore

/// The briefing of a window that begins before the first run, from stored readings and sums: all
/// reviews are seen for the first time, so that only those are read that it lists.
///
/// - Returns: Nil where the store keeps no readings as of the end of the window, or where the scope
///   is unknown.
func firstDigest(
    _ reader: any StoreReader, of scope: ReviewScope, written: String, in window: DumpWindow
) throws -> ScopeBriefing? {
    guard window.isFirst, window.to > 0, window.olderRuns.isEmpty else { return nil }
    let runs = try reader.runs()
    let last = try resolveAsOf(.run(window.to), among: runs)
    let past = window.to == runs.last?.run ? reader : AsOfReader(reader, run: window.to)
    let sums = FirstSums(
        try past.productLabels().filter { scope.holds($0.productID, $0.dimension) }, window)
    var digest = ScopeBriefing(
        scope: written, window: window,
        changes: ScopeChanges(
            window: window, from: nil, to: last, before: Counters(), after: sums.all.after,
            attribution: nil, movements: []),
        coverage: nil, entries: [], themes: [], brands: [], remarks: [])
    let lexicon = try lexiconInForce(reader, at: window)
    let counted = try firstInbox(reader, in: window, of: InboxFilter(scope), lexicon) { groups in
        digest.firstSeenCount = groups.total { $0.kind == .firstSeen }
        return Page(
            size: groups.total { $0.kind != .firstSeen }
                + min(digest.firstSeenCount, digest.firstSeenLimit))
    }
    guard let counted, sums.isKnown else { return nil }
    digest.entries = counted.page.entries
    digest.unlikelyDangers = counted.page.unlikely
    digest.changes.counts = sums.all.counts
    digest.changes.alerts = sums.all.alerts(Int64(counted.page.newDangers))
    digest.coverage = try coverage(reader, of: window, unread: counted.unread ?? 0, isOfAll: true)
    if scope == .scope(.portfolio) {
        digest.list(
            sums.brands.map { brand, sum in
                let dangers = counted.groups.total { $0.kind == .safety && $0.brand == brand }
                var shift = ScopeShift(brand: brand, before: Counters(), after: sum.after)
                shift.counts = sum.counts
                shift.alerts = sum.alerts(Int64(dangers))
                return shift
            }.filter { $0.before != $0.after || !$0.alerts.isEmpty }.sorted(by: isWorse))
    }
    digest.remarks = remarks(digest)
    return digest
}

extension [InboxGroup: Int] {
    fileprivate func total(_ isWanted: (InboxGroup) -> Bool) -> Int {
        reduce(0) { $0 + (isWanted($1.key) ? $1.value : 0) }
    }
}

/// The sums at the end of a first window, of all products and by brand.
private struct FirstSums {
    struct Sum {
        var after = Counters()
        /// Of products that were known when the window began.
        var known = Counters()
        var counts = NewsCounts()

        mutating func add(_ label: ProductLabel, isKnown: Bool) {
            let own = label.counters
            after.add(own, sign: 1)
            if isKnown {
                known.add(own, sign: 1)
                counts.new += own.reviewCount
                counts.newNegative += own.negatives
            } else {
                counts.firstSeen += own.reviewCount
                counts.firstSeenNegative += own.negatives
            }
        }

        func alerts(_ dangers: Int64) -> [ChangeAlert] {
            changeAlerts(before: Counters(), after: known, counts: counts, dangers: dangers)
        }
    }

    private(set) var all = Sum()
    private(set) var brands: [Text?: Sum] = [:]
    let isKnown: Bool

    init(_ labels: [ProductLabel], _ window: DumpWindow) {
        isKnown = !labels.isEmpty
        for label in labels {
            let isKnown = window.knew(productSince: label.firstRun)
            all.add(label, isKnown: isKnown)
            brands[label.dimension[.brand], default: Sum()].add(label, isKnown: isKnown)
        }
    }
}
