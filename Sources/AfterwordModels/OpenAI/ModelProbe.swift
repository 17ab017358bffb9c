package import AfterwordCore
package import AfterwordPipeline
import Foundation

/// What a check found. Words hold neither keys nor review texts.
package struct DoctorFinding: Equatable, Sendable {
    /// How a check ended.
    package enum Status: String, Sendable {
        case ok
        case warning
        case failed
        /// Not checked; the words say why.
        case skipped
    }

    /// One word: `key`, `model`, `store` …
    package var check: String
    package var status: Status
    package var words: String

    package init(_ check: String, _ status: Status, _ words: String) {
        self.check = check
        self.status = status
        self.words = words
    }

    package var json: JSONValue {
        .row([
            "check": .string(check), "status": .string(status.rawValue), "words": .string(words),
        ])
    }
}

/// What a server said of its models, and of one short question.
package struct ModelProbe: Sendable {
    /// The response to `GET /models`.
    var list: Exchange
    /// The response to the question; nil where none was asked.
    var answer: Exchange?

    fileprivate var isListed: Bool { list.kind == .answered(200) }

    /// Seconds between this clock and the server's from which it is a warning, and a failure.
    private static let clockWarning: Int64 = 60
    private static let clockFailure: Int64 = 300
    /// Days before its shutdown from which a model is a warning.
    private static let shutdownDays: Int64 = 120

    /// The findings, in the order of the report.
    package func findings(of facts: ModelFacts, at now: Instant) -> [DoctorFinding] {
        var findings = [key]
        guard case .answered(200) = list.kind else {
            let names = ["model", "shutdown", "tier", "quota", "clock"]
            let words = "not asked, as the server \(list.says)"
            return findings + names.map { DoctorFinding($0, .skipped, words) }
        }
        findings.append(model(facts))
        findings.append(shutdown(facts, now))
        findings += question(facts)
        findings.append(clock(now))
        return findings
    }

    private var key: DoctorFinding {
        switch list.kind {
        case .answered(200): DoctorFinding("key", .ok, "the server accepts it")
        case .answered(401), .answered(403):
            DoctorFinding("key", .failed, "the server does not accept it: it \(list.says)")
        default: DoctorFinding("key", .failed, "the server \(list.says)")
        }
    }

    private func entry(_ facts: ModelFacts) -> JSONValue? {
        let models = (try? JSONValue(parsing: list.body))?["data"]?.elements ?? []
        return models.first { $0["id"]?.text == facts.name }
    }

    private func model(_ facts: ModelFacts) -> DoctorFinding {
        entry(facts) == nil
            ? DoctorFinding("model", .failed, "the server has no \(facts.name)")
            : DoctorFinding("model", .ok, "\(facts.name) is there, and its prices are known")
    }

    /// By the server's date where it says one, else by the program's.
    private func shutdown(_ facts: ModelFacts, _ now: Instant) -> DoctorFinding {
        var days: Int64?
        if let date = entry(facts)?["shutdown_date"] {
            if let text = date.text, let day = Instant(iso8601: text) {
                days = Self.days(from: now, to: day.microseconds)
            } else if let seconds = date.integer {
                days = Self.days(from: now, to: saturatingProduct(seconds, 1_000_000))
            }
        }
        if days == nil, let own = facts.shutdown {
            days = Self.days(from: now, to: Int64(own.daysSinceEpoch) * 86_400_000_000)
        }
        let next = facts.replacement.map { "; \($0) takes its place" } ?? ""
        guard let days else { return DoctorFinding("shutdown", .ok, "no date is known") }
        if days <= 0 {
            return DoctorFinding("shutdown", .failed, "\(facts.name) was shut down\(next)")
        }
        let words = "\(facts.name) is shut down in \(several(days, "day"))\(next)"
        return DoctorFinding("shutdown", days <= Self.shutdownDays ? .warning : .ok, words)
    }

    private static func days(from now: Instant, to microseconds: Int64) -> Int64 {
        saturatingSum(microseconds, -now.microseconds, 86_399_999_999) / 86_400_000_000
    }

    private func question(_ facts: ModelFacts) -> [DoctorFinding] {
        guard let answer, case .answered(200) = answer.kind else {
            let status: DoctorFinding.Status = answer == nil ? .skipped : .failed
            let words = answer.map { "to a question the server \($0.says)" }
            return ["tier", "quota"].map {
                DoctorFinding($0, status, words ?? "no question was asked")
            }
        }
        return [Self.tier(answer, facts), Self.quota(answer)]
    }

    private static func tier(_ answer: Exchange, _ facts: ModelFacts) -> DoctorFinding {
        let named = (try? JSONValue(parsing: answer.body))?["service_tier"]?.text
        guard let name = named.flatMap(plainName) else {
            return DoctorFinding("tier", .warning, "the answer names none")
        }
        let asked = ServiceTier.standard
        guard facts.provider != .openAI || ServiceTier(named: name) == asked else {
            let words = "asked for \(asked.rawValue), the answer was billed as \(name)"
            return DoctorFinding("tier", .warning, words)
        }
        return DoctorFinding("tier", .ok, "the answer was billed as \(name)")
    }

    private static func quota(_ answer: Exchange) -> DoctorFinding {
        var words: [String] = []
        var isSpent = false
        for kind in ["requests", "tokens"] {
            guard let left = answer.headers["x-ratelimit-remaining-\(kind)"].flatMap({ Int64($0) }),
                let limit = answer.headers["x-ratelimit-limit-\(kind)"].flatMap({ Int64($0) })
            else { continue }
            words.append("\(grouped(left)) of \(grouped(limit)) \(kind) left")
            if left <= 0 { isSpent = true }
        }
        guard !words.isEmpty else {
            return DoctorFinding("quota", .warning, "the server says no rate limits")
        }
        return DoctorFinding("quota", isSpent ? .warning : .ok, words.joined(separator: ", "))
    }

    private func clock(_ now: Instant) -> DoctorFinding {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = list.headers["date"].flatMap(format.date(from:)) else {
            return DoctorFinding("clock", .skipped, "the server says no time")
        }
        let off = abs(Int64(date.timeIntervalSince1970) - now.microseconds / 1_000_000)
        let words = "\(several(off, "second")) from the server's"
        if off >= Self.clockFailure { return DoctorFinding("clock", .failed, words) }
        return DoctorFinding("clock", off >= Self.clockWarning ? .warning : .ok, words)
    }
}

extension Exchange {
    /// What the server did, in words that follow "the server".
    fileprivate var says: String {
        switch kind {
        case .answered(let status):
            let code = makersWord(error.code)
            return "says \(status)" + (code.isEmpty ? "" : " (\(code))")
        case .tooLarge: return "answers too much"
        case .notReached: return "cannot be reached"
        case .broken: return "gives no answer"
        }
    }
}

extension OpenAIModel {
    /// The short question of `probe`.
    package var shortQuestion: ModelRequest {
        var request = ModelRequest(
            model: name, system: "Answer with the given JSON form.", user: "Is this read?",
            schemaName: "doctor_1",
            schema: .row([
                "type": .string("object"),
                "properties": .row(["yes": .row(["type": .string("boolean")])]),
                "required": .array([.string("yes")]), "additionalProperties": .bool(false),
            ]))
        request.outputTokens = 64
        return request
    }

    /// Lists the server's models, and asks a short question, whose answer has 64 tokens at
    /// most.
    package func probe() async -> ModelProbe {
        var probe = await listed()
        if probe.isListed { probe.answer = await askShortly().value.exchange }
        return probe
    }

    /// The same.
    ///
    /// - Parameter book: Called where the question is asked: asks it by its argument, and books
    ///   the result.
    package func probe(
        booking book: (
            _ ask: () async -> (value: ShortAnswer, result: Result<ModelReply, ModelFailure>)
        ) async throws -> ShortAnswer
    ) async throws -> ModelProbe {
        var probe = await listed()
        if probe.isListed { probe.answer = try await book { await askShortly() }.exchange }
        return probe
    }

    private func listed() async -> ModelProbe {
        ModelProbe(list: await send(nil, "afterword-doctor-1", path: "/models"))
    }

    private func askShortly() async -> (
        value: ShortAnswer, result: Result<ModelReply, ModelFailure>
    ) {
        let id = "afterword-doctor-2"
        let answer = await send(body(of: shortQuestion), id)
        return (ShortAnswer(exchange: answer), answer.bookedResult(id))
    }
}

/// The response to the short question of a probe.
package struct ShortAnswer: Sendable {
    fileprivate let exchange: Exchange
}
