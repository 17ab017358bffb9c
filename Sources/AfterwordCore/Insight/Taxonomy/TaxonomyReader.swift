/// Makes of what a reader reads what a taxonomy says. It uses the memory of one review for the
/// next; each thread has its own.
struct TaxonomyReader: Sendable {
    private let overlay: TaxonomyOverlay
    private var cut = CutText()

    init(_ overlay: TaxonomyOverlay) { self.overlay = overlay }

    /// Moves the mentions of a reading to the places of the taxonomy's aspects, and adds those of
    /// its own phrases, in the language that the reader found.
    mutating func take(
        _ texts: (title: Text?, body: Text?), star: Int?, _ reading: inout ReviewReading
    ) {
        for place in reading.mentions.indices {
            reading.mentions[place].aspect = overlay.places[reading.mentions[place].aspect]
        }
        guard let table = overlay.table else { return }
        if let title = texts.title { find(title, .title, star, table, &reading) }
        if let body = texts.body { find(body, .body, star, table, &reading) }
    }

    /// Whether a phrase of the taxonomy says an aspect in a text by itself. Its language is not
    /// known then: phrases of all are looked for.
    mutating func says(_ aspect: Int, isNegative: Bool, in text: Text, star: Int?) -> Bool {
        guard let table = overlay.table else { return false }
        for language in Self.languages {
            var reading = ReviewReading(language: language)
            find(text, .body, star, table, &reading)
            let isSaid = reading.mentions.contains {
                $0.aspect == aspect && $0.isNegative == isNegative
            }
            if isSaid { return true }
        }
        return false
    }

    /// Those whose phrases are looked for one by one, and `unknown` for all others at once.
    private static let languages = [Language.unknown] + Language.known.filter { !$0.hasSpaces }

    private mutating func find(
        _ text: Text, _ field: TrackedField, _ star: Int?, _ table: ReadingTable,
        _ reading: inout ReviewReading
    ) {
        guard reading.language.hasSpaces else {
            return readUnspaced(text, field, table, into: &reading)
        }
        cut.cut(text, table)
        let search = PhraseSearch(
            words: cut.words, text: text, field: field, star: star, table: table)
        search.find(into: &reading)
    }
}
