package import AfterwordCore

/// The reviews that a dump brought first, with the stars they had then. Later edits, votes and
/// deletions do not change the counts.
package struct DumpArrivals: Equatable, Sendable {
    package var dump: LoadedDump
    package var reviews: Int64 = 0
    package var negatives: Int64 = 0
    /// Those that have a rating.
    package var rated: Int64 = 0
    /// Those that are among the reviews asked about.
    package var marked: Int64 = 0
}

/// What each dump brought, read once for many scopes.
package struct ArrivalHistory {
    private let dumps: LoadedDumps
    /// The last run at which the store held only the dump that was loaded first.
    private let firstState: Int64
    /// First versions of reviews brought after `firstState`, by product key: the index of the dump
    /// and its stars.
    private var later: [Int64: [(place: Int, star: Int?, isMarked: Bool)]] = [:]

    /// How many reviews are asked about.
    private let markedCount: Int64

    /// - Parameters:
    ///   - product: Nil for all products.
    ///   - marked: The keys of live reviews that are counted apart.
    package init(
        _ reader: any StoreReader, ofProduct product: Text? = nil, marking marked: Set<Int64> = []
    ) throws {
        markedCount = Int64(marked.count)
        dumps = try reader.runs().dumps
        let starts = dumps.all.map(\.firstRun).sorted()
        guard starts.count > 1 else {
            firstState = dumps.newestRun
            return
        }
        firstState = starts[1] - 1
        let rows =
            try product.map { id in
                try reader.history(ofProduct: id, review: nil).filter {
                    $0.run > firstState && $0.operation == .insert && $0.version == 1
                }.map { FirstVersion($0) }
            } ?? reader.firstVersions(after: firstState, upTo: dumps.newestRun)
        let moved = Set(try reader.links().filter(\.match.isMovement).map(\.to.key))
        var places: [Int64: Int?] = [:]
        for row in rows where !moved.contains(row.reviewKey) {
            let known = places[row.run] ?? dumps.place(ofRun: row.run)
            places[row.run] = .some(known)
            guard let place = known else { continue }
            later[productKey(ofReview: row.reviewKey), default: []]
                .append(
                    (
                        place, row.rating.map { starOf(rating: $0) },
                        marked.contains(row.reviewKey)
                    ))
        }
    }

    /// The arrivals of every dump in the order in which the dumps were taken, including dumps that
    /// brought nothing.
    ///
    /// - Parameters:
    ///   - products: The keys of the scope's products.
    ///   - first: The sums of these products at `firstState`.
    package func arrivals(
        of products: some Sequence<Int64>, first: Counters
    ) -> [DumpArrivals] {
        var arrivals = dumps.all.map { DumpArrivals(dump: $0) }
        let start = arrivals.indices.min { left, right in
            arrivals[left].dump.firstRun < arrivals[right].dump.firstRun
        }
        if let start {
            arrivals[start].reviews = first.reviewCount
            arrivals[start].negatives = first.negatives
            arrivals[start].rated = first.ratedCount
        }
        for product in products {
            for (place, star, isMarked) in later[product] ?? [] {
                arrivals[place].reviews += 1
                if isMarked { arrivals[place].marked += 1 }
                guard let star else { continue }
                arrivals[place].rated += 1
                if star <= 2 { arrivals[place].negatives += 1 }
            }
        }
        if let start {
            let marked = arrivals.reduce(0) { $0 + $1.marked }
            // A review that moved here is of no dump, so that there may be more than it brought.
            arrivals[start].marked += min(
                max(0, markedCount - marked), arrivals[start].reviews - arrivals[start].marked)
        }
        return arrivals
    }

    /// The sums of a scope at `firstState`, picked from its sums after runs in ascending order.
    package func first(_ sums: [(run: Int64, counters: Counters)]) -> Counters {
        sums.last { $0.run <= firstState }?.counters ?? Counters()
    }
}

extension [DumpArrivals] {
    /// All but the dump that was loaded first, which brought every review existing at that time.
    package var later: [DumpArrivals] {
        let first = map(\.dump.firstRun).min() ?? 0
        return filter { $0.dump.firstRun > first }
    }
}

extension FirstVersion {
    fileprivate init(_ row: HistoryRow) {
        self.init(reviewKey: row.reviewKey, run: row.run, rating: row.values.rating)
    }
}
