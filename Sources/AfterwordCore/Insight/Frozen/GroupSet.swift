/// Groups of words of `dangers.txt`, by their places; at most 256.
struct GroupSet: Equatable, Sendable {
    private var bits = SIMD4<UInt64>.zero

    static let capacity = 256

    mutating func insert(_ place: Int) {
        precondition(0 <= place && place < Self.capacity, "more groups than a set holds")
        bits[place / 64] |= 1 << UInt64(place % 64)
    }

    @inline(__always)
    mutating func formUnion(_ other: GroupSet) { bits |= other.bits }

    @inline(__always)
    func meets(_ other: GroupSet) -> Bool { bits & other.bits != .zero }
}

/// The groups of words, by the states of their folded letters.
struct WordGroups: Sendable {
    /// Of whole words, and of runs of letters of a script without spaces.
    private var whole: [UInt32: GroupSet] = [:]
    /// Of all words that begin so.
    private var stems: [UInt32: GroupSet] = [:]
    /// A bit for each of 2^17 kinds of states: most words are of no group, which it says at once.
    private var mayBe: [UInt64] = Array(repeating: 0, count: 1 << 11)

    /// The letters of such a run.
    private static let runLimit = 4

    /// Puts a word, or all words that begin so where a `*` ends it, into a group.
    mutating func add(_ written: String, to group: Int) {
        let isStem = written.hasSuffix("*")
        let state = FeatureHash.state(of: written.unicodeScalars.filter { $0 != "*" })
        mayBe[Int(state &>> 21)] |= 1 &<< UInt64(state &>> 15 & 63)
        if isStem {
            stems[state, default: GroupSet()].insert(group)
        } else {
            whole[state, default: GroupSet()].insert(group)
        }
    }

    /// The groups of a word of a script with spaces.
    func ofWord(_ letters: ArraySlice<UInt32>) -> GroupSet {
        var (state, found) = (FeatureHash.start, GroupSet())
        for letter in letters {
            state = FeatureHash.add(letter, to: state)
            if has(state), let own = stems[state] { found.formUnion(own) }
        }
        if has(state), let own = whole[state] { found.formUnion(own) }
        return found
    }

    /// The groups of all runs of up to four letters in a text without spaces.
    func ofRuns(_ letters: ArraySlice<UInt32>) -> GroupSet {
        var found = GroupSet()
        for start in letters.indices {
            var state = FeatureHash.start
            for letter in letters[start...].prefix(Self.runLimit) {
                state = FeatureHash.add(letter, to: state)
                if has(state), let own = whole[state] { found.formUnion(own) }
            }
        }
        return found
    }

    @inline(__always)
    private func has(_ state: UInt32) -> Bool {
        mayBe[Int(state &>> 21)] &>> UInt64(state &>> 15 & 63) & 1 != 0
    }
}
