/// A text of a language with spaces, searched for the phrases of a lexicon.
struct PhraseSearch {
    let words: [CutText.Word]
    let text: Text
    let field: TrackedField
    /// The review's whole stars; nil where it has no rating.
    let star: Int?
    let table: ReadingTable

    /// How many words before a phrase a negation may stand.
    private static let negationReach = 3

    /// Adds the mentions of aspects and of danger; of nested phrases with one meaning, the longest.
    func find(into reading: inout ReviewReading) {
        var mentions: [Mention] = []
        var dangers: [HazardMention] = []
        var harmless: [HarmlessPlace] = []
        for start in words.indices {
            for place in table.facts(of: words[start].form).candidates {
                let candidate = table.candidates[place]
                guard reading.language == .unknown || candidate.language == reading.language,
                    canFollow(candidate.second, start)
                else { continue }
                let entry = table.entries[Int(candidate.entry)]
                guard let end = end(of: entry.phrase, from: start) else { continue }
                switch entry.meaning {
                case .aspect(let aspect, let isNegative):
                    let mention = mention(aspect, isNegative, at: start..<end, entry.language)
                    if !mentions.contains(mention) { mentions.append(mention) }
                case .harmless(let hazard): harmless.append((hazard, range(start..<end)))
                case .hazard(let hazard, let sense):
                    let danger = danger(hazard, sense, at: start..<end, entry.language)
                    if !dangers.contains(danger) { dangers.append(danger) }
                }
            }
        }
        if !mentions.isEmpty {
            reading.mentions += withoutInner(mentions) { ($0.aspect, $0.range) }
        }
        if !dangers.isEmpty {
            reading.hazards += withoutInner(without(harmless, dangers)) { ($0.hazard, $0.range) }
        }
    }

    /// Whether the word behind another one fits a pattern.
    @inline(__always)
    private func canFollow(_ pattern: FormPattern, _ index: Int) -> Bool {
        pattern.isGap || index + 1 < words.count && pattern.fits(words[index + 1].form)
    }

    private func mention(
        _ aspect: Int, _ isNegative: Bool, at place: Range<Int>, _ language: Language
    ) -> Mention {
        Mention(
            aspect: aspect, isNegative: isNegative != isNegated(place.lowerBound, language),
            field: field, range: range(place), sentence: sentence(around: place))
    }

    private func danger(
        _ hazard: Int, _ sense: Lexicon.Sense, at place: Range<Int>, _ language: Language
    ) -> HazardMention {
        let context = DangerContext(
            words: words, text: text, language: language, table: table, star: star)
        return HazardMention(
            hazard: hazard, dangerClass: context.dangerClass(sense, at: place), field: field,
            range: range(place), sentence: sentence(around: place))
    }

    // MARK: Phrases

    /// The end of a phrase that begins at a word, within its sentence; nil where it does not match.
    ///
    /// - Parameter phrase: Its parts, or the last of them, as a range of the table's patterns.
    private func end(of phrase: Range<Int>, from start: Int) -> Int? {
        var place = start
        for part in phrase {
            let pattern = table.patterns[part]
            if pattern.isGap { return end(of: part + 1..<phrase.upperBound, behindGap: place) }
            guard place < words.count, pattern.fits(words[place].form) else { return nil }
            if part + 1 < phrase.upperBound, place + 1 < words.count,
                words[place + 1].sentence != words[place].sentence
            {
                return nil
            }
            place += 1
        }
        return place
    }

    /// The same for the parts behind a gap that begins at a word: up to three words are skipped.
    private func end(of phrase: Range<Int>, behindGap start: Int) -> Int? {
        for place in start..<min(start + 4, words.count) {
            guard words[place].sentence == words[max(start - 1, 0)].sentence else { return nil }
            if let end = end(of: phrase, from: place) { return end }
        }
        return nil
    }

    private func isNegated(_ start: Int, _ language: Language) -> Bool {
        for index in max(0, start - Self.negationReach)..<start
        where words[index].sentence == words[start].sentence
            && table.facts(of: words[index].form).negates.contains(language)
        {
            return !table.cancelling.contains(words[index + 1].form)
        }
        return false
    }

    // MARK: Places

    /// The byte range from the first of several words to the last.
    private func range(_ place: Range<Int>) -> Range<Int> {
        words[place.lowerBound].range.lowerBound..<words[place.upperBound - 1].range.upperBound
    }

    /// The byte range of the sentence around words, from its first word to its last.
    private func sentence(around place: Range<Int>) -> Range<Int> {
        let number = words[place.lowerBound].sentence
        var (first, end) = (place.lowerBound, place.upperBound)
        while first > 0, words[first - 1].sentence == number { first -= 1 }
        while end < words.count, words[end].sentence == number { end += 1 }
        return range(first..<end)
    }
}
