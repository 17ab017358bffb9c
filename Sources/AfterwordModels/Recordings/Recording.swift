package import AfterwordCore

/// One attempt of a question to a model as it was recorded: request and response without secrets
/// and personal data.
package struct Recording: Sendable {
    /// Counts the attempts of a folder from 1, in the order in which they began.
    package var number: Int
    /// The scrubbed body of the request.
    package var request: JSONValue
    var response: Exchange
    /// How much was removed before writing.
    var scrubbed: Int

    /// Why a file is no recording.
    package struct Fault: Error, Equatable, Sendable {
        package var file: String
        package var reason: String
    }

    /// The name of its file.
    package var file: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + ".json"
    }

    /// The model that was asked.
    package var model: String { request["model"]?.text ?? "" }

    /// Whether it holds an answer, whose form can be compared.
    package var isAnswered: Bool {
        if case .answered(200) = response.kind { true } else { false }
    }

    /// Headers of a response that are recorded; all others may name an account or carry a cookie.
    static let headers: Set<String> = [
        "content-type", "openai-processing-ms", "openai-version", "retry-after", "retry-after-ms",
        "x-request-id", "x-should-retry", "x-ratelimit-limit-requests",
        "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests",
        "x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
    ]

    /// An attempt, scrubbed.
    init(_ number: Int, _ body: [UInt8], _ exchange: Exchange, key: APIKey) {
        var scrubber = Scrubber(key)
        self.number = number
        request = scrubber.scrub(body: body)
        response = exchange
        let answer = scrubber.scrub(body: exchange.body, isResponse: true)
        response.body = Array((answer.text ?? answer.canonical).utf8)
        if exchange.body.isEmpty { response.body = [] }
        response.headers = [:]
        for (name, value) in exchange.headers where Self.headers.contains(name) {
            response.headers[name] = scrubber.scrub(.string(value)).text
        }
        scrubbed = scrubber.count
    }

    /// How a request body is looked up.
    static func canonical(_ body: [UInt8]) -> JSONValue {
        var scrubber = Scrubber(nil)
        return scrubber.scrub(body: body)
    }

    // MARK: As a file

    private static let kinds: [(name: String, kind: Exchange.Kind)] = [
        ("too_large", .tooLarge), ("not_reached", .notReached), ("timed_out", .broken(.timedOut)),
        ("stalled", .broken(.stalled)), ("lost", .broken(.lost)),
    ]

    var json: JSONValue {
        var answer: [(key: String, value: JSONValue)] = []
        if case .answered(let status) = response.kind {
            answer = [("kind", .string("answered")), ("status", JSONValue(status))]
        } else {
            let name = Self.kinds.first { $0.kind == response.kind }?.name
            answer = [("kind", JSONValue(name))]
        }
        let headers = response.headers.sorted { $0.key < $1.key }
            .map { (key: $0.key, value: JSONValue.string($0.value)) }
        answer.append(("headers", .object(headers)))
        if let body = try? JSONValue(parsing: response.body) {
            answer.append(("body", body))
        } else {
            answer.append(("text", .string(String(decoding: response.body, as: UTF8.self))))
        }
        return .row([
            "afterword_recording": JSONValue(1), "number": JSONValue(number),
            "request": .row([
                "method": .string("POST"), "path": .string("/chat/completions"), "body": request,
            ]),
            "response": .object(answer), "scrubbed": JSONValue(scrubbed),
        ])
    }

    /// Reads a file.
    ///
    /// - Throws: `Fault` where it is none.
    init(_ bytes: [UInt8], file: String) throws(Fault) {
        guard let document = try? JSONValue(parsing: bytes) else {
            throw Fault(file: file, reason: "is not JSON")
        }
        guard document["afterword_recording"]?.integer == 1 else {
            throw Fault(file: file, reason: "is no recording of this program")
        }
        let answer = document["response"] ?? .null
        guard let number = document["number"]?.integer, number > 0,
            let request = document["request"]?["body"],
            let kind = Self.kind(answer)
        else { throw Fault(file: file, reason: "lacks a member of a recording") }
        var headers: [String: String] = [:]
        for (name, value) in answer["headers"]?.members ?? [] { headers[name] = value.text }
        let body = answer["body"]?.canonical ?? answer["text"]?.text ?? ""
        self.number = Int(number)
        self.request = request
        response = Exchange(kind: kind, headers: headers, body: Array(body.utf8))
        scrubbed = Int(document["scrubbed"]?.integer ?? 0)
    }

    private static func kind(_ answer: JSONValue) -> Exchange.Kind? {
        guard answer["kind"]?.text == "answered" else {
            return kinds.first { $0.name == answer["kind"]?.text }?.kind
        }
        return (answer["status"]?.integer).map { .answered(Int($0)) }
    }
}
