package import AfterwordCore

/// The reviews that a dump brought first, with the stars they had then. Later edits, votes and
/// deletions do not change the counts.
package struct DumpArrivals: Equatable, Sendable {
    package var dump: LoadedDump
    package var reviews: Int64 = 0
    package var negatives: Int64 = 0
}

/// What each dump brought, read once for many scopes.
package struct ArrivalHistory {
    private let dumps: LoadedDumps
    /// The last run at which the store held only the dump that was loaded first.
    private let firstState: Int64
    /// First versions of reviews brought after `firstState`, by product key: the index of the dump
    /// and whether it is negative.
    private var later: [Int64: [(place: Int, isNegative: Bool)]] = [:]

    /// - Parameter product: Nil for all products.
    package init(_ reader: any StoreReader, ofProduct product: Text? = nil) throws {
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
                .append((place, row.rating.map { starOf(rating: $0) <= 2 } ?? false))
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
        if let place = arrivals.indices.min(by: { left, right in
            arrivals[left].dump.firstRun < arrivals[right].dump.firstRun
        }) {
            arrivals[place].reviews = first.reviewCount
            arrivals[place].negatives = first.negatives
        }
        for product in products {
            for (place, isNegative) in later[product] ?? [] {
                arrivals[place].reviews += 1
                if isNegative { arrivals[place].negatives += 1 }
            }
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
