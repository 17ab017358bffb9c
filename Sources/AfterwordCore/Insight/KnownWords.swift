/// The words that the reader of reviews compares with, folded.
struct KnownWords {
    private(set) var whole: Set<String> = []
    /// The stems of phrases.
    private(set) var beginnings: Set<String> = []

    /// The beginning of words that say that something fails.
    static let failing = Lexicon.Phrase.Part.stem("fail")
    /// Words that cancel a negation before them: "not only".
    static let cancelling = LanguageFiles.words("language", "cancels")

    init(_ phrases: LexiconPhrases) {
        whole.formUnion(Self.cancelling)
        for (_, words) in frequentWords { whole.formUnion(words) }
        for words in phrases.negations.values { whole.formUnion(words) }
        for entry in phrases.entries.values.joined() { entry.phrase.parts.forEach { add($0) } }
        for cues in phrases.dangerCues.values {
            for phrase in Cue.allCases.flatMap({ cues[$0] }) { phrase.parts.forEach { add($0) } }
        }
        add(Self.failing)
        // With all of these known, a form says whether its words have one letter, and no plain
        // letter of ASCII is strange (`Vocabulary.isStrange`).
        whole.formUnion("abcdefghijklmnopqrstuvwxyz0123456789".map { String($0) })
    }

    private mutating func add(_ part: Lexicon.Phrase.Part) {
        switch part {
        case .word(let text): whole.insert(text)
        case .stem(let text): beginnings.insert(text)
        case .gap: break
        }
    }
}
