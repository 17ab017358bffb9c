import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// The adapter over a real socket, against a server that gives scripted answers.
@Suite struct OpenAIModelTests {
    private static let key = "sk-test-THIS-IS-SECRET"

    private final class Pauses: Sendable {
        let all = Mutex<[Duration]>([])
    }

    private func model(
        _ url: String, _ name: String = "gpt-4o-mini", _ pauses: Pauses = Pauses(),
        _ change: (inout OpenAIModel.Configuration) -> Void = { _ in }
    ) throws -> OpenAIModel {
        var configuration = OpenAIModel.Configuration(
            key: APIKey(Self.key), baseURL: url, facts: try #require(ModelFacts.named(name)))
        configuration.pause = { pause in pauses.all.withLock { $0.append(pause) } }
        configuration.jitter = { 0 }
        // With other tests on two cores, an answer may wait minutes to be read. No timeout may
        // decide a test.
        configuration.answerSeconds = 7_200
        change(&configuration)
        return try OpenAIModel(configuration)
    }

    /// Asks a server that gives these replies in turn and repeats the last one.
    private func ask(
        _ replies: [ScriptedServer.Reply], _ name: String = "gpt-4o-mini",
        _ change: (inout OpenAIModel.Configuration) -> Void = { _ in }
    ) async throws -> (
        result: Result<ModelReply, ModelFailure>, requests: [ScriptedServer.Request],
        pauses: [Duration]
    ) {
        let server = try await ScriptedServer { _, count in replies[min(count, replies.count - 1)] }
        let pauses = Pauses()
        let model = try model(server.url, name, pauses, change)
        // Request ids differ each time, so they are cleared here; a test of their own compares
        // them.
        let result: Result<ModelReply, ModelFailure>
        do throws(ModelFailure) {
            var reply = try await model.answer(someRequest())
            reply.requestIDs = RequestIDs()
            result = .success(reply)
        } catch {
            var failure = error
            failure.requestIDs = RequestIDs()
            failure.answer = nil
            result = .failure(failure)
        }
        await model.shutDown()
        let requests = server.requests
        await server.stop()
        return (result, requests, pauses.all.withLock { $0 })
    }

    @Test(
        "What is sent is a strict schema, the length's own member, no author, the key in one header"
    )
    func request() async throws {
        for (name, member) in [
            ("gpt-4o-mini", "max_tokens"), ("gpt-6-luna", "max_completion_tokens"),
        ] {
            let (result, requests, _) = try await ask(
                [.answer(200, body: chatAnswer("{}", input: 7, cached: 3, output: 2))], name)
            let reply = try result.get()
            #expect(reply.text == "{}" && reply.unknownTries == 0 && reply.servedModel == "m")
            #expect(reply.usage == ModelUsage(input: 7, cachedInput: 3, output: 2))
            let sent = try #require(requests.first)
            #expect(requests.count == 1 && sent.uri == "/v1/chat/completions")
            #expect(sent.headers["authorization"] == "Bearer \(Self.key)")
            #expect(!sent.body.contains(Self.key))
            let body = try JSONValue(parsing: Array(sent.body.utf8))
            #expect(body[member]?.integer == ModelRequest.outputTokens)
            let format = body["response_format"]?["json_schema"]
            #expect(format?["strict"] == .bool(true) && format?["name"]?.text == "insight_answer_1")
            let isLuna = name == "gpt-6-luna"
            #expect(body["reasoning_effort"]?.text == (isLuna ? "none" : nil))
            #expect(body["seed"]?.integer == (isLuna ? nil : 1))
            #expect(body["service_tier"]?.text == "default")
            #expect(body["prompt_cache_options"]?["mode"]?.text == (isLuna ? "explicit" : nil))
            #expect(sent.headers["x-client-request-id"]?.hasPrefix("afterword-") == true)
            #expect(body["messages"]?.elements?.map { $0["role"]?.text } == ["system", "user"])
        }
    }

    @Test(
        "Server errors, time-outs and rate limits are tried twice more, half a second and one apart"
    )
    func retries() async throws {
        for status in [408, 409, 429, 500, 502, 503] {
            let (result, requests, pauses) = try await ask([
                .answer(status, body: chatError("server_is_overloaded")),
                .answer(status, body: "<html>"), .answer(200, body: chatAnswer("{}")),
            ])
            #expect((try? result.get().text) == "{}", "\(status)")
            #expect(requests.count == 3 && pauses == [.seconds(0.5), .seconds(1)])
        }
        let (result, requests, _) = try await ask([.answer(500, body: "")])
        #expect(result == .failure(ModelFailure(.serverError(500))) && requests.count == 3)
    }

    @Test(
        "The server's word on waiting is kept to, up to two minutes; longer is not waited for",
        arguments: [
            (["retry-after": "7"], Duration.seconds(7)),
            (["retry-after-ms": "250", "retry-after": "7"], .milliseconds(250)),
            (["retry-after": "120"], .seconds(120)), (["retry-after": "121"], nil),
            (["retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"], .seconds(0.5)),
            (["retry-after": "Wednesday, 21-Oct-15 07:28:00 GMT"], .seconds(0.5)),
            (["retry-after": "Wed Oct 21 07:28:00 2115"], .seconds(0.5)),
            (["x-should-retry": "false"], nil), (["retry-after": "0"], .seconds(0.5)),
            (["retry-after-ms": "0", "retry-after": "7"], .seconds(0.5)),
            (["retry-after-ms": "soon", "retry-after": "7"], .seconds(7)),
            (["retry-after": "-3"], .seconds(0.5)), (["retry-after": " 7 "], .seconds(7)),
            (["retry-after": "nan"], .seconds(0.5)), (["retry-after": "-inf"], .seconds(0.5)),
            (["retry-after": "86400"], nil), (["retry-after-ms": "120001"], nil),
        ] as [([String: String], Duration?)])
    func waits(headers: [String: String], pause: Duration?) async throws {
        let (result, requests, pauses) = try await ask([
            .answer(429, headers: headers, body: chatError("rate_limit_exceeded")),
            .answer(200, body: chatAnswer("{}")),
        ])
        if let pause {
            #expect(pauses == [pause] && requests.count == 2 && (try? result.get()) != nil)
        } else {
            #expect(pauses == [] && requests.count == 1)
            #expect(result == .failure(ModelFailure(.rateLimited)))
        }
    }

    @Test(
        "retry-after-kills-the-program: a wait that no number holds is none",
        arguments: ["retry-after", "retry-after-ms"],
        ["1e300", "inf", "+infinity", "1e19", "9223372036854775808", "0x1p1023", "nan(0x1)"])
    func absurdWaits(name: String, value: String) async throws {
        let limited = ScriptedServer.Reply.answer(
            429, headers: [name: value], body: chatError("rate_limit_exceeded"))
        let (result, requests, pauses) = try await ask([limited])
        #expect(result == .failure(ModelFailure(.rateLimited)))
        #expect(requests.count == 3 && pauses == [.seconds(0.5), .seconds(1)])
    }

    @Test(
        "usage-overflow-kills-the-program: a usage that nobody can believe is an unknown one",
        arguments: [
            (Int.max, 0, Int.max), (Int.max, 0, 1), (1, 0, Int.max), (-1, 0, 5), (0, 0, 5),
            (100, 101, 5), (100, -1, 5), (100, 0, 0), (200_000_000, 0, 5),
        ])
    func unbelievable(input: Int, cached: Int, output: Int) async throws {
        // Change only the two counts, so that `total_tokens` no longer matches them.
        let body = chatAnswer("{}", input: 1, cached: cached, output: 1)
            .replacing(#""prompt_tokens": 1"#, with: #""prompt_tokens": \#(input)"#)
            .replacing(#""completion_tokens": 1"#, with: #""completion_tokens": \#(output)"#)
        let (result, _, _) = try await ask([.answer(200, body: body)])
        let reply = try result.get()
        #expect(!reply.isUsageKnown && reply.unknownTries == 1 && reply.text == "{}")
    }

    @Test(
        "stall-is-fifteen-silent-minutes: an answer that stops is given up, and each try is told",
        arguments: ["", #"{"choices": "#])
    func stalls(beginning: String) async throws {
        let told = Mutex<[String]>([])
        let (result, requests, _) = try await ask([.stall(beginning)]) {
            $0.idleSeconds = 1
            $0.onFailedTry = { failed in
                told.withLock { $0.append("\(failed.number)/\(failed.of) \(failed.reason)") }
            }
        }
        #expect(result == .failure(ModelFailure(.timedOut, unknownTries: 3)))
        #expect(requests.count == 3)
        let lines = told.withLock { $0 }
        #expect(lines == (1...3).map { "\($0)/3 the answer stopped for 1 s" })
    }

    @Test("An answer in a fence, and one in parts, are read as what they hold")
    func wrapped() async throws {
        for text in [
            "```json\n{\"a\": 1}\n```", "```\n{\"a\": 1}\n```\n", "\n ```JSON\r\n{\"a\": 1}\r\n```",
            "Well: ```json\n{\"a\": 1}\n```",
        ] {
            let (result, _, _) = try await ask([.answer(200, body: chatAnswer(text))])
            let read = try JSONValue(parsing: Array(try result.get().text.utf8))
            #expect(read["a"]?.integer == 1, "\(text)")
        }
        let several = "```json\n{}\n``` or ```json\n{}\n```"
        for text in ["```", "``````", "```json", several, "{}"] {
            let (result, _, _) = try await ask([.answer(200, body: chatAnswer(text))])
            #expect(try result.get().text == text)
        }
        let parts = chatAnswer("PARTS").replacing(
            #""PARTS""#,
            with: #"[{"type": "text", "text": "{\"a\""}, {"type": "text", "text": ": 1}"}]"#)
        let (result, _, _) = try await ask([.answer(200, body: parts)])
        #expect(try result.get().text == #"{"a": 1}"#)
    }

    @Test(
        "No money left, or none to be spent, is never tried again, whatever else is said",
        arguments: [
            "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
        ])
    func spentMoney(word: String) async throws {
        for (status, body) in [
            (429, chatError(word)), (429, chatError("x", type: word)), (402, chatError(word)),
            (403, chatError(word)), (503, chatError(word)),
        ] {
            let (result, requests, pauses) = try await ask([
                .answer(
                    status, headers: ["x-should-retry": "true", "retry-after": "1"], body: body)
            ])
            #expect(result == .failure(ModelFailure(.quotaSpent)), "\(status)")
            #expect(requests.count == 1 && pauses == [])
        }
    }

    @Test("The names of a request are kept, ours is another for every try, and no foreign sign is")
    func names() async throws {
        let server = try await ScriptedServer { _, count in
            .answer(
                count == 0 ? 500 : 200, headers: ["X-Request-Id": count == 0 ? "a b" : "req_1"],
                body: chatAnswer("{}"))
        }
        let model = try model(server.url)
        let reply = try await model.answer(someRequest())
        await model.shutDown()
        let sent = server.requests.compactMap { $0.headers["x-client-request-id"] }
        #expect(reply.requestIDs == RequestIDs(server: "req_1", own: sent.last))
        #expect(Set(sent).count == 2)
        await server.stop()
    }

    @Test("x-should-retry: true asks again where the status alone would not")
    func shouldRetry() async throws {
        let (_, requests, _) = try await ask([
            .answer(400, headers: ["x-should-retry": "true"], body: chatError("odd")),
            .answer(200, body: chatAnswer("{}")),
        ])
        #expect(requests.count == 2)
    }

    @Test(
        "What cannot get better is not tried again",
        arguments: [
            (
                429, chatError("insufficient_quota", type: "insufficient_quota"),
                ModelFailure.Fault.quotaSpent
            ),
            (401, chatError("invalid_api_key"), .unauthorized), (403, "", .unauthorized),
            (404, chatError("model_not_found"), .unknownModel),
            (400, chatError("context_length_exceeded"), .badRequest("context_length_exceeded")),
            (400, chatError("Your text: jo@example.org"), .badRequest("")),
            (400, unknownMember("reasoning_effort"), .badRequest("no member reasoning_effort")),
            (400, unknownMember("Your text, jo@example.org"), .badRequest("")),
            (302, "", .refusedRedirect),
        ])
    func final(status: Int, body: String, fault: ModelFailure.Fault) async throws {
        let (result, requests, pauses) = try await ask([
            .answer(status, headers: ["location": "http://127.0.0.1:1/"], body: body)
        ])
        #expect(result == .failure(ModelFailure(fault)) && requests.count == 1 && pauses == [])
    }

    @Test(
        "A refusal, a cut and a filtered answer are typed, cost what they used, and are never read")
    func unread() async throws {
        let refusal = chatAnswer("").replacing(
            #""content": "", "refusal": null"#, with: #""content": null, "refusal": "I will not.""#)
        for (body, fault) in [
            (chatAnswer(#"{"half": "#, finish: "length"), ModelFailure.Fault.cut),
            (chatAnswer("{}", finish: "content_filter"), .filtered), (refusal, .refused),
            (chatAnswer("{}", finish: "tool_calls"), .malformed),
        ] {
            let (result, requests, _) = try await ask([.answer(200, body: body)])
            let usage = ModelUsage(input: 1_000, cachedInput: 0, output: 100)
            var failure = ModelFailure(fault, usage: usage)
            failure.servedModel = "m"
            #expect(result == .failure(failure) && requests.count == 1)
        }
    }

    @Test("What is no answer is malformed, and may have cost something")
    func malformed() async throws {
        for body in ["", "<html>", "{}", #"{"choices": []}"#, #"{"choices": [{}]}"#, "[1"] {
            let (result, _, _) = try await ask([.answer(200, body: body)])
            #expect(
                result == .failure(ModelFailure(.malformed, unknownTries: 1)), "\(body)")
        }
    }

    @Test("An answer without usage is one whose cost is not known")
    func withoutUsage() async throws {
        let body = chatAnswer("{}").replacing(#""usage""#, with: #""other""#)
        let (result, _, _) = try await ask([.answer(200, body: body)])
        #expect(try result.get().unknownTries == 1 && !result.get().isUsageKnown)
    }

    @Test("An answer larger than any is given up, not read into memory")
    func large() async throws {
        let (result, requests, _) = try await ask(
            [.answer(200, body: chatAnswer(String(repeating: "x", count: 100_000)))]
        ) { $0.answerBytes = 50_000 }
        #expect(result == .failure(ModelFailure(.malformed, unknownTries: 1)))
        #expect(requests.count == 1)
    }

    @Test("Silence and a closed line end by themselves, are tried again, and counted as paid for")
    func broken() async throws {
        let (silent, asked, _) = try await ask([.silence]) { $0.answerSeconds = 1 }
        #expect(silent == .failure(ModelFailure(.timedOut, unknownTries: 3)))
        #expect(asked.count == 3)
        let (closed, again, _) = try await ask([
            .hangUp, .answer(200, body: chatAnswer("{}")),
        ])
        #expect(try closed.get().unknownTries == 1)
        #expect(again.count == 2)
    }

    @Test("Where nobody listens nothing was sent, and nothing can have cost")
    func unreachable() async throws {
        let server = try await ScriptedServer { _, _ in .silence }
        let url = server.url
        await server.stop()
        let model = try model(url)
        let failure = await #expect(throws: ModelFailure.self) {
            try await model.answer(someRequest())
        }
        #expect(failure?.fault == .unreachable && failure?.unknownTries == 0)
        await model.shutDown()
    }

    @Test("A key goes to https or to this machine, nowhere else")
    func addresses() throws {
        for bad in ["http://example.org/v1", "http://127.0.0.1.example.org", "ftp://localhost"] {
            #expect(throws: ModelAddressFault.notSecure) { try model(bad) }
        }
        for bad in [
            "", "nonsense", "https://user:pass@example.org", "https://example.org:65536/v1",
            "http://127.0.0.1:70000/v1", "http://127.0.0.1:0/v1", "http://127.0.0.1:/v1",
            "http://[::1]:99999999999999999999",
        ] {
            #expect(throws: ModelAddressFault.noAddress) { try model(bad) }
        }
        for bad in [
            "https://example.org/v1?api-version=1", "https://example.org/v1?",
            "https://example.org/v1#a", "https://example.org#", "http://127.0.0.1:1?a",
        ] {
            #expect(throws: ModelAddressFault.notABase) { try model(bad) }
        }
    }

    @Test("A key shows itself nowhere: printed, in an error, or looked into")
    func secret() throws {
        let key = APIKey(Self.key)
        var dumped = ""
        dump(key, to: &dumped)
        for text in [
            "\(key)", String(reflecting: key), dumped, "\(Mirror(reflecting: key).children)",
        ] {
            #expect(!text.contains("SECRET"), "\(text)")
        }
    }

    @Test("A model that ends within four months says so, with what comes after it")
    func shutdown() throws {
        let mini = try #require(ModelFacts.named("gpt-4o-mini"))
        let november = try #require(Instant(iso8601: "2026-11-23"))
        #expect(
            mini.warning(at: november)
                == "gpt-4o-mini is shut down on 2027-01-14; gpt-6-luna takes its place")
        #expect(mini.warning(at: try #require(Instant(iso8601: "2026-09-01"))) == nil)
        let later = mini.warning(at: try #require(Instant(iso8601: "2027-01-14")))
        #expect(later?.contains("was shut down") == true)
    }

    @Test("Prices are those published: a million tokens in and out")
    func prices() throws {
        let million = ModelUsage(input: 1_000_000, cachedInput: 0, output: 1_000_000)
        let cached = ModelUsage(input: 1_000_000, cachedInput: 1_000_000, output: 0)
        let mini = try #require(ModelFacts.named("gpt-4o-mini"))
        #expect(mini.cost(million) == 750_000_000 && mini.cost(cached) == 75_000_000)
        let luna = try #require(ModelFacts.named("gpt-6-luna"))
        func cost(
            _ input: Int64, _ written: Int64?, _ output: Int64, _ tier: ServiceTier = .standard,
            isRegional: Bool = false
        ) -> Int64 {
            luna.cost(
                ModelUsage(input: input, cachedInput: 0, cacheWrite: written, output: output),
                PriceTerms(tier: tier, isRegional: isRegional))
        }
        // Input may be written to the cache, which costs more. It counts as written when the server
        // does not say.
        #expect(cost(1_000, nil, 1_000) == 625_000 && cost(1_000, 0, 1_000) == 600_000)
        #expect(cost(1_000, 400, 1_000) == 610_000)
        // Beyond 272,000 input tokens, input costs twice and output one and a half times as much.
        #expect(cost(272_000, 0, 10) == 27_205_000 && cost(272_001, 0, 10) == 54_407_700)
        // Flex costs half, the priority tier twice, and regional processing ten percent more for
        // new models.
        #expect(cost(1_000, 0, 1_000, .flex) == 300_000)
        #expect(cost(1_000, 0, 1_000, .priority) == 1_200_000)
        #expect(cost(1_000, 0, 1_000, isRegional: true) == 660_000)
        let old = PriceTerms(isRegional: true)
        #expect(mini.cost(million, old) == mini.cost(million))
        #expect(ServiceTier(named: "turbo") == .priority && ServiceTier(named: nil) == .standard)
        // Extreme counts must not overflow.
        #expect(cost(.max, .max, .max, .priority, isRegional: true) == .max)
        #expect(cost(.min, .min, .min) == 0)
    }
}

/// A refusal that names a member of the request, as the API says it.
private func unknownMember(_ name: String) -> String {
    #"{"error": {"message": "Unrecognized request argument supplied: \#(name)", "#
        + #""type": "invalid_request_error", "param": null, "code": null}}"#
}
