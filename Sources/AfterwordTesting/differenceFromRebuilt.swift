import AfterwordCore
package import AfterwordPipeline

/// Rebuilds reviews, sums and dimensions from the histories alone and returns where the store
/// differs, now or as of a run; nil where it does not. Independent of the code it tests: it adds up
/// whole rows instead of deltas.
package func differenceFromRebuilt(_ reader: any StoreReader) throws -> String? {
    let history = try reader.history(ofProduct: nil, review: nil)
        .filter { $0.operation != .late }
    let attributes = try reader.attributeHistory(ofProduct: nil)
    for run in try reader.runs().map(\.run) {
        let rebuilt = Rebuilt(
            history.filter { $0.run <= run }, attributes.filter { $0.run <= run })
        if let difference = try rebuilt.difference(asOf: run, reader) {
            return "as of run \(run): \(difference)"
        }
    }
    if let difference = try differenceFromRead(reader, history) { return difference }
    let last = Rebuilt(history, attributes)
    if let difference = try last.differenceNow(reader) { return difference }
    for row in history where row.computedRowDigest != row.rowDigest {
        return "row digest of \(row.productID) \(row.reviewID) \(row.version)"
    }
    return try differenceInChain(reader)
}

/// Reads every version again, and compares what the runs added to the readings of products.
private func differenceFromRead(
    _ reader: any StoreReader, _ history: [HistoryRow]
) throws -> String? {
    let runs = try reader.runs()
    var lexicons: [Int64: Lexicon] = [:]
    for run in runs {
        guard let version = run.reader else { continue }
        guard let lexicon = try reader.lexicon(ofVersion: version) else {
            return "reader of run \(run.run)"
        }
        lexicons[run.run] = lexicon
    }
    let again = runs.filter { $0.observedOrigin == .reread }.map(\.run)
    var read: [String] = []
    for row in history {
        // A version is read by the run that brought it, and by each later run that reads again.
        for run in [row.run] + again.filter({ $0 > row.run }) {
            guard let lexicon = lexicons[run] else { continue }
            let said =
                row.operation == .delete
                ? "-1 deleted"
                : "\(row.values.rating ?? -1) \(readReview(row.values, with: lexicon))"
            read.append("\(row.reviewKey) \(row.run) by run \(run) \(said)")
        }
    }
    var stored: [String] = []
    for product in try reader.products(nil) {
        let rows = try reader.readings(
            ofProducts: product.productKey...product.productKey, upTo: .max)
        for row in rows {
            row.readings.forEach { marks in
                let key = reviewKey(ofProduct: product.productKey, number: marks.number)
                let own = row.readings.reading(of: marks)
                let said = marks.isLive ? "\(own)" : "deleted"
                stored.append(
                    "\(key) \(marks.run) by run \(row.run) \(marks.rating ?? -1) \(said)")
            }
        }
    }
    return read.sorted() == stored.sorted() ? nil : "readings"
}

private struct Rebuilt {
    var newest: [String: HistoryRow] = [:]
    var dimensions: [Text: ProductAttributes] = [:]
    var sums: [Text: Counters] = [:]
    var firsts: [Text: Instant] = [:]
    var lasts: [Text: Instant] = [:]
    var months: [String: Counters] = [:]
    var scopes: [Scope: ScopeSummary] = [:]

    init(_ history: [HistoryRow], _ attributes: [AttributeRow]) {
        for row in history {
            let key = "\(row.productID) \(row.reviewID)"
            if row.version > newest[key]?.version ?? 0 { newest[key] = row }
        }
        for row in attributes.sorted(by: { $0.run < $1.run }) {
            dimensions[row.productID] = row.attributes
        }
        for row in newest.values where row.operation != .delete { count(row) }
        for (product, counters) in sums where counters.reviewCount > 0 {
            for scope in (dimensions[product] ?? ProductAttributes()).scopes {
                scopes[scope, default: ScopeSummary(scope: scope)].productCount += 1
                scopes[scope]?.counters.add(counters)
            }
        }
    }

    private mutating func count(_ row: HistoryRow) {
        let product = row.productID
        sums[product, default: Counters()].add(row.values, sign: 1)
        let month = "\(product) \(row.times.createdAt.month) \(row.times.createdOrigin)"
        months[month, default: Counters()].add(row.values, sign: 1)
        guard row.times.createdOrigin == .source else { return }
        let at = row.times.createdAt
        firsts[product] = min(firsts[product] ?? at, at)
        lasts[product] = max(lasts[product] ?? at, at)
    }

    func difference(asOf run: Int64, _ reader: any StoreReader) throws -> String? {
        var summaries: [Text: ProductSummary] = [:]
        for row in try reader.summaryHistory(ofProduct: nil) where row.run <= run {
            summaries[row.row.productID] = row.row
        }
        for product in Set(summaries.keys).union(sums.keys) {
            let stored = summaries[product]
            guard stored?.counters ?? Counters() == sums[product] ?? Counters(),
                stored?.firstReviewAt == firsts[product], stored?.lastReviewAt == lasts[product]
            else { return "summary of \(product)" }
        }
        var stored: [String: Counters] = [:]
        for row in try reader.monthHistory(ofProduct: nil) where row.run <= run {
            let key = "\(row.row.productID) \(row.row.key.month) \(row.row.key.origin)"
            stored[key] = row.row.counters
        }
        if stored.filter({ !$0.value.isZero }) != months { return "months" }
        var storedScopes: [Scope: ScopeSummary] = [:]
        for row in try reader.scopeHistory() where row.run <= run {
            storedScopes[row.row.scope] = row.row.withoutDistinct
        }
        if storedScopes.filter({ $0.value.productCount > 0 }) != scopes { return "scopes" }
        return nil
    }

    func differenceNow(_ reader: any StoreReader) throws -> String? {
        let reviews = try reader.reviews(ofProduct: nil)
        if reviews.count != newest.count { return "\(reviews.count) reviews of \(newest.count)" }
        for review in reviews {
            guard let row = newest["\(review.productID) \(review.reviewID)"],
                row.version == review.version, row.run == review.run,
                row.values == review.values, row.times == review.times,
                row.authorID == review.authorID, row.contentDigest == review.contentDigest,
                row.observedAt == review.observedAt,
                (row.operation != .delete) == review.isLive,
                review.values.contentDigest == review.contentDigest
            else { return "review \(review.productID) \(review.reviewID)" }
        }
        for product in try reader.products(nil)
        where product.dimension != dimensions[product.productID] ?? ProductAttributes() {
            return "dimension of \(product.productID)"
        }
        let current = try reader.months(ofProduct: nil).map {
            ("\($0.productID) \($0.key.month) \($0.key.origin)", $0.counters)
        }
        if Dictionary(uniqueKeysWithValues: current) != months { return "months now" }
        let now = Dictionary(
            uniqueKeysWithValues: try reader.scopes().map { ($0.scope, $0.withoutDistinct) })
        return now == scopes ? nil : "scopes now"
    }
}

extension ScopeSummary {
    /// With no distinct reviews: they follow from more than the history of rows.
    fileprivate var withoutDistinct: ScopeSummary {
        ScopeSummary(scope: scope, productCount: productCount, counters: counters)
    }
}

/// Recomputes each run's history digest from the run's rows and the previous digest.
private func differenceInChain(_ reader: any StoreReader) throws -> String? {
    let rows = try reader.history(ofProduct: nil, review: nil)
    var previous = genesisDigest
    for run in try reader.runs() {
        var tree = MerkleTree()
        for row in rows where row.run == run.run { tree.add(leaf: row.rowDigest) }
        guard run.previousDigest == previous,
            run.historyDigest == historyDigest(previous: previous, rows: tree)
        else { return "history digest of run \(run.run)" }
        previous = run.historyDigest
    }
    return nil
}
