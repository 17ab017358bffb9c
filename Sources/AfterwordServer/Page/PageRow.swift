/// HTML that a template rendered. Only templates create values of this type, so no other text gets
/// into a page unescaped.
package struct Markup: Sendable {
    package let text: String

    init(_ text: String) { self.text = text }
}

/// The data of a page or of a part of it: the members that a template may show, by name.
///
/// 1. A template sees only the members of its own row. An undeclared name is an error when the
///    template is parsed; no name is looked up while a page is rendered.
/// 2. Members that can be missing are declared as `maybe`, and a template may name them only within
///    a section of the same name.
/// 3. A text is shown, a value is sent back by a form: only a value keeps signs that turn the order
///    of letters.
/// 4. A text must not be empty: an empty text renders as a dash, and is an error in tests.
package protocol PageRow: Sendable {
    /// The members that templates may name.
    static var members: KeyValuePairs<String, Member<Self>> { get }
}

/// A member of a row. Its name is its key in `PageRow.members`.
package struct Member<Row>: Sendable {
    typealias Write = @Sendable (Row, inout PageWriter) -> Void

    /// How a template may use the member.
    enum Form: Sendable {
        /// Shown by name; always present.
        case text(@Sendable (Row) -> String)
        /// What a form sends back, as it is; always present.
        case value(@Sendable (Row) -> String)
        /// Shown by name within its own section; nil when missing.
        case maybe(@Sendable (Row) -> String?)
        /// Only decides whether a section is shown.
        case flag(@Sendable (Row) -> Bool)
        case markup(@Sendable (Row) -> Markup)
        /// A section that is repeated for each row.
        case rows(
            isEmpty: @Sendable (Row) -> Bool,
            bind: @Sendable ([TemplateNode], inout TemplateBinder) throws -> Write)
    }

    let form: Form

    package static func text(_ value: @escaping @Sendable (Row) -> String) -> Member {
        Member(form: .text(value))
    }

    package static func value(_ value: @escaping @Sendable (Row) -> String) -> Member {
        Member(form: .value(value))
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

    /// A section that is shown when the row is not nil.
    package static func row<Inner: PageRow>(
        _ value: @escaping @Sendable (Row) -> Inner?
    ) -> Member {
        .rows { row in value(row).map { [$0] } ?? [] }
    }
}

/// The HTML of a page being rendered.
package struct PageWriter: Sendable {
    private(set) var text = ""
    /// Members that were empty, as `Row.name`.
    private(set) var empty: [String] = []

    mutating func add(_ markup: String) { text += markup }

    /// Adds a text or a value.
    ///
    /// In a text an override of the letters' direction shows as U+FFFD, and embeddings and isolates
    /// are left out: they reach beyond the name that they are in, and `<bdi>` and `dir="auto"` give
    /// texts from right to left their direction without them. A value keeps them.
    mutating func add(escaping value: String, of name: String, isValue: Bool = false) {
        // What stands in a field is sent back, whatever member it is.
        let isValue = isValue || text.utf8.suffix(7).elementsEqual("value=\"".utf8)
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
            case "\u{202D}"..."\u{202E}" where !isValue: text += "\u{FFFD}"
            case "\u{202A}"..."\u{202C}" where !isValue: break
            case "\u{2066}"..."\u{2069}" where !isValue: break
            case _ where scalar.properties.generalCategory == .control: text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The text if it has a visible character; nil when it is nil, empty, or only white space, format
/// and control characters.
package func shown(_ text: String?) -> String? {
    let isSeen = text?.unicodeScalars.contains { scalar in
        !scalar.properties.isWhitespace
            && ![.format, .control].contains(scalar.properties.generalCategory)
    }
    return isSeen == true ? text : nil
}
