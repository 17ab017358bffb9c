/// The phrases of a lexicon and the words that decide what stands near them, of all languages, as
/// they are written.
struct LexiconPhrases: Sendable {
    private(set) var dangerCues: [Language: DangerCues] = [:]
    private(set) var negations: [Language: Set<String>] = [:]
    /// Grouped by the key of a phrase's first word.
    private(set) var entries: [String: [Lexicon.Entry]] = [:]
    /// Phrases of languages without spaces.
    private(set) var unspaced: [Lexicon.UnspacedEntry] = []
    private(set) var unspacedCues: [Language: UnspacedCues] = [:]

    /// Adds the words that decide what stands near them, of all languages.
    mutating func addCues() {
        for language in Language.known {
            guard language.hasSpaces else {
                unspacedCues[language] = UnspacedCues(language.file)
                continue
            }
            dangerCues[language] = DangerCues(language.file)
            negations[language] = Set(language.file["language", "negations"]?.words ?? [])
        }
    }

    /// Adds the phrases of that name of all languages.
    mutating func add(_ section: String, _ key: String, _ meaning: Lexicon.Meaning) {
        for language in Language.known {
            for written in language.file[section, key]?.phrases ?? [] {
                add(written, in: language, meaning)
            }
        }
    }

    /// Adds a phrase in the notation of the data.
    mutating func add(_ written: String, in language: Language, _ meaning: Lexicon.Meaning) {
        guard language.hasSpaces else {
            return unspaced.append(
                .init(phrase: Array(written.utf8), language: language, meaning: meaning))
        }
        let phrase = Lexicon.Phrase(written)
        entries[Self.key(phrase.parts[0]), default: []].append(
            .init(phrase: phrase, language: language, meaning: meaning))
    }

    private static func key(_ part: Lexicon.Phrase.Part) -> String {
        switch part {
        case .word(let text), .stem(let text): key(text)
        case .gap: ""
        }
    }

    /// Phrases are tried only at words whose key is that of the phrase's first word: its first
    /// three characters. So a stem of one or two characters at the beginning of a phrase matches
    /// only the word that it is.
    static func key(_ word: String) -> String { String(word.prefix(keyLength)) }

    /// The number of characters in the key of a long enough word.
    static let keyLength = 3
}
