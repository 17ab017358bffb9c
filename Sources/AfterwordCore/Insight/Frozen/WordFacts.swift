/// What the frozen reader knows of a word by itself.
struct WordFacts: Sendable {
    /// The weights of the word and of its runs of three to five letters.
    var weights = WordWeights()
    /// The groups of `dangers.txt` that it is of; they fill what the weights leave of a line.
    var groups = GroupSet()
    /// What its letters say of the language, by lane.
    var languages = SIMD32<Int16>.zero

    /// A word's letters beyond these are left out.
    static let letterLimit = 32
}

/// What a word is to its neighbors, in 64 bits: they stand beside its key.
struct WordMarks: Sendable {
    private(set) var bits: UInt64 = 0

    init(bits: UInt64 = 0) { self.bits = bits }

    init(state: UInt32) { bits = UInt64(state) }

    /// Adds what no lane of the word's facts exceeds.
    mutating func setBounds(_ facts: WordFacts) {
        // A word has at most 128 features of at most 255, so that a quarter fits 13 bits.
        bits |= UInt64((facts.weights.bound + 3) / 4) << 38
        let languages = greatest(facts.languages.lowHalf, facts.languages.highHalf)
        bits |= UInt64((languages + 3) / 4) << 51
    }

    /// The state of its folded letters.
    @inline(__always)
    var state: UInt32 { UInt32(truncatingIfNeeded: bits) }

    /// The most words of a phrase that ends with it; 0 where no phrase does.
    @inline(__always)
    var phraseLength: Int {
        get { Int(bits &>> 32 & 7) }
        set { bits = bits & ~(7 << 32) | UInt64(newValue) << 32 }
    }

    @inline(__always)
    var negates: Bool {
        get { bits &>> 35 & 1 != 0 }
        set { bits = bits & ~(1 << 35) | (newValue ? 1 << 35 : 0) }
    }

    /// Whether a clause begins with it.
    @inline(__always)
    var contrasts: Bool {
        get { bits &>> 36 & 1 != 0 }
        set { bits = bits & ~(1 << 36) | (newValue ? 1 << 36 : 0) }
    }

    /// Whether it makes what is said a possibility.
    @inline(__always)
    var isPossible: Bool {
        get { bits &>> 37 & 1 != 0 }
        set { bits = bits & ~(1 << 37) | (newValue ? 1 << 37 : 0) }
    }

    /// A script without spaces has no clauses that words make.
    mutating func leaveOutClauses() { (negates, contrasts, phraseLength) = (false, false, 0) }

    /// No lane of its weights is greater, with or without its sign.
    @inline(__always)
    var bound: Int32 { Int32(truncatingIfNeeded: bits &>> 38 & 0x1FFF) &* 4 }

    /// No lane of its languages is greater, with or without its sign.
    @inline(__always)
    var languageBound: Int32 { Int32(truncatingIfNeeded: bits &>> 51) &* 4 }
}

/// A word whose letters are gathered. The memory of one serves the next.
struct OpenLetters: Sendable {
    /// The folded letters, between marks of the word's begin and end.
    private var folded: [UInt32] = []
    private var lower: [UInt32] = []
    private var features: [UInt32] = []

    private static let begin: UInt32 = 0x5E
    private static let end: UInt32 = 0x24

    /// Writes the facts of the word in a byte range, and returns its marks.
    mutating func read(
        _ bytes: BorrowedBytes, _ range: Range<Int>, isSpaced: Bool, _ model: FrozenModel,
        into facts: inout WordFacts
    ) -> WordMarks {
        features.removeAll(keepingCapacity: true)
        gather(bytes, range, model.letters)
        var state = FeatureHash.start
        for letter in folded[1..<folded.count - 1] { state = FeatureHash.add(letter, to: state) }
        facts.weights = WordWeights()
        let letters = folded[1..<folded.count - 1]
        let groups = model.dangers.words
        facts.groups = isSpaced ? groups.ofWord(letters) : groups.ofRuns(letters)
        if isSpaced {
            features.append(FeatureHash.mix(state ^ FeatureHash.word))
            addGrams()
        } else {
            addRuns()
        }
        model.add(&features, to: &facts.weights)
        features.removeAll(keepingCapacity: true)
        facts.languages = model.languages.weights(of: lower, isSpaced: isSpaced, &features)
        var marks = model.words.marks(of: state)
        if !isSpaced { marks.leaveOutClauses() }
        marks.setBounds(facts)
        return marks
    }

    private mutating func gather(
        _ bytes: BorrowedBytes, _ range: Range<Int>, _ letters: LetterRoles
    ) {
        folded.removeAll(keepingCapacity: true)
        lower.removeAll(keepingCapacity: true)
        folded.append(Self.begin)
        lower.append(Self.begin)
        var place = range.lowerBound
        while place < range.upperBound, folded.count <= WordFacts.letterLimit {
            let (scalar, width) = scalarOrGap(bytes, at: place)
            let entry = letters[scalar]
            place += width
            if entry.role == .joining { continue }
            folded.append(entry.folded.0)
            if entry.folded.1 != 0 { folded.append(entry.folded.1) }
            lower.append(entry.lower)
        }
        if folded.count > WordFacts.letterLimit + 1 { folded.removeLast() }
        folded.append(Self.end)
        lower.append(Self.end)
    }

    /// The runs of three to five letters of `^word$`, without the whole.
    private mutating func addGrams() {
        let count = folded.count
        for start in 0..<count - 2 {
            var state = FeatureHash.add(folded[start], to: FeatureHash.gramStart)
            state = FeatureHash.add(folded[start + 1], to: state)
            for place in start + 2..<min(start + 5, count) {
                state = FeatureHash.add(folded[place], to: state)
                features.append(FeatureHash.mix(state))
            }
        }
        // The whole is the longest run from the first letter on, where the word is short enough.
        if count <= 5 { features.remove(at: count - 2) }
    }

    /// The runs of one to four letters of a script without spaces.
    private mutating func addRuns() {
        for start in 1..<folded.count - 1 {
            var state = FeatureHash.start
            for place in start..<min(start + 4, folded.count - 1) {
                state = FeatureHash.add(folded[place], to: state)
                features.append(FeatureHash.mix(state ^ FeatureHash.word))
            }
        }
    }
}
