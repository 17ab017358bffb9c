/// A lexicon prepared for reading: its words are numbered, and its phrases are sequences of those
/// numbers. Made once a lexicon, in some milliseconds.
final class ReadingTable: Sendable {
    /// A phrase and its meaning.
    struct Entry: Sendable {
        /// The phrase's parts, as a range of `patterns`.
        var phrase: Range<Int>
        var language: Language
        var meaning: Lexicon.Meaning
    }

    /// An entry whose phrase may begin with the words of a form. It holds what decides most of the
    /// times that the phrase does not match.
    struct Candidate: Sendable {
        /// The place of the entry.
        var entry: Int32
        var language: Language
        /// What the word behind the first one must fit; `any` where a phrase does not say.
        var second: FormPattern
    }

    /// What is known of the words of one form.
    struct Facts: Sendable {
        /// The languages in which it is a negation.
        var negates = LanguageSet()
        /// The first of its candidates, and their number.
        fileprivate var firstCandidate: UInt32 = 0
        fileprivate var candidateCount: UInt16 = 0
        /// Its place among the frequent words of all languages; -1 where it is none.
        var frequent: Int16 = -1

        /// Its candidates in the order of the lexicon, as a range of `candidates`.
        var candidates: Range<Int> {
            get { Int(firstCandidate)..<Int(firstCandidate) + Int(candidateCount) }
            set {
                (firstCandidate, candidateCount) = (
                    UInt32(newValue.lowerBound), UInt16(newValue.count)
                )
            }
        }
    }

    let vocabulary: Vocabulary
    let firstScalars = FoldedScalar.first
    /// The folded letter or digit of each byte; 0 for all other bytes.
    let letters = (0...255 as ClosedRange<UInt8>).map { byte in
        let scalar = FoldedScalar.first[Int(byte)]
        return byte < 0x80 && scalar.role == .letters ? UInt8(scalar.bytes) : 0
    }
    let patterns: [FormPattern]
    let entries: [Entry]
    let candidates: [Candidate]
    /// One more than there are forms: that of a form is one behind its number.
    let facts: [Facts]
    /// Words that cancel a negation before them: "not only".
    let cancelling: Set<Vocabulary.Form>
    /// The cues by the places of languages.
    let cues: [CuePatterns]
    /// Words with this beginning fail: "failed to prevent mould".
    let failing: FormPattern
    /// The frequent words of each language that has some, as bits by their places.
    let frequent: [(language: Language, words: [UInt64])]
    let unspaced: UnspacedPhrases
    let unspacedCues: [Language: UnspacedCues]

    init(_ lexicon: LexiconPhrases) {
        let words = KnownWords(lexicon)
        vocabulary = Vocabulary(words: words.whole, beginnings: words.beginnings)
        let built = PhraseBuilder(lexicon, vocabulary)
        (patterns, entries) = (built.patterns, built.entries)
        (candidates, facts) = (built.candidates, built.facts)
        frequent = built.frequent
        cues = Language.allCases.map { [vocabulary] language in
            CuePatterns(lexicon.dangerCues[language] ?? DangerCues(), vocabulary)
        }
        cancelling = Set(KnownWords.cancelling.map(vocabulary.form))
        failing = vocabulary.pattern(of: KnownWords.failing)
        (unspaced, unspacedCues) = (UnspacedPhrases(lexicon.unspaced), lexicon.unspacedCues)
    }

    /// The number of elements that hold a bit for each frequent word.
    var frequentElements: Int { frequent.first?.words.count ?? 0 }

    @inline(__always)
    func facts(of form: Vocabulary.Form) -> Facts { facts[Int(form) + 1] }
}

/// A set of known languages.
struct LanguageSet: Equatable, Sendable {
    private var bits: UInt64 = 0

    mutating func insert(_ language: Language) {
        precondition(language.place < 64, "a language has a bit of its own")
        bits |= 1 << UInt64(language.place)
    }

    func contains(_ language: Language) -> Bool { bits >> UInt64(language.place) & 1 == 1 }
}
