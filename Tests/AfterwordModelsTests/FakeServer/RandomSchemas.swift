import AfterwordCore
import Testing

@testable import AfterwordModels

/// Checks a value against a schema with every keyword of strict mode. Written apart from the code
/// it judges; patterns are matched by Swift's own regular expressions.
///
/// - Returns: The place that does not conform, or nil.
func mismatch(
    _ value: JSONValue, _ schema: JSONValue, in root: JSONValue, at path: String = "$"
) -> String? {
    if let reference = schema["$ref"]?.text {
        guard let target = resolve(reference, in: root) else { return "\(path): \(reference)" }
        return mismatch(value, target, in: root, at: path)
    }
    if let constant = schema["const"], constant != value { return "\(path): const" }
    if let allowed = schema["enum"]?.elements, !allowed.contains(value) { return "\(path): enum" }
    if let choices = schema["anyOf"]?.elements {
        guard choices.contains(where: { mismatch(value, $0, in: root, at: path) == nil }) else {
            return "\(path): anyOf"
        }
    }
    if let type = schema["type"] {
        let names = (type.elements ?? [type]).compactMap(\.text)
        guard names.contains(where: { isOf($0, value) }) else { return "\(path): \(names)" }
    }
    switch value {
    case .number: return numberMismatch(value, schema, path)
    case .string(let text): return textMismatch(text, schema, path)
    case .array(let elements): return arrayMismatch(elements, schema, root, path)
    case .object(let members): return objectMismatch(members, schema, root, path)
    case .null, .bool: return nil
    }
}

private func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
        ("null", .null), ("number", .number):
        true
    case ("integer", .number): value.integer != nil
    default: false
    }
}

private func numberMismatch(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> String? {
    guard case .number(let digits) = value, let number = Double(digits) else { return path }
    func limit(_ key: String) -> Double? { schema[key]?.decimal }
    if let least = limit("minimum"), number < least { return "\(path): minimum" }
    if let above = limit("exclusiveMinimum"), number <= above { return "\(path): exclusiveMinimum" }
    if let most = limit("maximum"), number > most { return "\(path): maximum" }
    if let below = limit("exclusiveMaximum"), number >= below { return "\(path): exclusiveMaximum" }
    if let step = limit("multipleOf") {
        let quotient = number / step
        if quotient.rounded() != quotient { return "\(path): multipleOf" }
    }
    return nil
}

private func textMismatch(_ text: String, _ schema: JSONValue, _ path: String) -> String? {
    let forms = [
        "date": #"\d{4}-\d\d-\d\d"#, "time": #"\d\d:\d\d:\d\dZ"#,
        "date-time": #"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"#, "duration": #"P\d+D"#,
        "email": #"[a-z.]+@[a-z]+\.[a-z]+"#, "hostname": #"[a-z.]+"#,
        "ipv4": #"(\d{1,3}\.){3}\d{1,3}"#, "ipv6": "[0-9a-f:]+",
        "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
    ]
    if schema["pattern"] == nil, let form = schema["format"]?.text.flatMap({ forms[$0] }),
        let expression = try? Regex(form), text.wholeMatch(of: expression) == nil
    {
        return "\(path): format \(text)"
    }
    guard let pattern = schema["pattern"]?.text else { return nil }
    guard let expression = try? Regex(pattern) else { return "\(path): pattern unread" }
    return text.firstMatch(of: expression) == nil
        ? "\(path): \(pattern) does not match \(text)" : nil
}

private func arrayMismatch(
    _ elements: [JSONValue], _ schema: JSONValue, _ root: JSONValue, _ path: String
) -> String? {
    if let least = schema["minItems"]?.whole, elements.count < least { return "\(path): minItems" }
    if let most = schema["maxItems"]?.whole, elements.count > most { return "\(path): maxItems" }
    guard let items = schema["items"] else { return nil }
    for (index, element) in elements.enumerated() {
        if let found = mismatch(element, items, in: root, at: "\(path)[\(index)]") { return found }
    }
    return nil
}

private func objectMismatch(
    _ members: [(key: String, value: JSONValue)], _ schema: JSONValue, _ root: JSONValue,
    _ path: String
) -> String? {
    let properties = schema["properties"]
    for member in members {
        guard let own = properties?[member.key] else {
            if schema["additionalProperties"]?.flag == false { return "\(path).\(member.key)" }
            continue
        }
        if let found = mismatch(member.value, own, in: root, at: "\(path).\(member.key)") {
            return found
        }
    }
    for name in schema["required"]?.elements?.compactMap(\.text) ?? []
    where !members.contains(where: { $0.key == name }) {
        return "\(path).\(name) is missing"
    }
    return nil
}

/// Random schemas that strict mode accepts and that have a value: every keyword, references,
/// recursion through null and arrays.
struct RandomSchemas {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func draw(_ bound: Int) -> Int { Int(random.draw(below: UInt64(bound))) }

    mutating func root() -> JSONValue {
        let names = ["node", "leaf", "pair"]
        let definitions = names.map { (key: $0, value: object(depth: 3, references: names)) }
        return object(depth: 0, references: names).adding("$defs", .object(definitions))
    }

    private mutating func object(depth: Int, references: [String]) -> JSONValue {
        let all = ["id", "name", "age", "price", "tags", "next", "kind", "when", "score", "a b"]
        let keys = all.filter { _ in draw(3) == 0 }
        let properties = keys.map { (key: $0, value: schema(depth: depth + 1, references)) }
        return .row([
            "type": .string("object"), "properties": .object(properties),
            "required": .array(keys.map { .string($0) }), "additionalProperties": .bool(false),
        ])
    }

    private mutating func schema(depth: Int, _ references: [String]) -> JSONValue {
        switch draw(depth > 4 ? 6 : 11) {
        case 0: return number("integer")
        case 1: return number("number")
        case 2: return text()
        case 3: return .row(["type": .string(["boolean", "null"][draw(2)])])
        case 4:
            return .row([
                "type": .string("string"),
                "enum": .array(["red", "green", "a/b"].map { .string($0) }),
            ])
        case 5: return .row(["type": .string("string"), "const": .string("fixed")])
        case 6: return object(depth: depth, references: references)
        case 7:
            let least = draw(3)
            var array = JSONValue.row([
                "type": .string("array"), "items": schema(depth: depth + 1, references),
            ])
            if draw(2) == 0 { array = array.adding("minItems", JSONValue(least)) }
            if draw(2) == 0 { array = array.adding("maxItems", JSONValue(least + draw(3))) }
            return array
        case 8:
            return .row([
                "anyOf": .array([
                    schema(depth: depth + 1, references), .row(["type": .string("null")]),
                ])
            ])
        case 9: return .row(["type": .array([.string("string"), .string("null")])])
        default:
            // A reference within null or an array ends.
            let name = JSONValue.row(["$ref": .string("#/$defs/\(references[draw(3)])")])
            return draw(2) == 0
                ? .row(["anyOf": .array([name, .row(["type": .string("null")])])])
                : .row(["type": .string("array"), "items": name])
        }
    }

    private mutating func number(_ type: String) -> JSONValue {
        var schema = JSONValue.row(["type": .string(type)])
        let low = draw(200) - 100
        switch draw(6) {
        case 0: schema = schema.adding("minimum", JSONValue(low))
        case 1: schema = schema.adding("exclusiveMaximum", JSONValue(low))
        case 2:
            schema = schema.adding("exclusiveMinimum", JSONValue(low))
                .adding("maximum", JSONValue(low + 1 + draw(50)))
        case 3: schema = schema.adding("multipleOf", JSONValue(1 + draw(9)))
        case 4 where type == "number":
            schema = schema.adding("multipleOf", .number("0.01"))
                .adding("minimum", JSONValue(low)).adding("maximum", JSONValue(low + 1))
        default: break
        }
        return schema
    }

    private mutating func text() -> JSONValue {
        let patterns = [
            "^[A-Z]{3}-\\d{4}$", "^(foo|ba[rz])+$", "[^a-y]x?", "^\\w+@\\w+\\.com$",
            "^(?:\\d{1,3}\\.){3}\\d{1,3}$", "^\\+?[1-9]\\d{1,14}$", "^#(?:[0-9a-fA-F]{3}){1,2}$",
            "^$", "^.{2,5}$",
        ]
        let formats = [
            "date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
        ]
        let schema = JSONValue.row(["type": .string("string")])
        switch draw(3) {
        case 0: return schema.adding("pattern", .string(patterns[draw(patterns.count)]))
        case 1: return schema.adding("format", .string(formats[draw(formats.count)]))
        default: return schema
        }
    }
}
