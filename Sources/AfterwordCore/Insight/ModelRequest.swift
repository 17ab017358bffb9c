/// A request to a model at the level of chat completions: system text, user text and the schema of
/// the answer.
package struct ModelRequest: Equatable, Sendable {
    package var model: String
    package var system: String
    /// One JSON document.
    package var user: String
    package var schemaName: String
    package var schema: JSONValue
    /// The limit on the answer, in tokens.
    package var outputTokens: Int64

    /// What was wrong with the previous answer; sent after the reviews. Nil in the first attempt.
    package var hint: String?

    package static let outputTokens: Int64 = 6_000

    package init(model: String, system: String, user: String, schemaName: String, schema: JSONValue)
    {
        self.model = model
        self.system = system
        self.user = user
        self.schemaName = schemaName
        self.schema = schema
        outputTokens = Self.outputTokens
    }

    /// The whole request as one text; equal requests have equal bytes.
    package var canonical: String {
        let question = JSONValue.row([
            "model": .string(model), "system": .string(system), "user": .string(user),
            "schema_name": .string(schemaName), "schema": schema,
            "output_tokens": JSONValue(outputTokens),
        ])
        return (hint.map { question.with("hint", .string($0)) } ?? question).canonical
    }

    /// The same request with a hint, for a second attempt after an unusable answer.
    package var askedAgain: ModelRequest {
        var request = self
        request.hint = """
            The answer before was not of the form that was asked for, or was cut at its longest. \
            Answer again, shorter, with one JSON document of the given schema and nothing around it.
            """
        return request
    }

    package var digest: Digest256 {
        var builder = DigestEncoder(domain: "afterword.request.1")
        builder.add(canonical)
        return builder.finish()
    }

    /// An upper bound on the usage of the call: input by `tokenBound`, plus three tokens per
    /// message and three for the answer.
    package var usageBound: ModelUsage {
        let hint = hint.map { tokenBound($0) + 3 } ?? 0
        let input =
            tokenBound(system) + tokenBound(user) + tokenBound(schema.canonical) + hint + 9
        return ModelUsage(input: Int64(input), cachedInput: 0, output: outputTokens)
    }
}

/// The request for an insight. Where a taxonomy is in force, its task says what the user's own
/// aspects are.
package func insightRequest(
    _ evidence: Evidence, language: Language, model: String, lexicon: Lexicon
) -> ModelRequest {
    let task = JSONValue.row([
        "answer_language": .string(language.rawValue),
        "scope_kind": .string(evidence.scope.kind),
    ])
    let document = JSONValue.row([
        "task": lexicon.task(task, in: language),
        "reviews": .array(evidence.reviews.map(\.json)),
    ])
    return ModelRequest(
        model: model, system: Prompt.text(lexicon), user: document.canonical,
        schemaName: AnswerSchema.name, schema: AnswerSchema.document(lexicon))
}

/// The cache keys of a request's answers, one for each of the places that may answer it; equal keys
/// mean equal requests to the same place.
///
/// - Parameter places: As `ModelIdentity.place` is; nil stands for OpenAI's own servers and for
///   simulated models.
package func insightCacheKeys(
    _ evidence: Evidence, language: Language, request: ModelRequest, places: [String?]
) -> [Digest256] {
    let digest = request.digest
    var builder = DigestEncoder(domain: "afterword.insight.key.1")
    builder.add(raw: evidence.digest)
    builder.add(Int64(Prompt.version))
    for text in [request.schemaName, request.model, language.rawValue] {
        builder.add(text)
    }
    builder.add(request.outputTokens)
    // Covers the lexicon and everything else in the request.
    builder.add(raw: digest)
    let key = builder.finish()
    return places.map { place in
        guard let place else { return key }
        var builder = DigestEncoder(domain: "afterword.insight.place.1")
        builder.add(raw: key)
        builder.add(place)
        return builder.finish()
    }
}
