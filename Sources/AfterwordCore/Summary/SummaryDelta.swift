/// The signed changes of a run to the sums of one product: sums are moved without reading unchanged
/// reviews.
package struct SummaryDelta: Sendable {
    package private(set) var counters = Counters()
    /// In order of their keys; an array, because a product has few months.
    package private(set) var months: [(key: MonthKey, counters: Counters)] = []
    /// The first and last source `created_at` added.
    private var first: Instant?
    private var last: Instant?
    /// Source `created_at` times removed.
    private var gone: Set<Instant> = []
    /// Whether no review was added or removed.
    package private(set) var isEmpty = true

    package init() {}

    /// Adds a live review.
    package mutating func add(_ values: ReviewValues, _ times: ReviewTimes) {
        move(values.rating, values.verified, values.helpfulVotes, times, sign: 1)
        extend(to: times)
    }

    package mutating func add(_ row: CleanRow, _ times: ReviewTimes) {
        move(row.values.rating, row.values.verified, row.values.helpfulVotes, times, sign: 1)
        extend(to: times)
    }

    private mutating func extend(to times: ReviewTimes) {
        guard times.createdOrigin == .source else { return }
        first = first.map { min($0, times.createdAt) } ?? times.createdAt
        last = last.map { max($0, times.createdAt) } ?? times.createdAt
    }

    /// Removes a review that was live.
    package mutating func remove(_ values: ReviewValues, _ times: ReviewTimes) {
        move(values.rating, values.verified, values.helpfulVotes, times, sign: -1)
        if times.createdOrigin == .source { gone.insert(times.createdAt) }
    }

    private mutating func move(
        _ rating: Int64?, _ verified: Bool?, _ votes: Int64?, _ times: ReviewTimes, sign: Int64
    ) {
        isEmpty = false
        counters.add(rating: rating, verified: verified, helpfulVotes: votes, sign: sign)
        let key = MonthKey(month: times.createdAt.month, origin: times.createdOrigin)
        months[place(of: key)].counters
            .add(rating: rating, verified: verified, helpfulVotes: votes, sign: sign)
    }

    /// The index of a month, which is inserted where it is missing.
    private mutating func place(of key: MonthKey) -> Int {
        var (low, high) = (0, months.count)
        while low < high {
            let middle = (low + high) / 2
            if months[middle].key < key { low = middle + 1 } else { high = middle }
        }
        if low == months.count || months[low].key != key {
            months.insert((key, Counters()), at: low)
        }
        return low
    }

    /// Whether the delta removes the first or last review time of the old summary without adding
    /// one at least as far out: then `first` and `last` of the unchanged reviews have to be looked
    /// up.
    package func losesExtreme(of old: ProductSummary) -> Bool {
        func goes(_ extreme: Instant?, _ new: Instant?, _ reaches: (Instant, Instant) -> Bool)
            -> Bool
        {
            guard let extreme, gone.contains(extreme) else { return false }
            return new.map { !reaches($0, extreme) } ?? true
        }
        return goes(old.firstReviewAt, first, <=) || goes(old.lastReviewAt, last, >=)
    }

    /// The new summary. Its first and last review times are right unless `losesExtreme`.
    package func applied(to old: ProductSummary, run: Int64) -> ProductSummary {
        applied(to: old, run: run, beside: (old.firstReviewAt, old.lastReviewAt))
    }

    /// The new summary.
    ///
    /// - Parameter others: First and last source `created_at` of the unchanged reviews.
    package func applied(
        to old: ProductSummary, run: Int64, beside others: (first: Instant?, last: Instant?)
    ) -> ProductSummary {
        var new = old
        new.counters.add(counters)
        new.lastChangedRun = run
        new.firstReviewAt = [others.first, first].compactMap { $0 }.min()
        new.lastReviewAt = [others.last, last].compactMap { $0 }.max()
        return new
    }
}

/// The change of a run to one scope.
package struct ScopeDelta: Equatable, Sendable {
    package var productCount: Int64 = 0
    package var counters = Counters()

    package init() {}
    package var isZero: Bool { productCount == 0 && counters.isZero }
}

/// The changes of scopes that follow from one product's change: its old sums leave the scopes that
/// it was in, its new sums are added to the scopes that it is in.
package func scopeDeltas(
    from old: (counters: Counters, attributes: ProductAttributes),
    to new: (counters: Counters, attributes: ProductAttributes)
) -> [Scope: ScopeDelta] {
    var deltas: [Scope: ScopeDelta] = [:]
    for scope in old.attributes.scopes {
        deltas[scope, default: ScopeDelta()].counters.add(old.counters, sign: -1)
        if old.counters.reviewCount > 0 { deltas[scope]?.productCount -= 1 }
    }
    for scope in new.attributes.scopes {
        deltas[scope, default: ScopeDelta()].counters.add(new.counters)
        if new.counters.reviewCount > 0 { deltas[scope]?.productCount += 1 }
    }
    return deltas.filter { !$0.value.isZero }
}
