extension Shape {
    /// Parses a shape document.
    ///
    /// - Throws: `ShapeFault`, which names what is wrong.
    package init(parsing bytes: [UInt8]) throws(ShapeFault) {
        let document: JSONValue
        do throws(ScanFault) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw ShapeFault(
                description: "a shape is a JSON document: fault at byte \(error.offset)")
        }
        guard let name = document["shape"]?.text, let version = document["version"]?.integer else {
            throw ShapeFault(description: "a shape has a \"shape\" (its name) and a \"version\"")
        }
        try Self.checkMembers(document)
        try Self.checkTypes(document)
        self.name = name
        self.version = Int(version)
        // A schema for editors says nothing about the source.
        let own = document.members?.filter { $0.key != "$schema" } ?? []
        self.document = JSONValue.object(own).canonical
        holdsProducts = try Self.holdsProducts(document)
        records =
            holdsProducts
            ? Self.noReviews : try Self.path(document["records"]?.text ?? "")
        let rules = try Self.fieldRules(document["fields"], holdsProducts)
        fields = rules.fields
        guard let productID = rules.ids["product_id"] else {
            throw ShapeFault(description: "a shape must map \"product_id\"")
        }
        try Self.checkContent(fields, holdsProducts)
        self.productID = productID
        reviewID = rules.ids["review_id"]
        authorID = rules.ids["author_id"]
        attributes = try Self.attributes(document["product"])
            .mapValues { [holdsProducts] in $0.lifted(holdsProducts) }
        total = try document["total"].map { value throws(ShapeFault) in
            try Self.rule("total", value)
        }
        window = try Self.window(document["window"])
        conditions = try Self.conditions(document, "where")
        deletions = try Self.conditions(document, "deleted_when")
        if !deletions.isEmpty, reviewID == nil {
            throw ShapeFault(
                description: "\"deleted_when\" needs \"review_id\": it says which review is gone")
        }
        hasGlobalIDs = try Self.hasGlobalIDs(document["review_ids"], isMapped: reviewID != nil)
        signs = try Self.signs(document["signs"])
        let placeholders = document["placeholders"]?.elements?.compactMap(\.text) ?? []
        self.placeholders = Set(placeholders.map { Text($0) })
        try checkSources()
    }

    private static func hasGlobalIDs(
        _ value: JSONValue?, isMapped: Bool
    ) throws(ShapeFault) -> Bool {
        guard let value else { return false }
        guard let word = value.text, ["global", "product"].contains(word) else {
            throw ShapeFault(
                description: "\"review_ids\" of a shape are \"global\" or \"product\"")
        }
        guard isMapped else {
            throw ShapeFault(description: "\"review_ids\" needs a \"review_id\" that is mapped")
        }
        return word == "global"
    }

    private static func holdsProducts(_ document: JSONValue) throws(ShapeFault) -> Bool {
        switch document["holds"]?.text ?? "reviews" {
        case "reviews": return false
        case "products": return true
        default: throw ShapeFault(description: "a shape holds \"reviews\" or \"products\"")
        }
    }

    /// The rules of the tracked fields and of the three ids, by name.
    private static func fieldRules(
        _ members: JSONValue?, _ holdsProducts: Bool
    ) throws(ShapeFault) -> (fields: [TrackedField: Rule], ids: [String: Rule]) {
        var fields: [TrackedField: Rule] = [:]
        var ids: [String: Rule] = [:]
        for member in members?.members ?? [] {
            let rule = try rule(member.key, member.value).lifted(holdsProducts)
            if let field = TrackedField(named: member.key) {
                fields[field] = rule
            } else if ["product_id", "review_id", "author_id"].contains(member.key) {
                ids[member.key] = rule
            } else {
                throw ShapeFault(description: "no such field: \"\(member.key)\"")
            }
        }
        return (fields, ids)
    }

    /// Checks that a shape of reviews maps what a review says, and one of products does not.
    private static func checkContent(
        _ fields: [TrackedField: Rule], _ holdsProducts: Bool
    ) throws(ShapeFault) {
        let hasContent = fields[.rating] != nil || fields[.title] != nil || fields[.body] != nil
        if holdsProducts, !fields.isEmpty {
            throw ShapeFault(description: "a shape of products maps no field of a review")
        }
        if !holdsProducts, !hasContent {
            throw ShapeFault(description: "a shape must map \"rating\", \"title\" or \"body\"")
        }
    }

    private static func window(_ value: JSONValue?) throws(ShapeFault) -> Int? {
        guard let value else { return nil }
        guard let window = value.integer, window > 0 else {
            throw ShapeFault(description: "\"window\" of a shape is a whole number above 0")
        }
        return Int(window)
    }

    private static func checkMembers(_ document: JSONValue) throws(ShapeFault) {
        let known = [
            "$schema", "shape", "version", "holds", "records", "fields", "product", "where",
            "deleted_when", "total", "placeholders", "window", "review_ids", "signs", "description",
            "source",
        ]
        for member in document.members ?? [] where !known.contains(member.key) {
            throw ShapeFault(description: "no such member of a shape: \"\(member.key)\"")
        }
    }

    private static func checkTypes(_ document: JSONValue) throws(ShapeFault) {
        for name in ["records", "holds", "description", "source"]
        where document[name].map({ $0.text == nil }) == true {
            throw ShapeFault(description: "\"\(name)\" of a shape is a text")
        }
        for name in ["fields", "product"] where document[name].map({ $0.members == nil }) == true {
            throw ShapeFault(description: "\"\(name)\" of a shape is an object")
        }
        if let names = document["placeholders"],
            names.elements?.allSatisfy({ $0.text != nil }) != true
        {
            throw ShapeFault(description: "\"placeholders\" of a shape is a list of names")
        }
    }

    /// A path that matches nothing, for shapes whose elements hold no reviews.
    private static let noReviews: [PathStep] = [.key("\u{0}"), .everyElement]

    private static func attributes(
        _ value: JSONValue?
    ) throws(ShapeFault) -> [Attribute: Rule] {
        var attributes: [Attribute: Rule] = [:]
        for member in value?.members ?? [] {
            guard let attribute = Attribute.allCases.first(where: { $0.name == member.key }) else {
                throw ShapeFault(description: "no such attribute of a product: \"\(member.key)\"")
            }
            attributes[attribute] = try rule(member.key, member.value, isAttribute: true)
        }
        return attributes
    }

    /// Checks that the path to the reviews provides every source.
    private func checkSources() throws(ShapeFault) {
        let captures = records.compactMap { step in
            if case .everyMember(let name) = step { name } else { nil }
        }
        let levels = records.count { if case .key = $0 { true } else { false } }
        let sources =
            rules.flatMap { [$0.source] + ($0.options?.scale.map { [$0] } ?? []) }
            + (conditions + deletions).map(\.source) + signs
        for source in sources {
            switch source {
            case .record, .constant, .file: continue
            case .enclosing(let level, _):
                guard level <= levels else {
                    throw ShapeFault(
                        description: "no object encloses the reviews at level \(level)")
                }
            case .capture(let name):
                guard captures.contains(name) else {
                    throw ShapeFault(description: "no path step keeps a key named \"\(name)\"")
                }
            }
        }
    }

    private static func path(_ text: String) throws(ShapeFault) -> [PathStep] {
        var steps: [PathStep] = []
        for part in parts(text) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                steps.append(.everyMember(name: String(part.dropFirst().dropLast())))
            } else if part == "[*]" {
                steps.append(.everyElement)
            } else if part.hasSuffix("[*]"), !part.hasSuffix("\\[*]") {
                steps += try path(String(part.dropLast(3)))
                steps.append(.everyElement)
            } else {
                steps.append(.key(unescaped(part[...])))
            }
        }
        return steps
    }

    /// The parts of a path between its dots, escapes kept. A backslash takes the next character as
    /// it is.
    private static func parts(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var isEscaped = false
        for character in text {
            if character == ".", !isEscaped {
                if !part.isEmpty { parts.append(part) }
                part = ""
                continue
            }
            part.append(character)
            isEscaped = character == "\\" && !isEscaped
        }
        if !part.isEmpty { parts.append(part) }
        return parts
    }

    private static func unescaped(_ part: Substring) -> String {
        var key = ""
        var isEscaped = false
        for character in part {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                key.append(character)
                isEscaped = false
            }
        }
        return key
    }

    /// A source written as a path, or as the array of its keys, each taken as it is. Nil for any
    /// other value.
    static func source(_ value: JSONValue) throws(ShapeFault) -> FieldSource? {
        if let from = value.text { return source(from) }
        guard let elements = value.elements else { return nil }
        let keys = elements.compactMap(\.text)
        guard !keys.isEmpty, keys.count == elements.count else {
            throw ShapeFault(description: "a path written as an array holds keys, each a text")
        }
        return .record(keys)
    }

    private static func source(_ from: String) -> FieldSource {
        if from.hasPrefix("@") { return .capture(String(from.dropFirst())) }
        let level = from.prefix { $0 == "^" }.count
        let keys = parts(String(from.dropFirst(level))).map { unescaped($0[...]) }
        return level == 0 ? .record(keys) : .enclosing(level: level, keys)
    }
}

extension Shape.Rule {
    /// In a shape of products the element takes the place of the object that encloses reviews, so
    /// sources in the record become sources one level up.
    fileprivate func lifted(_ holdsProducts: Bool) -> Shape.Rule {
        guard holdsProducts, case .record(let keys) = source else { return self }
        var rule = self
        rule.source = .enclosing(level: 1, keys)
        return rule
    }
}
