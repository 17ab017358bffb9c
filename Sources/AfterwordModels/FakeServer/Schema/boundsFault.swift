import AfterwordCore

/// Checks the bounds of a schema, apart from those of schemas inside it: whether they are of their
/// types, and whether any value can be within them.
///
/// - Returns: The first offence in the words of the API, without its place where the API gives
///   none, or nil.
func boundsFault(_ schema: JSONValue) -> (words: String, hasPlace: Bool)? {
    if let fault = valueFault(schema) { return (fault, false) }
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

/// An offence of one keyword alone.
private func valueFault(_ schema: JSONValue) -> String? {
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
