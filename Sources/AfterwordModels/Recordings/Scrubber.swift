import AfterwordCore

/// Removes secrets and personal data from what is recorded. The same text becomes the same text, so
/// that a request is found again by its scrubbed form.
///
/// 1. In every text, the API key and whatever looks like a key or a token becomes `⟦SECRET⟧`.
/// 2. In texts that people or models wrote, personal data becomes marks, as before a question is
///    sent (`Mask`). A text that is JSON stays JSON.
struct Scrubber {
    private let key: APIKey?
    private var mask = Mask()
    private var secrets = 0

    init(_ key: APIKey?) { self.key = key }

    /// How much was removed.
    var count: Int { secrets + mask.count }

    /// Members whose texts people or models wrote.
    private static let prose: Set<String> = ["content", "refusal", "message"]

    mutating func scrub(_ value: JSONValue) -> JSONValue { scrub(value, isProse: false) }

    /// A body: JSON where it is, else a text.
    mutating func scrub(body: [UInt8]) -> JSONValue {
        guard let value = try? JSONValue(parsing: body) else {
            return .string(masked(String(decoding: body, as: UTF8.self)))
        }
        return scrub(value)
    }

    private mutating func scrub(_ value: JSONValue, isProse: Bool) -> JSONValue {
        switch value {
        case .string(let text): return .string(isProse ? scrub(prose: text) : withoutSecrets(text))
        case .array(let elements):
            var kept: [JSONValue] = []
            for element in elements { kept.append(scrub(element, isProse: isProse)) }
            return .array(kept)
        case .object(let members):
            var kept: [(key: String, value: JSONValue)] = []
            for (name, inner) in members {
                let isText = Self.prose.contains(name) || isProse
                kept.append((name, scrub(inner, isProse: isText && !name.hasSuffix("id"))))
            }
            return .object(kept)
        case .null, .bool, .number: return value
        }
    }

    private mutating func scrub(prose text: String) -> String {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), value.scalar == nil else {
            return masked(text)
        }
        let before = count
        let scrubbed = scrub(value, isProse: true)
        return count == before && scrubbed == value ? text : scrubbed.canonical
    }

    /// The text without personal data. Marks that it has already stay.
    private mutating func masked(_ text: String) -> String {
        var kept = ""
        var rest = withoutSecrets(text)[...]
        while !rest.isEmpty {
            let open = rest.firstIndex(of: "⟦") ?? rest.endIndex
            let found = mask.masking(String(rest[..<open]), author: nil)
            kept += found.contains("⟦") ? Self.withoutMarks(found) : String(rest[..<open])
            rest = rest[open...]
            let end = rest.firstIndex(of: "⟧").map(rest.index(after:)) ?? rest.endIndex
            kept += rest[..<end]
            rest = rest[end...]
        }
        return kept
    }

    /// The text with one mark for all, as a mark's number says nothing outside its question.
    private static func withoutMarks(_ text: String) -> String {
        text.split(separator: "⟦", omittingEmptySubsequences: false).enumerated()
            .map { index, part in
                guard index > 0, let end = part.firstIndex(of: "⟧") else { return String(part) }
                return "⟦SCRUBBED⟧" + part[part.index(after: end)...]
            }.joined()
    }

    /// Beginnings of keys and tokens, and how long one is at least.
    private static let beginnings = [
        ("sk-", 16), ("aw_", 20), ("ghp_", 20), ("xoxb-", 20), ("AKIA", 20), ("eyJ", 40),
    ]

    private static func isPart(_ sign: Character) -> Bool {
        sign.isASCII && (sign.isLetter || sign.isNumber || "-_.".contains(sign))
    }

    private mutating func withoutSecrets(_ text: String) -> String {
        var rest = key?.removed(from: text) ?? text
        if rest != text { secrets += 1 }
        guard Self.beginnings.contains(where: { rest.contains($0.0) }) else { return rest }
        var kept = ""
        while let first = rest.first {
            let word = rest.prefix(while: Self.isPart)
            if word.isEmpty {
                kept.append(first)
                rest.removeFirst()
                continue
            }
            let isSecret = Self.beginnings.contains { beginning, length in
                word.hasPrefix(beginning) && word.utf8.count >= length
            }
            if isSecret { secrets += 1 }
            kept += isSecret ? "⟦SECRET⟧" : String(word)
            rest.removeFirst(word.count)
        }
        return kept
    }
}
