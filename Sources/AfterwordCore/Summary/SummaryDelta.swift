/// What a run's changes do to the sums of one product: signed, so that no review is read that did
/// not change.
package struct SummaryDelta: Sendable {
    package private(set) var counters = Counters()
    /// In order of their keys: a product has few, and those of all products are many.
    package private(set) var months: [(key: MonthKey, counters: Counters)] = []
    /// The first and last source times that came in.
    private var first: Instant?
    private var last: Instant?
    private var gone: Set<Instant> = []
    package private(set) var isEmpty = true

    package init() {}

    package mutating func add(_ values: ReviewValues, _ times: ReviewTimes) {
        move(values.rating, values.verified, values.helpfulVotes, times, sign: 1)
        extend(to: times)
    }

    package mutating func add(_ row: CleanRow, _ times: ReviewTimes) {
        move(row.rating, row.verified, row.helpfulVotes, times, sign: 1)
        extend(to: times)
    }

    private mutating func extend(to times: ReviewTimes) {
        guard times.createdOrigin == .source else { return }
        first = first.map { min($0, times.createdAt) } ?? times.createdAt
        last = last.map { max($0, times.createdAt) } ?? times.createdAt
    }

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

    /// Where a month is, or comes to be.
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

    /// Whether an extreme of the old summary went and nothing as far out came, so that the review times must be read again.
    package func losesExtreme(of old: ProductSummary) -> Bool {
        func goes(_ extreme: Instant?, _ new: Instant?, _ reaches: (Instant, Instant) -> Bool)
            -> Bool
        {
            guard let extreme, gone.contains(extreme) else { return false }
            return new.map { !reaches($0, extreme) } ?? true
        }
        return goes(old.firstReviewAt, first, <=) || goes(old.lastReviewAt, last, >=)
    }

    /// The new summary; first and last are right unless `losesExtreme`.
    package func applied(to old: ProductSummary, run: Int64) -> ProductSummary {
        applied(to: old, run: run, beside: (old.firstReviewAt, old.lastReviewAt))
    }

    /// The new summary.
    ///
    /// - Parameter others: First and last source time of the reviews that did not change.
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

/// What a run does to one scope.
package struct ScopeDelta: Equatable, Sendable {
    package var productCount: Int64 = 0
    package var counters = Counters()

    package init() {}
    package var isZero: Bool { productCount == 0 && counters.isZero }
}

/// The parts of a product's change that belong to each scope: its old sums leave the scopes it was
/// in, its new ones join those it is in.
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
