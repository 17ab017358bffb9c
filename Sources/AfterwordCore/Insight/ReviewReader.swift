/// Reads the texts of many reviews, one after another, as `readReview` reads those of one.
///
/// Each text is cut once into words, and each word is replaced by its form, a number that says
/// which words and beginnings of the lexicon it equals and begins with (`Vocabulary`). Phrases,
/// negations, cues and frequent words are then compared by numbers (`ReadingTable`).
///
/// The reader uses the memory of one review for the next; new memory is only taken for what is
/// found. Each thread has a reader of its own.
package struct ReviewReader: Sendable {
    private let table: ReadingTable
    private var title = CutText()
    private var body = CutText()
    /// The frequent words in the review that is read, as bits by their places.
    private var frequent: [UInt64]
    /// What reads in place of the phrases, where the lexicon is the frozen model's.
    private var frozen: (reader: FrozenReader, lanes: FrozenLanes)?
    /// What makes of that what a taxonomy says.
    private var taxonomy: TaxonomyReader?

    /// - Parameter isForOne: Whether it reads few reviews, so that remembering words is not worth
    ///   its memory.
    package init(_ lexicon: Lexicon, isForOne: Bool = false) {
        table = lexicon.table
        frozen = lexicon.frozen.map {
            (FrozenReader($0.model, remembersWords: !isForOne), $0)
        }
        taxonomy = lexicon.overlay.map { TaxonomyReader($0) }
        frequent = Array(repeating: 0, count: table.frequentElements)
    }

    /// The language of a review and what its title and then its body mention.
    package mutating func read(_ values: ReviewValues) -> ReviewReading {
        read((values.title, values.body), star: values.star)
    }

    /// The same from a review's texts and stars.
    package mutating func read(
        _ texts: (title: Text?, body: Text?), star: Int?
    ) -> ReviewReading {
        var reading = readBeneath(texts, star: star)
        taxonomy?.take(texts, star: star, &reading)
        return reading
    }

    /// What the reader reads without a taxonomy.
    private mutating func readBeneath(
        _ texts: (title: Text?, body: Text?), star: Int?
    ) -> ReviewReading {
        if let lanes = frozen?.lanes {
            let own = frozen?.reader.read(title: texts.title, body: texts.body, stars: star)
            return ReviewReading(own ?? FrozenReading(), lanes)
        }
        if let text = texts.title { title.cut(text, table) }
        if let text = texts.body { body.cut(text, table) }
        var reading = ReviewReading(language: language(of: texts))
        if let text = texts.title { read(text, title, .title, star, &reading) }
        if let text = texts.body { read(text, body, .body, star, &reading) }
        return reading
    }

    /// Reads a version of a review, and marks it.
    ///
    /// - Parameters:
    ///   - number: The review's number within its product.
    ///   - run: The run that brought the version.
    package mutating func entry(
        _ texts: (title: Text?, body: Text?), rating: Int64?, number: Int64, run: Int64,
        key: DistinctKey
    ) -> ProductReadings.Entry {
        let reading = read(texts, star: rating.map { starOf(rating: $0) })
        let hasText = texts.title != nil || texts.body != nil
        let wordCount = wordCount(of: texts)
        let isUnread = AfterwordCore.isUnread(texts, reading, wordCount: wordCount)
        var marks = ReadingMarks(number: number, run: run, key: key, reading)
        (marks.rating, marks.hasText) = (rating, hasText)
        marks.isReadable = hasText && !isUnread
        return ProductReadings.Entry(marks, ReadingPlaces(reading))
    }

    /// The number of words of the texts that were read last.
    private func wordCount(of texts: (title: Text?, body: Text?)) -> Int {
        if let frozen { return frozen.reader.words.count }
        return (texts.title == nil ? 0 : title.words.count)
            + (texts.body == nil ? 0 : body.words.count)
    }

    private func read(
        _ text: Text, _ cut: CutText, _ field: TrackedField, _ star: Int?,
        _ reading: inout ReviewReading
    ) {
        if reading.language.hasSpaces {
            let search = PhraseSearch(
                words: cut.words, text: text, field: field, star: star, table: table)
            search.find(into: &reading)
        } else {
            readUnspaced(text, field, table, into: &reading)
        }
    }

    /// The same as `detectLanguage`, from texts that are cut.
    private mutating func language(of texts: (title: Text?, body: Text?)) -> Language {
        if let text = texts.title, title.hasLongScalars, let own = languageByLetters(of: text) {
            return own
        }
        if let text = texts.body, body.hasLongScalars, let own = languageByLetters(of: text) {
            return own
        }
        for place in frequent.indices { frequent[place] = 0 }
        if texts.title != nil { markFrequentWords(of: title) }
        if texts.body != nil { markFrequentWords(of: body) }
        var likeliest = LikeliestLanguage()
        for (language, words) in table.frequent {
            var count = 0
            for place in words.indices { count += (words[place] & frequent[place]).nonzeroBitCount }
            likeliest.take(language, wordCount: count)
        }
        return likeliest.language
    }

    private mutating func markFrequentWords(of cut: CutText) {
        for word in cut.words {
            let place = Int(table.facts(of: word.form).frequent)
            if place >= 0 { frequent[place / 64] |= 1 << UInt64(place % 64) }
        }
    }
}
