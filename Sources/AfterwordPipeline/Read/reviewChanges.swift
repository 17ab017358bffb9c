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

    package init(
        _ window: DumpWindow, _ changed: ChangedReviews, products: [ProductState]
    ) {
        self.window = window
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

    package func before(_ review: StoredReview) -> StoredReview? {
        old[review.reviewKey].flatMap { $0.isLive ? $0 : nil }
    }

    package func difference(_ review: StoredReview) -> ReviewDifference? {
        let known = old[review.reviewKey]
        return ReviewDifference(
            now: review.isLive ? review.values : nil,
            past: ReviewPast(
                live: known.flatMap { $0.isLive ? $0.values : nil }, wasEverLive: known != nil,
                isOfOlderDump: older.contains(review.reviewKey),
                productWasNamed: knownProducts.contains(review.productID)))
    }
}

/// The reviews that changed within a window, in no particular order.
///
/// - Throws: `AsOfFault` for runs that do not exist; 0 is before the first run.
package func reviewChanges(
    _ reader: any StoreReader, in window: DumpWindow, of scope: ReviewScope? = nil
) throws -> [ReviewChange] {
    let runs = try reader.runs()
    if window.from > 0 { _ = try resolveAsOf(.run(window.from), among: runs) }
    guard window.to > 0 else { return [] }
    _ = try resolveAsOf(.run(window.to), among: runs)
    let isNow = window.to == runs.last?.run
    let reader = isNow ? reader : AsOfReader(reader, run: window.to)
    let products = try reader.products(nil)
    let changed: ChangedReviews
    let new: [StoredReview]
    if window.from > 0 {
        changed = try reader.changed(after: window.from, upTo: window.to)
        new = changed.asOf(window.to)
    } else {
        changed = ChangedReviews(reviews: [], history: [])
        new = try reader.reviews(ofProduct: nil)
    }
    let history = WindowHistory(window, changed, products: products)
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
        self.window = window
        let isUnclear = reviews.contains { $0.version > 1 && window.holds(run: $0.run) }
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
