import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordModels

/// Questions of recordings asked again, over real sockets: the form of their answers, and the most
/// that they can cost.
@Suite struct DriftTests {
    private static let first = chatAnswer(#"{"issues": [], "note": null, "n": 1}"#)

    private func model(_ url: String) throws -> OpenAIModel {
        var configuration = OpenAIModel.Configuration(
            key: APIKey("sk-1"), baseURL: url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.answerSeconds = 7_200
        return try OpenAIModel(configuration)
    }

    /// A recording of a question of the program, answered by `body`.
    private func recording(
        _ change: (JSONValue) -> JSONValue = { $0 }, body: String = first
    ) throws -> Recording {
        var request = someRequest()
        request.model = "gpt-6-luna"
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        let answer = Exchange(
            kind: .answered(200), headers: ["x-request-id": "a"], body: Array(body.utf8))
        let asked = change(chatBody(request, facts, .standard)).canonical
        return Recording(1, Array(asked.utf8), answer, key: APIKey(""))
    }

    private func drift(_ reply: ScriptedServer.Reply, body: String = first) async throws -> Drift {
        let recording = try recording(body: body)
        let server = try await ScriptedServer { _, _ in reply }
        let model = try model(server.url)
        let drift = await model.drift(of: recording).value
        await model.shutDown()
        await server.stop()
        #expect(server.requests.count == 1)
        let sent = try JSONValue(parsing: Array(server.requests[0].body.utf8))
        #expect(sent == recording.request)
        return drift
    }

    private func answer(
        _ body: String, headers: [String: String] = ["x-request-id": "b"]
    ) -> ScriptedServer.Reply { .answer(200, headers: headers, body: body) }

    @Test("Drift is what of the form differs, never what a model says")
    func forms() async throws {
        let said = chatAnswer(#"{"issues": [{"a": 1}], "note": "x", "n": 2}"#, input: 7)
        #expect(try await drift(answer(said)) == .same)
        let other = Self.first.replacing(#""logprobs": null"#, with: #""logprobs": []"#)
            .replacing(#""created": 1, "#, with: #""tier": true, "#)
            .replacing(#"\"n\": 1"#, with: #"\"n\": \"1\""#)
        let found = try await drift(answer(other, headers: ["retry-after": "1"]))
        guard case .changed(let changes) = found else {
            Issue.record("\(found)")
            return
        }
        let expect = [
            "header retry-after: is new", "header x-request-id: is gone",
            ".choices[].logprobs: null became list",
            ".choices[].message.content».n: number became text",
            ".created: is gone (number)", ".tier: is new (boolean)",
        ]
        #expect(Set(expect).isSubset(of: changes), "\(changes)")
    }

    @Test("A list of the protocol that is empty now, or that holds something now, is another form")
    func emptyLists() async throws {
        let filled = Self.first.replacing(#""logprobs": null"#, with: #""logprobs": [{"a": 1}]"#)
        let empty = Self.first.replacing(#""logprobs": null"#, with: #""logprobs": []"#)
        #expect(
            try await drift(answer(filled), body: empty)
                == .changed([
                    ".choices[].logprobs[]: is new (object)",
                    ".choices[].logprobs[].a: is new (number)",
                ]))
        guard case .changed(let lines) = try await drift(answer(#"{"choices": []}"#)) else {
            Issue.record("an answer without choices has another form")
            return
        }
        #expect(lines.contains { $0.hasPrefix(".choices[].message.content: is gone") }, "\(lines)")
    }

    @Test("A question without an answer has no form: a busy server, limits, a lost connection")
    func unanswered() async throws {
        for (reply, reason) in [
            (ScriptedServer.Reply.answer(503, body: "busy"), "HTTP 503"),
            (.answer(429, body: chatError("slow_down")), "HTTP 429"),
            (.hangUp, "the connection broke"),
        ] { #expect(try await drift(reply) == .unanswered(reason)) }
        let model = try model("http://127.0.0.1:1/v1")
        #expect(await model.drift(of: try recording()).value == .unanswered("no connection"))
        await model.shutDown()
    }

    private static func putting(
        _ name: String, _ value: JSONValue, into body: JSONValue
    ) -> JSONValue {
        .object((body.members ?? []).filter { $0.key != name } + [(key: name, value: value)])
    }

    @Test("Only questions as the program asks them are asked again, and no cost overflows")
    func askedAgain() throws {
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        let usual = try recording()
        #expect(usual.askingFault(facts) == nil)
        let price = usual.greatestCost(facts)
        #expect(price > 0 && price < 1_000_000_000)
        let length = facts.lengthMember
        let other = length == "max_tokens" ? "max_completion_tokens" : "max_tokens"
        #expect(
            try recording { $0.with(other, JSONValue(Int64.max)) }.greatestCost(facts) > price * 99)
        let endless = try recording { Self.putting(length, JSONValue(Int64.max), into: $0) }
        #expect(endless.greatestCost(facts) > price * 99)
        #expect(try recording { $0.with(other, JSONValue(1)) }.greatestCost(facts) >= price)
        let image = JSONValue.array([.row(["role": .string("user"), "content": .array([])])])
        for (name, value, words) in [
            ("n", JSONValue(50), "does not send: n"),
            ("service_tier", .string("priority"), "another service tier"),
            ("service_tier", .string("auto"), "another service tier"),
            (length, JSONValue(0), "does not limit"), (length, .string("9"), "does not limit"),
            ("messages", image, "other messages"), ("messages", .array([]), "other messages"),
        ] {
            let fault = try recording { Self.putting(name, value, into: $0) }.askingFault(facts)
            #expect(fault?.contains(words) == true, "\(name): \(fault ?? "none")")
        }
        func without(_ name: String) throws -> String? {
            try recording { body in .object((body.members ?? []).filter { $0.key != name }) }
                .askingFault(facts)
        }
        #expect(try without("service_tier") == "names no service tier")
        #expect(try without(length) == "does not limit the length of its answer")
        let twice = try recording { $0.with("model", .string("gpt-4o")) }
        #expect(twice.askingFault(facts) == "has a member twice")
        let free = ModelFacts(free: "gpt-6-luna")
        #expect(usual.greatestCost(free) == 0)
    }
}
