import AfterwordCore
import AfterwordPipeline

/// A model's translation of a text that a page shows, beside it and marked as such.
struct TranslationRow: PageRow {
    var text: String
    var language: String
    var model: String
    /// Whether the model saw the beginning of the review only.
    var isCut = false

    /// Longer ones are folded.
    private static let open = 300

    static let members: KeyValuePairs<String, Member<TranslationRow>> = [
        "text": .text { $0.text }, "language": .text { $0.language }, "model": .text { $0.model },
        "is_cut": .flag { $0.isCut },
        "is_long": .flag { $0.text.unicodeScalars.count > Self.open },
    ]

    init(text: String, language: String, model: String) {
        (self.text, self.language, self.model) = (text, language, model)
    }

    /// The newest translation among what models read; nil where none translates the field.
    ///
    /// - Parameter field: `title` or `body`; nil for both.
    init?(_ readings: [ModelReading], of field: TrackedField? = nil) {
        guard let reading = readings.newest(translating: field) else { return nil }
        self.init(reading, of: field)
    }

    /// Nil where the reading does not translate the field, or by nothing that can be seen.
    init?(_ reading: ModelReading, of field: TrackedField? = nil) {
        guard let text = shown(reading.translation(of: field)) else { return nil }
        self.init(
            text: text, language: reading.language, model: reading.servedModel ?? reading.model)
        isCut = reading.enrichment.isCut
    }
}

extension Call {
    /// The same call with what models read in some reviews, by their keys. Only these are looked
    /// up, and only where models read any.
    func translating(_ keys: some Sequence<Int64>) throws -> Call {
        guard hasEnrichments else { return self }
        var call = self
        call.translations = try Translations(reader, ofReviews: keys)
        return call
    }

    /// The same for the quotes of issues, strengths or dangers in their JSON form.
    func translating(quotesOf items: some Sequence<JSONValue>) throws -> Call {
        guard hasEnrichments else { return self }
        var keys: [Int64] = []
        var seen: Set<[Text]> = []
        for item in items {
            for quote in item["quotes"]?.elements ?? [] {
                let (product, review) = quotedReview(quote)
                guard seen.insert([product, review]).inserted else { continue }
                let rows = try reader.history(ofProduct: product, review: review)
                keys += rows.prefix(1).map(\.reviewKey)
            }
        }
        return try translating(keys)
    }

    private var hasEnrichments: Bool {
        allRuns.contains { $0.observedOrigin == .enrichment }
    }
}

/// The review of a quote in its JSON form.
func quotedReview(_ quote: JSONValue) -> (product: Text, review: Text) {
    (Text(quote["product_id"]?.text ?? ""), Text(quote["review_id"]?.text ?? ""))
}

extension Language {
    /// Its code for the `lang` of a text; nil where it is not known.
    var tag: String? { self == .unknown ? nil : rawValue }
}
