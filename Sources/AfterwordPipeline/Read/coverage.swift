package import AfterwordCore

/// What an answer about a window covers; nil where no dump was loaded by then.
///
/// Of the present, products are counted by when they were last in a dump; of the past, by what the
/// ledger says of the dump's runs.
package func coverage(
    _ reader: any StoreReader, of window: DumpWindow, changes: [ReviewChange]
) throws -> Coverage? {
    guard let dump = window.dump else { return nil }
    let isNow = try !(reader is AsOfReader) && reader.newestRun()?.run == window.to
    let past = isNow ? reader : AsOfReader(reader, run: window.to)
    let products = try past.products(nil)
    let runs = try past.runs().filter { dump.runs.contains($0.run) }
    let shown = try present(past, runs)
    var coverage = Coverage(
        dump: dump, knownProducts: Int64(products.count), namedProducts: 0, missingSince: nil,
        absentReviews: 0,
        unreadReviews: Int64(
            changes.count { change in
                change.review.isLive
                    && change.review.values.isUnread(
                        readReview(change.review.values, with: .first))
            }))
    if isNow {
        let missing = products.filter { $0.lastObservedAt < dump.firstObservedAt }
        coverage.namedProducts = Int64(products.count - missing.count)
        coverage.missingSince = missing.map(\.lastObservedAt).min()
    } else {
        coverage.namedProducts = min(shown.products, coverage.knownProducts)
    }
    let live = try past.scopes([.portfolio]).first?.counters.reviewCount ?? 0
    coverage.absentReviews = max(0, live - shown.reviews)
    return coverage
}

/// What the runs of a dump show, a dump loaded twice counted once.
private func present(
    _ reader: any StoreReader, _ runs: [RunRecord]
) throws -> (products: Int64, reviews: Int64) {
    var seen: Set<Digest256> = []
    var (products, reviews) = (Int64(0), Int64(0))
    for run in runs {
        let files = try reader.files(ofRun: run.run).filter { seen.insert($0.digest).inserted }
        if !files.isEmpty { products += run.productsNamed }
        for file in files {
            let balance = file.balance
            reviews += balance.inserted + balance.updated + balance.unchanged + balance.late
        }
    }
    return (products, reviews)
}
