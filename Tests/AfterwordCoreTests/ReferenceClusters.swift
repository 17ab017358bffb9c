@testable import AfterwordCore

// How the reference clusters: with words and phrases as strings and sets.

extension Reference {
    static func clusterSentences(
        _ reviews: [(values: ReviewValues, reading: ReviewReading)]
    ) -> [SentenceCluster] {
        let isOther = reviews.map { ($0.values.star ?? 0) >= 4 || !$0.reading.complaints.isEmpty }
        var table = ClusterWords()
        // Reviews per language: negative ones without a known complaint, and all others.
        var unread: [Language: Int] = [:]
        var others: [Language: Int] = [:]
        for (index, review) in reviews.enumerated() {
            let language = review.reading.language
            if isOther[index] {
                others[language, default: 0] += 1
                continue
            }
            unread[language, default: 0] += 1
            table.add(review.values, language, index)
        }
        let support = min(
            max(ClusterLimit.support, unread.values.reduce(0, +) / ClusterLimit.part),
            ClusterLimit.enough)
        var phrases = table.phrases(inAtLeast: support)
        let elsewhere = table.counts(
            of: phrases, in: zip(reviews, isOther).lazy.filter(\.1).map(\.0))
        phrases = phrases.filter { phrase, places in
            // Adding one to the others corrects for small samples; a single word needs a higher
            // lift.
            let lift = ClusterLimit.lift + (phrase.count == 1 ? 1 : 0)
            return places.count * ((others[phrase.language] ?? 0) + 1)
                >= lift * ((elsewhere[phrase] ?? 0) + 1) * (unread[phrase.language] ?? 0)
        }
        var clusters: [SentenceCluster] = []
        while clusters.count < ClusterLimit.clusters, let best = table.heaviest(of: phrases),
            best.places.count >= support
        {
            let written = best.places.map { $0.written(in: reviews[$0.review].values) }
            clusters.append(
                SentenceCluster(
                    label: commonest(written), language: best.phrase.language,
                    members: best.places.map {
                        .init(index: $0.review, field: $0.field, sentence: $0.sentence)
                    }))
            let taken = Set(best.places.map(\.review))
            phrases = phrases.mapValues { $0.filter { !taken.contains($0.review) } }
        }
        return clusters
    }

    /// The byte range of the sentence around words, from its first word to its last.
    fileprivate static func sentence(_ words: [Word], around range: Range<Int>) -> Range<Int> {
        let number = words[range.lowerBound].sentence
        var first = range.lowerBound
        var last = range.upperBound - 1
        while first > 0, words[first - 1].sentence == number { first -= 1 }
        while last + 1 < words.count, words[last + 1].sentence == number { last += 1 }
        return words[first].range.lowerBound..<words[last].range.upperBound
    }
}

/// One to three words of a language, by their numbers in a table.
private struct Phrase: Hashable {
    var language: Language
    var first: Int32
    var second: Int32 = -1
    var third: Int32 = -1

    var count: Int { third >= 0 ? 3 : second >= 0 ? 2 : 1 }

    mutating func append(_ word: Int32) {
        if second < 0 { second = word } else { third = word }
    }
}

/// The first occurrence of a phrase in a review.
private struct Place {
    var review: Int
    var field: TrackedField
    var range: Range<Int>
    var sentence: Range<Int>

    func written(in values: ReviewValues) -> String {
        values.quote(field, range).lowercased()
    }
}

/// The words of the reviews that are clustered, numbered, and their phrases.
private struct ClusterWords {
    private var numbers: [String: Int32] = [:]
    private var texts: [String] = []
    /// By the number of a word; such words are in no phrase.
    private var isStop: [Bool] = []
    /// In how many reviews each phrase is, and the last of them.
    private var counted: [Phrase: (reviews: Int, last: Int)] = [:]
    private var fields: [CutField] = []

    fileprivate struct CutField {
        var review: Int
        var language: Language
        var field: TrackedField
        var words: [Word]
        /// The numbers of the words; -1 for one that is in no phrase.
        var numbers: [Int32]
    }

    /// Adds the phrases of a review; reviews come in order.
    mutating func add(_ values: ReviewValues, _ language: Language, _ review: Int) {
        for (field, text) in [(TrackedField.title, values.title), (.body, values.body)] {
            guard let text, language.hasSpaces else { continue }
            let found = Reference.words(of: text)
            let cut = CutField(
                review: review, language: language, field: field, words: found,
                numbers: found.map { number(of: $0.text) })
            cut.forEachPhrase { phrase, _ in
                let known = counted[phrase] ?? (0, -1)
                if known.last != review { counted[phrase] = (known.reviews + 1, review) }
            }
            fields.append(cut)
        }
    }

    private mutating func number(of word: String) -> Int32 {
        if let known = numbers[word] { return isStop[Int(known)] ? -1 : known }
        let number = Int32(texts.count)
        numbers[word] = number
        texts.append(word)
        isStop.append(isStopWord(word))
        return isStop[Int(number)] ? -1 : number
    }

    /// The phrases in at least some number of the added reviews, each with its first occurrences,
    /// in order of the reviews.
    func phrases(inAtLeast support: Int) -> [Phrase: [Place]] {
        var places: [Phrase: [Place]] = [:]
        for field in fields {
            field.forEachPhrase { phrase, range in
                guard let own = counted[phrase], own.reviews >= support,
                    places[phrase]?.last?.review != field.review
                else { return }
                places[phrase, default: []].append(field.place(of: range))
            }
        }
        return places
    }

    /// In how many of some other reviews each of some phrases is.
    func counts(
        of phrases: [Phrase: [Place]],
        in reviews: some Sequence<(values: ReviewValues, reading: ReviewReading)>
    ) -> [Phrase: Int] {
        var counts: [Phrase: Int] = [:]
        let languages = Set(phrases.keys.map(\.language))
        // Most words begin none of the phrases: nothing more is looked at there.
        let beginnings = Set(phrases.keys.map(\.first))
        for review in reviews where languages.contains(review.reading.language) {
            var own: Set<Phrase> = []
            for (field, text) in [
                (TrackedField.title, review.values.title), (.body, review.values.body),
            ] {
                guard let text, review.reading.language.hasSpaces else { continue }
                let found = Reference.words(of: text)
                let cut = CutField(
                    review: 0, language: review.reading.language, field: field, words: found,
                    numbers: found.map { word in
                        numbers[word.text].flatMap { isStop[Int($0)] ? nil : $0 } ?? -1
                    })
                cut.forEachPhrase(beginningWith: beginnings) { phrase, _ in
                    if phrases[phrase] != nil { own.insert(phrase) }
                }
            }
            for phrase in own { counts[phrase, default: 0] += 1 }
        }
        return counts
    }

    /// The phrase in the most reviews, then with the most words and letters; ties by bytes, then
    /// by language.
    func heaviest(of phrases: [Phrase: [Place]]) -> (phrase: Phrase, places: [Place])? {
        let most = phrases.values.lazy.map(\.count).max() ?? 0
        return phrases.lazy.filter { $0.value.count == most }
            .map { (phrase: $0.key, places: $0.value) }
            .max { weight(of: $0.phrase) < weight(of: $1.phrase) }
    }

    private func weight(of phrase: Phrase) -> (Int, Int, Text, Int) {
        let words = [phrase.first, phrase.second, phrase.third].prefix(phrase.count)
        let joined = words.map { texts[Int($0)] }.joined(separator: " ")
        return (phrase.count, joined.utf8.count, Text(joined), -Int(phrase.language.place))
    }
}

extension ClusterWords.CutField {
    /// Passes each run of one to three words of a sentence, none of them a stop word.
    ///
    /// - Parameter beginnings: The first words of the phrases that are wanted; nil for any.
    fileprivate func forEachPhrase(
        beginningWith beginnings: Set<Int32>? = nil, _ body: (Phrase, Range<Int>) -> Void
    ) {
        for start in words.indices where numbers[start] >= 0 {
            if let beginnings, !beginnings.contains(numbers[start]) { continue }
            var phrase = Phrase(language: language, first: numbers[start])
            body(phrase, start..<start + 1)
            for end in start + 1..<max(min(start + ClusterLimit.words, words.count), start + 1) {
                guard numbers[end] >= 0, words[end].sentence == words[start].sentence else {
                    break
                }
                phrase.append(numbers[end])
                body(phrase, start..<end + 1)
            }
        }
    }

    fileprivate func place(of range: Range<Int>) -> Place {
        Place(
            review: review, field: field,
            range: words[range.lowerBound].range
                .lowerBound..<words[range.upperBound - 1].range.upperBound,
            sentence: Reference.sentence(words, around: range))
    }
}

private func commonest(_ written: [String]) -> String {
    var counts: [String: Int] = [:]
    for text in written { counts[text, default: 0] += 1 }
    let best = counts.max { left, right in
        left.value == right.value
            ? Text(left.key) > Text(right.key) : left.value < right.value
    }
    return best?.key ?? ""
}
