/// What a sentence says by itself, so that it can be quoted for it.
extension FrozenReader {
    /// What the score of a sentence by itself must be beyond the lane's threshold, and beyond what
    /// all other aspects exceed theirs by, in thousandths of a unit.
    private enum Needed {
        static let said = (score: 1_500, margin: 1_000)
        static let plain = (score: 3_000, margin: 2_000)
        static let unsaid = (score: 3_000, margin: 2_500)
        /// The fewest words that say something without a phrase.
        static let words = 3
    }

    /// How clearly a text complains of a lane; nil where it does not.
    ///
    /// A sentence is plain where it scores high and a phrase complains of the lane. Without such a
    /// phrase it must score high, praise nothing ("the magnets hold very well") and be no mere
    /// possibility ("if you want one that keeps drinks hot").
    ///
    /// - Parameter members: The lanes that are shown as one aspect with it: a sentence that says
    ///   several of them says nothing else.
    mutating func clarity(
        ofComplaint lane: Int, among members: [Int], in text: Text, stars: Int?
    ) -> QuoteClarity? {
        let scores = scores(title: nil, body: text, stars: stars)
        let limits = model.limits[(stars ?? 0) > 3 ? 1 : 0]
        func excess(_ lane: Int) -> Int {
            (scores[lane] - Int(limits[lane])) * 1000 / max(1, Int(model.units[lane]))
        }
        let own = excess(lane)
        let said = phrases(of: lane)
        guard own > 0, !words.isEmpty, said.isComplained || !said.isPraised else { return nil }
        let others = ids.indices.filter {
            $0 != lane && !members.contains($0) && !model.isDanger($0)
        }
        let margin = own - (others.map(excess).max() ?? 0)
        func reaches(_ needed: (score: Int, margin: Int)) -> Bool {
            own >= needed.score && margin >= needed.margin
        }
        let isPossible = words.contains(where: \.marks.isPossible)
        let isClear =
            said.isComplained
            ? !said.isPraised && reaches(Needed.said)
            : !said.praisesAny && !isPossible && words.count >= Needed.words
                && reaches(Needed.unsaid)
        guard isClear, !said.isDenied else { return QuoteClarity(step: .faint, strength: own) }
        let isPlain = said.isComplained && reaches(Needed.plain) && !isPossible
        return QuoteClarity(step: isPlain ? .plain : .clear, strength: min(own, margin))
    }

    /// How clearly a text praises a lane; nil where it does not. A wish is no praise: "could be
    /// stronger".
    mutating func clarity(ofPraise lane: Int, in text: Text, stars: Int?) -> QuoteClarity? {
        _ = scores(title: nil, body: text, stars: stars)
        let said = phrases(of: lane)
        guard said.isPraised else { return nil }
        let isPlain =
            said.isPraisedPlainly && !said.isComplained && !said.isDenied
            && !words.contains(where: \.marks.isPossible)
        return QuoteClarity(step: isPlain ? .plain : .faint, strength: 0)
    }

    /// How clearly a text states a danger.
    mutating func clarity(ofDanger lane: Int, in text: Text, stars: Int?) -> QuoteClarity {
        let own = danger(lane, in: text, stars: stars)
        let said = phrases(of: lane)
        let isPlain = own.isStated || said.isComplained && !said.isDenied && !said.isPraised
        return QuoteClarity(step: isPlain ? .plain : .clear, strength: own.score)
    }

    /// The sentences of a review, those of its title first, as reading it cuts them.
    func cut(title: Text?, body: Text?) -> [SaidSentence] {
        var words: [FrozenWord] = []
        var sentences: [FrozenSentence] = []
        for (field, text) in [(TrackedField.title, title), (.body, body)] {
            guard let text else { continue }
            text.bytes.lend { bytes in
                cutFrozenWords(bytes, field, model.letters, &words, &sentences)
            }
        }
        return sentences.map { SaidSentence(field: $0.field, range: $0.range) }
    }

    /// What phrases of the text that was read last say of a lane.
    private func phrases(of lane: Int) -> Said {
        var said = Said()
        for own in walk.says {
            let praise = PhraseTable.praise(own.meaning)
            if praise != nil, !own.isNegated { said.praisesAny = true }
            if PhraseTable.complaint(own.meaning) == lane {
                if own.isNegated {
                    said.isDenied = true
                } else if own.isDoubtful {
                    said.isDoubted = true
                } else {
                    said.isComplained = true
                }
            } else if praise == lane {
                if own.isNegated {
                    said.isComplained = true
                } else {
                    said.isPraised = true
                    if !own.isLoose, !own.isDoubtful { said.isPraisedPlainly = true }
                }
            }
        }
        if said.isDoubted, !said.isComplained { said.isDenied = true }
        return said
    }
}

/// What phrases of a text say of a lane.
private struct Said {
    var isComplained = false
    /// A negation stands before a complaint.
    var isDenied = false
    /// A negation stands before a complaint, but farther away.
    var isDoubted = false
    var isPraised = false
    /// Whether a phrase praises it that says which lane it praises.
    var isPraisedPlainly = false
    /// Whether they praise this or any other lane.
    var praisesAny = false
}
