import AfterwordCore

/// A plain answer: what the question demands to be said, else a few sentences about it.
func plainText(_ request: ChatRequest, seed: UInt64) -> String {
    let question = request.question
    if let demanded = demandedText(question) { return demanded }
    let topic = topic(of: question)
    let openings = [
        "Here is a short answer about \(topic).", "In short, this is about \(topic).",
        "Let me answer that: \(topic).", "This is what can be said about \(topic).",
    ]
    let bodies = [
        "The main point is simple, and it holds in most cases.",
        "Two things matter here: what is known, and what follows from it.",
        "It depends on the details, but the usual case is clear.",
        "The first step is to look at the facts, the second to compare them.",
        "Most people would agree with that after a closer look.",
    ]
    let endings = [
        "Ask again if more detail is needed.", "That is a simulated answer, not a real model's.",
        "More can be said, but this is the core of it.",
    ]
    var random = SplitMix64(seed: seed)
    func pick(_ texts: [String]) -> String {
        texts[Int(random.draw(below: UInt64(texts.count)))]
    }
    return [pick(openings), pick(bodies), pick(endings)].joined(separator: " ")
}

/// The words behind "say", "reply with" and the like, where they are quoted or follow a colon.
private func demandedText(_ question: String) -> String? {
    let lower = question.lowercased()
    guard lower.count < 2_000 else { return nil }
    let verbs = ["say", "reply", "respond", "answer with", "repeat", "output", "print", "echo"]
    guard
        let verb = verbs.compactMap({ lower.ranges(of: $0).first }).min(by: {
            $0.lowerBound < $1.lowerBound
        })
    else { return nil }
    // Lower-casing may change lengths; then nothing is demanded.
    guard lower.utf8.count == question.utf8.count else { return nil }
    let start = question.utf8.index(
        question.startIndex,
        offsetBy: lower.utf8.distance(from: lower.startIndex, to: verb.upperBound))
    let rest = question[start...]
    for (open, close) in [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”")] {
        guard let first = rest.firstIndex(of: Character(open)) else { continue }
        let inner = rest[rest.index(after: first)...]
        guard let last = inner.firstIndex(of: Character(close)) else { continue }
        return String(inner[..<last])
    }
    let leads = [
        " with exactly:", " with only:", " exactly:", " only:", " with:", " this:", " the word:",
        ":",
    ]
    for lead in leads where rest.hasPrefix(lead) {
        let text = rest.dropFirst(lead.count).trimmed
        if !text.isEmpty { return text }
    }
    for lead in [
        " with exactly ", " with just ", " with only ", " with the word ", " exactly ",
        " just ", " only ",
    ]
    where rest.hasPrefix(lead) {
        let words = rest.dropFirst(lead.count).split { $0.isWhitespace || ".,;!".contains($0) }
        if words.count <= 2, let first = words.first {
            return words.count == 2 ? words.joined(separator: " ") : String(first)
        }
    }
    return nil
}

/// The first words of the question, as something to talk about.
private func topic(of question: String) -> String {
    let line = question.split { "\n.!?".contains($0) }.first { $0.contains(where: \.isLetter) }
    guard let line else { return "your message" }
    let words = line.split(whereSeparator: \.isWhitespace).prefix(12)
    return "\"" + words.joined(separator: " ").replacing("\"", with: "'") + "\""
}

/// An object for JSON mode: the keys that the messages name, else one answer.
func plainObject(_ request: ChatRequest, seed: UInt64) -> JSONValue {
    let text = request.messages.map(messageText).joined(separator: "\n")
    let keys = namedKeys(String(text.prefix(8_000)))
    guard !keys.isEmpty else {
        return .row(["answer": .string(plainText(request, seed: seed))])
    }
    let properties = keys.map { key -> (key: String, value: JSONValue) in
        (key, .row(["type": .string(kind(of: key))]))
    }
    let schema = JSONValue.row([
        "type": .string("object"), "properties": .object(properties),
        "required": .array(keys.map { .string($0) }),
    ])
    var answer = SchemaAnswer(schema, question: request.question, seed: seed)
    return answer.value() ?? .object([])
}

private func kind(of key: String) -> String {
    let numbers = [
        "age", "count", "number", "year", "score", "rating", "stars", "price", "total", "amount",
        "quantity", "population",
    ]
    let lower = key.lowercased()
    if numbers.contains(where: { lower == $0 || lower.hasSuffix("_" + $0) }) { return "integer" }
    if lower.hasPrefix("is_") || lower.hasPrefix("has_") { return "boolean" }
    return "string"
}

/// Names in quotes or back ticks, and those listed behind "keys" or "fields"; at most 20.
private func namedKeys(_ text: String) -> [String] {
    var keys: [String] = []
    func add(_ word: Substring) {
        let isName =
            word.first?.isLetter == true && word.count <= 40
            && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        guard isName, keys.count < 20, !keys.contains(String(word)), word.lowercased() != "json"
        else { return }
        keys.append(String(word))
    }
    let lower = text.lowercased()
    guard lower.utf8.count == text.utf8.count else { return [] }
    for lead in ["keys", "key", "fields", "field", "properties"] {
        guard let found = lower.ranges(of: lead).first else { continue }
        let start = text.utf8.index(
            text.startIndex,
            offsetBy: lower.utf8.distance(from: lower.startIndex, to: found.upperBound))
        for part in text[start...].prefix(200).split(whereSeparator: { ".\n?!".contains($0) })
            .prefix(1)
        {
            let words = part.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            for word in words where !["and", "or", "the", "a", "with", "s"].contains(word) {
                add(word)
            }
        }
        return keys
    }
    return keys
}
