/// Classifies a danger at given words of a text by the words around them.
struct DangerContext {
    let words: [CutText.Word]
    let text: Text
    /// The language of the danger's phrase.
    let language: Language
    let table: ReadingTable
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
        if contains(.general, in: sentence) { return .unlikely }
        let clause = around(place) { isApart($0, $1) }
        if isDenied(place, in: clause) { return .unlikely }
        switch sense {
        case .said: return .said
        case .event:
            let before = max(clause.lowerBound, place.lowerBound - Self.mayReach)
            return contains(.may, in: before..<place.lowerBound) ? .said : .happened
        case .alone:
            // With no other sign, up to three stars or no rating count as a sign that it happened.
            if contains(.happened, in: sentence) { return .happened }
            return (star ?? 1) <= 3 ? .happened : .unlikely
        }
    }

    // MARK: Denials

    private func isDenied(_ place: Range<Int>, in clause: Range<Int>) -> Bool {
        let start = max(clause.lowerBound, place.lowerBound - Self.reach)
        for index in start..<place.lowerBound where denies(index, before: place.lowerBound) {
            return true
        }
        if place.upperBound < clause.upperBound, fits(.follows, at: place.upperBound) {
            return true
        }
        return deniesProblem(in: clause, place) || endsNegated(place, in: clause)
    }

    /// Whether the word at `index` denies a danger that begins at `place`: a negation that no word
    /// between absorbs, or a preventing word that is not itself negated.
    private func denies(_ index: Int, before place: Int) -> Bool {
        if isNegation(index) {
            let between = index + 1..<place
            guard let next = between.first else { return true }
            return !table.cancelling.contains(words[next].form)
                && !between.contains { fits(.absorbs, at: $0) }
        }
        guard fits(.prevents, at: index) else { return false }
        return !(max(0, index - 2)..<index).contains { near in
            words[near].sentence == words[index].sentence
                && (isNegation(near) || table.failing.fits(words[near].form))
        }
    }

    private func isNegation(_ index: Int) -> Bool {
        table.facts(of: words[index].form).negates.contains(language) || fits(.denies, at: index)
    }

    /// "With mould I never had any problems": a negated problem word in the clause, on either side
    /// of the danger.
    private func deniesProblem(in clause: Range<Int>, _ place: Range<Int>) -> Bool {
        clause.contains { index in
            guard !place.contains(index), isNegation(index) else { return false }
            let end = min(clause.upperBound, index + 2 + Self.problemGap)
            return (index + 1..<max(index + 1, end)).contains { fits(.problem, at: $0) }
        }
            || clause.contains { index in
                // "Mould is not a problem", "… ist kein Thema": the same with the negation anywhere
                // between the danger and the problem word.
                guard index >= place.upperBound, fits(.problem, at: index) else { return false }
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

    /// Whether a clause ends between two neighboring words: at punctuation, or at a word such as
    /// "but".
    private func isApart(_ left: Int, _ right: Int) -> Bool {
        words[left].sentence != words[right].sentence || isEnd(left) || isEnd(right)
            || hasMark(between: words[left].range.upperBound, words[right].range.lowerBound)
    }

    /// A one-letter word with an accent is another word than the folded one: "è" (is) is not "e"
    /// (and).
    private func isEnd(_ index: Int) -> Bool {
        let word = words[index]
        guard word.range.count == 1 || !table.vocabulary.isOneByte(word.form) else { return false }
        return fits(.ends, at: index)
    }

    /// A comma, colon, bracket, quotation mark or similar; a hyphen only beside a space.
    private func hasMark(between start: Int, _ end: Int) -> Bool {
        if end - start == 1, text.bytes[start] == 0x20 { return false }
        let gap = Text(Array(text.bytes[start..<end])).string.unicodeScalars
        let marks = ",:()[]{}\"“”„«»–—/|•、，：（）「」".unicodeScalars
        return gap.contains { marks.contains($0) } || gap.contains("-") && gap.contains(" ")
    }

    // MARK: Lists of words

    private func contains(_ cue: Cue, in range: Range<Int>) -> Bool {
        range.contains { index in fits(cue, at: index) }
    }

    /// Whether a phrase of the cue begins at a word, within its sentence.
    private func fits(_ cue: Cue, at index: Int) -> Bool {
        table.cues[Int(language.place)][cue].contains { phrase in
            guard index + phrase.count <= words.count else { return false }
            return phrase.indices.allSatisfy { offset in
                let word = words[index + offset]
                return phrase[offset].fits(word.form) && word.sentence == words[index].sentence
            }
        }
    }
}
