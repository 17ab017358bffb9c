/// What words and their neighbors in the clause make of each other beyond what each is by itself:
/// features for negations, pairs and phrases.
struct ClauseWalk: Sendable {
    /// A feature of a word that its neighbors make.
    struct Neighbor: Sendable {
        /// The feature; then the place of its row.
        var feature: UInt32
        /// The place of the word among those of the review.
        var word: Int32
    }

    /// What a phrase says, and whether a negation stands before it.
    struct Says: Sendable {
        var meaning: UInt16
        var isNegated: Bool
        /// Whether a negation stands before it in the clause, too far to count by itself.
        var isDoubtful = false
        /// Whether what it praises may be something else, so that it counts as no praise.
        var isLoose = false
    }

    /// How many words behind a negation it reaches.
    private static let reach = 6
    /// How many words before a phrase a negation counts.
    private static let near = 3

    /// The features of the review's words.
    private(set) var neighbors: [Neighbor] = []
    /// What the phrases of the review say.
    private(set) var says: [Says] = []

    /// What `waitForRows` read, so that its reading is not left out.
    private var waited: Int16 = 0
    /// Whether the clause's last words negate; the newest in the lowest bit.
    private var negations: UInt8 = 0
    /// How many further words the last negation reaches.
    private var scope = 0
    /// The first word of the clause behind which all are of a script with spaces.
    private var first = 0

    /// Gathers the features of all sentences' words, and those that the model knows.
    mutating func pass(
        _ words: [FrozenWord], _ sentences: inout [FrozenSentence], _ model: FrozenModel
    ) {
        neighbors.removeAll(keepingCapacity: true)
        says.removeAll(keepingCapacity: true)
        for place in sentences.indices {
            let (ownSays, ownRows) = (says.count, neighbors.count)
            for index in sentences[place].words { pass(words, index, model) }
            sentences[place].says = ownSays..<says.count
            sentences[place].rows = ownRows..<neighbors.count
        }
    }

    /// Leaves out the features that the model does not know, and looks up the rows of the others.
    mutating func findRows(_ sentences: inout [FrozenSentence], _ model: FrozenModel) {
        var count = 0
        for place in sentences.indices {
            let start = count
            for index in sentences[place].rows {
                let own = neighbors[index]
                neighbors[count] = own
                count &+= model.hasRow(own.feature)
            }
            sentences[place].rows = start..<count
        }
        neighbors.removeLast(neighbors.count - count)
        for index in 0..<count {
            neighbors[index].feature = model.row(of: neighbors[index].feature)
        }
    }

    /// Reads a little of each row, so that memory is asked for all of them at once and they are
    /// near when they are added one by one.
    mutating func waitForRows(_ model: FrozenModel) {
        waited = neighbors.reduce(0) { $0 | model.rows.hasRest($1.feature) }
    }

    @inline(__always)
    private mutating func pass(_ words: [FrozenWord], _ index: Int, _ model: FrozenModel) {
        let word = words[index]
        if word.beginsClause || word.marks.contrasts { (scope, first, negations) = (0, index, 0) }
        guard word.isSpaced else {
            (first, negations) = (index + 1, 0)
            return
        }
        let state = word.marks.state
        let negates = word.marks.negates
        if scope > 0, !negates { add(state ^ FeatureHash.negated, index) }
        if index > first {
            add((words[index - 1].marks.state &* 31 &+ state) ^ FeatureHash.pair, index)
        }
        negations = negations &<< 1 | (negates ? 1 : 0)
        if word.marks.phraseLength > 0 { addPhrases(words, index, model.phrases) }
        scope = negates ? Self.reach : max(0, scope - 1)
    }

    @inline(__always)
    private mutating func add(_ state: UInt32, _ index: Int) {
        neighbors.append(
            Neighbor(feature: FeatureHash.mix(state), word: Int32(truncatingIfNeeded: index)))
    }

    private mutating func addPhrases(_ words: [FrozenWord], _ index: Int, _ phrases: PhraseTable) {
        let count = index - first + 1
        for length in 1...min(words[index].marks.phraseLength, count) {
            var key = FeatureHash.phraseStart
            for place in index - length + 1...index {
                key = key &* 31 &+ words[place].marks.state
            }
            let own = phrases.meanings(of: FeatureHash.mix(key))
            if own.isEmpty { continue }
            let before = min(Self.near, count - length)
            let mask = UInt8(truncatingIfNeeded: (1 << before - 1) << length)
            let isNegated = negations & mask != 0
            let isDoubtful = !isNegated && negations &>> UInt8(length) != 0
            for place in own {
                let meaning = phrases.says[place]
                add(FeatureHash.phrase &+ UInt32(meaning) &* 2 &+ (isNegated ? 1 : 0), index)
                says.append(
                    Says(
                        meaning: meaning, isNegated: isNegated, isDoubtful: isDoubtful,
                        isLoose: phrases.isLoose[place]))
            }
        }
    }
}
