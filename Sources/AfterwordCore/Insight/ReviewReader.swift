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

    package init(_ lexicon: Lexicon) {
        table = lexicon.table
        frequent = Array(repeating: 0, count: table.frequentElements)
    }

    /// The language of a review and what its title and then its body mention.
    package mutating func read(_ values: ReviewValues) -> ReviewReading {
        if let text = values.title { title.cut(text, table) }
        if let text = values.body { body.cut(text, table) }
        var reading = ReviewReading(language: language(of: values))
        if let text = values.title { read(text, title, .title, values.star, &reading) }
        if let text = values.body { read(text, body, .body, values.star, &reading) }
        return reading
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
    private mutating func language(of values: ReviewValues) -> Language {
        if let text = values.title, title.hasLongScalars, let own = languageByLetters(of: text) {
            return own
        }
        if let text = values.body, body.hasLongScalars, let own = languageByLetters(of: text) {
            return own
        }
        for place in frequent.indices { frequent[place] = 0 }
        if values.title != nil { markFrequentWords(of: title) }
        if values.body != nil { markFrequentWords(of: body) }
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
