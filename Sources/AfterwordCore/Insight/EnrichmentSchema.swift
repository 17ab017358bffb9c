/// The schema of what a model reads in reviews, in OpenAI's strict form. A released schema never
/// changes; its version is in its name.
package enum EnrichmentSchema {
    package static let name = "enrichment_1"

    /// The schema, with the aspects of a lexicon as the allowed ones.
    package static func document(_ lexicon: Lexicon) -> JSONValue {
        document(aspects: lexicon.aspects.map(\.id) + [AnswerSchema.other])
    }

    /// The schema with these aspects as the allowed ones.
    package static func document(aspects: [String]) -> JSONValue {
        let mention = AnswerSchema.object([
            "aspect": AnswerSchema.choice(aspects),
            "polarity": AnswerSchema.choice(["positive", "negative"]),
        ])
        return AnswerSchema.object([
            "reviews": AnswerSchema.array(
                AnswerSchema.object([
                    "review_id": AnswerSchema.string,
                    "sentiment": AnswerSchema.choice(
                        ReviewEnrichment.Sentiment.allCases.map(\.rawValue)),
                    "aspects": AnswerSchema.array(mention),
                    "title": AnswerSchema.optionalString, "text": AnswerSchema.optionalString,
                ]))
        ])
    }
}
