/// Where an attribute value comes from; a higher rank replaces a lower one.
package enum AttributeRank: Int64, Comparable, Sendable {
    case review = 1
    case enclosing = 2
    case catalog = 3

    package static func < (left: AttributeRank, right: AttributeRank) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The values that a dump gives for one attribute of one product, with their counts and latest
/// source times.
package struct AttributeTally: Sendable {
    private struct Entry {
        var rank: AttributeRank
        var latest: Instant?
        var count: Int64
    }
    private var entries: [Text: Entry] = [:]

    package init() {}

    /// Counts a value. A higher rank than before resets the value's count, a lower one is ignored.
    package mutating func add(_ value: Text, rank: AttributeRank, sourceTime: Instant?) {
        var entry = entries[value] ?? Entry(rank: rank, latest: nil, count: 0)
        if rank > entry.rank { entry = Entry(rank: rank, latest: nil, count: 0) }
        guard rank == entry.rank else { return }
        entry.count += 1
        entry.latest = [entry.latest, sourceTime].compactMap { $0 }.max()
        entries[value] = entry
    }

    /// The value of the highest rank; within it the one with the latest source time, then most
    /// records, then greatest bytes. Nil without any.
    package var chosen: (value: Text, rank: AttributeRank)? {
        let best = entries.max { left, right in
            let l = (left.value.rank, left.value.latest?.microseconds ?? .min, left.value.count)
            let r = (right.value.rank, right.value.latest?.microseconds ?? .min, right.value.count)
            return l == r ? left.key < right.key : l < r
        }
        return best.map { ($0.key, $0.value.rank) }
    }
}

/// A stored attribute: its value, its rank, and `observed_at` of the dump that gave it last.
package struct StoredAttribute: Equatable, Sendable {
    package var value: Text
    package var rank: AttributeRank
    package var observedAt: Instant

    package init(value: Text, rank: AttributeRank, observedAt: Instant) {
        self.value = value
        self.rank = rank
        self.observedAt = observedAt
    }
}

/// The attribute after a dump. It is replaced only by the same or a higher rank from a dump that is
/// not older; an equal value takes the newer `observedAt`.
package func updatedAttribute(
    _ stored: StoredAttribute?, with told: (value: Text, rank: AttributeRank),
    observedAt: Instant, isOlder: Bool
) -> StoredAttribute {
    let new = StoredAttribute(value: told.value, rank: told.rank, observedAt: observedAt)
    guard let stored else { return new }
    if told.rank < stored.rank || isOlder || observedAt < stored.observedAt { return stored }
    return new
}
