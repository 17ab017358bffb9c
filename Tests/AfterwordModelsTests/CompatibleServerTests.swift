import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Servers that speak OpenAI's protocol without being OpenAI's: Ollama, llama.cpp, vLLM, gateways.
@Suite struct CompatibleServerTests {
    /// The body and headers of the request that a model of these facts gets.
    private func request(
        _ facts: ModelFacts, key: String = "sk"
    ) async throws -> (body: JSONValue, headers: [String: String], reply: ModelReply) {
        let server = try await ScriptedServer { _, _ in
            .answer(200, body: chatAnswer("```json\n{\"a\": 1}\n```"))
        }
        var configuration = OpenAIModel.Configuration(
            key: APIKey(key), baseURL: server.url, facts: facts)
        configuration.answerSeconds = 7_200
        let model = try OpenAIModel(configuration)
        #expect((model.facts == nil) == !facts.isPaid)
        let reply = try await model.answer(someRequest())
        await model.shutDown()
        let sent = try #require(server.requests.first)
        await server.stop()
        return (try JSONValue(parsing: Array(sent.body.utf8)), sent.headers, reply)
    }

    @Test("A free model of a compatible server gets nothing that only OpenAI's know, and no key")
    func free() async throws {
        let (body, headers, reply) = try await request(ModelFacts(free: "own"), key: "")
        for name in ["service_tier", "prompt_cache_options", "seed", "reasoning_effort"] {
            #expect(body[name] == nil, "\(name)")
        }
        #expect(body["max_tokens"]?.integer == ModelRequest.outputTokens)
        #expect(body["response_format"]?["type"]?.text == "json_schema")
        #expect(body["response_format"]?["json_schema"]?["strict"] == nil)
        #expect(body["response_format"]?["json_schema"]?["schema"] != nil)
        #expect(headers["authorization"] == nil && reply.text == "\n{\"a\": 1}\n")
    }

    @Test("Dialects: strict, a schema, or the schema in the prompt")
    func dialects() async throws {
        var facts = ModelFacts(free: "own")
        facts.dialect = .strict
        let strict = try await request(facts)
        #expect(strict.body["response_format"]?["json_schema"]?["strict"]?.canonical == "true")
        #expect(strict.headers["authorization"] == "Bearer sk")
        facts.dialect = .object
        let object = try await request(facts)
        #expect(object.body["response_format"]?.canonical == #"{"type":"json_object"}"#)
        let system = object.body["messages"]?.elements?.first?["content"]?.text ?? ""
        #expect(system.hasSuffix(someRequest().schema.canonical))
        let plain = strict.body["messages"]?.elements?.first?["content"]?.text
        #expect(plain == someRequest().system)
    }

    @Test("Plain http goes to this machine and to hosts that are named, nowhere else")
    func plainHTTP() async throws {
        func model(_ url: String, _ hosts: Set<String>) throws -> OpenAIModel {
            var configuration = OpenAIModel.Configuration(
                key: APIKey(""), baseURL: url, facts: ModelFacts(free: "own"))
            configuration.plainHosts = hosts
            return try OpenAIModel(configuration)
        }
        await (try model("http://GPU.example:8000/v1", ["gpu.example"])).shutDown()
        for (url, hosts) in [
            ("http://gpu.example.org/v1", Set(["gpu.example"])), ("http://gpu.example/v1", []),
            ("ftp://gpu.example/v1", ["gpu.example"]),
        ] {
            #expect(throws: ModelAddressFault.notSecure) { try model(url, hosts) }
        }
        #expect(try ModelAddress("https://localhost/v1").isNear([]) == false)
    }
}
