/// Gathers the weights of words one after another: of each by itself, and of what its neighbors in
/// the clause make of it: negation, pairs, phrases.
struct ClauseWalk: Sendable {
    /// How many words behind a negation it reaches.
    private static let reach = 6
    /// How many words before a phrase a negation counts.
    private static let near = 3
    /// The words that a phrase and a negation before it need.
    private static let kept = PhraseTable.wordLimit + near

    /// The states of the clause's last words, the newest first.
    private var states = SIMD8<UInt32>.zero
    /// Whether those words negate; the newest in the lowest bit.
    private var negations: UInt8 = 0
    /// How many of them there are.
    private var count = 0
    /// How many further words the last negation reaches.
    private var scope = 0
    /// Whether the word before is of the clause and of a script with spaces.
    private var hasBefore = false

    /// How many phrases ended with the word that was passed last.
    private(set) var phraseCount: Int32 = 0

    /// No lane of what the last word's neighbors make of it is greater, with or without its sign: a
    /// row for a pair, one for a negation, and one a phrase.
    var bound: Int32 { 255 * (2 + phraseCount) }

    /// The weights of the next word. `found` is passed each meaning of a phrase that ends with it,
    /// and whether a negation stands before the phrase.
    @inline(__always)
    mutating func weights(
        _ word: FrozenWord, _ model: FrozenModel, _ found: (UInt16, Bool) -> Void
    ) -> WordWeights {
        if word.beginsClause { (count, scope, hasBefore, negations) = (0, 0, false, 0) }
        var sum = word.facts.weights
        guard word.facts.isSpaced else {
            phraseCount = 0
            (count, hasBefore, negations) = (0, false, 0)
            return sum
        }
        phraseCount = 0
        let state = word.facts.state
        let negates = word.facts.negates
        if scope > 0, !negates {
            model.add(FeatureHash.mix(state ^ FeatureHash.negated), to: &sum)
        }
        if hasBefore {
            let pair = states[0] &* 31 &+ state
            model.add(FeatureHash.mix(pair ^ FeatureHash.pair), to: &sum)
        }
        push(state, negates)
        if word.facts.phraseLength > 0 {
            addPhrases(upTo: Int(word.facts.phraseLength), model, &sum, found)
        }
        scope = negates ? Self.reach : max(0, scope - 1)
        hasBefore = true
        return sum
    }

    @inline(__always)
    private mutating func push(_ state: UInt32, _ negates: Bool) {
        for place in stride(from: Self.kept - 1, to: 0, by: -1) {
            states[place] = states[place - 1]
        }
        states[0] = state
        negations = negations &<< 1 | (negates ? 1 : 0)
        count = min(count + 1, Self.kept)
    }

    private mutating func addPhrases(
        upTo limit: Int, _ model: FrozenModel, _ sum: inout WordWeights,
        _ found: (UInt16, Bool) -> Void
    ) {
        for length in 1...min(limit, count) {
            var key = FeatureHash.phraseStart
            for place in stride(from: length - 1, through: 0, by: -1) {
                key = key &* 31 &+ states[place]
            }
            let says = model.phrases.meanings(of: FeatureHash.mix(key))
            guard !says.isEmpty else { continue }
            let before = min(Self.near, count - length)
            let mask = UInt8(truncatingIfNeeded: (1 << before - 1) << length)
            let isNegated = negations & mask != 0
            for meaning in says {
                let feature = FeatureHash.phrase &+ UInt32(meaning) &* 2 &+ (isNegated ? 1 : 0)
                model.add(FeatureHash.mix(feature), to: &sum)
                phraseCount += 1
                found(meaning, isNegated)
            }
        }
    }
}
