package import AfterwordCore

/// What came with a dump: reviews that were not in the store before, as they were then. A review that
/// was edited, voted for or deleted later still came with its dump.
package struct DumpArrivals: Equatable, Sendable {
    package var dump: LoadedDump
    package var reviews: Int64 = 0
    package var negatives: Int64 = 0
}

/// What each dump brought, read once for many scopes.
package struct ArrivalHistory {
    private let dumps: LoadedDumps
    /// The run after which the store held the first dump and no other.
    private let firstState: Int64
    /// First versions of reviews that came after it: by product, the place of the dump and the stars.
    private var later: [Text: [(place: Int, isNegative: Bool)]] = [:]

    /// - Parameter product: Nil for all.
    package init(_ reader: any StoreReader, ofProduct product: Text? = nil) throws {
        dumps = try reader.runs().dumps
        let starts = dumps.all.map(\.firstRun).sorted()
        guard starts.count > 1 else {
            firstState = dumps.newestRun
            return
        }
        firstState = starts[1] - 1
        let rows =
            try product.map { try reader.history(ofProduct: $0, review: nil) }
            ?? reader.changed(after: firstState, upTo: dumps.newestRun).history
        for row in rows
        where row.run > firstState && row.operation == .insert && row.version == 1 {
            guard let place = dumps.place(ofRun: row.run) else { continue }
            later[row.productID, default: []]
                .append((place, row.values.star.map { $0 <= 2 } ?? false))
        }
    }

    /// One for each dump in the order in which they were taken, those that brought nothing too.
    ///
    /// - Parameter first: The sums of these products after the first dump.
    package func arrivals(
        of products: some Sequence<Text>, first: Counters
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

    /// The sums of a scope after the first dump, of its sums after runs in order.
    package func first(_ sums: [(run: Int64, counters: Counters)]) -> Counters {
        sums.last { $0.run <= firstState }?.counters ?? Counters()
    }
}

extension [DumpArrivals] {
    /// All but the dump that was loaded first, with which everything came that was there then.
    package var later: [DumpArrivals] {
        let first = map(\.dump.firstRun).min() ?? 0
        return filter { $0.dump.firstRun > first }
    }
}
