package import AfterwordCore

/// What an answer about a window covers; nil where no dump was loaded by then.
///
/// For the present, missing products are found by when they were last in a dump; for the past, the
/// number of named products comes from the dump's runs.
///
/// - Parameter isOfAll: Whether the reader sees all products. The counts of the runs are of all
///   products, so they are used only then.
package func coverage(
    _ reader: any StoreReader, of window: DumpWindow, changes: [ReviewChange],
    isOfAll: Bool = true
) throws -> Coverage? {
    var texts = ReviewReader(try lexiconInForce(reader, at: window))
    let unread = changes.count { change in
        change.review.isLive
            && change.review.values.isUnread(texts.read(change.review.values))
    }
    return try coverage(reader, of: window, unread: Int64(unread), isOfAll: isOfAll)
}

/// The same of a window whose changes are not read yet.
package func coverage(
    _ reader: any StoreReader, of window: DumpWindow, isOfAll: Bool = true
) throws -> Coverage? {
    try coveredInbox(reader, in: window, isOfAll: isOfAll, page: Page(size: 1)).coverage
}

/// The same where the reviews in languages that are not read are counted.
func coverage(
    _ reader: any StoreReader, of window: DumpWindow, unread: Int64, isOfAll: Bool
) throws -> Coverage? {
    guard let dump = window.dump else { return nil }
    let isSame = try reader.newestRun()?.run == window.to
    let isNow = isSame && !(reader is AsOfReader)
    let past = isSame ? reader : AsOfReader(reader, run: window.to)
    let products = try past.productLabels()
    var coverage = Coverage(
        dump: dump, knownProducts: Int64(products.count), namedProducts: nil, missingSince: nil,
        absentReviews: 0,
        unreadReviews: unread)
    if isNow {
        let missing = products.filter { $0.lastObservedAt < dump.firstObservedAt }
        coverage.namedProducts = Int64(products.count - missing.count)
        coverage.missingSince = missing.map(\.lastObservedAt).min()
        if !isOfAll {
            coverage.absentReviews = missing.map(\.counters.reviewCount).reduce(0, +)
            coverage.isAbsenceAtLeast = true
        }
    }
    guard isOfAll else { return coverage }
    let shown = try present(past, past.runs().filter { dump.runs.contains($0.run) })
    if !isNow { coverage.namedProducts = min(shown.products, coverage.knownProducts) }
    let live = try past.scopes([.portfolio]).first?.counters.reviewCount ?? 0
    coverage.absentReviews = max(0, live - shown.reviews)
    return coverage
}

/// The products and reviews in the runs of a dump; a file loaded twice counts once.
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
