/// For each appearance of a review, the index of the first appearance of the same review.
///
/// - Parameter appearances: The key of each, and its product's `sameTextScope`.
package func distinctGroups(_ appearances: [(key: DistinctKey, within: Scope?)]) -> [Int] {
    var groups = DistinctGroups(expected: appearances.count)
    for (key, within) in appearances { groups.add(key, within: within) }
    return groups.firsts()
}

/// Groups appearances of reviews that share a half of their keys, as they are added.
package struct DistinctGroups: Sendable {
    /// A half that was seen, and the place of its first appearance.
    private struct Seen {
        var half: UInt64 = 0
        /// The number of the scope within which equal texts are one review; 0 for anywhere.
        var within: Int32 = 0
        var place: Int32 = 0
    }

    /// An open table, whose places come from the bits of halves, because these are hashes. A free
    /// place has the half 0.
    private var table: [Seen]
    private var used = 0
    private var groups: [Int32] = []
    private var scopes: [Scope: Int32] = [:]
    private var lastScope: (scope: Scope, number: Int32)?

    /// - Parameter expected: About how many appearances there are.
    package init(expected: Int = 16) {
        var size = 64
        while size < expected * 4 { size *= 2 }
        table = Array(repeating: Seen(), count: size)
        groups.reserveCapacity(expected)
    }

    /// Adds the next appearance.
    package mutating func add(_ key: DistinctKey, within: Scope?) {
        let place = Int32(groups.count)
        groups.append(place)
        if key.source != 0 { join(key.source, within: 0, place) }
        guard key.other != 0 else { return }
        if !key.isOfText { return join(key.other, within: 0, place) }
        if let within { join(key.other, within: number(of: within), place) }
    }

    /// For each appearance, the first one of its group.
    package mutating func firsts() -> [Int] { groups.indices.map { Int(first(Int32($0))) } }

    /// Passes the places of all appearances to `body`, group by group, the first of each group
    /// before its others.
    package mutating func forEachMember(_ body: (_ place: Int, _ isFirst: Bool) -> Void) {
        var next = [Int32](repeating: -1, count: groups.count)
        // The last known member of each group, by its first one.
        var last = groups.indices.map { Int32($0) }
        for place in groups.indices {
            let first = Int(first(Int32(place)))
            if first == place { continue }
            next[Int(last[first])] = Int32(place)
            last[first] = Int32(place)
        }
        for place in groups.indices where groups[place] == place {
            body(place, true)
            var other = next[place]
            while other >= 0 {
                body(Int(other), false)
                other = next[Int(other)]
            }
        }
    }

    private mutating func number(of scope: Scope) -> Int32 {
        if let lastScope, lastScope.scope == scope { return lastScope.number }
        let next = Int32(scopes.count + 1)
        let number = scopes[scope, default: next]
        if number == next { scopes[scope] = next }
        lastScope = (scope, number)
        return number
    }

    private mutating func join(_ half: UInt64, within: Int32, _ place: Int32) {
        if used * 2 >= table.count { grow() }
        let at = find(half, within)
        guard table[at].half != 0 else {
            table[at] = Seen(half: half, within: within, place: place)
            used += 1
            return
        }
        let (left, right) = (first(table[at].place), first(place))
        groups[Int(max(left, right))] = min(left, right)
    }

    /// Where a half is, or belongs.
    private func find(_ half: UInt64, _ within: Int32) -> Int {
        let mask = table.count - 1
        // The lowest bit says what the half is of.
        var at = Int(truncatingIfNeeded: (half >> 1) &+ UInt64(within) &* 0x9E37_79B9) & mask
        while table[at].half != 0, table[at].half != half || table[at].within != within {
            at = (at + 1) & mask
        }
        return at
    }

    private mutating func grow() {
        let old = table
        table = Array(repeating: Seen(), count: old.count * 2)
        for seen in old where seen.half != 0 { table[find(seen.half, seen.within)] = seen }
    }

    /// The first appearance of a group; the way to it is made shorter.
    private mutating func first(_ place: Int32) -> Int32 {
        var place = place
        while groups[Int(place)] != place {
            groups[Int(place)] = groups[Int(groups[Int(place)])]
            place = groups[Int(place)]
        }
        return place
    }
}
