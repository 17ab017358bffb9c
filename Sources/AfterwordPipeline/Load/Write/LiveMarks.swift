import AfterwordCore

/// A live review as counting needs it.
struct LiveReading: Sendable {
    var marks: ReadingMarks
    /// Whether the newest dump brought it; nil where its earlier versions must be looked at.
    var isNew: Bool?
}

/// The marks of live reviews as of the newest of some runs, from stored readings.
struct LiveMarks {
    let reader: any StoreReader
    let run: Int64
    let window: DumpWindow
    let lexicon: Lexicon
    /// Keys of reviews that came to their product by a movement within the window.
    private let moved: Set<Int64>

    init(_ reader: any StoreReader, runs: [RunRecord], _ lexicon: Lexicon) throws {
        (self.reader, self.lexicon) = (reader, lexicon)
        run = runs.last?.run ?? 0
        let window = try runs.dumps.window()
        self.window = window
        moved = Set(
            try reader.links().filter { $0.match.isMovement && window.holds(run: $0.run) }
                .map(\.to.key))
    }

    /// Passes each product with live reviews to `take`, once.
    ///
    /// - Parameter keys: The products that are read; nil for all.
    /// - Throws: What `take` throws, which ends the walk; `StoreFault`.
    func forEachProduct(
        _ keys: ClosedRange<Int64>?, _ take: (Int64, [LiveReading]) throws -> Void
    ) throws {
        var live: [LiveReading] = []
        try reader.marks(ofProducts: keys, upTo: run) { key, history in
            var isWhole = true
            live.removeAll(keepingCapacity: true)
            history.forEachLast { last, earlier in
                guard last.isLive else { return }
                isWhole = isWhole && last.fits(lexicon)
                live.append(
                    LiveReading(marks: last, isNew: isNew(key, last, earlier: earlier)))
            }
            guard isWhole else { throw Self.damaged }
            if !live.isEmpty { try take(key, live) }
        }
    }

    private static let damaged = StoreFault.unreadable(
        table: "product_readings", column: "marks")
    static let damagedLists = StoreFault.unreadable(table: "review_lists", column: "versions")

    /// Whether the newest dump brought a review, by the runs of its last and its earlier versions.
    private func isNew(_ product: Int64, _ last: ReadingMarks, earlier: [Int64]) -> Bool {
        window.holds(run: last.run) && earlier.allSatisfy { window.holds(run: $0) }
            && !moved.contains(reviewKey(ofProduct: product, number: last.number))
    }

    /// The same by the last version alone; nil where an earlier one may be older than the window.
    func isNew(_ own: ListedMarks) -> Bool? {
        let key = reviewKey(ofProduct: own.product, number: own.marks.number)
        guard window.holds(run: own.marks.run), !moved.contains(key) else { return false }
        return window.isFirst && window.olderRuns.isEmpty ? true : nil
    }

    /// The sums of themes of some scopes, in two walks through all marks.
    ///
    /// - Parameter expected: About how many reviews there are.
    func themes(
        of scopes: [Scope], _ labels: [ProductLabel], expected: Int
    ) throws -> [ThemeSums] {
        var tally = ThemeTally(
            aspects: lexicon.aspects.count, scopes: scopes.count, expected: expected)
        var places: [Scope: Int] = [:]
        for (place, scope) in scopes.enumerated() { places[scope] = place }
        var products: [Int64: ThemeTally.Product] = [:]
        for label in labels {
            let own = label.dimension.scopes.compactMap { places[$0] }
            if own.isEmpty { continue }
            products[label.productKey] = ThemeTally.Product(label.dimension, scopes: own)
        }
        try forEachProduct(nil) { key, live in
            if products[key] != nil { for own in live { tally.find(own.marks.key) } }
        }
        try forEachProduct(nil) { key, live in
            guard let product = products[key] else { return }
            tally.begin(product)
            for own in live { tally.count(own.marks, isNew: own.isNew ?? false) }
        }
        tally.finish()
        return tally.sums
    }
}
