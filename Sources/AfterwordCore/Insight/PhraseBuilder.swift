/// The entries of a lexicon in numbers, and what is known of each form.
struct PhraseBuilder {
    private(set) var patterns: [FormPattern] = []
    private(set) var entries: [ReadingTable.Entry] = []
    private(set) var candidates: [ReadingTable.Candidate] = []
    private(set) var facts: [ReadingTable.Facts]
    private(set) var frequent: [(language: Language, words: [UInt64])] = []

    private let vocabulary: Vocabulary
    /// The places of the entries of each key.
    private var groups: [String: Range<Int>] = [:]

    init(_ phrases: LexiconPhrases, _ vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        facts = Array(repeating: .init(), count: vocabulary.formCount + 1)
        for (key, group) in phrases.entries {
            groups[key] = entries.count..<entries.count + group.count
            for entry in group { add(entry) }
        }
        for place in vocabulary.texts.indices { addCandidates(place) }
        for (language, words) in phrases.negations {
            for word in words { facts[index(word)].negates.insert(language) }
        }
        addFrequentWords()
    }

    private func index(_ word: String) -> Int { Int(vocabulary.form(of: word)) + 1 }

    private mutating func add(_ entry: Lexicon.Entry) {
        let start = patterns.count
        patterns += entry.phrase.parts.map(vocabulary.pattern)
        entries.append(
            .init(
                phrase: start..<patterns.count, language: entry.language, meaning: entry.meaning))
    }

    /// The entries that may begin with the word at a place, and with words that only begin with it.
    private mutating func addCandidates(_ place: Int) {
        let text = vocabulary.texts[place]
        let group = groups[LexiconPhrases.key(text)] ?? 0..<0
        let form = vocabulary.form(of: text)
        facts[Int(form) + 1].candidates = list(group, fitting: form)
        // A longer word is in another group than a beginning that is shorter than a key.
        guard vocabulary.isBeginning(place), text.count >= LexiconPhrases.keyLength else { return }
        let longer = vocabulary.form(beginningAt: place)
        facts[Int(longer) + 1].candidates = list(group, fitting: longer)
    }

    private mutating func list(
        _ group: Range<Int>, fitting form: Vocabulary.Form
    ) -> Range<Int> {
        let start = candidates.count
        for place in group where patterns[entries[place].phrase.lowerBound].fits(form) {
            let (phrase, language) = (entries[place].phrase, entries[place].language)
            candidates.append(
                .init(
                    entry: Int32(place), language: language,
                    second: phrase.count > 1 ? patterns[phrase.lowerBound + 1] : .any))
        }
        return start..<candidates.count
    }

    private mutating func addFrequentWords() {
        let all = Set(frequentWords.flatMap(\.1)).sorted()
        for (place, word) in all.enumerated() { facts[index(word)].frequent = Int16(place) }
        for (language, words) in frequentWords {
            var bits = [UInt64](repeating: 0, count: (all.count + 63) / 64)
            for (place, word) in all.enumerated() where words.contains(word) {
                bits[place / 64] |= 1 << UInt64(place % 64)
            }
            frequent.append((language, bits))
        }
    }
}
