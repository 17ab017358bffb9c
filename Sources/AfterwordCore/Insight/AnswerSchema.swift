/// The schema of a model's answer: JSON Schema in OpenAI's strict form (every member required, no
/// others allowed). A released schema never changes; its version is in its name.
package enum AnswerSchema {
    package static let name = "insight_answer_1"
    /// The aspect of items that are not in the lexicon.
    package static let other = "other"

    /// The schema, with the aspects of a lexicon as the allowed ones.
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
                            "translation": optionalString,
                        ])),
                ])
            ]))
    }

    /// The lexicon whose aspects a schema of an insight or an enrichment allows: that of which it
    /// allows more, where a taxonomy merged or added some; the first where it allows as many.
    package static func lexicon(of schema: JSONValue) -> Lexicon {
        let allowed = Set(aspects(of: schema))
        func known(_ lexicon: Lexicon) -> Int {
            lexicon.aspects.count { allowed.contains($0.id) }
        }
        return known(.second) > known(.first) ? .second : .first
    }

    /// The aspects that a schema of an insight or an enrichment allows, in their order.
    package static func aspects(of schema: JSONValue) -> [String] {
        let remark = schema["properties"]?["reviews"]?["items"]?["properties"]?["aspects"]?["items"]
        let item = schema["$defs"]?["item"] ?? remark
        return (item?["properties"]?["aspect"]?["enum"]?.elements ?? []).compactMap(\.text)
    }

    static let string = JSONValue.row(["type": .string("string")])

    static let optionalString = JSONValue.row([
        "anyOf": .array([string, .row(["type": .string("null")])])
    ])

    static func array(_ items: JSONValue) -> JSONValue {
        .row(["type": .string("array"), "items": items])
    }

    private static func reference(_ name: String) -> JSONValue {
        .row(["$ref": .string("#/$defs/\(name)")])
    }

    static func choice(_ values: [String]) -> JSONValue {
        .row(["type": .string("string"), "enum": .array(values.map { .string($0) })])
    }

    static func object(_ properties: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .row([
            "type": .string("object"), "additionalProperties": .bool(false),
            "required": .array(properties.map { .string($0.key) }),
            "properties": .object(properties.map { (key: $0.key, value: $0.value) }),
        ])
    }
}

/// Who can act on an aspect.
package enum Route: String, CaseIterable, Sendable {
    case product, listing, both
}

/// How severe an item is.
package enum Severity: String, CaseIterable, Sendable {
    case low, medium, high
}

/// Whether an item is praise or a complaint.
package enum Polarity: String, CaseIterable, Sendable {
    case positive, negative, neutral, mixed
}
