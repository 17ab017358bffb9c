/// An error in a template, found when it is parsed.
package enum TemplateFault: Error, Equatable, Sendable {
    /// The row declares no member of that name.
    case unknownMember(String, row: String)
    /// The member can be missing and is used outside a section of its name.
    case mayBeMissing(String, row: String)
    /// A section over a member that is always present, or a plain use of a member that only opens
    /// sections.
    case wrongUse(String, row: String)
    /// No template of that name exists, or a template includes itself.
    case unknownPart(String)
    /// A section that is not closed or is closed under another name, or a tag without its end.
    case notClosed(String)
}

/// A template for rows of one type.
///
/// The language: `{{name}}` shows a member, escaped. `{{#name}}…{{/name}}` is shown when a flag is
/// true, when a text is not missing, or once for each row of a list. `{{^name}}…{{/name}}` is shown
/// in the opposite case. `{{> part}}` includes another template for the same row.
package struct Template<Row: PageRow>: Sendable {
    private let bound: BoundTemplate<Row>

    /// - Parameter parts: Templates that it may include, by name.
    /// - Throws: `TemplateFault`.
    package init(_ text: String, parts: [String: String] = [:]) throws {
        var binder = TemplateBinder(parts: parts)
        try self.init(text, &binder)
    }

    init(_ text: String, _ binder: inout TemplateBinder) throws {
        bound = try binder.bind(TemplateNode.parse(text), to: Row.self)
    }

    /// The rendered page, and the names of required members that were empty.
    package func render(_ row: Row) -> (page: Markup, empty: [String]) {
        var writer = PageWriter()
        bound.write(row, &writer)
        return (Markup(writer.text), writer.empty)
    }
}

/// A template whose names are bound to the members of its row type.
struct BoundTemplate<Row>: Sendable {
    var steps: [Member<Row>.Write] = []

    func write(_ row: Row, _ writer: inout PageWriter) {
        for step in steps { step(row, &writer) }
    }
}

/// A node of a parsed template.
indirect enum TemplateNode: Sendable {
    case text(String)
    case name(String)
    case section(String, isInverted: Bool, [TemplateNode])
    case part(String)

    /// Parses a template's text.
    ///
    /// - Throws: `TemplateFault.notClosed`.
    static func parse(_ text: String) throws -> [TemplateNode] {
        var rest = text[...]
        return try parse(&rest, until: nil)
    }

    private static func parse(
        _ rest: inout Substring, until section: String?
    ) throws -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex {
                nodes.append(.text(String(rest[..<start.lowerBound])))
            }
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}") else {
                throw TemplateFault.notClosed(String(rest.prefix(20)))
            }
            let tag = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            let name = String(tag.dropFirst()).trimmed
            switch tag.first {
            case "#", "^":
                let inner = try parse(&rest, until: name)
                nodes.append(.section(name, isInverted: tag.first == "^", inner))
            case "/":
                guard name == section else { throw TemplateFault.notClosed(section ?? name) }
                return nodes
            case ">": nodes.append(.part(name))
            default: nodes.append(.name(String(tag).trimmed))
            }
        }
        guard section == nil else { throw TemplateFault.notClosed(section ?? "") }
        if !rest.isEmpty { nodes.append(.text(String(rest))) }
        rest = ""
        return nodes
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// Binds the names in templates to the members of rows.
struct TemplateBinder {
    private let parts: [String: String]
    /// Members that templates use, as `Row.name`.
    private(set) var used: Set<String> = []
    /// Members of all row types that were bound, as `Row.name`.
    private(set) var declared: Set<String> = []
    /// Parts being bound, so that a part that includes itself is refused.
    private var open: [String] = []

    init(parts: [String: String]) { self.parts = parts }

    /// Binds parsed nodes to a row type.
    ///
    /// - Throws: `TemplateFault`.
    mutating func bind<Row: PageRow>(
        _ nodes: [TemplateNode], to row: Row.Type
    ) throws -> BoundTemplate<Row> {
        declared.formUnion(Row.members.map { "\(Row.self).\($0.key)" })
        return try bind(nodes, to: row, present: [])
    }

    /// - Parameter present: Members of kind `maybe` that are not missing where these nodes are
    ///   shown.
    private mutating func bind<Row: PageRow>(
        _ nodes: [TemplateNode], to row: Row.Type, present: Set<String>
    ) throws -> BoundTemplate<Row> {
        var bound = BoundTemplate<Row>()
        for node in nodes {
            switch node {
            case .text(let text): bound.steps.append { _, writer in writer.add(text) }
            case .name(let name): bound.steps.append(try show(name, present))
            case .part(let name):
                guard let text = parts[name], !open.contains(name) else {
                    throw TemplateFault.unknownPart(name)
                }
                open.append(name)
                let part = try bind(TemplateNode.parse(text), to: row, present: present)
                open.removeLast()
                bound.steps += part.steps
            case .section(let name, let isInverted, let nodes):
                bound.steps.append(
                    try section(name, isInverted: isInverted, nodes, present: present))
            }
        }
        return bound
    }

    private mutating func member<Row: PageRow>(_ name: String) throws -> Member<Row>.Form {
        guard let found = Row.members.first(where: { $0.key == name }) else {
            throw TemplateFault.unknownMember(name, row: "\(Row.self)")
        }
        used.insert("\(Row.self).\(name)")
        return found.value.form
    }

    private mutating func show<Row: PageRow>(
        _ name: String, _ present: Set<String>
    ) throws -> Member<Row>.Write {
        let label = "\(Row.self).\(name)"
        let form: Member<Row>.Form = try member(name)
        switch form {
        case .text(let value):
            return { row, writer in writer.add(escaping: value(row), of: label) }
        case .value(let value):
            return { row, writer in
                writer.add(escaping: value(row), of: label, isValue: true)
            }
        case .markup(let value):
            return { row, writer in writer.add(value(row).text) }
        case .maybe(let value):
            guard present.contains(name) else {
                throw TemplateFault.mayBeMissing(name, row: "\(Row.self)")
            }
            return { row, writer in writer.add(escaping: value(row) ?? "", of: label) }
        case .flag, .rows: throw TemplateFault.wrongUse(name, row: "\(Row.self)")
        }
    }

    private mutating func section<Row: PageRow>(
        _ name: String, isInverted: Bool, _ nodes: [TemplateNode], present: Set<String>
    ) throws -> Member<Row>.Write {
        let form: Member<Row>.Form = try member(name)
        let holds: @Sendable (Row) -> Bool
        switch form {
        case .text, .value, .markup: throw TemplateFault.wrongUse(name, row: "\(Row.self)")
        case .flag(let value): holds = value
        case .maybe(let value): holds = { shown(value($0)) != nil }
        case .rows(let isEmpty, let bind):
            guard isInverted else { return try bind(nodes, &self) }
            holds = { !isEmpty($0) }
        }
        let within = isInverted ? present.subtracting([name]) : present.union([name])
        let inner = try bind(nodes, to: Row.self, present: within)
        return { row, writer in
            if holds(row) != isInverted { inner.write(row, &writer) }
        }
    }
}
