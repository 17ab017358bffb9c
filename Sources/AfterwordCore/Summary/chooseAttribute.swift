/// Where an attribute of a product was told; a higher rank replaces a lower one.
package enum AttributeRank: Int64, Comparable, Sendable {
    case review = 1
    case enclosing = 2
    case catalogue = 3

    package static func < (left: AttributeRank, right: AttributeRank) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a dump says of one attribute of one product: values with how often and how lately.
package struct AttributeTally: Sendable {
    private struct Entry {
        var rank: AttributeRank
        var latest: Instant?
        var count: Int64
    }
    private var entries: [Text: Entry] = [:]

    package init() {}

    package mutating func add(_ value: Text, rank: AttributeRank, sourceTime: Instant?) {
        var entry = entries[value] ?? Entry(rank: rank, latest: nil, count: 0)
        if rank > entry.rank { entry = Entry(rank: rank, latest: nil, count: 0) }
        guard rank == entry.rank else { return }
        entry.count += 1
        entry.latest = [entry.latest, sourceTime].compactMap { $0 }.max()
        entries[value] = entry
    }

    /// The highest rank; within it the latest source time, then most records, then greatest bytes.
    package var chosen: (value: Text, rank: AttributeRank)? {
        let best = entries.max { left, right in
            let l = (left.value.rank, left.value.latest?.microseconds ?? .min, left.value.count)
            let r = (right.value.rank, right.value.latest?.microseconds ?? .min, right.value.count)
            return l == r ? left.key < right.key : l < r
        }
        return best.map { ($0.key, $0.value.rank) }
    }
}

/// An attribute as stored: its value with the rank and the dump it is from.
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

/// The attribute after a dump: replaced only by the same or a higher rank from a dump not older.
/// Said again, it is as new as the newest dump that said it.
package func updatedAttribute(
    _ stored: StoredAttribute?, with told: (value: Text, rank: AttributeRank),
    observedAt: Instant, isOlder: Bool
) -> StoredAttribute {
    let new = StoredAttribute(value: told.value, rank: told.rank, observedAt: observedAt)
    guard let stored else { return new }
    if told.rank < stored.rank || isOlder || observedAt < stored.observedAt { return stored }
    return new
}
