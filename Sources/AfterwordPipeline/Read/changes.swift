package import AfterwordCore

/// One review that moved a scope.
package struct ReviewMovement: Sendable {
    package var movement: Movement
    package var before: StoredReview?
    package var after: StoredReview?
    /// Its part of the mean's change, over the attribution's denominator; nil where there is no mean to change.
    package var part: Int128?

    package var review: StoredReview { after ?? before! }
}

/// What moved a scope between two runs.
package struct ScopeChanges: Sendable {
    package var from: RunRecord
    package var to: RunRecord
    package var before: Counters
    package var after: Counters
    /// Nil where there was no mean before, or is none after.
    package var attribution: MeanAttribution?
    /// Those that moved the mean most come first.
    package var movements: [ReviewMovement]

    /// The sum of the parts of one reason.
    package func part(_ reason: MovementReason) -> Int128 {
        movements.filter { $0.movement.reason == reason }.reduce(0) { $0 + ($1.part ?? 0) }
    }
}

/// Which inserted, edited and deleted reviews moved a scope between two runs, the parts adding up exactly.
///
/// - Throws: `AsOfFault` for runs that are not there; `ChangeFault.backwards`.
package func changes(
    _ reader: any StoreReader, of scope: ReviewScope, from: Int64, to: Int64
) throws -> ScopeChanges {
    let runs = try reader.runs()
    let first = try resolveAsOf(.run(from), among: runs)
    let last = try resolveAsOf(.run(to), among: runs)
    guard from <= to else { throw ChangeFault.backwards }
    let (old, new) = try states(reader, of: scope, from: from, to: to)
    guard old.isKnown || new.isKnown else { throw ChangeFault.noSuchScope }
    var changes = ScopeChanges(
        from: first, to: last, before: old.counters, after: new.counters,
        attribution: MeanAttribution(
            before: (old.counters.ratingSum, old.counters.ratedCount),
            after: (new.counters.ratingSum, new.counters.ratedCount)),
        movements: [])
    for key in Set(old.inside.keys).union(new.inside.keys) {
        guard let movement = movement(key, old, new) else { continue }
        changes.movements.append(
            ReviewMovement(
                movement: movement, before: old.inside[key], after: new.inside[key],
                part: changes.attribution?.part(movement)))
    }
    changes.movements.sort { left, right in
        let (l, r) = ((left.part ?? 0).magnitude, (right.part ?? 0).magnitude)
        if l != r { return l > r }
        return (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
    return changes
}

package enum ChangeFault: Error, Equatable, Sendable {
    case backwards
    case noSuchScope
}

/// What a scope was after a run: its sums, and of the reviews that may have moved it those that are live.
private struct ScopeState {
    var inside: [Int64: StoredReview] = [:]
    /// Live reviews of products outside the scope.
    var outside: Set<Int64> = []
    var counters = Counters()
    var isKnown = false

    mutating func add(_ reviews: [StoredReview], isInside: (Text) -> Bool) {
        for review in reviews where review.isLive {
            if isInside(review.productID) {
                inside[review.reviewKey] = review
            } else {
                outside.insert(review.reviewKey)
            }
        }
    }
}

/// A scope after two runs, read from what changed between them: from reviews of which there are new versions, and from
/// products that came into the scope or left it.
private func states(
    _ reader: any StoreReader, of scope: ReviewScope, from: Int64, to: Int64
) throws -> (ScopeState, ScopeState) {
    let runs = [from, to]
    var states = [ScopeState(), ScopeState()]
    switch scope {
    case .product(let id):
        let changed = ChangedReviews(
            reviews: try reader.reviews(ofProduct: id),
            history: try reader.history(ofProduct: id, review: nil))
        for (index, run) in runs.enumerated() {
            let product = try AsOfReader(reader, run: run).products(id).first
            states[index].isKnown = product != nil
            states[index].counters = product?.summary.counters ?? Counters()
            states[index].add(changed.asOf(run)) { _ in true }
        }
    case .scope(let own):
        let members = try runs.map { try ScopeMembers(reader, of: scope, asOf: $0) }
        let changed = try reader.changed(after: from, upTo: to)
        let moved = try reader.products(nil).filter { product in
            product.firstRun <= from
                && members[0].holds(product.productID) != members[1].holds(product.productID)
        }
        for (index, run) in runs.enumerated() {
            let reader = AsOfReader(reader, run: run)
            let sums = try reader.scopes([own]).first
            states[index].isKnown = sums != nil
            states[index].counters = sums?.counters ?? Counters()
            states[index].add(changed.asOf(run), isInside: members[index].holds)
            for product in moved {
                states[index].add(
                    try reader.reviews(ofProduct: product.productID),
                    isInside: members[index].holds)
            }
        }
    }
    return (states[0], states[1])
}

/// Which products are in a scope after a run.
private struct ScopeMembers {
    private let scope: ReviewScope
    private var attributes: [Text: ProductAttributes] = [:]

    init(_ reader: any StoreReader, of scope: ReviewScope, asOf run: Int64) throws {
        self.scope = scope
        guard scope != .scope(.portfolio) else { return }
        for row in try AsOfReader(reader, run: run).attributeHistory(ofProduct: nil) {
            attributes[row.productID] = row.attributes
        }
    }

    func holds(_ product: Text) -> Bool {
        scope.holds(product, attributes[product] ?? ProductAttributes())
    }
}

/// Nil for a review that is as it was where it matters.
private func movement(_ key: Int64, _ old: ScopeState, _ new: ScopeState) -> Movement? {
    let before = old.inside[key]?.values
    let after = new.inside[key]?.values
    let reason: MovementReason
    switch (before, after) {
    case (nil, nil): return nil
    case (nil, _): reason = old.outside.contains(key) ? .joined : .inserted
    case (_, nil): reason = new.outside.contains(key) ? .left : .deleted
    case (let before?, let after?):
        guard
            before.rating != after.rating || before.title != after.title
                || before.body != after.body
        else { return nil }
        reason = .edited
    }
    func rated(_ values: ReviewValues?) -> Int64 { values?.rating == nil ? 0 : 1 }
    return Movement(
        reason: reason, reviewDelta: (after == nil ? 0 : 1) - (before == nil ? 0 : 1),
        countDelta: rated(after) - rated(before),
        ratingDelta: (after?.rating ?? 0) - (before?.rating ?? 0))
}

/// A scope beside what it was.
package struct ScopeShift: Sendable {
    package var scope: Scope
    package var before: Counters
    package var after: Counters

    package var newNegatives: Int64 { after.negatives - before.negatives }
    package var newReviews: Int64 { after.reviewCount - before.reviewCount }
}

/// The brands that moved between two runs: those with most one- and two-star reviews more come first.
package func brandShifts(
    _ reader: any StoreReader, from: Int64, to: Int64
) throws -> [ScopeShift] {
    let runs = try reader.runs()
    _ = try resolveAsOf(.run(from), among: runs)
    _ = try resolveAsOf(.run(to), among: runs)
    guard from <= to else { throw ChangeFault.backwards }
    var shifts: [ScopeShift] = []
    for row in try reader.scopeHistory(.brand, after: from, upTo: to) {
        let scope = row.row.scope
        if shifts.last?.scope != scope {
            shifts.append(ScopeShift(scope: scope, before: Counters(), after: Counters()))
        }
        if row.run <= from { shifts[shifts.count - 1].before = row.row.counters }
        shifts[shifts.count - 1].after = row.row.counters
    }
    return shifts.filter { $0.before != $0.after }.sorted { left, right in
        let (l, r) = ((left.newNegatives, left.newReviews), (right.newNegatives, right.newReviews))
        return l == r ? left.scope < right.scope : l > r
    }
}

/// What makes a change one to be told of at once.
package enum ChangeAlert: Equatable, Sendable {
    /// The mean fell by at least `meanFall`.
    case meanFell(millionths: Int64)
    /// Of the reviews that came, at least `negativeCount` and at least half are negative.
    case negatives(Int64, of: Int64)

    /// Millionths of a star: 0.2.
    package static let meanFall: Int64 = 200_000
    /// Ratings before and after below which a mean says too little.
    package static let fewestRatings: Int64 = 10
    package static let negativeCount: Int64 = 5
}

extension ScopeChanges {
    /// Whether there are enough ratings to say anything of the mean.
    package var saysEnough: Bool {
        min(before.ratedCount, after.ratedCount) >= ChangeAlert.fewestRatings
    }

    package var alerts: [ChangeAlert] {
        var alerts: [ChangeAlert] = []
        if let attribution, saysEnough {
            let fall = -attribution.millionths(attribution.change)
            if fall >= ChangeAlert.meanFall { alerts.append(.meanFell(millionths: fall)) }
        }
        let came = movements.filter {
            $0.movement.reason == .inserted || $0.movement.reason == .edited
        }
        let negative = Int64(came.count { ($0.after?.values.star ?? 5) <= 2 })
        if negative >= ChangeAlert.negativeCount, negative * 2 >= Int64(came.count) {
            alerts.append(.negatives(negative, of: Int64(came.count)))
        }
        return alerts
    }
}
