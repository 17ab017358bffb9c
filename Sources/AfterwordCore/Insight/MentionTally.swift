/// Counts distinct readable reviews of several sets, and their complaints, from marks: as
/// `distinctMentions` does from readings. A review counts in the first set that has it.
///
/// It goes through the keys of all sets first (`find`), and then through their marks: only reviews
/// that share a half of their key with another one are held.
package struct MentionTally: Sendable {
    private struct Appearance {
        var marks: ReadingMarks
        var within: Scope?
        var set: Int
    }

    private var counts: [DistinctMentions]
    private var repeated: RepeatedKeys
    private var shown: [Appearance] = []

    /// - Parameters:
    ///   - aspects: The number of the reader's aspects.
    ///   - sets: The number of sets.
    ///   - expected: About how many reviews there are.
    package init(aspects: Int, sets: Int, expected: Int = 16) {
        let none = DistinctMentions(mentions: Array(repeating: 0, count: aspects))
        counts = Array(repeating: none, count: sets)
        repeated = RepeatedKeys(expected: expected)
    }

    /// Notes the key of a review of any set: the first walk.
    package mutating func find(_ key: DistinctKey) { repeated.find(key) }

    /// Ends the first walk.
    package mutating func close() { repeated.close() }

    /// Counts a live review of a set.
    ///
    /// - Parameter within: Within what an equal text without an id and an author is the same.
    package mutating func count(_ marks: ReadingMarks, in set: Int, within: Scope?) {
        guard repeated.holds(marks.key) else {
            if marks.isReadable { counts[set].add(Self.complaints(marks)) }
            return
        }
        shown.append(Appearance(marks: marks, within: within, set: set))
    }

    /// The counts of the sets; call once, at the end.
    package mutating func finish() -> [DistinctMentions] {
        let groups = distinctGroups(shown.map { ($0.marks.key, $0.within) })
        var firsts: [Int: (set: Int, complaints: AspectSet)] = [:]
        for (own, group) in zip(shown, groups) where own.marks.isReadable {
            var first = firsts[group] ?? (own.set, AspectSet())
            if own.set > first.set { continue }
            if own.set < first.set { first = (own.set, AspectSet()) }
            first.complaints.formUnion(Self.complaints(own.marks))
            firsts[group] = first
        }
        for first in firsts.values { counts[first.set].add(first.complaints) }
        shown = []
        return counts
    }

    private static func complaints(_ marks: ReadingMarks) -> AspectSet {
        marks.counts(asStrength: false) ? marks.complaints : AspectSet()
    }
}

extension DistinctMentions {
    /// Adds a readable review.
    fileprivate mutating func add(_ complaints: AspectSet) {
        readable += 1
        complaints.forEach { mentions[$0] += 1 }
    }
}
