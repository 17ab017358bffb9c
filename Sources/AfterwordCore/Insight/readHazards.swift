/// The mentions of danger in a text, each with its class; of overlapping phrases of one hazard, the
/// longest.
func hazards(
    in words: [Word], _ text: Text, _ field: TrackedField, star: Int?, _ language: Language,
    _ lexicon: Lexicon
) -> [HazardMention] {
    var harmless: [(hazard: Int, range: Range<Int>)] = []
    var found: [HazardMention] = []
    for start in words.indices {
        for entry in lexicon.entries(for: words[start].text)
        where language == .unknown || entry.language == language {
            guard entry.meaning.isOfDanger,
                let end = match(entry.phrase.parts[...], words, start)
            else { continue }
            let range = words[start].range.lowerBound..<words[end - 1].range.upperBound
            switch entry.meaning {
            case .aspect: break
            case .harmless(let hazard): harmless.append((hazard, range))
            case .hazard(let hazard, let sense):
                let context = DangerContext(
                    words: words, text: text, cues: lexicon.dangerCues[entry.language] ?? .init(),
                    negations: lexicon.negations[entry.language] ?? [], star: star)
                let mention = HazardMention(
                    hazard: hazard, dangerClass: context.dangerClass(sense, at: start..<end),
                    field: field, range: range,
                    sentence: sentence(words, around: start..<end, in: text))
                if !found.contains(mention) { found.append(mention) }
            }
        }
    }
    let open = found.filter { danger in
        !harmless.contains { $0.hazard == danger.hazard && $0.range.overlaps(danger.range) }
    }
    return withoutInner(open) { ($0.hazard, $0.field, $0.range) }
}

extension Lexicon.Meaning {
    fileprivate var isOfDanger: Bool {
        if case .aspect = self { false } else { true }
    }
}

/// The same for Japanese, which has no spaces: phrases are searched as byte sequences.
func japaneseHazards(in text: Text, _ field: TrackedField, _ lexicon: Lexicon) -> [HazardMention] {
    var harmless: [(hazard: Int, range: Range<Int>)] = []
    var found: [HazardMention] = []
    for (phrase, meaning) in lexicon.japanese {
        for start in places(of: phrase, in: text.bytes) {
            let range = start..<start + phrase.count
            switch meaning {
            case .aspect: break
            case .harmless(let hazard): harmless.append((hazard, range))
            case .hazard(let hazard, let sense):
                let sentence = japaneseSentence(around: range, in: text.bytes)
                found.append(
                    HazardMention(
                        hazard: hazard,
                        dangerClass: japaneseClass(sense, range, sentence, text.bytes),
                        field: field, range: range, sentence: sentence))
            }
        }
    }
    return found.filter { danger in
        !harmless.contains { $0.hazard == danger.hazard && $0.range.overlaps(danger.range) }
    }
}

/// The class of a mention. A negation denies what stands before it, up to a comma or the verb form
/// that links clauses; "心配ない" and similar deny everything before them in the sentence.
private func japaneseClass(
    _ sense: Lexicon.Sense, _ range: Range<Int>, _ sentence: Range<Int>, _ bytes: [UInt8]
) -> DangerClass {
    func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
    let after = string(range.upperBound..<max(range.upperBound, sentence.upperBound))
    let before = string(min(sentence.lowerBound, range.lowerBound)..<range.lowerBound)
    if before.hasSuffix("防") || ["防止", "対策", "予防"].contains(where: after.hasPrefix) {
        return .unlikely
    }
    for calm in ["心配", "問題", "不安"] {
        guard let place = after.firstRange(of: calm) else { continue }
        if japaneseNegations.contains(where: after[place.upperBound...].prefix(8).contains) {
            return .unlikely
        }
    }
    let clause = after.prefix { !"、，,てで\n".contains($0) }.prefix(12)
    if japaneseNegations.contains(where: clause.contains) || clause.contains("にくい") {
        return .unlikely
    }
    let mayHappen = ["かもしれ", "恐れ", "おそれ", "可能性", "そう"].contains(where: clause.contains)
    return sense == .said || mayHappen ? .said : .happened
}

private let japaneseNegations = ["ない", "なく", "なし", "なかった", "ません", "無い", "無し"]
