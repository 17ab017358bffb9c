import AfterwordCore

/// Removes secrets and personal data from what is recorded. The same text becomes the same text, so
/// that a request is found again by its scrubbed form.
///
/// 1. In every text and every member's name, the API key and whatever looks like a key, a token or
///    an account's id becomes `⟦SECRET⟧`.
/// 2. In texts that people or models wrote, personal data becomes marks, as before a question is
///    sent (`Mask`). A text that is JSON stays JSON. Of a response that is every text but those of
///    members that only the protocol fills.
struct Scrubber {
    private let key: APIKey?
    private var mask = Mask()
    private var secrets = 0

    init(_ key: APIKey?) { self.key = key }

    /// How much was removed.
    var count: Int { secrets + mask.count }

    /// Members of a request whose texts people or models wrote.
    private static let prose: Set<String> = ["content", "refusal", "message"]

    /// Members of a response whose texts are words of the protocol.
    private static let known: Set<String> = [
        "code", "finish_reason", "model", "object", "param", "role", "service_tier",
        "system_fingerprint", "type",
    ]

    mutating func scrub(_ value: JSONValue) -> JSONValue { scrub(value, .request) }

    /// A body: JSON where it is, else a text.
    mutating func scrub(body: [UInt8], isResponse: Bool = false) -> JSONValue {
        guard let value = try? JSONValue(parsing: body) else {
            return .string(masked(String(decoding: body, as: UTF8.self)))
        }
        return scrub(value, isResponse ? .response : .request)
    }

    /// Where a text stands.
    private enum Place {
        /// Among the members of a request, or in a member that is not masked.
        case request
        case response
        /// In what people or models wrote.
        case prose

        /// The place of a member's value.
        func inner(_ name: String, _ value: JSONValue) -> Place {
            let isID = name == "id" || name.hasSuffix("_id")
            let isKnown = self == .response && Scrubber.known.contains(name)
            if value.text != nil, isID || isKnown { return .request }
            return Scrubber.prose.contains(name) ? (self == .response ? self : .prose) : self
        }
    }

    private mutating func scrub(_ value: JSONValue, _ place: Place) -> JSONValue {
        switch value {
        case .string(let text):
            return .string(place == .request ? withoutSecrets(text) : scrub(prose: text))
        case .array(let elements):
            var kept: [JSONValue] = []
            for element in elements { kept.append(scrub(element, place)) }
            return .array(kept)
        case .object(let members):
            var kept: [(key: String, value: JSONValue)] = []
            for (name, inner) in members {
                kept.append((withoutSecrets(name), scrub(inner, place.inner(name, inner))))
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
        let scrubbed = scrub(value, .prose)
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
            let mark = Self.mark(at: rest)
            kept += mark
            rest = rest.dropFirst(mark.count)
        }
        return kept
    }

    /// The mark that a text begins with (`⟦NAME1⟧`, `⟦SECRET⟧`); else its bracket alone.
    private static func mark(at text: Substring) -> Substring {
        let kind = text.dropFirst().prefix { ("A"..."Z").contains($0) }
        let digits = text[kind.endIndex...].prefix { ("0"..."9").contains($0) }
        let isNumbered = !kind.isEmpty && (1...6).contains(digits.count)
        let isOwn = digits.isEmpty && ["SCRUBBED", "SECRET"].contains(kind)
        let isMark = (isNumbered || isOwn) && text[digits.endIndex...].first == "⟧"
        return text.prefix(isMark ? kind.count + digits.count + 2 : 1)
    }

    /// The text with one mark for all, as a mark's number says nothing outside its question.
    private static func withoutMarks(_ text: String) -> String {
        text.split(separator: "⟦", omittingEmptySubsequences: false).enumerated()
            .map { index, part in
                guard index > 0, let end = part.firstIndex(of: "⟧") else { return String(part) }
                return "⟦SCRUBBED⟧" + part[part.index(after: end)...]
            }.joined()
    }

    // MARK: Keys, tokens, accounts

    /// Beginnings of keys, tokens and ids of accounts, and how many bytes one has at least.
    private static let beginnings = [
        ("sk-", 16), ("org-", 20), ("proj_", 20), ("aw_", 20), ("gsk_", 20), ("hf_", 20),
        ("AIza", 30), ("AKIA", 20), ("ghp_", 20), ("gho_", 20), ("ghs_", 20), ("ghu_", 20),
        ("github_pat_", 20), ("glpat-", 20), ("xoxb-", 20), ("xoxp-", 20), ("eyJ", 40),
    ].map { (Array($0.0.utf8), $0.1) }

    /// Beginnings after which plain words may stand, as `org-wide`: a digit must be among them.
    private static let withDigits = ["org-", "proj_"].map { Array($0.utf8) }

    private static func isPart(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Whether a secret begins with a word's rest.
    private static func isSecret(_ rest: ArraySlice<UInt8>) -> Bool {
        beginnings.contains { beginning, length in
            guard rest.count >= length, rest.starts(with: beginning) else { return false }
            return !withDigits.contains(beginning)
                || rest.prefix(64).contains { (0x30...0x39).contains($0) }
        }
    }

    /// The text without the key and what looks like one: from its beginning to the word's end, also
    /// where it stands behind a dot, a dash or an underscore.
    private mutating func withoutSecrets(_ text: String) -> String {
        let rest = key?.removed(from: text) ?? text
        if rest != text { secrets += 1 }
        let before = secrets
        let bytes = Array(rest.utf8)
        var kept: [UInt8] = []
        var index = 0
        var end = 0
        while index < bytes.count {
            if end <= index {
                end = bytes[index...].firstIndex { !Self.isPart($0) } ?? bytes.count
            }
            let mayBegin = index == 0 || !Self.isLetterOrDigit(bytes[index - 1])
            if mayBegin, Self.isSecret(bytes[index..<end]) {
                secrets += 1
                kept += Array("⟦SECRET⟧".utf8)
                index = end
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return secrets == before ? rest : String(decoding: kept, as: UTF8.self)
    }
}
