import AfterwordCore

/// The answer of the simulated model, where the request is one of Afterword's own: a message that
/// holds reviews, and the schema of an insight or an enrichment. Nil for any other request.
func insightText(_ request: ChatRequest) -> String? {
    guard let (name, schema) = answerSchema(request) else { return nil }
    let isInsight = schema["properties"]?["issue_highlights"] != nil
    let aspects = AnswerSchema.aspects(of: schema)
    let isEnrichment =
        name == EnrichmentSchema.name && schema == EnrichmentSchema.document(aspects: aspects)
    guard isInsight || isEnrichment else { return nil }
    for message in request.messages where message["role"]?.text == "user" {
        let text = messageText(message)
        guard text.utf8.first == UInt8(ascii: "{") else { continue }
        let lexicon = Lexicon.asked(by: schema, text)
        guard let reviews = FakeReview.all(in: text, lexicon) else { continue }
        let language = FakeModel.language(text)
        let answer =
            isEnrichment
            ? FakeEnrichment(
                reviews: reviews, language: language, lexicon: lexicon, allowed: Set(aspects)
            ).json
            : FakeAnswer(reviews, language: language, lexicon: lexicon).within(Set(aspects)).json
        guard schemaFault(answer, schema: schema) == nil else { return nil }
        return answer.canonical
    }
    return nil
}

/// The schema that an answer is to conform to: that of the format, or the one that the system's
/// message ends with, which has no name and gets that of an enrichment.
private func answerSchema(_ request: ChatRequest) -> (name: String, schema: JSONValue)? {
    switch request.format {
    case .schema(let name, let schema, _): (name, schema)
    case .object:
        request.messages.first { $0["role"]?.text == "system" }
            .flatMap { orderedSchema(messageText($0)) }
            .map { (EnrichmentSchema.name, $0) }
    case .text: nil
    }
}
