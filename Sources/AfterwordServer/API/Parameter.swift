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
    /// Sent as a header.
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
    static let namesLength = 8_192

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

    /// The OpenAPI location: `path`, `header` or `query`.
    var place: String { isInPath ? "path" : isInHeader ? "header" : "query" }
}
