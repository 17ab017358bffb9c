/// How the dump stands to what the store knows of one product.
package struct ObservationOrder: Equatable, Sendable {
    /// The dump was taken before the newest one that named the product.
    package var isOlder: Bool
    /// A dump complete for the product was taken after this one.
    package var isCoveredByLaterComplete: Bool

    package init(isOlder: Bool, isCoveredByLaterComplete: Bool) {
        self.isOlder = isOlder
        self.isCoveredByLaterComplete = isCoveredByLaterComplete
    }
}

/// A cleaned record with the fields its shape speaks of.
package struct Reading: Sendable {
    package var values: ReviewValues
    package var said: FieldSet

    package init(values: ReviewValues, said: FieldSet) {
        self.values = values
        self.said = said
    }
}

/// What a record means for the review it names.
package enum Judgement: Equatable, Sendable {
    case insert(ReviewValues)
    case update(ReviewValues, changed: FieldSet)
    /// Nothing new is said; `keepsPayload` when the new bytes take the place of the held ones.
    case unchanged(keepsPayload: Bool)
    /// Observed too late to count. With the whole values it would have had: kept in the history
    /// once, if the review is known and this content is not.
    case late(ReviewValues)
}

/// Judges one record against the live or deleted review it names, under one reading: `held` is the
/// payload of `current` cleaned by today's shape and rules.
package func judge(
    _ incoming: Reading, against current: StoredReview?, held: Reading?, order: ObservationOrder
) -> Judgement {
    guard let current else {
        return order.isOlder && order.isCoveredByLaterComplete
            ? .late(incoming.values) : .insert(incoming.values)
    }
    guard current.isLive else {
        return order.isOlder ? .late(incoming.values) : .insert(incoming.values)
    }
    let changed = changedFields(incoming, stored: current.values, held: held)
    if changed.isEmpty { return .unchanged(keepsPayload: !order.isOlder) }
    var values = current.values
    for field in Field.allCases where changed.contains(field) {
        values.take(field, from: incoming.values)
    }
    if order.isOlder { return .late(values) }
    if let ours = current.values.updatedAt, let theirs = incoming.values.updatedAt, theirs < ours {
        return .late(values)
    }
    return .update(values, changed: changed)
}

/// The fields that a reading changes. What it does not say keeps its value; what the held reading
/// does not say is compared with the stored value.
package func changedFields(
    _ incoming: Reading, stored: ReviewValues, held: Reading?
) -> FieldSet {
    var changed = FieldSet()
    for field in Field.allCases where incoming.said.contains(field) {
        let old = held.map { $0.said.contains(field) ? $0.values : stored } ?? stored
        if !incoming.values.equals(old, in: field) { changed.insert(FieldSet(field)) }
    }
    return changed
}
