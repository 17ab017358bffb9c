import AfterwordCore

extension MCPTool {
    /// The result of `tools/list`.
    ///
    /// - Parameter isStructured: Whether the client knows `outputSchema`.
    static func list(isStructured: Bool) -> JSONValue {
        .row(["tools": .array(all.map { $0.description(isStructured: isStructured) })])
    }

    private func description(isStructured: Bool) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("name", .string(name)), ("title", .string(title)),
            ("description", .string(summary)), ("inputSchema", inputSchema),
            (
                "annotations",
                .row([
                    "title": .string(title), "readOnlyHint": .bool(true),
                    "destructiveHint": .bool(false), "idempotentHint": .bool(true),
                    "openWorldHint": .bool(false),
                ])
            ),
        ]
        if isStructured { members.append(("outputSchema", outputSchema)) }
        return .object(members)
    }

    var inputSchema: JSONValue {
        let properties = parameters.map { parameter in
            (
                key: parameter.name,
                value: parameter.argumentSchema
                    .with("description", .string(parameter.comment))
            )
        }
        let required = parameters.filter(\.isRequired).map { JSONValue.string($0.name) }
        return .row([
            "type": .string("object"), "properties": .object(properties),
            "required": .array(required), "additionalProperties": .bool(false),
        ])
    }

    /// The form of the answer: the endpoint's as a tool shows it, with what was cut from it.
    var form: ValueForm {
        var members: [ObjectDescription.Member] = []
        for case .object(let object) in routes.map({ shownForm($0.endpoint.form) }) {
            for member in object.members {
                guard let index = members.firstIndex(where: { $0.name == member.name }) else {
                    members.append(member)
                    continue
                }
                let (own, other) = (members[index].form, member.form)
                if own.schema != other.schema { members[index].form = .either([own, other]) }
            }
        }
        members.append(
            .init(name: "cut_texts", form: .count, comment: "Texts that were cut; they end in …."))
        members.append(
            .init(
                name: "cut_lists", form: .count,
                comment: "Lists within entries of which only the first were kept."))
        return .object(ObjectDescription(name: name, comment: summary, members: members))
    }

    /// A JSON Schema without references outside itself.
    var outputSchema: JSONValue {
        let form = form
        guard case .object(let root) = form else { return .row([:]) }
        var named: [String: JSONValue] = [:]
        for object in root.members.flatMap(\.form.objects) { named[object.name] = object.schema }
        let definitions = named.sorted { Text($0.key) < Text($1.key) }
            .map { (key: $0.key, value: $0.value) }
        return root.schema.with("$defs", .object(definitions)).withLocalReferences
    }
}

extension Parameter {
    /// The schema of the argument: a flag is a boolean here.
    fileprivate var argumentSchema: JSONValue {
        if case .choice(["true", "false"]) = form { return .row(["type": .string("boolean")]) }
        return schema
    }
}

extension JSONValue {
    /// The schema with its references to `#/components/schemas` pointing to `#/$defs`.
    fileprivate var withLocalReferences: JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map(\.withLocalReferences))
        case .object(let members):
            return .object(
                members.map { key, value in
                    guard key == "$ref", let name = value.text?.split(separator: "/").last else {
                        return (key, value.withLocalReferences)
                    }
                    return (key, .string("#/$defs/\(name)"))
                })
        default: return self
        }
    }
}
