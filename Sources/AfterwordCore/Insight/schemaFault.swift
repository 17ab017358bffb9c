/// Checks a document against its schema. Supports the part of JSON Schema that strict answers use:
/// type, properties, required, additionalProperties, items, enum, anyOf, and $ref to $defs.
///
/// - Returns: The path of the first place that does not conform and what is wrong there; nil where
///   the document conforms.
package func schemaFault(_ value: JSONValue, schema: JSONValue) -> String? {
    fault(value, schema, schema["$defs"], at: "$")
}

private func fault(
    _ value: JSONValue, _ schema: JSONValue, _ definitions: JSONValue?, at path: String
) -> String? {
    if let reference = schema["$ref"]?.text {
        guard reference.hasPrefix("#/$defs/"),
            let target = definitions?[String(reference.dropFirst(8))]
        else { return "\(path): no such definition" }
        return fault(value, target, definitions, at: path)
    }
    if let choices = schema["anyOf"]?.elements {
        let fits = choices.contains { fault(value, $0, definitions, at: path) == nil }
        return fits ? nil : "\(path): none of what is allowed"
    }
    if let type = schema["type"]?.text, !isOf(type, value) { return "\(path): not of type \(type)" }
    if let allowed = schema["enum"]?.elements, !allowed.contains(value) {
        return "\(path): not one of those allowed"
    }
    if let items = schema["items"], let elements = value.elements {
        for (index, element) in elements.enumerated() {
            if let found = fault(element, items, definitions, at: "\(path)[\(index)]") {
                return found
            }
        }
    }
    return value.members.flatMap { members(of: $0, schema, definitions, at: path) }
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

private func members(
    of members: [(key: String, value: JSONValue)], _ schema: JSONValue, _ definitions: JSONValue?,
    at path: String
) -> String? {
    var seen: Set<String> = []
    for member in members {
        guard seen.insert(member.key).inserted else { return "\(path): a member stands twice" }
        guard let own = schema["properties"]?[member.key] else {
            if schema["additionalProperties"] == .bool(false) {
                return "\(path): a member that is not allowed"
            }
            continue
        }
        if let found = fault(member.value, own, definitions, at: "\(path).\(member.key)") {
            return found
        }
    }
    for name in schema["required"]?.elements ?? []
    where !seen.contains(name.text ?? "") {
        return "\(path): \(name.text ?? "") is missing"
    }
    return nil
}
