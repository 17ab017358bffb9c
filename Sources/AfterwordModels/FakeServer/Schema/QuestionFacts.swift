import AfterwordCore

/// What a question says that an answer can use: numbers, names, quoted words and its mood.
struct QuestionFacts {
    /// A number of the question.
    struct Number: Sendable {
        var written: String
        var value: Double
    }

    /// The first letters of a question that are read.
    private static let limit = 20_000

    private var words: Set<String> = []
    private var allNumbers: [Number] = []
    /// How many numbers were used up by values that had no better claim.
    private var usedNumbers: Set<String> = []
    private var names: [String] = []
    private var sentences: [String] = []
    private let lower: String

    init(_ question: String) {
        let text = String(question.prefix(Self.limit))
        lower = text.lowercased()
        readWords(text)
        sentences = text.split { ".!?\n".contains($0) }
            .map { $0.trimmed }.filter { $0.count >= 3 && !$0.contains("{") }
            .map { String($0.prefix(160)) }
    }

    private mutating func readWords(_ text: String) {
        var run: [String] = []
        var isFirst = true
        for piece in text.split(whereSeparator: \.isWhitespace) {
            let word = piece.withoutMarks
            guard !word.isEmpty else { continue }
            words.insert(word.lowercased())
            if let value = Double(word), value.isFinite, word.utf8.count <= 15,
                word.first != "+", word.last?.isNumber == true, word.first?.isNumber == true,
                JSONNumber.isPlain(word)
            {
                allNumbers.append(Number(written: word, value: value))
            }
            let isName =
                word.first?.isUppercase == true && word.dropFirst().allSatisfy(\.isLowercase)
                && word.count > 1 && !Self.starters.contains(word.lowercased())
            if isName {
                run.append(word)
            } else if !run.isEmpty {
                names.append(run.joined(separator: " "))
                run = []
            }
            let ends = piece.last.map { ".,;:!?".contains($0) } ?? false
            if ends, !run.isEmpty {
                names.append(run.joined(separator: " "))
                run = []
            }
            isFirst = ends
        }
        if !run.isEmpty { names.append(run.joined(separator: " ")) }
        _ = isFirst
    }

    /// Words that begin sentences and are no names.
    private static let starters: Set<String> = [
        "a", "an", "the", "this", "that", "these", "extract", "return", "give", "list", "what",
        "who", "when", "where", "why", "how", "please", "write", "create", "generate", "make",
        "tell", "describe", "classify", "summarize", "summarise", "answer", "is", "are", "do",
        "does", "can", "could", "i", "we", "you", "he", "she", "it", "they", "my", "your", "in",
        "on", "at", "for", "from", "to", "and", "or", "but", "if", "great", "good", "bad", "json",
        "text", "review", "hello", "hi", "solve", "find", "parse", "analyze", "analyse", "use",
        "fill", "produce", "provide", "name", "say", "translate", "explain", "compare",
    ]

    /// The numbers that a value of this name may take, those not used yet first.
    mutating func numbers(for name: String) -> [Number] {
        // A score or a confidence is the answer's own.
        let lower = name.lowercased()
        guard !["score", "confidence", "probability", "rank"].contains(where: lower.contains) else {
            return []
        }
        guard let next = allNumbers.first(where: { !usedNumbers.contains($0.written) }) else {
            return []
        }
        usedNumbers.insert(next.written)
        return [next]
    }

    /// The choice that the question names, or that fits its mood.
    func choice(among allowed: [JSONValue]) -> JSONValue? {
        let texts = allowed.compactMap { value in value.text.map { ($0, value) } }
        if let mood = texts.first(where: { $0.0.lowercased() == mood }) { return mood.1 }
        return texts.first { text, _ in
            let text = text.lowercased()
            return words.contains(text) || (text.contains(" ") && lower.contains(text))
        }?.1
    }

    /// A flag that a name asks about, where the mood of the question answers it.
    func flag(_ name: String) -> Bool? {
        let name = name.lowercased()
        if name.contains("positive") { return mood == "positive" }
        if name.contains("negative") { return mood == "negative" }
        return nil
    }

    private var mood: String {
        let good: Set<String> = [
            "great", "good", "excellent", "love", "loved", "amazing", "perfect", "happy", "best",
            "wonderful", "fantastic", "recommend", "nice", "works", "gut", "toll",
        ]
        let bad: Set<String> = [
            "bad", "terrible", "broke", "broken", "awful", "hate", "worst", "poor", "leaks",
            "leaked", "slow", "disappointed", "disappointing", "useless", "refund", "returned",
            "horrible", "defective", "schlecht", "kaputt",
        ]
        let balance = words.count { good.contains($0) } - words.count { bad.contains($0) }
        return balance > 0 ? "positive" : balance < 0 ? "negative" : "neutral"
    }

    /// A text for a name: an address, a date, a name of the question, else a sentence of it.
    mutating func text(for name: String, _ random: inout SplitMix64) -> String {
        let key = name.lowercased()
        func holds(_ parts: String...) -> Bool { parts.contains { key.contains($0) } }
        if holds("email", "e_mail") { return "ada.lovelace@example.com" }
        if holds("url", "uri", "link", "website") { return "https://example.com/" }
        if holds("phone") { return "+1 555 0100" }
        if holds("date", "birthday") { return formatted("date", &random) ?? "" }
        if holds("time") { return "09:30" }
        if holds("uuid") { return formatted("uuid", &random) ?? "" }
        if key == "id" || key.hasSuffix("_id") || key.hasSuffix("id") && name.hasSuffix("Id") {
            return hexadecimalID("", random.next(), digits: 8)
        }
        if holds("language") { return "English" }
        if holds("currency") { return "EUR" }
        if holds("country") { return "Germany" }
        if holds("color", "colour") { return ["blue", "green", "red"][Int(random.draw(below: 3))] }
        if holds("sentiment", "mood", "tone") { return mood }
        if holds("name", "author", "person", "participant", "customer", "speaker", "city", "place")
        {
            if let next = names.first {
                if names.count > 1 { names.removeFirst() }
                return next
            }
            return holds("city", "place") ? "Munich" : "Ada Lovelace"
        }
        if holds("address", "street") { return "12 Example Street" }
        return sentence(key, &random)
    }

    private mutating func sentence(_ key: String, _ random: inout SplitMix64) -> String {
        let label = key.map { $0 == "_" || $0 == "-" ? " " : String($0) }.joined()
        let isShort = [
            "title", "label", "category", "topic", "tag", "keyword", "type", "status", "value",
        ]
        .contains { key.contains($0) }
        if isShort {
            let long = words.filter { $0.count > 4 && $0.allSatisfy(\.isLetter) }.sorted()
            return long.isEmpty ? "example" : long[Int(random.draw(below: UInt64(long.count)))]
        }
        guard !sentences.isEmpty else { return label.isEmpty ? "An example." : "Example \(label)." }
        let first = sentences[0]
        if sentences.count > 1 { sentences.append(sentences.removeFirst()) }
        return first + "."
    }
}

/// Written numbers.
enum JSONNumber {
    /// Whether a text is a number as JSON writes it, without an exponent.
    static func isPlain(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D })
        else { return false }
        return (try? JSONValue(parsing: Array(text.utf8))) != nil
    }
}

extension Substring {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Without punctuation at both ends.
    fileprivate var withoutMarks: String {
        var text = self
        while let first = text.first, !first.isLetter, !first.isNumber, first != "-" {
            text.removeFirst()
        }
        while let last = text.last, !last.isLetter, !last.isNumber { text.removeLast() }
        return String(text)
    }
}
