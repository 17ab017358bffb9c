/// The words of one language that decide the class of a danger near them.
struct DangerCues: Sendable {
    /// Deny what follows, beside the language's negations.
    var denies: [Lexicon.Phrase] = []
    /// End a clause: no denial reaches over them.
    var ends: [Lexicon.Phrase] = []
    /// Take a negation for themselves: "do not buy, it burnt".
    var absorbs: [Lexicon.Phrase] = []
    /// Say that the danger is kept away: "against mould".
    var prevents: [Lexicon.Phrase] = []
    /// Say the same right behind the word: "mould free".
    var follows: [Lexicon.Phrase] = []
    /// Denied, they deny the danger on either side: "no problems with mould".
    var problem: [Lexicon.Phrase] = []
    /// Make of what happened a thing that may: "could catch fire".
    var may: [Lexicon.Phrase] = []
    /// Introduce what is known of dangers in general: "did you know".
    var general: [Lexicon.Phrase] = []
    /// Say of a single word that it happened: "there was smoke".
    var happened: [Lexicon.Phrase] = []

    init() {}

    init(_ lists: JSONValue) {
        func phrases(_ name: String) -> [Lexicon.Phrase] {
            Lexicon.split(lists[name]?.text ?? "").map { Lexicon.Phrase($0) }
        }
        (denies, ends, absorbs) = (phrases("denies"), phrases("ends"), phrases("absorbs"))
        (prevents, follows) = (phrases("prevents"), phrases("follows"))
        (problem, may) = (phrases("problem"), phrases("may"))
        (general, happened) = (phrases("general"), phrases("happened"))
    }
}

/// The class of a danger that stands at some words of a text, by the words around it.
struct DangerContext {
    let words: [Word]
    let text: Text
    let cues: DangerCues
    let negations: Set<String>
    /// Stars of the review, where it has any.
    let star: Int?

    /// Words before a danger that may deny it.
    private static let reach = 4
    /// Words before one that say it may happen.
    private static let mayReach = 3
    /// Words between a negation and the problem it denies.
    private static let problemGap = 2

    func dangerClass(_ sense: Lexicon.Sense, at place: Range<Int>) -> DangerClass {
        let sentence = around(place) { words[$0].sentence != words[$1].sentence }
        if contains(cues.general, in: sentence) { return .unlikely }
        let clause = around(place) { isApart($0, $1) }
        if isDenied(place, in: clause) { return .unlikely }
        switch sense {
        case .said: return .said
        case .event:
            let before = max(clause.lowerBound, place.lowerBound - Self.mayReach)
            return contains(cues.may, in: before..<place.lowerBound) ? .said : .happened
        case .alone:
            // Few stars are the only other sign that a single word tells of what happened.
            if contains(cues.happened, in: sentence) { return .happened }
            return (star ?? 1) <= 3 ? .happened : .unlikely
        }
    }

    // MARK: Denials

    private func isDenied(_ place: Range<Int>, in clause: Range<Int>) -> Bool {
        let start = max(clause.lowerBound, place.lowerBound - Self.reach)
        for index in start..<place.lowerBound where denies(index, before: place.lowerBound) {
            return true
        }
        if place.upperBound < clause.upperBound, fits(cues.follows, at: place.upperBound) {
            return true
        }
        return deniesProblem(in: clause, place) || endsNegated(place, in: clause)
    }

    /// Whether a word denies what begins at another: a negation that nothing between takes, or a word of keeping away that is
    /// not itself negated.
    private func denies(_ index: Int, before place: Int) -> Bool {
        if isNegation(index) {
            let between = index + 1..<place
            guard let next = between.first else { return true }
            return !onlyWords.contains(words[next].text)
                && !between.contains { fits(cues.absorbs, at: $0) }
        }
        guard fits(cues.prevents, at: index) else { return false }
        return !(max(0, index - 2)..<index).contains { near in
            words[near].sentence == words[index].sentence
                && (isNegation(near) || words[near].text.hasPrefix("fail"))
        }
    }

    private func isNegation(_ index: Int) -> Bool {
        negations.contains(words[index].text) || fits(cues.denies, at: index)
    }

    /// "With mould I never had any problems": a denied problem in the clause, on either side.
    private func deniesProblem(in clause: Range<Int>, _ place: Range<Int>) -> Bool {
        clause.contains { index in
            guard !place.contains(index), isNegation(index) else { return false }
            let end = min(clause.upperBound, index + 2 + Self.problemGap)
            return (index + 1..<max(index + 1, end)).contains { fits(cues.problem, at: $0) }
        }
            || clause.contains { index in
                // "Mould is not a problem", "… ist kein Thema": the same, with the negation further ahead.
                guard index >= place.upperBound, fits(cues.problem, at: index) else { return false }
                return (place.upperBound..<index).contains(where: isNegation)
            }
    }

    /// "Es brannte nicht": the clause ends with a negation close behind the word.
    private func endsNegated(_ place: Range<Int>, in clause: Range<Int>) -> Bool {
        let last = clause.upperBound - 1
        return last >= place.upperBound && last < place.upperBound + 2 && isNegation(last)
    }

    // MARK: Clauses

    /// The words around a place up to those that something stands between.
    private func around(_ place: Range<Int>, _ isApart: (Int, Int) -> Bool) -> Range<Int> {
        var (start, end) = (place.lowerBound, place.upperBound)
        while start > 0, !isApart(start - 1, start) { start -= 1 }
        while end < words.count, !isApart(end - 1, end) { end += 1 }
        return start..<end
    }

    /// Whether a clause ends between two words that follow each other: at a mark, or a word such as "but".
    private func isApart(_ left: Int, _ right: Int) -> Bool {
        words[left].sentence != words[right].sentence || isEnd(left) || isEnd(right)
            || hasMark(between: words[left].range.upperBound, words[right].range.lowerBound)
    }

    /// A letter with an accent is another word than the one without: "è" is no "e".
    private func isEnd(_ index: Int) -> Bool {
        let word = words[index]
        guard word.text.utf8.count > 1 || word.range.count == 1 else { return false }
        return fits(cues.ends, at: index)
    }

    /// A comma, colon, bracket or quotation mark; a hyphen only with a space beside it.
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
                part.fits(words[index + offset].text)
                    && words[index + offset].sentence == words[index].sentence
            }
        }
    }
}
