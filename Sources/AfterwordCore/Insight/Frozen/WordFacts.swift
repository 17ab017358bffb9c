/// What the frozen reader knows of a word by itself. The widest parts come first, so that it fills
/// three lines of a cache.
struct WordFacts: Sendable {
    /// What its letters say of the language, by lane.
    var languages = SIMD32<Int16>.zero
    /// The weights of the word and of its runs of three to five letters.
    var weights = WordWeights()
    /// No lane of its weights or languages is greater, with or without its sign.
    var bound: Int32 = 0
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

/// A word whose letters are gathered. The memory of one serves the next.
struct OpenLetters: Sendable {
    private var folded: [UInt32] = []
    private var lower: [UInt32] = []
    private var features: [UInt32] = []

    /// The facts of the word in a byte range.
    @inline(never)
    mutating func facts(
        _ bytes: BorrowedBytes, _ range: Range<Int>, isSpaced: Bool, _ model: FrozenModel
    ) -> WordFacts {
        folded.removeAll(keepingCapacity: true)
        lower.removeAll(keepingCapacity: true)
        features.removeAll(keepingCapacity: true)
        var place = range.lowerBound
        while place < range.upperBound {
            let (scalar, width) = scalarOrGap(bytes, at: place)
            let entry = model.letters[scalar]
            if entry.role != .joining { add(entry) }
            place += width
        }
        if folded.count > WordFacts.letterLimit { folded.removeLast() }
        return facts(isSpaced: isSpaced, model)
    }

    private mutating func add(_ entry: LetterRoles.Entry) {
        guard folded.count < WordFacts.letterLimit else { return }
        folded.append(entry.folded.0)
        if entry.folded.1 != 0 { folded.append(entry.folded.1) }
        lower.append(entry.lower)
    }

    private mutating func facts(isSpaced: Bool, _ model: FrozenModel) -> WordFacts {
        var facts = WordFacts()
        facts.isSpaced = isSpaced
        facts.state = folded.reduce(FeatureHash.start) { FeatureHash.add($1, to: $0) }
        facts.languages = model.languages.weights(of: lower, isSpaced: isSpaced)
        if isSpaced {
            facts.negates = model.words.negations.contains(facts.state)
            facts.contrasts = model.words.contrasts.contains(facts.state)
            facts.phraseLength = model.phrases.lengths[facts.state] ?? 0
            features.append(FeatureHash.mix(facts.state ^ FeatureHash.word))
            addGrams()
        } else {
            addRuns()
        }
        model.add(&features, to: &facts.weights)
        facts.setBound()
        return facts
    }

    /// The runs of three to five letters of `^word$`, without the whole.
    private mutating func addGrams() {
        let count = folded.count + 2
        for start in 0..<count {
            var state = FeatureHash.gramStart
            for length in 1...min(5, count - start) {
                let place = start + length - 1
                let letter =
                    place == 0 ? 0x5E : place == count - 1 ? 0x24 : folded[place - 1]
                state = FeatureHash.add(letter, to: state)
                if length >= 3, length < count { features.append(FeatureHash.mix(state)) }
            }
        }
    }

    /// The runs of one to four letters of a script without spaces.
    private mutating func addRuns() {
        for start in folded.indices {
            var state = FeatureHash.start
            for length in 1...min(4, folded.count - start) {
                state = FeatureHash.add(folded[start + length - 1], to: state)
                features.append(FeatureHash.mix(state ^ FeatureHash.word))
            }
        }
    }
}

/// Facts of words read before, by their bytes: most words of a text were read before.
struct WordMemory: Sendable {
    private typealias Key = (UInt64, UInt64)

    private var keys: [Key]
    private var known: [WordFacts]
    private var letters = OpenLetters()

    private static let placeBits: UInt64 = 15

    init() {
        keys = Array(repeating: (0, 0), count: 1 << Int(Self.placeBits))
        known = Array(repeating: WordFacts(), count: keys.count)
    }

    private init(keys: [Key], known: [WordFacts]) { (self.keys, self.known) = (keys, known) }

    /// One that keeps nothing and takes no memory: it holds the place of one that is lent.
    static let none = WordMemory(keys: [], known: [])

    /// Words of more bytes are not kept.
    private static let byteLimit = 16

    /// The facts of the word in a byte range.
    @inline(__always)
    mutating func facts(
        _ bytes: BorrowedBytes, _ range: Range<Int>, isSpaced: Bool, _ model: FrozenModel
    ) -> WordFacts {
        let key = Self.key(bytes, range)
        let hash = (key.0 ^ key.1 &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        // A word has two places, which it shares with others: the one that came first makes room.
        let place = Int(truncatingIfNeeded: hash &>> (64 &- Self.placeBits)) & ~1
        if range.count <= Self.byteLimit, !keys.isEmpty {
            if keys[place] == key { return known[place] }
            if keys[place + 1] == key { return known[place + 1] }
        }
        let facts = letters.facts(bytes, range, isSpaced: isSpaced, model)
        if range.count <= Self.byteLimit, !keys.isEmpty {
            (keys[place + 1], known[place + 1]) = (keys[place], known[place])
            (keys[place], known[place]) = (key, facts)
        }
        return facts
    }

    /// The first bytes as two numbers. A word has no zero byte, so words of different lengths
    /// differ.
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
        let count = min(range.count, byteLimit)
        let first = part(range.lowerBound, min(count, 8))
        return (first, count > 8 ? part(range.lowerBound + 8, count - 8) : 0)
    }
}
