extension Shape {
    /// What kind of value a name stands for, which decides what its rule may say.
    private enum RuleKind {
        case id, rating, count, flag, instant, text, attribute, total

        init(_ name: String, isAttribute: Bool) {
            if isAttribute {
                self = .attribute
            } else if name == "total" {
                self = .total
            } else {
                switch TrackedField(named: name)?.form {
                case .rating: self = .rating
                case .count: self = .count
                case .flag: self = .flag
                case .instant: self = .instant
                case .text: self = .text
                case nil: self = .id
                }
            }
        }

        /// The format where the shape states none.
        var format: FieldFormat {
            switch self {
            case .rating, .count, .total: .number(scale: 5)
            case .flag: .flag
            case .instant: .iso8601
            case .text, .id, .attribute: .text
            }
        }

        /// The members of a rule besides the one that says where the value is.
        var members: Set<String> {
            switch self {
            case .total: []
            case .rating: ["as", "element", "map", "absent", "url", "scale"]
            case .instant: ["as", "element", "map", "absent", "url", "zone"]
            case .text: ["as", "element", "map", "absent", "url", "clean"]
            case .id, .count, .flag, .attribute: ["as", "element", "map", "absent", "url"]
            }
        }
    }

    /// The rule of a field, an id, an attribute or the total.
    ///
    /// - Throws: `ShapeFault`, which names the field and what its rule cannot say.
    static func rule(
        _ name: String, _ value: JSONValue, isAttribute: Bool = false
    ) throws(ShapeFault) -> Rule {
        let kind = RuleKind(name, isAttribute: isAttribute)
        if let from = try source(value) { return Rule(source: from, format: kind.format) }
        let origin = try origin(name, value, kind)
        for member in value.members ?? []
        where member.key != origin.key && !kind.members.contains(member.key) {
            throw ShapeFault(description: "\"\(name)\" takes no \"\(member.key)\"")
        }
        var rule = Rule(source: origin.source, format: kind.format)
        if case .constant = origin.source { return rule }
        var options = RuleOptions()
        try takeForm(name, value, kind, &rule, &options)
        try takeScale(name, value["scale"], &rule, &options)
        try takeValues(name, value, &options)
        try takeZone(name, value["zone"], &options)
        if let names = value["clean"] { rule.format = .cleanedText(try cleaning(name, names)) }
        if let part = value["url"] {
            guard let written = part.text else {
                throw ShapeFault(description: "the \"url\" of \"\(name)\" is a text")
            }
            options.url = try URLPart(written, for: name)
        }
        if options != RuleOptions() { rule.options = options }
        return rule
    }

    /// The source of a rule and the member that says it.
    private static func origin(
        _ name: String, _ value: JSONValue, _ kind: RuleKind
    ) throws(ShapeFault) -> (key: String, source: FieldSource) {
        // An id is a text; a number may have been one with zeros before it.
        if kind != .total, let constant = value["value"], let scalar = constant.scalar,
            kind != .id || constant.text != nil
        {
            for member in value.members ?? [] where member.key != "value" {
                throw ShapeFault(
                    description: "\"\(name)\" is a constant and takes no \"\(member.key)\"")
            }
            return ("value", .constant(String(decoding: scalar, as: UTF8.self)))
        }
        if kind != .total, let pattern = value["file"]?.text {
            return ("file", .file(try NamePattern(file: pattern, for: name)))
        }
        guard let member = value["from"], let from = try source(member) else {
            throw ShapeFault(description: "\"\(name)\" needs a \"from\" or a \"value\"")
        }
        return ("from", from)
    }

    /// Takes `as` and `element`.
    private static func takeForm(
        _ name: String, _ value: JSONValue, _ kind: RuleKind, _ rule: inout Rule,
        _ options: inout RuleOptions
    ) throws(ShapeFault) {
        if let form = value["as"] {
            switch (form.text, kind) {
            case ("members", _): rule.part = .members
            case ("iso8601", .instant): rule.format = .iso8601
            case ("unix_s", .instant): rule.format = .unixSeconds
            case ("unix_ms", .instant): rule.format = .unixMilliseconds
            case ("unix_us", .instant): rule.format = .unixMicroseconds
            case (let text?, .instant):
                guard let order = DateOrder(rawValue: text) else { fallthrough }
                options.order = order
            default:
                let written = form.text ?? form.canonical
                throw ShapeFault(description: "\"\(name)\" cannot be read as \"\(written)\"")
            }
        }
        if let element = value["element"] {
            guard let number = element.integer, (0...1000).contains(number) else {
                throw ShapeFault(description: "the element of \"\(name)\" must be 0 to 1000")
            }
            rule.part = .element(Int(number))
        }
    }

    /// Takes a scale: the best rating, or where the record says it.
    private static func takeScale(
        _ name: String, _ value: JSONValue?, _ rule: inout Rule, _ options: inout RuleOptions
    ) throws(ShapeFault) {
        guard let value else { return }
        rule.statesScale = true
        if let from = value["from"], value.members?.count == 1, let source = try source(from) {
            options.scale = source
            return
        }
        guard let scale = value.integer, (1...1000).contains(scale) else {
            throw ShapeFault(description: "the scale of \"\(name)\" must be 1 to 1000")
        }
        rule.format = .number(scale: scale)
    }

    /// Takes `map` and `absent`.
    private static func takeValues(
        _ name: String, _ value: JSONValue, _ options: inout RuleOptions
    ) throws(ShapeFault) {
        if let map = value["map"] {
            guard let members = map.members, !members.isEmpty else {
                throw ShapeFault(description: "the map of \"\(name)\" is an object of values")
            }
            for (key, meant) in members {
                guard meant == .null || meant.scalar != nil else {
                    throw ShapeFault(
                        description: "the map of \"\(name)\" gives \"\(key)\" no single value")
                }
                try add(key, meant.scalar, to: &options.values, of: name)
            }
        }
        if let absent = value["absent"] {
            for value in try scalars(absent, of: "the absent values of \"\(name)\"") {
                guard let scalar = value.scalar else { continue }
                try add(String(decoding: scalar, as: UTF8.self), nil, to: &options.values, of: name)
            }
        }
    }

    private static func add(
        _ written: String, _ value: [UInt8]?, to values: inout ValueMap, of name: String
    ) throws(ShapeFault) {
        guard values.add(Array(written.utf8), value) else {
            throw ShapeFault(
                description: "\"\(written)\" has two meanings in \"\(name)\", or is too long")
        }
    }

    private static func takeZone(
        _ name: String, _ value: JSONValue?, _ options: inout RuleOptions
    ) throws(ShapeFault) {
        guard let value else { return }
        guard let zone = value.text.flatMap({ ShapeZone($0) }) else {
            throw ShapeFault(
                description: "the zone of \"\(name)\" is written as \"+02:00\" or "
                    + "\"Europe/Berlin\"")
        }
        options.zone = zone
    }

    private static func cleaning(
        _ name: String, _ value: JSONValue
    ) throws(ShapeFault) -> TextCleaning {
        var cleaning: TextCleaning = []
        for element in value.elements ?? [value] {
            guard let one = TextCleaning.names.first(where: { $0.key == element.text }) else {
                let known = TextCleaning.names.map { "\"\($0.key)\"" }.joined(separator: ", ")
                throw ShapeFault(description: "\"\(name)\" is cleaned of \(known) only")
            }
            cleaning.insert(one.value)
        }
        return cleaning
    }

    /// A list of texts, numbers, flags and null, or one of them alone.
    private static func scalars(
        _ value: JSONValue, of what: String
    ) throws(ShapeFault) -> [JSONValue] {
        let values = value.elements ?? [value]
        guard !values.isEmpty, values.allSatisfy({ $0 == .null || $0.scalar != nil }) else {
            throw ShapeFault(description: "\(what) are a list of texts, numbers and flags")
        }
        return values
    }

    /// The sources of `signs`.
    static func signs(_ value: JSONValue?) throws(ShapeFault) -> [FieldSource] {
        guard let value else { return [] }
        let sign = ShapeFault(description: "\"signs\" is a list of sources, each a text")
        guard let elements = value.elements, !elements.isEmpty else { throw sign }
        var signs: [FieldSource] = []
        for element in elements {
            guard element.text?.isEmpty == false, let source = try source(element) else {
                throw sign
            }
            signs.append(source)
        }
        return signs
    }

    /// The conditions of `where` or `deleted_when`, in the order of their sources.
    static func conditions(
        _ document: JSONValue, _ name: String
    ) throws(ShapeFault) -> [RecordCondition] {
        guard let value = document[name] else { return [] }
        if document["holds"]?.text == "products" {
            throw ShapeFault(description: "a shape of products has no \"\(name)\"")
        }
        guard let members = value.members, !members.isEmpty else {
            throw ShapeFault(
                description: "\"\(name)\" is an object: {\"status\": [\"approved\"]}")
        }
        var conditions: [RecordCondition] = []
        for (key, given) in members.sorted(by: { Text($0.key) < Text($1.key) }) {
            let what = "the values of \"\(key)\" in \"\(name)\""
            let isNegated = given.members.map { $0.map(\.key) == ["not"] } ?? false
            let values = try scalars(isNegated ? given["not"] ?? .null : given, of: what)
            guard let source = try source(.string(key)),
                let condition = RecordCondition(source, values, isNegated: isNegated)
            else { throw ShapeFault(description: "\(what) are too long") }
            conditions.append(condition)
        }
        return conditions
    }
}
