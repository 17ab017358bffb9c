/// What a run changes of a product's reviews, for the distinct counts of scopes.
package struct DistinctChange: Sendable {
    package var productKey: Int64
    package var before: (keys: DistinctKeys, attributes: ProductAttributes)
    package var after: (keys: DistinctKeys, attributes: ProductAttributes)

    package init(
        productKey: Int64, before: (keys: DistinctKeys, attributes: ProductAttributes),
        after: (keys: DistinctKeys, attributes: ProductAttributes)
    ) {
        self.productKey = productKey
        self.before = before
        self.after = after
    }

    /// Whether all reviews of the product count elsewhere than before.
    fileprivate var movesAll: Bool {
        before.attributes.scopes != after.attributes.scopes
            || before.attributes.sameTextScope != after.attributes.sameTextScope
    }

    /// Passes to `body` the entries that are not the same before and after.
    fileprivate func forEachMoved(_ body: (DistinctKeys.Entry) -> Void) {
        let isAll = movesAll
        let (old, new) = (before.keys, after.keys)
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            let (one, other) = (
                left < old.count ? old[left] : nil, right < new.count ? new[right] : nil
            )
            let isOne = one.map { one in other.map { one.number <= $0.number } ?? true } ?? false
            let isOther =
                other.map { other in one.map { other.number <= $0.number } ?? true } ?? false
            if isOne { left += 1 }
            if isOther { right += 1 }
            if isOne, isOther, one == other, !isAll { continue }
            if isOne, let one { body(one) }
            if isOther, let other { body(other) }
        }
    }
}

/// Finds by how much the distinct counts of scopes differ from the counts of appearances, before
/// and after a run.
///
/// Only reviews that share a half of their key with one that changes can count otherwise than
/// before. To find them all, `pass` is repeated while it reports that more halves were found:
/// a review found by its id may lead to others by its author.
package struct DistinctSearch {
    /// A review under one product.
    private struct Appearance {
        var product: Int64
        var entry: DistinctKeys.Entry
        /// Whether it stands before the run, and after it.
        var isBefore: Bool
        var isAfter: Bool
    }

    private let changes: [DistinctChange]
    private var halves: HalfSet
    /// Whether `halves` has all halves that are looked for.
    private let isClosed: Bool
    private var found: [Appearance] = []

    /// A search among all products of a store.
    package init(_ changes: [DistinctChange]) {
        self.changes = changes
        isClosed = false
        var halves = HalfSet()
        for change in changes {
            change.forEachMoved { entry in
                if entry.key.source != 0 { _ = halves.insert(entry.key.source) }
                if entry.key.other != 0 { _ = halves.insert(entry.key.other) }
            }
        }
        self.halves = halves
    }

    /// A search where nothing is stored but what the changes bring.
    package init(first changes: [DistinctChange]) {
        self.changes = changes
        isClosed = true
        var all = HalfSet(expected: changes.reduce(0) { $0 + $1.after.keys.count })
        var repeated = HalfSet()
        for change in changes {
            change.after.keys.forEach { entry in
                for half in [entry.key.source, entry.key.other] where half != 0 {
                    if !all.insert(half) { _ = repeated.insert(half) }
                }
            }
        }
        halves = repeated
    }

    /// Goes once through the products that change, where there are no others.
    ///
    /// - Returns: Whether it found more halves to look for.
    package mutating func pass() -> Bool { pass { _ in } }

    /// Goes through all products once.
    ///
    /// - Parameter others: Passes the keys of the products that do not change.
    /// - Returns: Whether it found more halves to look for.
    package mutating func pass(
        _ others: ((Int64, DistinctKeys) -> Void) throws -> Void
    ) rethrows -> Bool {
        found = []
        var hasMore = false
        var (halves, found) = (self.halves, self.found)
        let isClosed = isClosed
        func take(_ product: Int64, _ keys: DistinctKeys, isBefore: Bool, isAfter: Bool) {
            keys.forEach { entry in
                guard halves.holds(entry.key) else { return }
                found.append(
                    Appearance(
                        product: product, entry: entry, isBefore: isBefore, isAfter: isAfter))
                if isClosed { return }
                if entry.key.source != 0, halves.insert(entry.key.source) { hasMore = true }
                if entry.key.other != 0, halves.insert(entry.key.other) { hasMore = true }
            }
        }
        for change in changes {
            take(change.productKey, change.before.keys, isBefore: true, isAfter: false)
            take(change.productKey, change.after.keys, isBefore: false, isAfter: true)
        }
        let changed = Set(changes.map(\.productKey))
        try others { product, keys in
            if changed.contains(product) { return }
            take(product, keys, isBefore: true, isAfter: true)
        }
        (self.halves, self.found) = (halves, found)
        return hasMore
    }

    /// The products that do not change and have a review that was found.
    package var otherProducts: Set<Int64> {
        Set(found.filter { $0.isBefore && $0.isAfter }.map(\.product))
    }

    /// How many more reviews each scope shows again after the run than before it: what its
    /// distinct counts lose beside what its counts of appearances gain.
    ///
    /// - Parameter attributes: Of `otherProducts`.
    package func repeats(_ attributes: [Int64: ProductAttributes]) -> [Scope: DistinctCounts] {
        var (old, new) = (attributes, attributes)
        for change in changes {
            old[change.productKey] = change.before.attributes
            new[change.productKey] = change.after.attributes
        }
        var repeats = Self.repeats(found.filter(\.isAfter), new)
        for (scope, counts) in Self.repeats(found.filter(\.isBefore), old) {
            repeats[scope] = (repeats[scope] ?? DistinctCounts()) - counts
        }
        return repeats.filter { !$0.value.isZero }
    }

    private static func repeats(
        _ appearances: [Appearance], _ attributes: [Int64: ProductAttributes]
    ) -> [Scope: DistinctCounts] {
        let groups = distinctGroups(
            appearances.map { ($0.entry.key, attributes[$0.product]?.sameTextScope) })
        var members: [Int: [Int]] = [:]
        for (place, group) in groups.enumerated() { members[group, default: []].append(place) }
        var repeats: [Scope: DistinctCounts] = [:]
        for own in members.values where own.count > 1 {
            var shown: [Scope: DistinctCounts] = [:]
            for place in own {
                let entry = appearances[place].entry
                let one = DistinctCounts(
                    count: 1, rated: entry.isRated ? 1 : 0, negatives: entry.isNegative ? 1 : 0)
                for scope in attributes[appearances[place].product]?.scopes ?? [] {
                    shown[scope, default: DistinctCounts()] =
                        shown[scope, default: DistinctCounts()] + one
                }
            }
            for (scope, counts) in shown {
                let once = DistinctCounts(
                    count: 1, rated: min(counts.rated, 1), negatives: min(counts.negatives, 1))
                repeats[scope] = (repeats[scope] ?? DistinctCounts()) + counts - once
            }
        }
        return repeats.filter { !$0.value.isZero }
    }
}
