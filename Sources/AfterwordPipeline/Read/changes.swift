package import AfterwordCore

/// One review that changed a scope.
package struct ReviewMovement: Sendable {
    package var movement: Movement
    package var before: StoredReview?
    package var after: StoredReview?
    /// The numerator of its part of the mean's change, over the attribution's denominator; nil
    /// where the scope has no mean on both sides.
    package var part: Int128?
    /// How the review differs between the runs; nil where only its product joined or left the
    /// scope.
    package var difference: ReviewDifference?

    package var review: StoredReview { after ?? before! }

    /// The stars of the review, as `2 → 5` when both versions are live.
    package var starText: String {
        func star(_ review: StoredReview?) -> String { review?.values.star.map { "\($0)" } ?? "–" }
        return before == nil || after == nil
            ? star(review) : "\(star(before)) → \(star(after))"
    }
}

/// The changes of a scope between two runs.
package struct ScopeChanges: Sendable {
    package var window: DumpWindow
    /// Nil for before the first run.
    package var from: RunRecord?
    package var to: RunRecord
    package var before: Counters
    package var after: Counters
    /// Nil where there is no mean before or after.
    package var attribution: MeanAttribution?
    /// Ordered by their part of the mean's change, the greatest first.
    package var movements: [ReviewMovement]
    /// The reviews counted by how they differ between the two runs.
    package var counts = NewsCounts()
    package var alerts: [ChangeAlert] = []

    /// The sum of the parts with one reason.
    package func part(_ reason: MovementReason) -> Int128 {
        movements.filter { $0.movement.reason == reason }.reduce(0) { $0 + ($1.part ?? 0) }
    }
}

/// The inserted, edited and deleted reviews that changed a scope between two runs. Their parts add
/// up exactly to the change of the mean.
///
/// - Throws: `AsOfFault` for runs that do not exist; `ChangeFault`.
package func changes(
    _ reader: any StoreReader, of scope: ReviewScope, from: Int64, to: Int64
) throws -> ScopeChanges {
    guard from <= to else { throw ChangeFault.backwards }
    return try changes(reader, of: scope, in: DumpWindow(from: from, to: to))
}

/// The same for a window.
package func changes(
    _ reader: any StoreReader, of scope: ReviewScope, in window: DumpWindow
) throws -> ScopeChanges {
    let runs = try reader.runs()
    let first = window.from > 0 ? try resolveAsOf(.run(window.from), among: runs) : nil
    let last = try resolveAsOf(.run(window.to), among: runs)
    let states = try ScopeStates(reader, of: scope, from: window.from, to: window.to)
    let (old, new) = (states.old, states.new)
    guard old.isKnown || new.isKnown else { throw ChangeFault.noSuchScope }
    var changes = ScopeChanges(
        window: window, from: first, to: last, before: old.counters, after: new.counters,
        attribution: MeanAttribution(
            before: (old.counters.ratingSum, old.counters.ratedCount),
            after: (new.counters.ratingSum, new.counters.ratedCount)),
        movements: [])
    var product: Text?
    if case .product(let id) = scope { product = id }
    let links = try reader.links()
    let history = WindowHistory(
        window, try withLinked(states.changed, links, reader, in: window),
        products: try product.map { try reader.products($0).map { ProductLabel($0) } }
            ?? reader.productLabels(), links: links)
    for key in Set(old.inside.keys).union(new.inside.keys) {
        guard let movement = movement(key, old, new) else { continue }
        var moved = ReviewMovement(
            movement: movement, before: old.inside[key], after: new.inside[key],
            part: changes.attribution?.part(movement))
        if movement.reason != .joined && movement.reason != .left {
            var review = moved.review
            review.isLive = moved.after != nil
            moved.difference = history.difference(review)
            let isNobodys = movement.reason == .edited || history.isMerged(review)
            if moved.difference == nil, isNobodys { moved.movement.reason = .restated }
        }
        changes.movements.append(moved)
    }
    changes.movements.sort { left, right in
        let (l, r) = ((left.part ?? 0).magnitude, (right.part ?? 0).magnitude)
        if l != r { return l > r }
        return (left.review.productID, left.review.reviewID)
            < (right.review.productID, right.review.reviewID)
    }
    changes.addAlerts(
        VerdictBook(try AsOfReader(reader, run: window.to).verdicts()),
        try lexiconInForce(reader, at: window))
    return changes
}

/// Adds the reviews in other products that these moved to or came from.
private func withLinked(
    _ changed: ChangedReviews, _ links: [ReviewLink], _ reader: any StoreReader,
    in window: DumpWindow
) throws -> ChangedReviews {
    var changed = changed
    let known = Set(changed.reviews.map(\.reviewKey))
    var products: Set<Text> = []
    for link in links where link.match.isMovement && link.run > window.from {
        let (from, to) = (known.contains(link.from.key), known.contains(link.to.key))
        if from != to { products.insert(from ? link.to.productID : link.from.productID) }
    }
    for product in products.sorted() {
        changed.reviews += try reader.reviews(ofProduct: product)
        changed.history += try reader.history(ofProduct: product, review: nil)
    }
    return changed
}

extension ScopeChanges {
    /// Counts the movements by kind and derives the alerts.
    fileprivate mutating func addAlerts(_ verdicts: VerdictBook, _ lexicon: Lexicon) {
        var (base, known) = (before, after)
        var dangers: Int64 = 0
        for moved in movements {
            if moved.movement.reason == .restated {
                base.add(moved.before?.values ?? ReviewValues(), sign: -1)
                base.add(moved.after?.values ?? ReviewValues(), sign: 1)
            }
            guard let difference = moved.difference else { continue }
            counts.add(difference)
            guard let review = moved.after else { continue }
            if difference.news == .firstSeen { known.add(review.values, sign: -1) }
            guard difference.news != .moved else { continue }
            let verdict = verdicts.verdict(on: review)
            if speaksOfDanger(review.values, verdict, lexicon: lexicon) { dangers += 1 }
        }
        alerts = changeAlerts(before: base, after: known, counts: counts, dangers: dangers)
    }
}

/// Whether a review mentions a danger that raises an alert.
func speaksOfDanger(
    _ values: ReviewValues, _ verdict: Verdict?, lexicon: Lexicon
) -> Bool {
    dangers(
        in: readReview(values, with: lexicon), of: values, verdict: verdict, lexicon: lexicon
    ).contains { $0.dangerClass.leads }
}

/// Why changes cannot be computed.
package enum ChangeFault: Error, Equatable, Sendable {
    case backwards
    case noSuchScope
}

/// A scope after a run: its sums, and the live ones of the reviews that may have changed it.
private struct ScopeState {
    var inside: [Int64: StoredReview] = [:]
    /// Keys of live reviews of products outside the scope.
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

/// A scope after two runs, read only from what changed between them: reviews with new versions, and
/// products that joined or left the scope.
private struct ScopeStates {
    var old = ScopeState()
    var new = ScopeState()
    let changed: ChangedReviews

    init(_ reader: any StoreReader, of scope: ReviewScope, from: Int64, to: Int64) throws {
        switch scope {
        case .product(let id):
            changed = ChangedReviews(
                reviews: try reader.reviews(ofProduct: id),
                history: try reader.history(ofProduct: id, review: nil))
            old = try ofProduct(id, reader, asOf: from)
            new = try ofProduct(id, reader, asOf: to)
        case .scope(let own):
            changed = try reader.changed(after: from, upTo: to)
            let members = (
                try ScopeMembers(reader, of: scope, asOf: from),
                try ScopeMembers(reader, of: scope, asOf: to)
            )
            let moved = try reader.products(nil).filter { product in
                product.firstRun <= from
                    && members.0.holds(product.productID) != members.1.holds(product.productID)
            }.map(\.productID)
            old = try ofScope(own, reader, members.0, moved, asOf: from)
            new = try ofScope(own, reader, members.1, moved, asOf: to)
        }
    }

    private func ofProduct(
        _ id: Text, _ reader: any StoreReader, asOf run: Int64
    ) throws -> ScopeState {
        var state = ScopeState()
        let product = try AsOfReader(reader, run: run).products(id).first
        state.isKnown = product != nil
        state.counters = product?.summary.counters ?? Counters()
        state.add(changed.asOf(run)) { _ in true }
        return state
    }

    private func ofScope(
        _ own: Scope, _ reader: any StoreReader, _ members: ScopeMembers, _ moved: [Text],
        asOf run: Int64
    ) throws -> ScopeState {
        var state = ScopeState()
        let reader = AsOfReader(reader, run: run)
        let sums = try reader.scopes([own]).first
        state.isKnown = sums != nil
        state.counters = sums?.counters ?? Counters()
        state.add(changed.asOf(run), isInside: members.holds)
        for product in moved {
            state.add(try reader.reviews(ofProduct: product), isInside: members.holds)
        }
        return state
    }
}

/// The products of a scope after a run.
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

/// The movement of one review; nil where rating, title and body are unchanged.
private func movement(_ key: Int64, _ old: ScopeState, _ new: ScopeState) -> Movement? {
    let before = old.inside[key]?.values
    let after = new.inside[key]?.values
    let reason: MovementReason
    switch (before, after) {
    case (nil, nil): return nil
    case (nil, _): reason = old.outside.contains(key) ? .joined : .inserted
    case (_, nil): reason = new.outside.contains(key) ? .left : .deleted
    case (let before?, let after?):
        guard !before.saysTheSame(as: after) else { return nil }
        reason = .edited
    }
    func rated(_ values: ReviewValues?) -> Int64 { values?.rating == nil ? 0 : 1 }
    return Movement(
        reason: reason, reviewDelta: (after == nil ? 0 : 1) - (before == nil ? 0 : 1),
        countDelta: rated(after) - rated(before),
        ratingDelta: (after?.rating ?? 0) - (before?.rating ?? 0))
}

/// A brand before and after, or the products without a brand.
package struct ScopeShift: Sendable {
    /// Nil for the products without a brand.
    package var brand: Text?
    package var before: Counters
    package var after: Counters
    /// The reviews counted by how they differ between the two runs.
    package var counts = NewsCounts()
    package var alerts: [ChangeAlert] = []

    /// The brand's name as tables show it.
    package var name: String { brand?.string ?? "(no brand)" }
}

/// The brands that changed between two runs: those with an alert first, then those with most new
/// negatives.
package func brandShifts(
    _ reader: any StoreReader, from: Int64, to: Int64
) throws -> [ScopeShift] {
    guard from <= to else { throw ChangeFault.backwards }
    return try brandShifts(reader, in: DumpWindow(from: from, to: to))
}

/// The same for a window.
package func brandShifts(
    _ reader: any StoreReader, in window: DumpWindow
) throws -> [ScopeShift] {
    let changes = try reviewChanges(reader, in: window)
    var shifts = try brandSums(reader, in: window, with: changes)
    for (brand, moved) in try readAgain(reader, in: window) { shifts[brand]?.before.add(moved) }
    var firstSeen: [Text?: Counters] = [:]
    var dangers: [Text?: Int64] = [:]
    let lexicon = try lexiconInForce(reader, at: window)
    for change in changes {
        shifts[change.brand]?.counts.add(change.difference)
        guard change.review.isLive, change.difference.news != .moved else { continue }
        if change.difference.news == .firstSeen {
            firstSeen[change.brand, default: Counters()].add(change.review.values, sign: 1)
        }
        if speaksOfDanger(change.review.values, change.verdict, lexicon: lexicon) {
            dangers[change.brand, default: 0] += 1
        }
    }
    return shifts.values.map { shift in
        var shift = shift
        var known = shift.after
        known.add(firstSeen[shift.brand] ?? Counters(), sign: -1)
        shift.alerts = changeAlerts(
            before: shift.before, after: known, counts: shift.counts,
            dangers: dangers[shift.brand] ?? 0)
        return shift
    }.filter { $0.before != $0.after || !$0.alerts.isEmpty || $0.counts.edited > 0 }
        .sorted(by: isWorse)
}

/// The sums before and after of every brand whose sums or reviews changed; under nil, those of the
/// products without a brand, where one of their reviews changed.
private func brandSums(
    _ reader: any StoreReader, in window: DumpWindow, with changes: [ReviewChange]
) throws -> [Text?: ScopeShift] {
    var shifts: [Text?: ScopeShift] = [:]
    for row in try reader.scopeHistory(.brand, after: window.from, upTo: window.to) {
        let brand = row.row.scope.id
        var shift =
            shifts[brand] ?? ScopeShift(brand: brand, before: Counters(), after: Counters())
        if row.run <= window.from { shift.before = row.row.counters }
        shift.after = row.row.counters
        shifts[brand] = shift
    }
    // An edit with equal stars changes no sum, so these brands are read separately.
    let still = Set(changes.map(\.brand)).filter { shifts[$0] == nil }
    guard !still.isEmpty else { return shifts }
    func sums(at run: Int64) throws -> [Text?: Counters] {
        guard run > 0 else { return [:] }
        var sums: [Text?: Counters] = [:]
        for product in try AsOfReader(reader, run: run).products(nil)
        where still.contains(product.dimension[.brand]) {
            sums[product.dimension[.brand], default: Counters()]
                .add(product.summary.counters, sign: 1)
        }
        return sums
    }
    let (before, after) = (try sums(at: window.from), try sums(at: window.to))
    for brand in still {
        shifts[brand] = ScopeShift(
            brand: brand, before: before[brand] ?? Counters(), after: after[brand] ?? Counters())
    }
    return shifts
}

func isWorse(_ left: ScopeShift, _ right: ScopeShift) -> Bool {
    func place(_ shift: ScopeShift) -> (Int, Int64, Int64, Int64) {
        let counts = shift.counts
        return (
            shift.alerts.isEmpty ? 0 : 1, counts.newNegative + counts.editedDown,
            counts.firstSeenNegative, counts.new
        )
    }
    let (l, r) = (place(left), place(right))
    if l != r { return l > r }
    guard let own = left.brand, let other = right.brand else { return left.brand != nil }
    return own < other
}

extension ScopeChanges {
    /// Whether there are enough ratings on both sides to compare the mean.
    package var saysEnough: Bool {
        min(before.ratedCount, after.ratedCount) >= ChangeAlert.fewestRatings
    }
}
