import AfterwordCore
import AfterwordPipeline

/// A request parameter. Requests are checked against it, and `/openapi.json` is generated from it.
struct Parameter: Sendable {
    /// What a value may be.
    enum Form: Sendable {
        case text
        case number(ClosedRange<Int64>)
        case choice([String])
        /// A run number, a date, an ISO 8601 instant, a dump label, or `last`.
        case moment
        /// A calendar date, `yyyy-MM-dd`.
        case date
        /// 1 to 20 names separated by commas.
        case names
        /// The `next` value of an earlier page.
        case cursor
        /// 1 to 255 visible ASCII characters.
        case token
        /// Any header value.
        case header
    }

    var name: String
    var form: Form
    var isInPath = false
    /// Sent as a header; such parameters are never passed to `readParameters`.
    var isInHeader = false
    var isRequired = false
    var comment: String
    /// Maximum number of Unicode scalars of a text: longer than any name or id, and short enough to
    /// search for.
    var maxLength = 1_024
    /// A field of a form: an HTML form sends it empty where it is left blank, which is no value.
    var isField = false

    /// The same parameter as a field of a form.
    var field: Parameter {
        var field = self
        field.isField = true
        return field
    }

    static func path(_ name: String, _ comment: String) -> Parameter {
        Parameter(name: name, form: .text, isInPath: true, isRequired: true, comment: comment)
    }

    static func text(_ name: String, _ comment: String) -> Parameter {
        Parameter(name: name, form: .text, comment: comment)
    }

    /// A search text of at most 200 Unicode scalars, matched against parts of many texts.
    static func search(_ name: String, _ comment: String) -> Parameter {
        Parameter(name: name, form: .text, comment: comment, maxLength: 200)
    }

    static func number(
        _ name: String, _ range: ClosedRange<Int64>, _ comment: String
    ) -> Parameter {
        Parameter(name: name, form: .number(range), comment: comment)
    }

    static func choice(_ name: String, _ values: [String], _ comment: String) -> Parameter {
        Parameter(name: name, form: .choice(values), comment: comment)
    }

    /// Whether `value` is valid for this parameter.
    func isRead(_ value: String) -> Bool {
        switch form {
        case .text:
            return !value.isEmpty && value.unicodeScalars.count <= maxLength
                && value.unicodeScalars.allSatisfy { $0.value != 0 }
        case .number(let range):
            return value.utf8.count < 20 && Int64(value).map(range.contains) == true
                && value.utf8.first != UInt8(ascii: "+")
        case .choice(let values): return values.contains(value)
        case .moment: return Moment(value) != nil
        case .date: return isDate(value)
        case .names:
            let names = value.split(separator: ",", omittingEmptySubsequences: false)
            return (1...20).contains(names.count) && !names.contains("")
                && value.unicodeScalars.count <= Self.namesLength
                && value.unicodeScalars.allSatisfy { $0.value != 0 }
        case .cursor: return Cursor(value) != nil
        case .header: return true
        case .token:
            return (1...255).contains(value.utf8.count)
                && value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
    }

    /// Maximum number of Unicode scalars of a list of names.
    private static let namesLength = 8_192

    /// Whether `value` is a valid calendar date such as `2026-05-04`.
    private func isDate(_ value: String) -> Bool {
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [4, 2, 2] && Instant(iso8601: value) != nil
    }

    /// What values are allowed, for error messages.
    var allowed: String {
        switch form {
        case .text: "1 to \(maxLength) characters"
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .choice(let values): "one of \(values.joined(separator: ", "))"
        case .moment: Moment.examples
        case .date: "a date, as 2026-05-04"
        case .names: "1 to 20 names with commas between them"
        case .cursor: "`next` of the page before"
        case .header: "anything"
        case .token: "1 to 255 visible ASCII characters"
        }
    }

    /// The JSON Schema of the value.
    var schema: JSONValue {
        switch form {
        case .text:
            .row([
                "type": .string("string"), "minLength": JSONValue(isField ? 0 : 1),
                "maxLength": JSONValue(maxLength),
                "pattern": .string(isField ? "^[^\\u0000]*$" : "^[^\\u0000]+$"),
            ])
        case .number(let range):
            .row([
                "type": .string("integer"), "minimum": JSONValue(range.lowerBound),
                "maximum": JSONValue(range.upperBound),
            ])
        case .choice(let values):
            .row([
                "type": .string("string"),
                "enum": .array((values + (isField ? [""] : [])).map { .string($0) }),
            ])
        case .moment:
            .row([
                "anyOf": .array([
                    .row([
                        "type": .string("integer"), "minimum": JSONValue(1),
                        "maximum": JSONValue(9_999_999),
                    ]), .row(["type": .string("string"), "format": .string("date")]),
                    .row(["type": .string("string"), "format": .string("date-time")]),
                    .row([
                        "type": .string("string"), "minLength": JSONValue(1),
                        "maxLength": JSONValue(100),
                        "pattern": .string("^[!-~]([ -~]{0,98}[!-~])?$"),
                    ]),
                ])
            ])
        case .date: .row(["type": .string("string"), "format": .string("date")])
        case .header: .row(["type": .string("string")])
        case .names:
            .row([
                "type": .string("string"), "maxLength": JSONValue(Self.namesLength),
                "pattern": .string("^[^,\\u0000]+(,[^,\\u0000]+){0,19}$"),
            ])
        case .token:
            .row([
                "type": .string("string"), "minLength": JSONValue(1), "maxLength": JSONValue(255),
                "pattern": .string("^[!-~]+$"),
            ])
        case .cursor:
            .row([
                "type": .string("string"),
                "pattern": .string("^[0-9]{1,15}-[0-9]{1,15}(-[0-9a-f]{8})?$"),
            ])
        }
    }

    /// The OpenAPI parameter object.
    var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("name", .string(name)), ("in", .string(place)), ("required", .bool(isRequired)),
            ("schema", schema), ("description", .string(comment)),
        ]
        if let example = Self.examples[name] { members.append(("example", .string(example))) }
        return .object(members)
    }

    /// The OpenAPI location: `path`, `header` or `query`.
    var place: String { isInPath ? "path" : isInHeader ? "header" : "query" }

    /// Example values, taken from the bundled sample.
    private static let examples = [
        "product": "B0LUM2DESK", "brand": "Lumora", "brands": "Lumora,Knokke", "theme": "leaks",
    ]
}

/// The position in a list: the run that the list is read as of and the number of entries already
/// returned. Because the run is fixed, a list does not change between pages, even while dumps are
/// loaded.
struct Cursor: Equatable, Sendable {
    var run: Int64
    var first: Int
    /// Eight hexadecimal digits that identify the list; empty for cursors of the HTML pages.
    var list: String

    init(run: Int64, first: Int, list: String = "") {
        self.run = run
        self.first = first
        self.list = list
    }

    /// Parses a cursor's text; nil when it is malformed.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.prefix(2).allSatisfy({ (1...15).contains($0.utf8.count) }),
            parts.prefix(2).allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let run = Int64(parts[0]), let first = Int(parts[1])
        else { return nil }
        let list = parts.count > 2 ? String(parts[2]) : ""
        guard parts.count == 2 || (list.utf8.count == 8 && list.allSatisfy(\.isHexDigit)) else {
            return nil
        }
        self.init(run: run, first: first, list: list)
    }

    var text: String { list.isEmpty ? "\(run)-\(first)" : "\(run)-\(first)-\(list)" }
}

/// The error detail for an unknown query parameter. A name that is not 1 to 40 letters or
/// underscores is not repeated in it.
func unknownParameter(_ name: String, among parameters: [Parameter]) -> String {
    let isName =
        (1...40).contains(name.utf8.count)
        && name.utf8.allSatisfy { Character(Unicode.Scalar($0)).isLetter || $0 == 0x5F }
    let known = parameters.filter { !$0.isInPath }.map(\.name).sorted()
    return (isName ? "\(name): is" : "a parameter that is") + " not known; known are "
        + known.joined(separator: ", ")
}
