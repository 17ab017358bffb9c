package import AfterwordCore

/// A review that differs between the beginning and the end of a window.
package struct ReviewChange: Sendable {
    package var difference: ReviewDifference
    /// Its state at the end; a deleted one with its last values.
    package var review: StoredReview
    package var before: StoredReview?
    package var brand: Text?
    /// A person's verdict on its dangers, as of the end.
    package var verdict: Verdict?
}

/// Classifies single reviews in a window. The only place that decides whether a review is new,
/// back, first seen, edited or gone.
package struct WindowHistory {
    package let window: DumpWindow
    /// The reviews at the beginning of the window, deleted ones included.
    private var old: [Int64: StoredReview] = [:]
    /// Reviews brought in the window by a dump no newer than its beginning.
    private var older: Set<Int64> = []
    private var knownProducts: Set<Text> = []
    /// Reviews of `old` whose records were read again in the window, as they were stored.
    private(set) var readAgain: [StoredReview] = []
    private var movements = MovedReviews()

    /// - Parameter links: All links up to the end of the window.
    package init(
        _ window: DumpWindow, _ changed: ChangedReviews, products: [ProductLabel],
        links: [ReviewLink]
    ) {
        self.window = window
        movements = MovedReviews(links, in: window, changed)
        for review in changed.asOf(window.from) { old[review.reviewKey] = review }
        readAgain(changed.history)
        if !window.olderRuns.isEmpty {
            for row in changed.history
            where window.olderRuns.contains(row.run) && row.operation == .insert {
                older.insert(row.reviewKey)
            }
        }
        for product in products where window.knew(productSince: product.firstRun) {
            knownProducts.insert(product.productID)
        }
    }

    /// Gives the reviews at the beginning of the window the values of a newer reading, so that only
    /// what people changed differs at its end.
    private mutating func readAgain(_ history: [HistoryRow]) {
        var restated: Set<Int64> = []
        for (previous, row) in zip(history, history.dropFirst())
        where row.operation == .restate && row.run > window.from
            && previous.reviewKey == row.reviewKey
        {
            guard var review = old[row.reviewKey] else { continue }
            if restated.insert(row.reviewKey).inserted { readAgain.append(review) }
            for field in TrackedField.inOrder
            where row.changedFields.contains(field)
                && previous.values.equals(review.values, in: field)
            {
                review.values.take(field, from: row.values)
            }
            old[row.reviewKey] = review
        }
    }

    /// Whether a review was closed in the window because it is another one.
    func isMerged(_ review: StoredReview) -> Bool { movements.merged.contains(review.reviewKey) }

    package func before(_ review: StoredReview) -> StoredReview? {
        old[review.reviewKey].flatMap { $0.isLive ? $0 : nil }
    }

    package func difference(_ review: StoredReview) -> ReviewDifference? {
        if !review.isLive, isMerged(review) { return nil }
        let known = old[review.reviewKey]
        let elsewhere =
            review.isLive && known?.isLive != true
            ? movements.origin(of: review.reviewKey, old) : nil
        var past = ReviewPast(
            live: known.flatMap { $0.isLive ? $0.values : nil },
            wasEverLive: known != nil || elsewhere != nil,
            isOfOlderDump: older.contains(review.reviewKey),
            productWasNamed: knownProducts.contains(review.productID))
        past.elsewhere = elsewhere.flatMap { $0.isLive ? $0.values : nil }
        past.livesElsewhere = !review.isLive && movements.livesOn(review.reviewKey)
        return ReviewDifference(now: review.isLive ? review.values : nil, past: past)
    }
}

/// The reviews that moved between products within a window. A review may move more than once, and
/// back.
struct MovedReviews {
    private typealias Step = (run: Int64, other: Int64)
    /// Per review, the movements to it and from it, in order of their runs.
    private var arrivals: [Int64: [Step]] = [:]
    private var departures: [Int64: [Step]] = [:]
    /// Keys of reviews that were closed because they are another one.
    private(set) var merged: Set<Int64> = []
    /// Keys of the linked reviews that are live at the end.
    private var live: Set<Int64> = []
    private var end: Int64 = 0

    init() {}

    /// - Parameter changed: With the reviews at both ends of every movement.
    init(_ links: [ReviewLink], in window: DumpWindow, _ changed: ChangedReviews) {
        end = window.to
        for link in links where link.isMerge && link.run > window.from && link.run <= end {
            merged.insert(link.from.key)
        }
        for link in links
        where link.match.isMovement && link.run > window.from && link.run <= window.to {
            arrivals[link.to.key, default: []].append((link.run, link.from.key))
            departures[link.from.key, default: []].append((link.run, link.to.key))
        }
        if arrivals.isEmpty { return }
        for review in changed.asOf(window.to)
        where review.isLive && arrivals[review.reviewKey] != nil {
            live.insert(review.reviewKey)
        }
    }

    /// The review at the beginning of the window in the product that it came from, live where it
    /// was; nil where it was in none.
    func origin(of key: Int64, _ old: [Int64: StoredReview]) -> StoredReview? {
        var (key, limit) = (key, end)
        var found: StoredReview?
        while found?.isLive != true, let step = arrivals[key]?.last(where: { $0.run <= limit }) {
            found = old[step.other] ?? found
            (key, limit) = (step.other, step.run - 1)
        }
        return found
    }

    /// Whether a review that is no longer live is so in the product that it moved to last.
    func livesOn(_ key: Int64) -> Bool {
        guard var step = departures[key]?.last else { return false }
        while let next = departures[step.other]?.last(where: { $0.run > step.run }) { step = next }
        return live.contains(step.other)
    }
}

/// The reviews that changed within a window, in no particular order.
///
/// - Parameter keys: The reviews that are looked at, with both ends of the window's movements; nil
///   for all.
/// - Throws: `AsOfFault` for runs that do not exist; 0 is before the first run.
package func reviewChanges(
    _ reader: any StoreReader, in window: DumpWindow, of scope: ReviewScope? = nil,
    among keys: [Int64]? = nil
) throws -> [ReviewChange] {
    let runs = try reader.runs()
    if window.from > 0 { _ = try resolveAsOf(.run(window.from), among: runs) }
    guard window.to > 0 else { return [] }
    _ = try resolveAsOf(.run(window.to), among: runs)
    let isNow = window.to == runs.last?.run
    let reader = isNow ? reader : AsOfReader(reader, run: window.to)
    let products = try reader.productLabels()
    let changed: ChangedReviews
    let new: [StoredReview]
    if let keys {
        changed = ChangedReviews(
            reviews: try reader.reviews(withKeys: keys),
            history: try reader.history(ofReviews: keys).filter { $0.run <= window.to })
        new = changed.asOf(window.to)
    } else if window.from > 0 {
        changed = try reader.changed(after: window.from, upTo: window.to)
        new = changed.asOf(window.to)
    } else {
        changed = ChangedReviews(reviews: [], history: [])
        new = try reader.reviews(ofProduct: nil)
    }
    let history = WindowHistory(
        window, changed, products: products, links: try reader.links())
    let verdicts = VerdictBook(try reader.verdicts())
    var brands: [Text: Text] = [:]
    var outside: Set<Text> = []
    for product in products {
        brands[product.productID] = product.dimension[.brand]
        if scope?.holds(product.productID, product.dimension) == false {
            outside.insert(product.productID)
        }
    }
    return new.compactMap { review in
        guard !outside.contains(review.productID),
            let difference = history.difference(review)
        else { return nil }
        return ReviewChange(
            difference: difference, review: review, before: history.before(review),
            brand: brands[review.productID], verdict: verdicts.verdict(on: review))
    }
}

/// The reviews that the newest dump brought, including those of products seen for the first time.
struct BroughtReviews {
    private let window: DumpWindow
    /// Keys of reviews with a version in the window that already existed before it.
    private var earlier: Set<Int64> = []

    init(_ reader: any StoreReader, among reviews: [StoredReview]) throws {
        let window = try reader.runs().dumps.window()
        let isUnclear = reviews.contains { $0.version > 1 && window.holds(run: $0.run) }
        try self.init(reader, window, isUnclear: isUnclear)
    }

    /// For reviews that are not known yet.
    init(_ reader: any StoreReader) throws {
        try self.init(reader, reader.runs().dumps.window(), isUnclear: true)
    }

    /// - Parameter isUnclear: Whether some reviews may have been there before the window.
    private init(_ reader: any StoreReader, _ window: DumpWindow, isUnclear: Bool) throws {
        self.window = window
        for link in try reader.links()
        where link.match.isMovement && window.holds(run: link.run) {
            earlier.insert(link.to.key)
        }
        guard isUnclear, window.from > 0 else { return }
        for row in try reader.changed(after: window.from, upTo: window.to).history
        where row.operation != .late && !window.holds(run: row.run) {
            earlier.insert(row.reviewKey)
        }
    }

    func holds(_ review: StoredReview) -> Bool {
        window.holds(run: review.run) && !earlier.contains(review.reviewKey)
    }
}
