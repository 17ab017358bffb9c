/// HTML that a template made. Only a template makes it, so that no other text gets into a page
/// without being escaped.
package struct Markup: Sendable {
    package let text: String

    init(_ text: String) { self.text = text }
}

/// A page, or a row of one: what a template may show of it, by name.
///
/// 1. A template sees the members of the row it is in, and nothing else: a name that its row does
///    not declare is a fault when the template is read. No name is looked up while a page is made.
/// 2. What may be missing is declared as `maybe`, and a template names it only within a section of
///    that name.
/// 3. A text is never empty: one that is shows as a dash, and is a fault in tests.
package protocol PageRow: Sendable {
    static var members: KeyValuePairs<String, Member<Self>> { get }
}

/// A member of a row: its name stands beside it in `PageRow.members`.
package struct Member<Row>: Sendable {
    typealias Write = @Sendable (Row, inout PageWriter) -> Void

    enum Form: Sendable {
        /// Shown by name; always there.
        case text(@Sendable (Row) -> String)
        /// Shown by name within its own section; nil where it is missing.
        case maybe(@Sendable (Row) -> String?)
        /// Only decides whether a section is shown.
        case flag(@Sendable (Row) -> Bool)
        case markup(@Sendable (Row) -> Markup)
        /// A section for each of its rows.
        case rows(
            isEmpty: @Sendable (Row) -> Bool,
            bind: @Sendable ([TemplateNode], inout TemplateBinder) throws -> Write)
    }

    let form: Form

    package static func text(_ value: @escaping @Sendable (Row) -> String) -> Member {
        Member(form: .text(value))
    }

    package static func number(_ value: @escaping @Sendable (Row) -> Int) -> Member {
        Member(form: .text { String(value($0)) })
    }

    package static func maybe(_ value: @escaping @Sendable (Row) -> String?) -> Member {
        Member(form: .maybe(value))
    }

    package static func flag(_ value: @escaping @Sendable (Row) -> Bool) -> Member {
        Member(form: .flag(value))
    }

    package static func markup(_ value: @escaping @Sendable (Row) -> Markup) -> Member {
        Member(form: .markup(value))
    }

    package static func rows<Inner: PageRow>(
        _ value: @escaping @Sendable (Row) -> [Inner]
    ) -> Member {
        Member(
            form: .rows(isEmpty: { value($0).isEmpty }) { nodes, binder in
                let inner = try binder.bind(nodes, to: Inner.self)
                return { row, writer in
                    for entry in value(row) { inner.write(entry, &writer) }
                }
            })
    }

    /// A section for the row where there is one.
    package static func row<Inner: PageRow>(
        _ value: @escaping @Sendable (Row) -> Inner?
    ) -> Member {
        .rows { row in value(row).map { [$0] } ?? [] }
    }
}

/// The page as far as it is written.
package struct PageWriter: Sendable {
    private(set) var text = ""
    /// Members that were empty: `Row.name`.
    private(set) var empty: [String] = []

    mutating func add(_ markup: String) { text += markup }

    mutating func add(escaping value: String, of name: String) {
        guard shown(value) != nil else {
            empty.append(name)
            text += "–"
            return
        }
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n": text.unicodeScalars.append(scalar)
            case _ where scalar.properties.generalCategory == .control: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// A text with something to see in it; nil for one that is missing, empty, or blank.
package func shown(_ text: String?) -> String? {
    let isSeen = text?.unicodeScalars.contains { scalar in
        !scalar.properties.isWhitespace
            && ![.format, .control].contains(scalar.properties.generalCategory)
    }
    return isSeen == true ? text : nil
}
