extension ValueForm {
    /// An example value, derived from the form so that it always conforms to it.
    package var example: JSONValue { example(of: "") }

    private func example(of name: String) -> JSONValue {
        switch self {
        case .flag: .bool(true)
        case .number(let range):
            JSONValue(min(max(Self.number(name), range.lowerBound), range.upperBound))
        case .text(let form): .string(form.example(of: name))
        case .choice(let values): JSONValue(values.first)
        case .list(let form): .array([form.example(of: name)])
        case .map(let form): .row(["name": form.example(of: name)])
        case .nullable(let form): form.example(of: name)
        case .either(let forms): forms.first?.example(of: name) ?? .null
        case .anything: .string("…")
        case .object(let object):
            .object(
                object.members.filter(\.isRequired)
                    .map { ($0.name, $0.form.example(of: $0.name)) })
        }
    }

    private static func number(_ name: String) -> Int64 {
        if name.hasSuffix("_at") || name.hasSuffix("_at_us") { return 1_785_809_340_000_000 }
        if name == "month" { return 202_608 }
        if name.hasPrefix("rating") { return 40 }
        return 3
    }
}

extension ValueForm.TextForm {
    fileprivate func example(of name: String) -> String {
        switch self {
        case .dateTime: "2026-08-04T02:09:00Z"
        case .date: "2026-08-04"
        case .hexadecimal(let digits): String(repeating: "0", count: digits)
        case .integer: "-200"
        case .address: "/api/v1"
        case .uri: "urn:afterword:example"
        case .any: Self.words[name] ?? "…"
        }
    }

    private static let words = [
        "product_id": "B0LUM2DESK", "brand": "Lumora", "review_id": "R3K2",
        "quote": "It leaks over my desk", "language": "en", "theme": "leaks",
    ]
}
