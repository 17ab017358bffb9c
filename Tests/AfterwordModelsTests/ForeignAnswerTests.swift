import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Arbitrary server responses over a real socket: the adapter must end with an answer or a typed
/// failure, and the booked cost must be a valid number.
@Suite struct ForeignAnswerTests {
    private static let numbers = [
        "0", "-1", "1", "7", "1e300", "-1e300", "inf", "nan", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "1e19", "0.5", "1e-320", "007", "0x10",
        "null", "true", "[]", "{}", "\"5\"", "", "1" + String(repeating: "0", count: 400),
    ]
    /// Statuses of final responses. Informational responses are sent as raw bytes, because the
    /// server refuses to send them otherwise.
    private static let statuses = [
        200, 200, 200, 200, 200, 204, 206, 300, 302, 304, 400, 401, 402, 403, 404,
        408, 409, 413, 429, 429, 429, 499, 500, 503, 599, 600, 999,
    ]
    private static let dates = [
        "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 99999 07:28:00 GMT",
        "Mon, 00 Foo 0000 99:99:99 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    ]

    private static func pick<Value>(_ values: [Value], _ random: inout SplitMix64) -> Value {
        values[Int(random.next() % UInt64(values.count))]
    }

    private static func headers(_ random: inout SplitMix64) -> [String: String] {
        var headers: [String: String] = [:]
        for name in [
            "retry-after", "retry-after-ms", "x-should-retry", "x-request-id",
            "openai-processing-ms", "x-ratelimit-reset-requests",
        ] where random.next() % 2 == 0 {
            let value = pick(numbers + dates + ["true", "false", "TRUE", "soon"], &random)
            headers[name] = value.filter { $0.isASCII && !$0.isNewline }
        }
        return headers
    }

    private static func body(_ random: inout SplitMix64) -> String {
        func number() -> String {
            let number = pick(numbers, &random)
            return random.next() % 3 == 0 ? "5" : number.isEmpty ? "null" : number
        }
        let content = pick(
            [
                "\"{}\"", "null", "[{\"type\": \"text\", \"text\": \"{}\"}]", "[[]]", "5",
                "\"```json\\n{}\\n```\"", "\"\\u0000\"", "{\"text\": 1}",
            ], &random)
        let finish = pick(["\"stop\"", "\"length\"", "null", "7", "\"tool_calls\""], &random)
        let tier = pick(["\"default\"", "\"priority\"", "\"x\"", "null", "3", "[]"], &random)
        let whole = """
            {"choices": [{"finish_reason": \(finish), "message": {"content": \(content), "refusal": \
            \(pick(["null", "\"no\"", "1"], &random))}}], "service_tier": \(tier), "usage": {"prompt_tokens": \
            \(number()), "completion_tokens": \(number()), "prompt_tokens_details": {"cached_tokens": \
            \(number()), "cache_write_tokens": \(number())}}, "error": {"code": \(number()), "type": \
            \(number())}}
            """
        switch random.next() % 6 {
        case 0: return String(whole.prefix(Int(random.next() % UInt64(whole.count))))
        case 1:
            return String(repeating: "[", count: 100_000)
        case 2:
            return String(
                String.UnicodeScalarView(
                    (0..<200).map { _ in
                        Unicode.Scalar(UInt32(random.next() % 0xD800)) ?? " "
                    }))
        default: return whole
        }
    }

    private static func reply(_ random: inout SplitMix64) -> ScriptedServer.Reply {
        switch random.next() % 12 {
        case 0: return .hangUp
        case 1: return .raw((0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        case 2:
            let length = pick(numbers, &random)
            return .raw(
                Array(
                    "HTTP/1.1 \(pick(numbers + ["100", "101", "199", "200"], &random)) x\r\nContent-Length: \(length)\r\n\r\n{}"
                        .utf8))
        default:
            let status = pick(statuses, &random)
            return .answer(status, headers: headers(&random), body: body(&random))
        }
    }

    @Test(
        "A body behind a head that the client ignores ends the connection, not the program",
        arguments: ["1", "7", "007", "99", "100", "101", "102", "103", "199"])
    func bodyOfIgnoredHead(status: String) async throws {
        let frames = [
            "Content-Length: 2\r\n\r\n{}", "Content-Length: 0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Connection: close\r\n\r\n{}", "\r\nHTTP/1.1 \(status) y\r\nContent-Length: 1\r\n\r\n{",
        ]
        let server = try await ScriptedServer { _, count in
            .raw(Array("HTTP/1.1 \(status) x\r\n\(frames[count % frames.count])".utf8))
        }
        var configuration = OpenAIModel.Configuration(
            key: APIKey("sk"), baseURL: server.url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { _ in }
        configuration.idleSeconds = 1
        configuration.answerSeconds = 2
        let model = try OpenAIModel(configuration)
        for _ in frames.indices {
            await #expect(throws: ModelFailure.self) { try await model.answer(someRequest()) }
        }
        await model.shutDown()
        await server.stop()
    }

    @Test("Random headers, statuses, bodies and usages: never a trap, always an end and a price")
    func random() async throws {
        let seed =
            ProcessInfo.processInfo.environment["AFTERWORD_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: .min ... .max)
        print("foreign answers: seed \(seed)")
        // One request at a time, so that the seed determines everything.
        let server = try await ScriptedServer { _, count in
            var random = SplitMix64(seed: seed &+ UInt64(count))
            return Self.reply(&random)
        }
        var configuration = OpenAIModel.Configuration(
            key: APIKey("sk"), baseURL: server.url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { pause in
            #expect(pause > .zero && pause <= .seconds(120), "seed \(seed)")
        }
        configuration.idleSeconds = 2
        configuration.answerSeconds = 20
        let model = try OpenAIModel(configuration)
        let request = someRequest()
        let price = try #require(model.facts).cost(request.usageBound)
        for _ in 0..<400 {
            let (usage, tier, unknown): (ModelUsage?, ServiceTier, Int)
            do throws(ModelFailure) {
                let reply = try await model.answer(request)
                (usage, tier, unknown) = (reply.usage, reply.tier, reply.unknownTries)
                #expect(reply.isUsageKnown || unknown > 0, "seed \(seed)")
            } catch {
                (usage, tier, unknown) = (error.usage, error.tier, error.unknownTries)
                #expect(error.answer.map { $0.utf8.count <= 3 * keptAnswerBytes } ?? true)
            }
            #expect((0...3).contains(unknown), "seed \(seed)")
            let cost = saturatingSum(
                usage.map { model.facts?.cost($0, PriceTerms(tier: tier)) ?? 0 } ?? 0,
                saturatingProduct(price, Int64(unknown)))
            #expect((0..<Int64.max).contains(cost), "seed \(seed)")
        }
        await model.shutDown()
        await server.stop()
    }
}
