import AfterwordCore

/// Checks a schema against the rules of strict structured output.
///
/// - Returns: The first offence in the words of the API, or nil.
func strictSchemaFault(_ schema: JSONValue) -> String? {
    do throws(StrictFault) {
        var check = StrictSchemaCheck(root: schema)
        try check.run()
        return nil
    } catch {
        return error.words
    }
}

/// An offence, in words.
private struct StrictFault: Error {
    var words: String
}

/// Walks a schema and counts what is limited.
private struct StrictSchemaCheck {
    static let propertyLimit = 5_000
    static let levelLimit = 10
    static let letterLimit = 120_000
    static let enumLimit = 1_000

    /// Keywords of JSON Schema that strict mode does not know.
    static let refused: Set<String> = [
        "allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas",
        "dependencies", "patternProperties", "unevaluatedProperties", "propertyNames",
        "minProperties", "maxProperties", "unevaluatedItems", "prefixItems", "additionalItems",
        "contains", "minContains", "maxContains", "uniqueItems", "minLength", "maxLength",
        "default", "contentEncoding", "contentMediaType", "$dynamicRef", "$anchor",
    ]
    static let types: Set<String> = [
        "object", "array", "string", "number", "integer", "boolean", "null",
    ]
    static let formats: Set<String> = [
        "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
    ]

    let root: JSONValue
    private var properties = 0
    private var letters = 0
    private var enumValues = 0

    init(root: JSONValue) { self.root = root }

    mutating func run() throws(StrictFault) {
        let type = root["type"]
        guard type?.text == "object" else {
            let written = type?.text ?? (type.map(\.writtenText) ?? "None")
            throw StrictFault(
                words: "schema must be a JSON Schema of 'type: \"object\"', got 'type: "
                    + "\"\(written)\"'.")
        }
        for key in ["anyOf", "oneOf", "allOf", "enum", "not"] where root[key] != nil {
            throw StrictFault(
                words: "schema must have type 'object' and not have "
                    + "'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.")
        }
        try visit(root, [], level: 0)
        try checkCounts()
    }

    private func checkCounts() throws(StrictFault) {
        func fault(_ limit: Int, _ what: String, _ count: Int, _ advice: String) -> StrictFault {
            StrictFault(
                words: "Expected at most \(limit) \(what) in total within a schema when using "
                    + "structured outputs, but got \(count). Consider reducing the \(advice), or "
                    + "use 'strict: false' to opt out of structured outputs.")
        }
        if properties > Self.propertyLimit {
            throw fault(
                Self.propertyLimit, "object properties", properties,
                "number of object properties")
        }
        if enumValues > Self.enumLimit {
            throw fault(Self.enumLimit, "enum values", enumValues, "number of enums")
        }
        if letters > Self.letterLimit {
            throw fault(
                Self.letterLimit,
                "characters of property names, definition names, enum values and const values",
                letters, "length of names and values")
        }
    }

    private func fault(_ path: [String], _ words: String) -> StrictFault {
        StrictFault(words: "In context=\(Self.tuple(path)), \(words)")
    }

    /// A path as Python writes a tuple.
    private static func tuple(_ path: [String]) -> String {
        let quoted = path.map { "'\($0)'" }
        return quoted.count == 1 ? "(\(quoted[0]),)" : "(\(quoted.joined(separator: ", ")))"
    }

    /// - Parameter level: The objects around this place.
    private mutating func visit(
        _ schema: JSONValue, _ path: [String], level: Int
    ) throws(StrictFault) {
        guard let members = schema.members else {
            throw StrictFault(words: "\(schema.writtenText) is not of type 'object', 'boolean'.")
        }
        if let reference = schema["$ref"] {
            try checkReference(reference, members.map(\.key), path)
        } else {
            try checkKeywords(schema, members.map(\.key), path)
            try checkTypes(schema, path)
            try checkBounds(schema, path)
            try visitObject(schema, path, level: level)
            try visitArray(schema, path, level: level)
            try visitChoices(schema, path, level: level)
        }
        for key in ["$defs", "definitions"] {
            guard let definitions = schema[key]?.members else { continue }
            for definition in definitions {
                letters += definition.key.utf8.count
                try visit(definition.value, path + [key, definition.key], level: 0)
            }
        }
    }

    private func checkReference(
        _ reference: JSONValue, _ keys: [String], _ path: [String]
    ) throws(StrictFault) {
        let extra = keys.filter { !["$ref", "$defs", "definitions"].contains($0) }
        guard extra.isEmpty else {
            let names = extra.map { "'\($0)'" }.joined(separator: ", ")
            throw fault(path, "$ref cannot have keywords {\(names)}.")
        }
        guard let text = reference.text, resolve(text, in: root) != nil else {
            throw fault(
                path,
                "reference to component '\(reference.text ?? reference.writtenText)' which was "
                    + "not found in the schema.")
        }
    }

    private func checkKeywords(
        _ schema: JSONValue, _ keys: [String], _ path: [String]
    ) throws(StrictFault) {
        for key in keys where Self.refused.contains(key) {
            throw fault(path, "'\(key)' is not permitted.")
        }
        if let format = schema["format"], !Self.formats.contains(format.text ?? "") {
            throw fault(path, "'\(format.text ?? format.writtenText)' is not a valid format.")
        }
        if let pattern = schema["pattern"], pattern.text.flatMap(Pattern.init) == nil {
            throw fault(
                path, "'\(pattern.text ?? pattern.writtenText)' is not a supported 'regex'.")
        }
    }

    private func checkBounds(_ schema: JSONValue, _ path: [String]) throws(StrictFault) {
        guard let (words, hasPlace) = boundsFault(schema) else { return }
        throw hasPlace ? fault(path, words) : StrictFault(words: words)
    }

    private func checkTypes(_ schema: JSONValue, _ path: [String]) throws(StrictFault) {
        guard let type = schema["type"] else {
            guard schema["anyOf"] != nil else {
                throw fault(path, "schema must have a 'type' key.")
            }
            return
        }
        let names = type.elements ?? [type]
        for name in names where !Self.types.contains(name.text ?? "") {
            let written = name.text.map { "'\($0)'" } ?? name.writtenText
            throw StrictFault(words: "\(written) is not valid under any of the given schemas.")
        }
        if names.isEmpty { throw fault(path, "schema must have a 'type' key.") }
    }

    private func has(_ type: String, _ schema: JSONValue) -> Bool {
        schema["type"]?.text == type
            || schema["type"]?.elements?.contains { $0.text == type } == true
    }

    private mutating func visitObject(
        _ schema: JSONValue, _ path: [String], level: Int
    ) throws(StrictFault) {
        guard has("object", schema) else { return }
        guard level < Self.levelLimit else {
            throw StrictFault(
                words: "\(level + 1) levels of nesting exceeds limit of \(Self.levelLimit).")
        }
        guard schema["additionalProperties"]?.flag == false else {
            throw fault(
                path, "'additionalProperties' is required to be supplied and to be false.")
        }
        let members = schema["properties"]?.members ?? []
        let required = schema["required"]?.elements?.compactMap(\.text) ?? []
        let names = Set(required)
        let missing = members.first { !names.contains($0.key) }
        let rule =
            "'required' is required to be supplied and to be an array including every key in "
            + "properties."
        if let missing { throw fault(path, "\(rule) Missing '\(missing.key)'.") }
        let keys = Set(members.map(\.key))
        if let extra = required.first(where: { !keys.contains($0) }) {
            throw fault(path, "\(rule) Extra required key '\(extra)' supplied.")
        }
        for member in members {
            properties += 1
            letters += member.key.utf8.count
            try visit(member.value, path + ["properties", member.key], level: level + 1)
        }
    }

    private mutating func visitArray(
        _ schema: JSONValue, _ path: [String], level: Int
    ) throws(StrictFault) {
        guard has("array", schema) else { return }
        guard let items = schema["items"] else { throw fault(path, "array schema missing items.") }
        try visit(items, path + ["items"], level: level)
    }

    private mutating func visitChoices(
        _ schema: JSONValue, _ path: [String], level: Int
    ) throws(StrictFault) {
        for value in schema["enum"]?.elements ?? [] {
            enumValues += 1
            letters += value.text?.utf8.count ?? 0
        }
        letters += schema["const"]?.text?.utf8.count ?? 0
        guard let choices = schema["anyOf"] else { return }
        guard let elements = choices.elements, !elements.isEmpty else {
            throw StrictFault(words: "\(choices.writtenText) should be non-empty.")
        }
        for (index, choice) in elements.enumerated() {
            try visit(choice, path + ["anyOf", String(index)], level: level)
        }
    }
}

/// The part of a document that a JSON pointer with `#` before it names; nil where there is none.
func resolve(_ reference: String, in root: JSONValue) -> JSONValue? {
    guard reference.hasPrefix("#") else { return nil }
    var place = root
    for step in reference.dropFirst().split(separator: "/") {
        let name = percentDecoded(String(step).replacing("+", with: "%2B"))
            .replacing("~1", with: "/").replacing("~0", with: "~")
        if let element = place.elements, let index = Int(name) {
            guard element.indices.contains(index) else { return nil }
            place = element[index]
        } else if let member = place[name] {
            place = member
        } else {
            return nil
        }
    }
    return place
}
