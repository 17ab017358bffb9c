/// Personal names, mail addresses, phone and order numbers, each with the mark that stands for it in what leaves the house:
/// one to one, so that a quote can be put back. An author's fields are never sent at all.
package struct Mask: Sendable {
    /// In marks a text cannot be taken for one: these brackets are taken out of the texts.
    package static let brackets: (Character, Character) = ("⟦", "⟧")

    private var marks: [String: String] = [:]
    private var values: [String: String] = [:]
    private var counts: [String: Int] = [:]

    package init() {}

    /// How many were masked.
    package var count: Int { values.count }

    /// A text with its marks.
    package mutating func masking(_ text: String, author: Text?) -> String {
        var masked = text
        if masked.contains(where: { $0 == Self.brackets.0 || $0 == Self.brackets.1 }) {
            masked = String(masked.map { $0 == "⟦" ? "[" : $0 == "⟧" ? "]" : $0 })
        }
        var spans = mailAddresses(masked) + numbers(masked)
        spans += names(masked, author: author)
        spans.sort { $0.range.lowerBound < $1.range.lowerBound }
        let utf8 = Array(masked.utf8)
        var bytes: [UInt8] = []
        var end = 0
        for span in spans where span.range.lowerBound >= end {
            bytes += utf8[end..<span.range.lowerBound]
            bytes += mark(span.kind, String(decoding: utf8[span.range], as: UTF8.self)).utf8
            end = span.range.upperBound
        }
        bytes += utf8[end...]
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A quote with what its marks stand for.
    package func unmasking(_ text: String) -> String {
        guard text.contains(Self.brackets.0) else { return text }
        var parts = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "⟦"), let close = rest[open...].firstIndex(of: "⟧") {
            parts += rest[..<open]
            let mark = String(rest[open...close])
            parts += values[mark] ?? mark
            rest = rest[rest.index(after: close)...]
        }
        return parts + rest
    }

    private mutating func mark(_ kind: String, _ value: String) -> String {
        if let known = marks[kind + value] { return known }
        counts[kind, default: 0] += 1
        let mark = "⟦\(kind)\(counts[kind]!)⟧"
        marks[kind + value] = mark
        values[mark] = value
        return mark
    }
}

private struct Span {
    var kind: String
    /// Bytes.
    var range: Range<Int>
}

/// Letters and digits around an `@` with a dot after it.
private func mailAddresses(_ text: String) -> [Span] {
    let bytes = Array(text.utf8)
    func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F, 0x80...: true
        default: false
        }
    }
    var spans: [Span] = []
    for at in bytes.indices where bytes[at] == 0x40 {
        var start = at
        while start > 0, isPart(bytes[start - 1]) { start -= 1 }
        var end = at + 1
        while end < bytes.count, isPart(bytes[end]) { end += 1 }
        while end > at + 1, bytes[end - 1] == 0x2E { end -= 1 }
        if start < at, bytes[at..<end].contains(0x2E) {
            spans.append(Span(kind: "MAIL", range: start..<end))
        }
    }
    return spans
}

/// Digits with signs between them: an order number of Amazon's form (3-7-7), else seven to fifteen digits are a phone's.
private func numbers(_ text: String) -> [Span] {
    let bytes = Array(text.utf8)
    var spans: [Span] = []
    var start = 0
    while start < bytes.count {
        guard isDigit(bytes[start]) || bytes[start] == 0x2B || bytes[start] == 0x28 else {
            start += 1
            continue
        }
        var end = start
        while end < bytes.count, isDigit(bytes[end]) || " -/.()+".utf8.contains(bytes[end]) {
            end += 1
        }
        let next = end
        while end > start, !isDigit(bytes[end - 1]) { end -= 1 }
        let groups = bytes[start..<end].split { !isDigit($0) }.map(\.count)
        let digits = groups.reduce(0, +)
        let isAlone = start == 0 || !isLetter(bytes[start - 1])
        if groups == [3, 7, 7] {
            spans.append(Span(kind: "ORDER", range: start..<end))
        } else if isAlone, (7...15).contains(digits) {
            spans.append(Span(kind: "PHONE", range: start..<end))
        }
        start = max(next, start + 1)
    }
    return spans
}

/// What stands after words by which people are called, and the author's own names where they stand in the text.
private func names(_ text: String, author: Text?) -> [Span] {
    let found = words(of: Text(text))
    let bytes = Array(text.utf8)
    let own = author.map { author in
        Set(
            words(of: author).map(\.text).filter { $0.utf8.count > 2 && !placeholders.contains($0) }
        )
    }
    func isCapital(_ word: Word) -> Bool {
        let first = bytes[word.range.lowerBound]
        let second = word.range.count > 1 ? bytes[word.range.lowerBound + 1] : 0
        return (0x41...0x5A).contains(first) || first == 0xC3 && (0x80...0x9E).contains(second)
    }
    var spans: [Span] = []
    for (index, word) in found.enumerated() where isCapital(word) {
        let isCalled =
            index > 0 && titles.contains(found[index - 1].text)
            || index > 2
                && introductions.contains(
                    found[index - 3..<index].map(\.text).joined(separator: " "))
            || index > 1
                && introductions.contains(
                    found[index - 2..<index].map(\.text).joined(separator: " "))
        if own?.contains(word.text) == true || isCalled {
            spans.append(Span(kind: "NAME", range: word.range))
        }
    }
    return spans
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
private func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte > 0x7F
}

/// Names of authors that are nobody's.
private let placeholders: Set<String> = [
    "amazon", "customer", "kunde", "client", "cliente", "klant", "kindle", "user", "the", "and",
    "von", "van", "della", "anonymous",
]
/// Folded words after which a capital begins a name.
private let titles: Set<String> = [
    "mr", "mrs", "ms", "dr", "herr", "herrn", "frau", "sig", "signor", "signora", "monsieur",
    "madame", "mme", "senor", "senora", "meneer", "mevrouw", "senhor", "senhora",
]
private let introductions: Set<String> = [
    "my name is", "mein name ist", "ich heisse", "mi chiamo", "je mappelle", "je m appelle",
    "me llamo", "mi nombre es", "mijn naam is", "ik heet", "meu nome e", "chamo me",
]
