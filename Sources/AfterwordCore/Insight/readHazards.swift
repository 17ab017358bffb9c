/// A text in which dangers are looked for.
struct HazardSearch {
    let words: [Word]
    let text: Text
    let field: TrackedField
    /// The review's whole stars; nil where it has no rating.
    let star: Int?
    let language: Language

    /// The mentions of danger, each with its class; of overlapping phrases of one hazard, the
    /// longest.
    func hazards(_ lexicon: Lexicon) -> [HazardMention] {
        var harmless: [HarmlessPlace] = []
        var found: [HazardMention] = []
        for start in words.indices {
            for entry in lexicon.entries(for: words[start].text)
            where language == .unknown || entry.language == language {
                guard entry.meaning.isOfDanger,
                    let end = match(entry.phrase.parts[...], words, start)
                else { continue }
                switch entry.meaning {
                case .aspect: break
                case .harmless(let hazard): harmless.append((hazard, range(start..<end)))
                case .hazard(let hazard, let sense):
                    let context = context(entry.language, lexicon)
                    let mention = HazardMention(
                        hazard: hazard, dangerClass: context.dangerClass(sense, at: start..<end),
                        field: field, range: range(start..<end),
                        sentence: sentence(words, around: start..<end, in: text))
                    if !found.contains(mention) { found.append(mention) }
                }
            }
        }
        return withoutInner(without(harmless, found)) { ($0.hazard, $0.field, $0.range) }
    }

    private func range(_ places: Range<Int>) -> Range<Int> {
        words[places.lowerBound].range.lowerBound..<words[places.upperBound - 1].range.upperBound
    }

    private func context(_ language: Language, _ lexicon: Lexicon) -> DangerContext {
        DangerContext(
            words: words, text: text, cues: lexicon.dangerCues[language] ?? .init(),
            negations: lexicon.negations[language] ?? [], star: star)
    }
}

/// Where a phrase stands that looks like a hazard and is none.
private typealias HarmlessPlace = (hazard: Int, range: Range<Int>)

/// The mentions that no harmless phrase of the same hazard overlaps.
private func without(_ harmless: [HarmlessPlace], _ found: [HazardMention]) -> [HazardMention] {
    found.filter { danger in
        !harmless.contains { $0.hazard == danger.hazard && $0.range.overlaps(danger.range) }
    }
}

extension Lexicon.Meaning {
    fileprivate var isOfDanger: Bool {
        if case .aspect = self { false } else { true }
    }
}

// MARK: Languages without spaces

/// The same for a language without spaces: phrases are searched as byte sequences.
func unspacedHazards(
    in text: Text, _ field: TrackedField, _ language: Language, _ lexicon: Lexicon
) -> [HazardMention] {
    var harmless: [HarmlessPlace] = []
    var found: [HazardMention] = []
    let cues = lexicon.unspacedCues[language] ?? UnspacedCues()
    for entry in lexicon.unspaced where entry.language == language {
        for start in places(of: entry.phrase, in: text.bytes) {
            let range = start..<start + entry.phrase.count
            switch entry.meaning {
            case .aspect: break
            case .harmless(let hazard): harmless.append((hazard, range))
            case .hazard(let hazard, let sense):
                let sentence = unspacedSentence(around: range, in: text.bytes)
                found.append(
                    HazardMention(
                        hazard: hazard,
                        dangerClass: cues.dangerClass(sense, range, sentence, text.bytes),
                        field: field, range: range, sentence: sentence))
            }
        }
    }
    return without(harmless, found)
}

/// The characters of a language without spaces that decide the class of a danger near them, under
/// the names that `DangerCues` has for words.
struct UnspacedCues: Sendable {
    private var negations: [String] = []
    private var denies: [String] = []
    /// Single characters that end a clause, beside commas and line feeds.
    private var ends: Set<Character> = []
    private var prevents: [String] = []
    private var follows: [String] = []
    private var problem: [String] = []
    private var may: [String] = []

    init() {}

    /// The cues of a language's file.
    init(_ file: DataSections) {
        func phrases(_ name: String) -> [String] { file["around hazards", name]?.phrases ?? [] }
        negations = file["language", "negations"]?.words ?? []
        (denies, ends) = (phrases("denies"), Set(phrases("ends").flatMap { $0 }))
        (prevents, follows) = (phrases("prevents"), phrases("follows"))
        (problem, may) = (phrases("problem"), phrases("may"))
    }

    /// The class of a mention. A negation denies what stands before it, up to a comma or the verb
    /// form that links clauses; a negated problem word ("心配ない") denies everything before it in
    /// the sentence.
    func dangerClass(
        _ sense: Lexicon.Sense, _ range: Range<Int>, _ sentence: Range<Int>, _ bytes: [UInt8]
    ) -> DangerClass {
        func string(_ range: Range<Int>) -> String {
            String(decoding: bytes[range], as: UTF8.self)
        }
        let after = string(range.upperBound..<max(range.upperBound, sentence.upperBound))
        let before = string(min(sentence.lowerBound, range.lowerBound)..<range.lowerBound)
        if prevents.contains(where: before.hasSuffix) || follows.contains(where: after.hasPrefix) {
            return .unlikely
        }
        for calm in problem {
            guard let place = after.firstRange(of: calm) else { continue }
            if negations.contains(where: after[place.upperBound...].prefix(8).contains) {
                return .unlikely
            }
        }
        let clause = after.prefix { !"、，,\n".contains($0) && !ends.contains($0) }.prefix(12)
        if (negations + denies).contains(where: clause.contains) { return .unlikely }
        return sense == .said || may.contains(where: clause.contains) ? .said : .happened
    }
}
