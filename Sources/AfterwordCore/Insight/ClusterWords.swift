/// A phrase: one to three words of a language, and its first occurrence in each review.
struct ClusterPhrase {
    var number: Int
    var language: Language
    var words: [Int32]
    /// In order of the reviews.
    var occurrences: [ClusterWords.Occurrence]
}

/// The words of the reviews that are clustered, and their phrases: runs of one to three words of a
/// sentence, none of them a stop word. Both are numbered.
struct ClusterWords {
    /// The first occurrence of a phrase in a review.
    struct Occurrence {
        fileprivate var phrase: Int32
        fileprivate var text: Int32
        fileprivate var words: Range<Int32>
    }

    private struct OwnText {
        var review: Int
        var field: TrackedField
        var cut: NumberedText
    }

    private var numbers = WordNumbers()
    /// By the number of a word; such words are in no phrase.
    private var isStop: [Bool] = []
    private var phrases = PhraseNumbers()
    private var texts: [OwnText] = []
    private var occurrences: [Occurrence] = []

    /// Adds the phrases of a review; reviews come in order.
    mutating func add(_ values: ReviewValues, _ language: Language, _ review: Int) {
        for (field, text) in [(TrackedField.title, values.title), (.body, values.body)] {
            guard let text, language.hasSpaces else { continue }
            let cut = NumberedText(text, &numbers, isAdding: true)
            for number in isStop.count..<numbers.texts.count {
                isStop.append(isStopWord(numbers.texts[number]))
            }
            let place = Int32(texts.count)
            forEachPhrase(of: cut, isStop) { beginning, words in
                let phrase = phrases.add(
                    PhraseNumbers.Step(language, beginning, cut.words[words.upperBound - 1].number))
                if phrases.count(phrase, in: review) {
                    occurrences.append(
                        Occurrence(
                            phrase: phrase, text: place,
                            words: Int32(words.lowerBound)..<Int32(words.upperBound)))
                }
                return phrase
            }
            texts.append(OwnText(review: review, field: field, cut: cut))
        }
    }

    /// The phrases in at least some number of the added reviews.
    func phrases(inAtLeast support: Int) -> [ClusterPhrase] {
        var found: [ClusterPhrase] = []
        /// By the number of a phrase, its place among those found; -1 for none.
        var places = [Int32](repeating: -1, count: phrases.count)
        for own in occurrences where phrases.reviews(of: own.phrase) >= support {
            let number = Int(own.phrase)
            if places[number] < 0 {
                places[number] = Int32(found.count)
                let (language, words) = phrases.words(of: own.phrase)
                found.append(
                    ClusterPhrase(
                        number: number, language: language, words: words, occurrences: []))
            }
            found[Int(places[number])].occurrences.append(own)
        }
        return found
    }

    /// By the number of a phrase, in how many of some other reviews it is.
    mutating func counts(
        in reviews: some Sequence<(values: ReviewValues, reading: ReviewReading)>
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: phrases.count)
        var last = [Int](repeating: -1, count: phrases.count)
        for (place, review) in reviews.enumerated() where review.reading.language.hasSpaces {
            let language = review.reading.language
            for text in [review.values.title, review.values.body].compactMap(\.self) {
                let cut = NumberedText(text, &numbers, isAdding: false)
                forEachPhrase(of: cut, isStop) { beginning, words in
                    let step = PhraseNumbers.Step(
                        language, beginning, cut.words[words.upperBound - 1].number)
                    // What no added review has begins no phrase of them either.
                    guard let phrase = phrases.number(of: step) else { return nil }
                    if last[Int(phrase)] != place {
                        last[Int(phrase)] = place
                        counts[Int(phrase)] += 1
                    }
                    return phrase
                }
            }
        }
        return counts
    }

    /// The phrase in the most reviews, then with the most words and letters; ties by bytes, then
    /// by language.
    func heaviest(of phrases: [ClusterPhrase]) -> ClusterPhrase? {
        let most = phrases.lazy.map(\.occurrences.count).max() ?? 0
        return phrases.lazy.filter { $0.occurrences.count == most }
            .max { weight(of: $0) < weight(of: $1) }
    }

    private func weight(of phrase: ClusterPhrase) -> (Int, Int, Text, Int) {
        let joined = phrase.words.map { numbers.texts[Int($0)] }.joined(separator: " ")
        return (
            phrase.words.count, joined.utf8.count, Text(joined), -Int(phrase.language.place)
        )
    }

    func review(of own: Occurrence) -> Int { texts[Int(own.text)].review }

    /// The sentence around an occurrence.
    func member(_ own: Occurrence) -> SentenceCluster.Member {
        let text = texts[Int(own.text)]
        return SentenceCluster.Member(
            index: text.review, field: text.field,
            sentence: text.cut.sentence(
                around: Int(own.words.lowerBound)..<Int(own.words.upperBound)))
    }

    /// The byte range of an occurrence in its field.
    func range(of own: Occurrence) -> Range<Int> {
        let words = texts[Int(own.text)].cut.words
        return Int(
            words[Int(own.words.lowerBound)].start)..<Int(words[Int(own.words.upperBound) - 1].end)
    }
}

/// Passes each run of one to three words of a sentence, none of them a stop word or without a
/// number.
///
/// - Parameter body: Takes the number of the run without its last word, nil for a run of one, and
///   the places of its words. Returns the number of the run; nil where no longer one is wanted.
private func forEachPhrase(
    of text: NumberedText, _ isStop: [Bool], _ body: (Int32?, Range<Int>) -> Int32?
) {
    let words = text.words
    for start in words.indices {
        var beginning: Int32?
        for end in start..<min(start + ClusterLimit.words, words.count) {
            let word = words[end]
            guard word.number >= 0, !isStop[Int(word.number)],
                word.sentence == words[start].sentence,
                let number = body(beginning, start..<end + 1)
            else { break }
            beginning = number
        }
    }
}

/// Numbers phrases from 0 on, and counts the reviews that each is in. A phrase of several words is
/// known by the number of what comes before its last word, and by this word.
private struct PhraseNumbers {
    struct Step: Hashable {
        /// The number of what comes before; below 0 the language of a single word.
        var beginning: Int32
        var word: Int32

        init(_ language: Language, _ beginning: Int32?, _ word: Int32) {
            self.beginning = beginning ?? -1 - Int32(language.place)
            self.word = word
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(
                UInt64(UInt32(bitPattern: beginning)) << 32 | UInt64(UInt32(bitPattern: word)))
        }
    }

    private var known: [Step: Int32] = [:]
    private var steps: [Step] = []
    private var counted: [(reviews: Int32, last: Int)] = []

    var count: Int { steps.count }

    func number(of step: Step) -> Int32? { known[step] }

    mutating func add(_ step: Step) -> Int32 {
        if let number = known[step] { return number }
        let number = Int32(steps.count)
        known[step] = number
        steps.append(step)
        counted.append((0, -1))
        return number
    }

    /// Counts a review for a phrase; false where it is counted already. Reviews come in order.
    mutating func count(_ phrase: Int32, in review: Int) -> Bool {
        guard counted[Int(phrase)].last != review else { return false }
        counted[Int(phrase)] = (counted[Int(phrase)].reviews + 1, review)
        return true
    }

    func reviews(of phrase: Int32) -> Int { Int(counted[Int(phrase)].reviews) }

    func words(of phrase: Int32) -> (Language, [Int32]) {
        var words: [Int32] = []
        var number = phrase
        while true {
            let step = steps[Int(number)]
            words.insert(step.word, at: 0)
            guard step.beginning < 0 else {
                number = step.beginning
                continue
            }
            return (Language.allCases[Int(-1 - step.beginning)], words)
        }
    }
}
