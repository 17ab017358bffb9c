import AfterwordCore
import AfterwordPipeline

/// A parameter of an endpoint: what requests are checked by, and what `/openapi.json` tells.
struct Parameter: Sendable {
    enum Form: Sendable {
        case text
        case number(ClosedRange<Int64>)
        case choice([String])
        /// A run's number, a date, an instant of ISO 8601, a dump's label, or `last`.
        case moment
        /// A date.
        case date
        /// One to twenty names with commas between them.
        case names
        /// What an earlier page gave.
        case cursor
        /// 1 to 255 visible ASCII characters.
        case token
        /// Whatever a header may be.
        case header
    }

    var name: String
    var form: Form
    var isInPath = false
    /// Read by who needs it, not with the others.
    var isInHeader = false
    var isRequired = false
    var comment: String
    /// Characters of a text: more than any name or id has, few enough to look for.
    var maxLength = 1_024

    static func path(_ name: String, _ comment: String) -> Parameter {
        Parameter(name: name, form: .text, isInPath: true, isRequired: true, comment: comment)
    }

    static func text(_ name: String, _ comment: String) -> Parameter {
        Parameter(name: name, form: .text, comment: comment)
    }

    /// Part of a text, looked for in many.
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

    /// The value where it is one; nil where it is not.
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

    /// Characters of a list of names.
    private static let namesLength = 8_192

    /// `2026-05-04`, a day of the calendar.
    private func isDate(_ value: String) -> Bool {
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [4, 2, 2] && Instant(iso8601: value) != nil
    }

    /// What it may be, for whom it was not.
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

    /// As a schema of JSON.
    var schema: JSONValue {
        switch form {
        case .text:
            .row([
                "type": .string("string"), "minLength": JSONValue(1),
                "maxLength": JSONValue(maxLength), "pattern": .string("^[^\\u0000]+$"),
            ])
        case .number(let range):
            .row([
                "type": .string("integer"), "minimum": JSONValue(range.lowerBound),
                "maximum": JSONValue(range.upperBound),
            ])
        case .choice(let values):
            .row(["type": .string("string"), "enum": .array(values.map { .string($0) })])
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

    var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("name", .string(name)), ("in", .string(place)), ("required", .bool(isRequired)),
            ("schema", schema), ("description", .string(comment)),
        ]
        if let example = Self.examples[name] { members.append(("example", .string(example))) }
        return .object(members)
    }

    /// Where it is given.
    var place: String { isInPath ? "path" : isInHeader ? "header" : "query" }

    /// Of the sample that comes with the program.
    private static let examples = [
        "product": "B0LUM2DESK", "brand": "Lumora", "brands": "Lumora,Knokke", "theme": "leaks",
    ]
}

/// Where a list goes on: the run it is read as of, and the entries before. A list stays the same list while it is paged
/// through, whatever is loaded meanwhile.
struct Cursor: Equatable, Sendable {
    var run: Int64
    var first: Int
    /// Which list it is of; empty on the page.
    var list: String

    init(run: Int64, first: Int, list: String = "") {
        self.run = run
        self.first = first
        self.list = list
    }

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

/// What is said of a parameter that an address does not have; a name that could be anything is not repeated.
func unknownParameter(_ name: String, among parameters: [Parameter]) -> String {
    let isName =
        (1...40).contains(name.utf8.count)
        && name.utf8.allSatisfy { Character(Unicode.Scalar($0)).isLetter || $0 == 0x5F }
    let known = parameters.filter { !$0.isInPath }.map(\.name).sorted()
    return (isName ? "\(name): is" : "a parameter that is") + " not known; known are "
        + known.joined(separator: ", ")
}
