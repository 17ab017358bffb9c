/// A model's answer after parsing; nothing in it is verified yet.
package struct ModelAnswer: Equatable, Sendable {
    /// An issue or a strength.
    package struct Item: Equatable, Sendable {
        /// An aspect of the lexicon, or `AnswerSchema.other`.
        package var aspect: String
        package var summary: String
        package var severity: Severity
        package var evidence: [Quote]
    }

    /// A quote as the model claims it.
    package struct Quote: Equatable, Sendable {
        /// The review's id in the request.
        package var review: String
        package var version: Int64
        package var quote: String
        package var translation: String?
    }

    /// A recommendation as the model words it.
    package struct Recommendation: Equatable, Sendable {
        package var aspect: String
        package var route: Route
        package var text: String
    }

    package var issues: [Item]
    package var strengths: [Item]
    package var standing: String
    package var recommendations: [Recommendation]
    package var limitations: [String]
}

/// Why an answer cannot be parsed.
package enum AnswerFault: Error, Equatable, Sendable {
    case notJSON(offset: Int)
    /// The first place that does not conform to the schema.
    case notOfSchema(String)
}

/// Parses an answer: strict JSON that conforms to the schema.
///
/// - Throws: `AnswerFault`.
package func readAnswer(
    _ text: String, schema: JSONValue
) throws(AnswerFault) -> ModelAnswer {
    let document: JSONValue
    do throws(ScanFault) {
        document = try JSONValue(parsing: Array(text.utf8))
    } catch {
        throw .notJSON(offset: error.offset)
    }
    if let fault = schemaFault(document, schema: schema) { throw .notOfSchema(fault) }
    func texts(_ name: String) -> [String] {
        document[name]?.elements?.compactMap(\.text) ?? []
    }
    return ModelAnswer(
        issues: (document["issue_highlights"]?.elements ?? []).map { ModelAnswer.Item($0) },
        strengths: (document["strengths"]?.elements ?? []).map { ModelAnswer.Item($0) },
        standing: document["historical_standing"]?.text ?? "",
        recommendations: (document["recommendations"]?.elements ?? []).map {
            ModelAnswer.Recommendation(
                aspect: $0["aspect"]?.text ?? "",
                route: Route(rawValue: $0["route"]?.text ?? "") ?? .both,
                text: $0["text"]?.text ?? "")
        },
        limitations: texts("limitations"))
}

extension ModelAnswer.Item {
    /// From a document that conforms to the schema. The model's polarity is ignored; it is computed
    /// from the reviews.
    fileprivate init(_ document: JSONValue) {
        aspect = document["aspect"]?.text ?? ""
        summary = document["summary"]?.text ?? ""
        severity = Severity(rawValue: document["severity"]?.text ?? "") ?? .medium
        evidence = (document["evidence"]?.elements ?? []).map { quote in
            ModelAnswer.Quote(
                review: quote["review_id"]?.text ?? "", version: quote["version"]?.integer ?? 0,
                quote: quote["quote"]?.text ?? "", translation: quote["translation"]?.text)
        }
    }
}
