/// The form that a model's answer has to have: strict JSON Schema as OpenAI takes it (every member required, nothing else
/// allowed). A released schema never changes; its version is in its name.
package enum AnswerSchema {
    package static let name = "insight_answer_1"
    /// Stands for what is on no list.
    package static let other = "other"

    package static func document(_ lexicon: Lexicon) -> JSONValue {
        let aspects = lexicon.aspects.map(\.id) + [other]
        return object([
            "issue_highlights": array(reference("item")), "strengths": array(reference("item")),
            "historical_standing": string,
            "recommendations": array(
                object([
                    "aspect": choice(aspects), "route": choice(Route.allCases.map(\.rawValue)),
                    "text": string,
                ])),
            "limitations": array(string),
        ]).with(
            "$defs",
            .row([
                "item": object([
                    "aspect": choice(aspects), "summary": string,
                    "severity": choice(Severity.allCases.map(\.rawValue)),
                    "polarity": choice(Polarity.allCases.map(\.rawValue)),
                    "evidence": array(
                        object([
                            "review_id": string, "version": .row(["type": .string("integer")]),
                            "quote": string,
                            "translation": .row([
                                "anyOf": .array([string, .row(["type": .string("null")])])
                            ]),
                        ])),
                ])
            ]))
    }

    private static let string = JSONValue.row(["type": .string("string")])

    private static func array(_ items: JSONValue) -> JSONValue {
        .row(["type": .string("array"), "items": items])
    }

    private static func reference(_ name: String) -> JSONValue {
        .row(["$ref": .string("#/$defs/\(name)")])
    }

    private static func choice(_ values: [String]) -> JSONValue {
        .row(["type": .string("string"), "enum": .array(values.map { .string($0) })])
    }

    private static func object(_ properties: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .row([
            "type": .string("object"), "additionalProperties": .bool(false),
            "required": .array(properties.map { .string($0.key) }),
            "properties": .object(properties.map { (key: $0.key, value: $0.value) }),
        ])
    }
}

/// Who can do something about it.
package enum Route: String, CaseIterable, Sendable {
    case product, listing, both
}

package enum Severity: String, CaseIterable, Sendable {
    case low, medium, high
}

package enum Polarity: String, CaseIterable, Sendable {
    case positive, negative, neutral, mixed
}
