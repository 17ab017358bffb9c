import AfterwordCore

/// Writes a value that conforms to a schema, with contents that fit names and the question: numbers
/// and names of the question where they may stand, choices that it mentions, plausible dates and
/// addresses. The same schema, question and seed give the same value.
struct SchemaAnswer {
    /// Deeper than this many objects and arrays, the shortest form is written.
    private static let easyDepth = 5
    /// More values than this make every further one as short as the schema allows.
    private static let easyValues = 400
    /// A schema that wants more values has no answer. The most properties of a schema fit in.
    private static let valueLimit = 10_000
    /// A schema whose shortest value is deeper has no answer.
    private static let depthLimit = 100

    private let root: JSONValue
    private var facts: QuestionFacts
    private var random: SplitMix64
    private var values = 0
    /// The depth of the shortest value of each reference; nil for one that never ends.
    private var depths: [String: Int] = [:]

    init(_ schema: JSONValue, question: String, seed: UInt64) {
        root = schema
        facts = QuestionFacts(question)
        random = SplitMix64(seed: seed)
        measureReferences()
    }

    /// The value; nil where every value of the schema would be endless.
    mutating func value() -> JSONValue? {
        guard let depth = depth(of: root), depth <= Self.depthLimit else { return nil }
        let value = value(root, name: "", depth: 0)
        return values > Self.valueLimit ? nil : value
    }

    private mutating func draw(_ bound: Int) -> Int { Int(random.draw(below: UInt64(bound))) }

    private func isShort(_ depth: Int) -> Bool {
        depth > Self.easyDepth || values > Self.easyValues
    }

    private mutating func value(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
        values += 1
        if let reference = schema["$ref"]?.text, let target = resolve(reference, in: root) {
            let own = name.isEmpty ? String(reference.split(separator: "/").last ?? "") : name
            return value(target, name: own, depth: depth + 1)
        }
        if let constant = schema["const"] { return constant }
        if let allowed = schema["enum"]?.elements, !allowed.isEmpty {
            return choose(allowed.filter { fits($0, schema["type"]) }, or: allowed)
        }
        for key in ["anyOf", "oneOf"] {
            if let choices = schema[key]?.elements, !choices.isEmpty {
                let branch = branch(choices, depth)
                return value(merged(schema, [branch], without: key), name: name, depth: depth + 1)
            }
        }
        if let parts = schema["allOf"]?.elements {
            return value(merged(schema, parts, without: "allOf"), name: name, depth: depth + 1)
        }
        return plain(schema, type(of: schema, depth), name: name, depth: depth)
    }

    private mutating func plain(
        _ schema: JSONValue, _ type: String, name: String, depth: Int
    ) -> JSONValue {
        switch type {
        case "object": return object(schema, depth)
        case "array": return array(schema, name: name, depth: depth)
        case "integer": return .number(number(schema, name, isWhole: true))
        case "number": return .number(number(schema, name, isWhole: false))
        case "boolean": return .bool(facts.flag(name) ?? (draw(2) == 0))
        case "null": return .null
        default: return .string(text(schema, name))
        }
    }

    /// The type to write: of several the first that is not null, mostly.
    private mutating func type(of schema: JSONValue, _ depth: Int) -> String {
        guard let type = schema["type"] else {
            if schema["properties"] != nil { return "object" }
            return schema["items"] != nil ? "array" : "string"
        }
        guard let names = type.elements?.compactMap(\.text), !names.isEmpty else {
            return type.text ?? "string"
        }
        let solid = names.filter { $0 != "null" }
        guard let first = solid.first else { return "null" }
        guard solid.count < names.count else { return first }
        if isShort(depth), first == "object" || first == "array" { return "null" }
        return draw(5) == 0 ? "null" : first
    }

    private func fits(_ value: JSONValue, _ type: JSONValue?) -> Bool {
        guard let type else { return true }
        return (type.elements ?? [type]).contains { name in
            switch (name.text, value) {
            case ("string", .string), ("boolean", .bool), ("null", .null), ("number", .number),
                ("object", .object), ("array", .array):
                true
            case ("integer", .number): value.isWhole
            default: false
            }
        }
    }

    private mutating func choose(_ fitting: [JSONValue], or all: [JSONValue]) -> JSONValue {
        let allowed = fitting.isEmpty ? all : fitting
        if let named = facts.choice(among: allowed) { return named }
        let solid = allowed.filter { $0 != .null }
        return solid.isEmpty ? allowed[0] : solid[draw(solid.count)]
    }

    /// A branch that ends; of those deep inside, the shortest. Null is taken once in five times.
    private mutating func branch(_ choices: [JSONValue], _ depth: Int) -> JSONValue {
        let ending = choices.compactMap { choice in self.depth(of: choice).map { ($0, choice) } }
        guard let shortest = ending.min(by: { $0.0 < $1.0 }) else { return choices[0] }
        if isShort(depth) { return shortest.1 }
        let solid = ending.filter { $0.1["type"]?.text != "null" }
        if solid.isEmpty || (solid.count < ending.count && draw(5) == 0) {
            return ending.first { $0.1["type"]?.text == "null" }?.1 ?? shortest.1
        }
        return solid[draw(solid.count)].1
    }

    /// The schema with the members of others; where both have properties, with both.
    private func merged(
        _ schema: JSONValue, _ others: [JSONValue], without key: String
    ) -> JSONValue {
        var members = (schema.members ?? []).filter { $0.key != key }
        for other in others {
            var part = other
            if let reference = other["$ref"]?.text { part = resolve(reference, in: root) ?? other }
            for member in part.members ?? [] {
                guard let index = members.firstIndex(where: { $0.key == member.key }) else {
                    members.append(member)
                    continue
                }
                switch (members[index].value, member.value) {
                case (.object(let mine), .object(let theirs)):
                    members[index].value = .object(mine + theirs)
                case (.array(let mine), .array(let theirs)) where member.key == "required":
                    members[index].value = .array(mine + theirs)
                default: members[index].value = member.value
                }
            }
        }
        return .object(members)
    }

    private mutating func object(_ schema: JSONValue, _ depth: Int) -> JSONValue {
        let required = Set(schema["required"]?.elements?.compactMap(\.text) ?? [])
        var members: [(key: String, value: JSONValue)] = []
        for property in schema["properties"]?.members ?? [] {
            if !required.contains(property.key) {
                guard !isShort(depth), self.depth(of: property.value) != nil else { continue }
            }
            let own = value(property.value, name: property.key, depth: depth + 1)
            members.append((property.key, own))
        }
        return .object(members)
    }

    private mutating func array(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
        let least = max(0, schema["minItems"]?.whole ?? 0)
        guard least <= Self.valueLimit - values else {
            values = Self.valueLimit + 1
            return .array([])
        }
        let most = max(least, schema["maxItems"]?.whole ?? Int(Int32.max))
        var count = least
        if !isShort(depth) { count = min(most, max(least, 1 + draw(3))) }
        let items = schema["items"] ?? .row(["type": .string("string")])
        if self.depth(of: items) == nil { count = least }
        let singular = name.hasSuffix("s") ? String(name.dropLast()) : name
        var elements: [JSONValue] = []
        for _ in 0..<count {
            guard values <= Self.valueLimit else { break }
            elements.append(value(items, name: singular, depth: depth + 1))
        }
        return .array(elements)
    }

    private mutating func number(_ schema: JSONValue, _ name: String, isWhole: Bool) -> String {
        let range = NumberRange(schema, isWhole: isWhole)
        for found in facts.numbers(for: name) where range.contains(found) { return found.written }
        let usual = usualNumber(name, isWhole: isWhole, random: &random)
        return range.nearest(usual, &random)
    }

    private mutating func text(_ schema: JSONValue, _ name: String) -> String {
        if let pattern = schema["pattern"]?.text.flatMap(Pattern.init) {
            return pattern.text(&random)
        }
        if let format = schema["format"]?.text, let text = formatted(format, &random) {
            return text
        }
        var text = facts.text(for: name, &random)
        if let least = schema["minLength"]?.whole {
            while text.unicodeScalars.count < min(least, Pattern.letterLimit) { text += " " + text }
        }
        if let most = schema["maxLength"]?.whole {
            text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(most, 0))))
        }
        return text
    }
}

// MARK: Depths

extension SchemaAnswer {
    /// The objects and arrays around the innermost value of the shortest value of a schema; nil
    /// where every value is endless.
    private func depth(of schema: JSONValue) -> Int? {
        if let reference = schema["$ref"]?.text { return depths[reference] }
        if schema["const"] != nil || schema["enum"] != nil { return 0 }
        for key in ["anyOf", "oneOf"] {
            if let choices = schema[key]?.elements, !choices.isEmpty {
                return choices.compactMap { depth(of: $0) }.min()
            }
        }
        var deepest = 0
        for part in schema["allOf"]?.elements ?? [] {
            guard let own = depth(of: part) else { return nil }
            deepest = max(deepest, own)
        }
        let types = schema["type"]?.elements?.compactMap(\.text) ?? []
        if types.contains("null") { return 0 }
        let required = Set(schema["required"]?.elements?.compactMap(\.text) ?? [])
        for property in schema["properties"]?.members ?? [] where required.contains(property.key) {
            guard let own = depth(of: property.value) else { return nil }
            deepest = max(deepest, own + 1)
        }
        if let least = schema["minItems"]?.whole, least > 0, let items = schema["items"] {
            guard let own = depth(of: items) else { return nil }
            deepest = max(deepest, own + 1)
        }
        return deepest
    }

    /// Finds the depth of every reference: rounds, until no round finds a new one or a shorter.
    private mutating func measureReferences() {
        var references: Set<String> = []
        Self.collect(root, into: &references)
        let targets = references.sorted().compactMap { name in
            resolve(name, in: root).map { (name, $0) }
        }
        for _ in 0...targets.count {
            var isChanged = false
            for (name, target) in targets {
                guard let found = depth(of: target).map({ $0 + 1 }) else { continue }
                if depths[name].map({ found < $0 }) ?? true {
                    depths[name] = found
                    isChanged = true
                }
            }
            if !isChanged { return }
        }
    }

    private static func collect(_ value: JSONValue, into references: inout Set<String>) {
        if let reference = value["$ref"]?.text { references.insert(reference) }
        for element in value.elements ?? [] { collect(element, into: &references) }
        for member in value.members ?? [] { collect(member.value, into: &references) }
    }
}
