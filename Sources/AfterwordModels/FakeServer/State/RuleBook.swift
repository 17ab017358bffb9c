import AfterwordCore

/// A script of answers: rules that match requests, each with answers given in sequence.
///
/// ```json
/// {"unmatched": "fail",
///  "rules": [{"name": "first", "match": {"message": "weather", "schema": "report"},
///             "answers": [{"fault": "status=429;retry_after=1"}, {"text": "Sunny."}],
///             "repeat": true}]}
/// ```
package struct RuleBook: Sendable {
    /// What a request must hold; every condition that is given.
    struct Match: Equatable, Sendable {
        /// A part of any message's text.
        var message: String?
        /// The name of the answer's schema.
        var schema: String?
        var model: String?
        /// The path, for other requests than chat completions; those when left out.
        var path: String?
        /// The id of a line of a batch.
        var customID: String?
    }

    /// One answer of the sequence.
    struct Answer: Equatable, Sendable {
        var script: ScriptedAnswer?
        var fault: FaultOrder?
        /// How often it is given before the next.
        var times = 1
    }

    /// A rule of the script.
    struct Rule: Equatable, Sendable {
        var name: String
        var match: Match
        var answers: [Answer]
        /// Whether the last answer is given again and again.
        var repeats: Bool

        /// How many requests the sequence answers.
        var length: Int { answers.reduce(0) { $0 + $1.times } }

        /// The answer after `used` others; nil behind the end.
        func answer(after used: Int) -> Answer? {
            var left = used
            for answer in answers {
                if left < answer.times { return answer }
                left -= answer.times
            }
            return repeats ? answers.last : nil
        }
    }

    /// Why a script cannot be used.
    package struct Fault: Error, Equatable, Sendable {
        package var words: String
    }

    static let limit = 1_000

    var rules: [Rule] = []
    /// Whether a chat request that no rule matches is refused.
    var refusesUnmatched = false

    package init() {}

    package init(_ bytes: [UInt8]) throws(Fault) {
        guard let document = try? JSONValue(parsing: bytes) else {
            throw Fault(words: "the rules are not JSON")
        }
        try self.init(document)
    }

    init(_ document: JSONValue) throws(Fault) {
        try Self.check(document, ["rules", "unmatched"], "the script")
        switch document["unmatched"]?.text {
        case nil, "answer": refusesUnmatched = false
        case "fail": refusesUnmatched = true
        default: throw Fault(words: "'unmatched' is answer or fail")
        }
        guard let rules = document["rules"]?.elements, rules.count <= Self.limit else {
            throw Fault(words: "'rules' is a list of at most \(Self.limit) rules")
        }
        for (index, rule) in rules.enumerated() {
            self.rules.append(try Self.rule(rule, "rule \(index + 1)"))
        }
    }

    private static func check(
        _ object: JSONValue, _ known: [String], _ place: String
    ) throws(Fault) {
        guard let members = object.members else {
            throw Fault(words: "\(place) is not an object")
        }
        for member in members where !known.contains(member.key) {
            throw Fault(words: "\(place) has an unknown member '\(member.key)'")
        }
    }

    private static func rule(_ rule: JSONValue, _ place: String) throws(Fault) -> Rule {
        try check(rule, ["name", "match", "answers", "repeat"], place)
        let match = rule["match"] ?? .object([])
        try check(match, ["message", "schema", "model", "path", "custom_id"], "\(place): match")
        for member in match.members ?? [] where member.value.text == nil {
            throw Fault(words: "\(place): '\(member.key)' is not a text")
        }
        guard let answers = rule["answers"]?.elements, !answers.isEmpty else {
            throw Fault(words: "\(place) has no answers")
        }
        var read: [Answer] = []
        for (index, value) in answers.enumerated() {
            let place = "\(place), answer \(index + 1)"
            let answer = try answer(value, place)
            // Whether a request is a stream is not known before it comes.
            let met = FaultOrder.Place(path: match["path"]?.text ?? RuleSubject.chat)
            if let fault = answer.fault?.misplaced(at: met) {
                throw Fault(words: "\(place): " + fault.words(unknown: ""))
            }
            read.append(answer)
        }
        return Rule(
            name: rule["name"]?.text ?? place,
            match: Match(
                message: match["message"]?.text, schema: match["schema"]?.text,
                model: match["model"]?.text, path: match["path"]?.text,
                customID: match["custom_id"]?.text),
            answers: read, repeats: rule["repeat"]?.flag ?? false)
    }

    private static func answer(_ value: JSONValue, _ place: String) throws(Fault) -> Answer {
        try check(value, ["text", "json", "refusal", "tool_calls", "fault", "times"], place)
        var answer = Answer()
        if let text = value["text"]?.text { answer.script = .text(text) }
        if let document = value["json"] { answer.script = .json(document) }
        if let refusal = value["refusal"]?.text { answer.script = .refusal(refusal) }
        if let calls = value["tool_calls"]?.elements {
            answer.script = .calls(
                calls.map { call in
                    let arguments = call["arguments"] ?? .object([])
                    return ChatAnswer.Call(
                        id: call["id"]?.text ?? "", name: call["name"]?.text ?? "",
                        arguments: arguments.text ?? arguments.writtenText)
                })
        }
        if let fault = value["fault"] {
            guard let text = fault.text else { throw Fault(words: "\(place): 'fault' is no text") }
            switch FaultOrder.read(text) {
            case .success(let order): answer.fault = order
            case .failure(let fault):
                throw Fault(words: "\(place): " + fault.words(unknown: "is no part of a fault"))
            }
        }
        if let times = value["times"] {
            guard let number = times.whole, (1...1_000_000).contains(number) else {
                throw Fault(words: "\(place): 'times' is a whole number from 1")
            }
            answer.times = number
        }
        guard answer.script != nil || answer.fault != nil else {
            throw Fault(
                words: "\(place) says nothing: give text, json, refusal, tool_calls or fault")
        }
        return answer
    }
}

/// What of a request the rules look at.
struct RuleSubject: Sendable {
    var path: String
    var model: String?
    var schema: String?
    var customID: String?
    var texts: [String]

    static let chat = "/v1/chat/completions"

    /// A chat request, as sent.
    init(chat body: JSONValue, customID: String? = nil) {
        path = Self.chat
        model = body["model"]?.text
        schema = body["response_format"]?["json_schema"]?["name"]?.text
        self.customID = customID
        texts = (body["messages"]?.elements ?? []).map(messageText)
    }

    /// Any other request.
    init(path: String) {
        self.path = path
        texts = []
    }
}

/// How far a key is in a script.
struct RuleProgress: Sendable {
    private(set) var used: [Int]

    init(_ book: RuleBook) { used = [Int](repeating: 0, count: book.rules.count) }

    /// The first rule that matches and has an answer left, and that answer.
    mutating func next(
        _ subject: RuleSubject, in book: RuleBook
    ) -> (rule: Int, answer: RuleBook.Answer)? {
        for (index, rule) in book.rules.enumerated() where Self.holds(rule.match, subject) {
            guard let answer = rule.answer(after: used[index]) else { continue }
            used[index] += 1
            return (index, answer)
        }
        return nil
    }

    private static func holds(_ match: RuleBook.Match, _ subject: RuleSubject) -> Bool {
        guard (match.path ?? RuleSubject.chat) == subject.path else { return false }
        if let model = match.model, model != subject.model { return false }
        if let schema = match.schema, schema != subject.schema { return false }
        if let id = match.customID, id != subject.customID { return false }
        if let part = match.message { return subject.texts.contains { $0.contains(part) } }
        return true
    }
}
