import AfterwordCore

/// The form of an answer as tools show it: without deprecated members, and with a link in every
/// object that names a review or a product.
func shownForm(_ form: ValueForm) -> ValueForm {
    switch form {
    case .list(let entry): return .list(shownForm(entry))
    case .nullable(let value): return .nullable(shownForm(value))
    case .map(let value): return .map(shownForm(value))
    case .either(let forms): return .either(forms.map(shownForm))
    case .object(var object):
        object.members = object.members.filter { $0.replacement == nil }.map { member in
            var member = member
            member.form = shownForm(member.form)
            return member
        }
        if object.members.contains(where: { $0.name == "product_id" }) {
            object.members.append(
                .init(
                    name: "link", form: .string,
                    comment: "Its page of the service, as of the answer's run."))
        }
        return .object(object)
    case .flag, .number, .text, .choice, .anything: return form
    }
}

/// Makes answers of endpoints into answers of tools, of the form `shownForm`.
struct AnswerShower: Sendable {
    /// The run that the answer is as of; links pin it.
    var run: Int64
    /// What links begin with.
    var base: String

    func shown(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(shown))
        case .object(let members):
            let names = Set(members.map(\.key))
            var kept = members.filter { key, _ in
                !["_tenths", "_us"].contains { names.contains(key + $0) }
            }.map { (key: $0.key, value: shown($0.value)) }
            if let link = link(value) { kept.append(("link", .string(link))) }
            return .object(kept)
        default: return value
        }
    }

    /// The page of the review or product that an object names.
    private func link(_ object: JSONValue) -> String? {
        guard let product = object["product_id"]?.text else { return nil }
        let review = object["review_id"]?.text
        let path =
            review.map { "/reviews/\(encoded(product))/\(encoded($0))" }
            ?? "/products/\(encoded(product))"
        return "\(base)\(path)?as_of=\(run)"
    }
}

/// Cuts texts and lists of an answer, and counts them.
struct AnswerCutter {
    /// Bytes of a text and elements of a list that are kept.
    struct Bounds: Sendable {
        var bytes: Int
        var elements: Int
    }

    /// The bounds to try, until the answer is small enough; the first ones cut nothing.
    static let bounds = [
        (.max, .max), (8_192, 50), (2_048, 20), (512, 10), (128, 5), (32, 2),
    ].map { Bounds(bytes: $0, elements: $1) }

    let bounds: Bounds
    private(set) var texts = 0
    private(set) var lists = 0

    init(_ bounds: Bounds) { self.bounds = bounds }

    /// The answer with every entry cut; the entries of its page are all kept.
    mutating func cut(answer: JSONValue) -> JSONValue {
        var kept: [(key: String, value: JSONValue)] = []
        for (key, value) in answer.members ?? [] {
            if key == "items", case .array(let items) = value {
                var entries: [JSONValue] = []
                for item in items { entries.append(cut(item)) }
                kept.append((key, .array(entries)))
            } else {
                kept.append((key, cut(value)))
            }
        }
        return .object(
            kept + [("cut_texts", JSONValue(texts)), ("cut_lists", JSONValue(lists))])
    }

    mutating func cut(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            guard text.utf8.count > bounds.bytes else { return value }
            texts += 1
            var end = text.utf8.index(text.startIndex, offsetBy: bounds.bytes)
            while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
                end = text.utf8.index(before: end)
            }
            return .string(text[..<end] + "…")
        case .array(let elements):
            if elements.count > bounds.elements { lists += 1 }
            var kept: [JSONValue] = []
            for element in elements.prefix(bounds.elements) { kept.append(cut(element)) }
            return .array(kept)
        case .object(let members):
            var kept: [(key: String, value: JSONValue)] = []
            for (key, value) in members { kept.append((key, cut(value))) }
            return .object(kept)
        case .null, .bool, .number: return value
        }
    }
}
