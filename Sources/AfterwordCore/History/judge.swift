/// How a dump's `observed_at` compares with what the store has observed of one product.
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

/// A cleaned record, with the fields that its shape maps.
package struct Reading: Sendable {
    package var values: ReviewValues
    package var said: FieldSet

    package init(values: ReviewValues, said: FieldSet) {
        self.values = values
        self.said = said
    }
}

/// What a record means for the review that it names.
package enum Judgement: Equatable, Sendable {
    /// The review is new, or was deleted and returns.
    case insert(ReviewValues)
    case update(ReviewValues, changed: FieldSet)
    /// The review stays as it is; `keepsPayload` where it holds the new bytes from now on.
    case unchanged(keepsPayload: Bool)
    /// Observed too late to count, with all values that the version would have had. It is stored in
    /// the history once, if the review exists and has no such content yet.
    case late(ReviewValues)
}

/// Judges a record against the live or deleted review that it names. Both sides are cleaned by the
/// same rules: `held` is the payload of `current`, cleaned by today's shape.
///
/// - Parameter held: Nil where the payload cannot be cleaned: then stored values are compared.
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
    for field in TrackedField.inOrder where changed.contains(field) {
        values.take(field, from: incoming.values)
    }
    if order.isOlder { return .late(values) }
    if let ours = current.values.updatedAt, let theirs = incoming.values.updatedAt, theirs < ours {
        return .late(values)
    }
    return .update(values, changed: changed)
}

/// The fields that a record changes. A field that its shape does not map keeps its value; one that
/// the held record's shape does not map is compared with the stored value.
package func changedFields(
    _ incoming: Reading, stored: ReviewValues, held: Reading?
) -> FieldSet {
    var changed = FieldSet()
    for field in TrackedField.inOrder where incoming.said.contains(field) {
        let old = held.map { $0.said.contains(field) ? $0.values : stored } ?? stored
        if !incoming.values.equals(old, in: field) { changed.insert(FieldSet(field)) }
    }
    return changed
}
