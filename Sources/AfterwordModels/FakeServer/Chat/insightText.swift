import AfterwordCore

/// The answer of the simulated model, where the request is one of Afterword's own: a message that
/// holds reviews, and the schema of an insight or an enrichment. Nil for any other request.
func insightText(_ request: ChatRequest) -> String? {
    guard case .schema(let name, let schema, _) = request.format else { return nil }
    let lexicon = AnswerSchema.lexicon(of: schema)
    let isInsight = schema["properties"]?["issue_highlights"] != nil
    let isEnrichment =
        name == EnrichmentSchema.name && schema == EnrichmentSchema.document(lexicon)
    guard isInsight || isEnrichment else { return nil }
    for message in request.messages where message["role"]?.text == "user" {
        let text = messageText(message)
        guard text.utf8.first == UInt8(ascii: "{"),
            let reviews = FakeReview.all(in: text, lexicon)
        else { continue }
        let language = FakeModel.language(text)
        let answer =
            isEnrichment
            ? FakeEnrichment(reviews: reviews, language: language, lexicon: lexicon).json
            : FakeAnswer(reviews, language: language, lexicon: lexicon).json
        guard schemaFault(answer, schema: schema) == nil else { return nil }
        return answer.canonical
    }
    return nil
}
