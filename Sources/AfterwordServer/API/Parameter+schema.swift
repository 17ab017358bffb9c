import AfterwordCore

extension Parameter {
    /// The JSON Schema of the value. A form sends its empty fields too.
    var schema: JSONValue {
        switch form {
        case .text, .choice: return valueSchema
        default:
            guard isField else { return valueSchema }
            let empty = JSONValue.row([
                "type": .string("string"), "maxLength": JSONValue(0),
            ])
            return .row(["anyOf": .array([valueSchema, empty])])
        }
    }

    private var valueSchema: JSONValue {
        switch form {
        case .text: textSchema
        case .number(let range):
            .row([
                "type": .string("integer"), "minimum": JSONValue(range.lowerBound),
                "maximum": JSONValue(range.upperBound),
            ])
        case .choice(let values):
            .row([
                "type": .string("string"),
                "enum": .array((values + (isField ? [""] : [])).map { .string($0) }),
            ])
        case .moment: Self.momentSchema
        case .date: .row(["type": .string("string"), "format": .string("date")])
        case .header: .row(["type": .string("string")])
        case .names:
            .row([
                "type": .string("string"), "maxLength": JSONValue(Self.namesLength),
                "pattern": .string("^[^,\\u0000]+(,[^,\\u0000]+){0,19}$"),
            ])
        case .token:
            .row([
                "type": .string("string"), "minLength": JSONValue(1), "maxLength": JSONValue(255),
                "pattern": .string("^[!-~]+$"),
            ])
        case .cursor:
            .row([
                "type": .string("string"),
                "pattern": .string("^[0-9]{1,15}-[0-9]{1,15}(-[0-9a-f]{8})?$"),
            ])
        }
    }

    private var textSchema: JSONValue {
        .row([
            "type": .string("string"), "minLength": JSONValue(isField ? 0 : 1),
            "maxLength": JSONValue(maxLength),
            "pattern": .string(isField ? "^[^\\u0000]*$" : "^[^\\u0000]+$"),
        ])
    }

    private static let momentSchema = JSONValue.row([
        "anyOf": .array([
            .row([
                "type": .string("integer"), "minimum": JSONValue(1),
                "maximum": JSONValue(9_999_999),
            ]), .row(["type": .string("string"), "format": .string("date")]),
            .row(["type": .string("string"), "format": .string("date-time")]),
            .row([
                "type": .string("string"), "minLength": JSONValue(1),
                "maxLength": JSONValue(100),
                "pattern": .string("^[!-~]([ -~]{0,98}[!-~])?$"),
            ]),
        ])
    ])

    /// The OpenAPI parameter object.
    var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("name", .string(name)), ("in", .string(place)), ("required", .bool(isRequired)),
            ("schema", schema), ("description", .string(comment)),
        ]
        if let example = Self.examples[name] { members.append(("example", .string(example))) }
        return .object(members)
    }

    /// Example values, taken from the bundled sample.
    private static let examples = [
        "product": "B0LUM2DESK", "brand": "Lumora", "brands": "Lumora,Knokke", "theme": "leaks",
    ]
}
