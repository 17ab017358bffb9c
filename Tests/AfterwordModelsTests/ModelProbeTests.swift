import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordModels

/// What `doctor` finds of a server: of the fake API over a socket, and of given responses.
@Suite struct ModelProbeTests {
    private static let now = Instant(seconds: 1_796_000_000)

    private func facts(_ name: String = "gpt-6-luna") throws -> ModelFacts {
        try #require(ModelFacts.named(name))
    }

    private func probe(_ url: String, _ name: String = "gpt-6-luna") async throws -> ModelProbe {
        var configuration = OpenAIModel.Configuration(
            key: APIKey("sk-test"), baseURL: url, facts: try facts(name))
        configuration.answerSeconds = 7_200
        let model = try OpenAIModel(configuration)
        let probe = await model.probe()
        await model.shutDown()
        return probe
    }

    private func status(_ findings: [DoctorFinding]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: findings.map { ($0.check, $0.status.rawValue) })
    }

    @Test("The fake API accepts the key, has the model, bills a tier, says its limits and time")
    func fakeAPI() async throws {
        var options = FakeOpenAI.Configuration()
        options.keys = ["sk-test"]
        let api = try FakeOpenAI(options, on: MemoryShelf()) { Self.now.microseconds }
        let server = try await FakeServer(api, host: "127.0.0.1", port: 0)
        let url = "http://127.0.0.1:\(server.port)/v1"
        let luna = try await probe(url).findings(of: facts(), at: Self.now)
        let found = status(luna)
        for check in ["key", "model", "shutdown", "tier", "quota", "clock"] {
            #expect(found[check] == "ok", "\(luna)")
        }
        let mini = try await probe(url, "gpt-4o-mini")
            .findings(of: facts("gpt-4o-mini"), at: Self.now)
        #expect(status(mini)["shutdown"] == "warning", "\(mini)")
        #expect(mini.first { $0.check == "shutdown" }?.words.contains("gpt-6-luna") == true)
        await server.stop()
    }

    @Test("A server that refuses the key, fails or is not there is a failure, and no more is asked")
    func refused() async throws {
        for (status, body, words, reason) in [
            (
                401, chatError("invalid_api_key"), "not accept it: it says 401 (invalid_api_key)",
                "not asked, as the server says 401 (invalid_api_key)"
            ), (403, "{}", "does not accept it: it says 403", "says 403"),
            (500, chatError("Jane Doe"), "the server says 500", "the server says 500"),
        ] {
            let server = try await ScriptedServer { _, _ in .answer(status, body: body) }
            let findings = try await probe(server.url).findings(of: facts(), at: Self.now)
            #expect(findings[0].status == .failed && findings[0].words.contains(words))
            #expect(findings.dropFirst().allSatisfy { $0.status == .skipped })
            #expect(findings.dropFirst().allSatisfy { $0.words.hasSuffix(reason) }, "\(findings)")
            #expect(findings.count == 6 && server.requests.count == 1)
            #expect(server.requests[0].uri == "/v1/models" && server.requests[0].body.isEmpty)
            await server.stop()
        }
        let findings = try await probe("http://127.0.0.1:1/v1").findings(of: facts(), at: Self.now)
        #expect(findings[0].words == "the server cannot be reached")
    }

    private func findings(
        _ list: String, date: String? = nil, answer: Exchange?
    ) throws -> [DoctorFinding] {
        var exchange = Exchange(kind: .answered(200), body: Array(list.utf8))
        exchange.headers["date"] = date
        return try ModelProbe(list: exchange, answer: answer).findings(of: facts(), at: Self.now)
    }

    @Test("A missing model, a past shutdown, a wrong clock and a failed question are failures")
    func responses() throws {
        let none = status(try findings("{}", answer: nil))
        #expect(none["model"] == "failed" && none["clock"] == "skipped")
        #expect(none["tier"] == "skipped" && none["quota"] == "skipped")
        for (written, expect) in [
            (#""2020-01-01""#, "failed"), ("1796000001", "warning"), ("1900000000", "ok"),
            ("null", "ok"), ("9223372036854775", "ok"), ("9223372036854775807", "ok"),
            ("-9223372036854775808", "failed"),
        ] {
            let list = #"{"data":[{"id":"gpt-6-luna","shutdown_date":\#(written)}]}"#
            #expect(status(try findings(list, answer: nil))["shutdown"] == expect, "\(written)")
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        for (off, expect) in [(0, "ok"), (61, "warning"), (-301, "failed")] {
            let date = Date(timeIntervalSince1970: 1_796_000_000 + Double(off))
            let found = try findings("{}", date: format.string(from: date), answer: nil)
            #expect(status(found)["clock"] == expect, "\(off)")
        }
        let failed = status(try findings("{}", answer: Exchange(kind: .broken(.lost))))
        #expect(failed["tier"] == "failed" && failed["quota"] == "failed")
        let bare = Exchange(kind: .answered(200), body: Array("{}".utf8))
        let warned = status(try findings("{}", answer: bare))
        #expect(warned["tier"] == "warning" && warned["quota"] == "warning")
    }

    @Test("Another tier than asked and spent limits are warnings; a failed question says why")
    func question() throws {
        func found(
            _ body: String, _ left: (requests: Int, tokens: Int), kind: Exchange.Kind
        ) throws -> [DoctorFinding] {
            var answer = Exchange(kind: kind, body: Array(body.utf8))
            for (name, count) in [("requests", left.requests), ("tokens", left.tokens)] {
                answer.headers["x-ratelimit-remaining-\(name)"] = String(count)
                answer.headers["x-ratelimit-limit-\(name)"] = "500"
            }
            let all = try findings("{}", answer: answer)
            return ["tier", "quota"].compactMap { name in all.first { $0.check == name } }
        }
        for (tier, left, expect) in [
            ("default", (requests: 1, tokens: 1), ["ok", "ok"]),
            ("default", (0, 9), ["ok", "warning"]), ("standard", (9, 0), ["ok", "warning"]),
            ("priority", (9, 9), ["warning", "ok"]), ("flex", (9, 9), ["warning", "ok"]),
        ] as [(String, (requests: Int, tokens: Int), [String])] {
            let both = try found(#"{"service_tier":"\#(tier)"}"#, left, kind: .answered(200))
            #expect(both.map(\.status.rawValue) == expect, "\(both)")
            #expect(both[0].words.hasSuffix("billed as \(tier)"))
            #expect(both[1].words.hasPrefix("\(left.requests) of 500 requests left, "))
        }
        for (kind, words) in [
            (Exchange.Kind.answered(429), "says 429 (slow_down)"), (.tooLarge, "answers too much"),
            (.notReached, "cannot be reached"), (.broken(.timedOut), "gives no answer"),
        ] {
            let both = try found(chatError("slow_down"), (1, 1), kind: kind)
            #expect(both.allSatisfy { $0.status == .failed && $0.words.hasSuffix(words) })
        }
    }

    @Test("A finding as JSON")
    func json() {
        #expect(
            DoctorFinding("key", .ok, "yes").json.canonical
                == #"{"check":"key","status":"ok","words":"yes"}"#)
    }
}
