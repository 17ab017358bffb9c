import AfterwordCore

/// Checks the bounds of a schema, apart from those of schemas inside it: whether they are of their
/// types, and whether any value can be within them.
///
/// - Returns: The first offence in the words of the API, without its place where the API gives
///   none, or nil.
func boundsFault(_ schema: JSONValue) -> (words: String, hasPlace: Bool)? {
    if let fault = valueFault(schema) { return (fault, false) }
    if let fault = strayValue(schema) { return (fault, true) }
    if let least = schema["minItems"]?.whole, let most = schema["maxItems"]?.whole, least > most {
        return ("'minItems' (\(least)) is greater than 'maxItems' (\(most)).", true)
    }
    let types = schema["type"].map { $0.elements ?? [$0] } ?? []
    let isWhole = types.contains(.string("integer")) && !types.contains(.string("number"))
    guard NumberRange(schema, isWhole: isWhole).isEmpty else { return nil }
    let names = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"]
    let bounds = names.compactMap { name in
        schema[name].map { "'\(name)' (\($0.writtenText))" }
    }
    return ("no number is within \(bounds.joined(separator: " and ")).", true)
}

/// The first value of `enum` or `const` that is of none of the schema's types, in words.
private func strayValue(_ schema: JSONValue) -> String? {
    guard let type = schema["type"] else { return nil }
    let names = (type.elements ?? [type]).compactMap(\.text)
    var values = (schema["enum"]?.elements ?? []).map { (keyword: "enum", value: $0) }
    if let constant = schema["const"] { values.append((keyword: "const", value: constant)) }
    guard let stray = values.first(where: { entry in !names.contains { entry.value.isOf($0) } })
    else { return nil }
    let quoted = names.map { "'\($0)'" }.joined(separator: ", ")
    return "\(stray.keyword) value \(stray.value.text.map { "'\($0)'" } ?? stray.value.writtenText)"
        + " does not validate against {'type': \(type.elements == nil ? quoted : "[\(quoted)]")}."
}

extension JSONValue {
    /// Whether a value is of a type that JSON schemas name.
    fileprivate func isOf(_ type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number: type == "number" || type == "integer" && isWhole
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}

/// An offence of one keyword alone.
private func valueFault(_ schema: JSONValue) -> String? {
    for name in ["properties", "$defs", "definitions"] {
        guard let value = schema[name], value.members == nil else { continue }
        return "\(value.writtenText) is not of type 'object'."
    }
    if let required = schema["required"] {
        guard let names = required.elements else {
            return "\(required.writtenText) is not of type 'array'."
        }
        if let odd = names.first(where: { $0.text == nil }) {
            return "\(odd.writtenText) is not of type 'string'."
        }
    }
    if let values = schema["enum"] {
        guard let elements = values.elements else {
            return "\(values.writtenText) is not of type 'array'."
        }
        if elements.isEmpty { return "[] should be non-empty." }
    }
    for name in ["minItems", "maxItems"] {
        guard let value = schema[name] else { continue }
        guard value.isWhole else { return "\(value.writtenText) is not of type 'integer'." }
        if let count = value.decimal, count < 0 {
            return "\(value.writtenText) is less than the minimum of 0."
        }
    }
    let numbers = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"]
    for name in numbers {
        guard let value = schema[name] else { continue }
        guard let number = value.decimal else {
            return "\(value.writtenText) is not of type 'number'."
        }
        if name == "multipleOf", number <= 0 {
            return "\(value.writtenText) is less than or equal to the minimum of 0."
        }
    }
    return nil
}
