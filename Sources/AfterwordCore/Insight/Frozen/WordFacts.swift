/// What the frozen reader knows of a word by itself.
struct WordFacts: Sendable {
    /// The weights of the word and of its runs of three to five letters.
    var weights = WordWeights()
    /// No lane of its weights or languages is greater, with or without its sign.
    var bound: Int32 = 0
    /// What its letters say of the language, by lane.
    var languages = SIMD32<Int16>.zero
    /// The state of its folded letters.
    var state: UInt32 = 0
    var isSpaced = true
    var negates = false
    var contrasts = false
    /// The most words of a phrase that ends with it; 0 where no phrase does.
    var phraseLength: UInt8 = 0

    fileprivate mutating func setBound() {
        bound = weights.bound
        for lane in 0..<32 { bound = max(bound, abs(Int32(languages[lane]))) }
    }

    /// A word's letters beyond these are left out.
    static let letterLimit = 32
}

/// A word whose letters are gathered.
struct OpenLetters: Sendable {
    private(set) var folded: [UInt32] = []
    private(set) var lower: [UInt32] = []
    private(set) var isSpaced = true

    mutating func begin(isSpaced: Bool) {
        folded.removeAll(keepingCapacity: true)
        lower.removeAll(keepingCapacity: true)
        self.isSpaced = isSpaced
    }

    mutating func add(_ entry: LetterRoles.Entry) {
        guard folded.count < WordFacts.letterLimit else { return }
        folded.append(entry.folded.0)
        if entry.folded.1 != 0 { folded.append(entry.folded.1) }
        lower.append(entry.lower)
    }

    /// What is known of the word.
    mutating func facts(_ model: FrozenModel) -> WordFacts {
        if folded.count > WordFacts.letterLimit { folded.removeLast() }
        var facts = WordFacts()
        facts.isSpaced = isSpaced
        facts.state = folded.reduce(FeatureHash.start) { FeatureHash.add($1, to: $0) }
        facts.languages = model.languages.weights(of: lower, isSpaced: isSpaced)
        guard isSpaced else {
            addRuns(model, to: &facts.weights)
            facts.setBound()
            return facts
        }
        facts.negates = model.words.negations.contains(facts.state)
        facts.contrasts = model.words.contrasts.contains(facts.state)
        facts.phraseLength = model.phrases.lengths[facts.state] ?? 0
        model.add(FeatureHash.mix(facts.state ^ FeatureHash.word), to: &facts.weights)
        addGrams(model, to: &facts.weights)
        facts.setBound()
        return facts
    }

    /// The runs of three to five letters of `^word$`, without the whole.
    private func addGrams(_ model: FrozenModel, to sum: inout WordWeights) {
        let count = folded.count + 2
        for start in 0..<count {
            var state = FeatureHash.gramStart
            for length in 1...min(5, count - start) {
                let place = start + length - 1
                let letter =
                    place == 0 ? 0x5E : place == count - 1 ? 0x24 : folded[place - 1]
                state = FeatureHash.add(letter, to: state)
                if length >= 3, length < count { model.add(FeatureHash.mix(state), to: &sum) }
            }
        }
    }

    /// The runs of one to four letters of a script without spaces.
    private func addRuns(_ model: FrozenModel, to sum: inout WordWeights) {
        for start in folded.indices {
            var state = FeatureHash.start
            for length in 1...min(4, folded.count - start) {
                state = FeatureHash.add(folded[start + length - 1], to: state)
                model.add(FeatureHash.mix(state ^ FeatureHash.word), to: &sum)
            }
        }
    }
}

/// Facts of words read before, by their bytes: most words of a text were read before.
struct WordMemory: Sendable {
    private struct Slot {
        var key: (UInt64, UInt64) = (0, 0)
        var facts = WordFacts()
    }

    private var slots: [Slot]

    private static let slotCount = 8192

    init() { slots = Array(repeating: Slot(), count: Self.slotCount) }

    private init(slots: [Slot]) { self.slots = slots }

    /// One that keeps nothing and takes no memory: it holds the place of one that is lent.
    static let none = WordMemory(slots: [])

    /// Words of more bytes are not kept.
    private static let byteLimit = 16

    /// The facts of the word in a byte range; `make` finds them where they are not kept.
    @inline(__always)
    mutating func facts(
        _ bytes: BorrowedBytes, _ range: Range<Int>, _ make: () -> WordFacts
    ) -> WordFacts {
        guard range.count <= Self.byteLimit, !slots.isEmpty else { return make() }
        let key = Self.key(bytes, range)
        let hash = (key.0 ^ key.1 &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        // A word has two slots, which it shares with others: the one that came first makes room.
        let place = Int(truncatingIfNeeded: hash &>> 51) & ~1
        if slots[place].key == key { return slots[place].facts }
        if slots[place + 1].key == key { return slots[place + 1].facts }
        slots[place + 1] = slots[place]
        slots[place] = Slot(key: key, facts: make())
        return slots[place].facts
    }

    /// The bytes as two numbers. A word has no zero byte, so words of different lengths differ.
    @inline(__always)
    private static func key(_ bytes: BorrowedBytes, _ range: Range<Int>) -> (UInt64, UInt64) {
        func part(_ start: Int, _ count: Int) -> UInt64 {
            if start &+ 8 <= bytes.count {
                let word = bytes.word(at: start)
                return count >= 8 ? word : word & ((1 &<< UInt64(8 &* count)) &- 1)
            }
            var word: UInt64 = 0
            for offset in 0..<count {
                word |= UInt64(bytes[start + offset]) &<< UInt64(8 * offset)
            }
            return word
        }
        let count = range.count
        let first = part(range.lowerBound, min(count, 8))
        return (first, count > 8 ? part(range.lowerBound + 8, count - 8) : 0)
    }
}
