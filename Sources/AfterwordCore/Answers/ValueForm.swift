/// The form of a value in an answer. `/openapi.json` is generated from forms, and answers are
/// checked against them (`formFault`).
package indirect enum ValueForm: Sendable {
    case flag
    case number(ClosedRange<Int64>)
    /// A text, restricted by a pattern or format where `TextForm` names one.
    case text(TextForm)
    case choice([String])
    case list(ValueForm)
    case object(ObjectDescription)
    case nullable(ValueForm)
    /// A value of any one of these forms.
    case either([ValueForm])
    /// An object whose member names are data and whose values share one form.
    case map(ValueForm)
    case anything

    /// The format of a text.
    package enum TextForm: Sendable {
        case any
        /// `2026-08-04T02:09:00Z`.
        case dateTime
        case date
        /// Exactly this many lowercase hexadecimal digits.
        case hexadecimal(Int)
        /// A whole number of any size, in decimal digits, optionally negative.
        case integer
        /// A URI reference: absolute, or relative to the root of this service.
        case address
        case uri
    }

    /// A whole number that counts something: at least 0.
    package static let count = ValueForm.number(0...Int64.max)
    package static let whole = ValueForm.number(Int64.min...Int64.max)
    package static let string = ValueForm.text(.any)
}

/// The description of a JSON object: its members, without the closures that produce their values.
package struct ObjectDescription: Sendable {
    /// A member of an object.
    package struct Member: Sendable {
        package var name: String
        package var form: ValueForm
        /// The unit of a number; nil for counts and other values without one.
        package var unit: Unit?
        package var comment: String
        package var isRequired = true
        /// The name of the member that replaces this deprecated one; both are written for one
        /// release.
        package var replacement: String?

        package init(
            name: String, form: ValueForm, unit: Unit? = nil, comment: String,
            isRequired: Bool = true, replacement: String? = nil
        ) {
            self.name = name
            self.form = form
            self.unit = unit
            self.comment = comment
            self.isRequired = isRequired
            self.replacement = replacement
        }
    }

    package var name: String
    package var comment: String
    package var members: [Member]
    /// Whether the schema forbids members that are not listed.
    package var isClosed: Bool

    package init(name: String, comment: String, members: [Member], isClosed: Bool = false) {
        self.name = name
        self.comment = comment
        self.members = members
        self.isClosed = isClosed
    }
}

/// The unit of a number. A number without a unit is a count or an ordinal of what its name says.
package enum Unit: String, CaseIterable, Sendable {
    case tenths = "tenths of a star"
    case stars = "stars"
    case thousandths = "thousandths of a star"
    case millionths = "millionths"
    case microseconds = "microseconds since 1970-01-01T00:00:00Z"
    case seconds = "seconds"
    case bytes = "bytes"
    case nanodollars = "nano-dollars"
    case tokens = "tokens"
    case month = "year × 100 + month"
}

// MARK: As a schema

extension ValueForm {
    /// The form as a JSON Schema 2020-12; objects are referenced by name.
    package var schema: JSONValue {
        switch self {
        case .flag: return .row(["type": .string("boolean")])
        case .number(let range): return Self.schema(range)
        case .text(let form): return .object([("type", .string("string"))] + form.members)
        case .choice(let values):
            return .row(["type": .string("string"), "enum": .array(values.map { .string($0) })])
        case .list(let entry):
            return .row(["type": .string("array"), "items": entry.schema])
        case .object(let object): return reference(object.name)
        case .map(let value):
            return .row(["type": .string("object"), "additionalProperties": value.schema])
        case .either(let forms): return .row(["anyOf": .array(forms.map(\.schema))])
        case .anything: return .row([:])
        case .nullable(let form): return Self.orNull(form.schema)
        }
    }

    private static func schema(_ range: ClosedRange<Int64>) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("type", .string("integer")), ("format", .string("int64")),
        ]
        if range.lowerBound > Int64.min { members.append(("minimum", JSONValue(range.lowerBound))) }
        if range.upperBound < Int64.max { members.append(("maximum", JSONValue(range.upperBound))) }
        return .object(members)
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        let null = JSONValue.row(["type": .string("null")])
        guard let members = schema.members, let type = schema["type"]?.text,
            schema["enum"] == nil
        else { return .row(["anyOf": .array([schema, null])]) }
        return .object(
            members.filter { $0.key != "type" }
                + [("type", .array([.string(type), .string("null")]))])
    }

    /// The objects that this form refers to, directly or through other objects.
    package var objects: [ObjectDescription] {
        switch self {
        case .object(let object): [object] + object.members.flatMap(\.form.objects)
        case .list(let form), .nullable(let form), .map(let form): form.objects
        case .either(let forms): forms.flatMap(\.objects)
        case .flag, .number, .text, .choice, .anything: []
        }
    }
}

private func reference(_ name: String) -> JSONValue {
    .row(["$ref": .string("#/components/schemas/\(name)")])
}

extension ValueForm.TextForm {
    fileprivate var members: [(key: String, value: JSONValue)] {
        switch self {
        case .any: []
        case .dateTime: [("format", .string("date-time"))]
        case .date: [("format", .string("date"))]
        case .hexadecimal(let digits): [("pattern", .string("^[0-9a-f]{\(digits)}$"))]
        case .integer: [("pattern", .string("^-?[0-9]+$"))]
        case .address: [("format", .string("uri-reference"))]
        case .uri: [("format", .string("uri"))]
        }
    }
}

extension ObjectDescription {
    package var schema: JSONValue {
        .object(
            [
                ("type", .string("object")), ("description", .string(comment)),
                ("required", .array(members.filter(\.isRequired).map { .string($0.name) })),
                ("properties", .object(members.map { ($0.name, $0.schema) })),
            ] + (isClosed ? [("additionalProperties", .bool(false))] : []))
    }
}

extension ObjectDescription.Member {
    /// The description in the schema: the comment, the unit and the replacement of a deprecated
    /// member.
    package var sentence: String {
        var text = comment
        if let unit { text += " In \(unit.rawValue)." }
        if let replacement { text += " Deprecated: `\(replacement)` replaces it." }
        return text
    }

    var schema: JSONValue {
        var schema = form.schema
        // Some programs ignore keywords beside `$ref`, so the reference is wrapped in `allOf`.
        if schema["$ref"] != nil { schema = .row(["allOf": .array([schema])]) }
        var more: [(key: String, value: JSONValue)] = [("description", .string(sentence))]
        if let unit { more.append(("x-unit", .string(unit.rawValue))) }
        if replacement != nil { more.append(("deprecated", .bool(true))) }
        return .object((schema.members ?? []) + more)
    }
}
