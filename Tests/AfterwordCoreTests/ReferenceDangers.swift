@testable import AfterwordCore

// How the reference finds and classifies dangers.

extension Reference {
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
                for entry in entries(for: words[start].text, lexicon)
                where language == .unknown || entry.language == language {
                    guard isOfDanger(entry.meaning),
                        let end = match(entry.phrase.parts[...], words, start)
                    else { continue }
                    switch entry.meaning {
                    case .aspect: break
                    case .harmless(let hazard): harmless.append((hazard, range(start..<end)))
                    case .hazard(let hazard, let sense):
                        let context = context(entry.language, lexicon)
                        let mention = HazardMention(
                            hazard: hazard,
                            dangerClass: context.dangerClass(sense, at: start..<end),
                            field: field, range: range(start..<end),
                            sentence: sentence(words, around: start..<end, in: text))
                        if !found.contains(mention) { found.append(mention) }
                    }
                }
            }
            return withoutInner(without(harmless, found)) { ($0.hazard, $0.field, $0.range) }
        }

        private func range(_ places: Range<Int>) -> Range<Int> {
            words[places.lowerBound].range
                .lowerBound..<words[places.upperBound - 1].range.upperBound
        }

        private func context(_ language: Language, _ lexicon: Lexicon) -> DangerContext {
            DangerContext(
                words: words, text: text, cues: lexicon.phrases.dangerCues[language] ?? .init(),
                negations: lexicon.phrases.negations[language] ?? [], star: star)
        }
    }

    /// Where a phrase stands that looks like a hazard and is none.
    typealias HarmlessPlace = (hazard: Int, range: Range<Int>)

    /// The mentions that no harmless phrase of the same hazard overlaps.
    static func without(_ harmless: [HarmlessPlace], _ found: [HazardMention]) -> [HazardMention] {
        found.filter { danger in
            !harmless.contains { $0.hazard == danger.hazard && $0.range.overlaps(danger.range) }
        }
    }

    /// The same for a language without spaces: phrases are searched as byte sequences.
    static func unspacedHazards(
        in text: Text, _ field: TrackedField, _ language: Language, _ lexicon: Lexicon
    ) -> [HazardMention] {
        var harmless: [HarmlessPlace] = []
        var found: [HazardMention] = []
        let cues = lexicon.phrases.unspacedCues[language] ?? UnspacedCues()
        for entry in lexicon.phrases.unspaced where entry.language == language {
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

    static func isOfDanger(_ meaning: Lexicon.Meaning) -> Bool {
        if case .aspect = meaning { false } else { true }
    }

    /// Classifies a danger at given words of a text by the words around them.
    struct DangerContext {
        let words: [Word]
        let text: Text
        let cues: DangerCues
        let negations: Set<String>
        /// The review's whole stars; nil where it has no rating.
        let star: Int?

        /// How many words before a danger a denial may stand.
        private static let reach = 4
        /// How many words before an event a possibility ("could") may stand.
        private static let mayReach = 3
        /// The most words between a negation and the problem word it negates.
        private static let problemGap = 2

        func dangerClass(_ sense: Lexicon.Sense, at place: Range<Int>) -> DangerClass {
            let sentence = around(place) { words[$0].sentence != words[$1].sentence }
            if contains(cues[.general], in: sentence) { return .unlikely }
            let clause = around(place) { isApart($0, $1) }
            if isDenied(place, in: clause) { return .unlikely }
            switch sense {
            case .said: return .said
            case .event:
                let before = max(clause.lowerBound, place.lowerBound - Self.mayReach)
                return contains(cues[.may], in: before..<place.lowerBound) ? .said : .happened
            case .alone:
                // With no other sign, up to three stars or no rating count as a sign that it
                // happened.
                if contains(cues[.happened], in: sentence) { return .happened }
                return (star ?? 1) <= 3 ? .happened : .unlikely
            }
        }

        // MARK: Denials

        private func isDenied(_ place: Range<Int>, in clause: Range<Int>) -> Bool {
            let start = max(clause.lowerBound, place.lowerBound - Self.reach)
            for index in start..<place.lowerBound where denies(index, before: place.lowerBound) {
                return true
            }
            if place.upperBound < clause.upperBound, fits(cues[.follows], at: place.upperBound) {
                return true
            }
            return deniesProblem(in: clause, place) || endsNegated(place, in: clause)
        }

        /// Whether the word at `index` denies a danger that begins at `place`: a negation that no
        /// word between absorbs, or a preventing word that is not itself negated.
        private func denies(_ index: Int, before place: Int) -> Bool {
            if isNegation(index) {
                let between = index + 1..<place
                guard let next = between.first else { return true }
                return !onlyWords.contains(words[next].text)
                    && !between.contains { fits(cues[.absorbs], at: $0) }
            }
            guard fits(cues[.prevents], at: index) else { return false }
            return !(max(0, index - 2)..<index).contains { near in
                words[near].sentence == words[index].sentence
                    && (isNegation(near) || words[near].text.hasPrefix("fail"))
            }
        }

        private func isNegation(_ index: Int) -> Bool {
            negations.contains(words[index].text) || fits(cues[.denies], at: index)
        }

        /// "With mould I never had any problems": a negated problem word in the clause, on either
        /// side of the danger.
        private func deniesProblem(in clause: Range<Int>, _ place: Range<Int>) -> Bool {
            clause.contains { index in
                guard !place.contains(index), isNegation(index) else { return false }
                let end = min(clause.upperBound, index + 2 + Self.problemGap)
                return (index + 1..<max(index + 1, end)).contains { fits(cues[.problem], at: $0) }
            }
                || clause.contains { index in
                    // "Mould is not a problem", "… ist kein Thema": the same with the negation
                    // anywhere between the danger and the problem word.
                    guard index >= place.upperBound, fits(cues[.problem], at: index) else {
                        return false
                    }
                    return (place.upperBound..<index).contains(where: isNegation)
                }
        }

        /// "Es brannte nicht": the clause ends with a negation at most two words after the danger.
        private func endsNegated(_ place: Range<Int>, in clause: Range<Int>) -> Bool {
            let last = clause.upperBound - 1
            return last >= place.upperBound && last < place.upperBound + 2 && isNegation(last)
        }

        // MARK: Clauses

        /// The words around a place, as far as `isApart` finds no break between two of them.
        private func around(_ place: Range<Int>, _ isApart: (Int, Int) -> Bool) -> Range<Int> {
            var (start, end) = (place.lowerBound, place.upperBound)
            while start > 0, !isApart(start - 1, start) { start -= 1 }
            while end < words.count, !isApart(end - 1, end) { end += 1 }
            return start..<end
        }

        /// Whether a clause ends between two neighboring words: at punctuation, or at a word such
        /// as "but".
        private func isApart(_ left: Int, _ right: Int) -> Bool {
            words[left].sentence != words[right].sentence || isEnd(left) || isEnd(right)
                || hasMark(between: words[left].range.upperBound, words[right].range.lowerBound)
        }

        /// A one-letter word with an accent is another word than the folded one: "è" (is) is not
        /// "e" (and).
        private func isEnd(_ index: Int) -> Bool {
            let word = words[index]
            guard word.text.utf8.count > 1 || word.range.count == 1 else { return false }
            return fits(cues[.ends], at: index)
        }

        /// A comma, colon, bracket, quotation mark or similar; a hyphen only beside a space.
        private func hasMark(between start: Int, _ end: Int) -> Bool {
            let gap = Text(Array(text.bytes[start..<end])).string.unicodeScalars
            let marks = ",:()[]{}\"“”„«»–—/|•、，：（）「」".unicodeScalars
            return gap.contains { marks.contains($0) } || gap.contains("-") && gap.contains(" ")
        }

        // MARK: Lists of words

        private func contains(_ phrases: [Lexicon.Phrase], in range: Range<Int>) -> Bool {
            range.contains { index in fits(phrases, at: index) }
        }

        private func fits(_ phrases: [Lexicon.Phrase], at index: Int) -> Bool {
            phrases.contains { phrase in
                guard index + phrase.parts.count <= words.count else { return false }
                return phrase.parts.enumerated().allSatisfy { offset, part in
                    Reference.fits(part, words[index + offset].text)
                        && words[index + offset].sentence == words[index].sentence
                }
            }
        }
    }
}
