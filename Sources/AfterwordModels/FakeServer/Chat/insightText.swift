import AfterwordCore

/// The insight of the simulated model, where the request is one of Afterword's own: a message that
/// holds reviews, and the schema of an insight. Nil for any other request.
func insightText(_ request: ChatRequest) -> String? {
    guard case .schema(_, let schema, _) = request.format,
        schema["properties"]?["issue_highlights"] != nil
    else { return nil }
    for message in request.messages where message["role"]?.text == "user" {
        let text = messageText(message)
        guard text.utf8.first == UInt8(ascii: "{"), let reviews = FakeReview.all(in: text) else {
            continue
        }
        let document = try? JSONValue(parsing: Array(text.utf8))
        let written = document?["task"]?["answer_language"]?.text ?? ""
        let answer = FakeAnswer(
            reviews, language: Language(rawValue: written) ?? .english, lexicon: .first
        ).json
        guard schemaFault(answer, schema: schema) == nil else { return nil }
        return answer.canonical
    }
    return nil
}
