import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Servers that speak OpenAI's protocol without being OpenAI's: Ollama, llama.cpp, vLLM, gateways.
@Suite struct CompatibleServerTests {
    /// The body and headers of the request that a model of these facts gets.
    private func request(
        _ facts: ModelFacts, _ key: APIKey = APIKey("sk")
    ) async throws -> (body: JSONValue, headers: [String: String], reply: ModelReply) {
        let server = try await ScriptedServer { _, _ in
            .answer(200, body: chatAnswer("```json\n{\"a\": 1}\n```"))
        }
        var configuration = OpenAIModel.Configuration(
            key: key, baseURL: server.url, facts: facts)
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
        let (body, headers, reply) = try await request(ModelFacts(free: "own"), APIKey(""))
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

    @Test("A model's place is its server, none for OpenAI's own, and recordings for a replay")
    func places() async throws {
        func place(_ url: String, isReplayed: Bool = false) async throws -> String? {
            var configuration = OpenAIModel.Configuration(
                key: APIKey(""), baseURL: url, facts: try #require(ModelFacts.named("gpt-6-luna")))
            configuration.plainHosts = ["api.openai.com"]
            if isReplayed { configuration.source = .replayed(Tape([])) }
            let model = try OpenAIModel(configuration)
            await model.shutDown()
            return model.place
        }
        for (url, expect) in [
            (OpenAIModel.defaultURL, nil), ("https://eu.api.openai.com/v1", nil),
            ("http://127.0.0.1:8790/v1", "127.0.0.1:8790"),
            ("https://Gateway.example/v1", "gateway.example"),
            ("https://notopenai.com/v1", "notopenai.com"),
            ("https://api.openai.com./v1", nil), ("HTTPS://API.OpenAI.com./v1", nil),
            ("https://gateway.example.:1/v1", "gateway.example:1"),
            ("HTTP://127.0.0.1:8790/v1", "127.0.0.1:8790"),
        ] { #expect(try await place(url) == expect, "\(url)") }
        // Its protocol is spoken in the open to this machine only, whichever hosts are named.
        await #expect(throws: ModelAddressFault.notSecure) {
            try await place("http://api.openai.com/v1")
        }
        let replayed = try await place(OpenAIModel.defaultURL, isReplayed: true)
        #expect(replayed == ModelIdentity.recordings)
    }

    @Test("A free model is asked near, and one of another maker never on OpenAI's servers")
    func servers() async throws {
        var gateway = try #require(ModelFacts.named("gpt-6-luna"))
        gateway.provider = .compatible
        var own = ModelFacts(free: "own")
        own.provider = .openAI
        func fault(
            _ facts: ModelFacts, _ url: String, _ hosts: Set<String> = []
        ) async throws -> ModelServerFault? {
            var configuration = OpenAIModel.Configuration(
                key: APIKey(""), baseURL: url, facts: facts)
            configuration.plainHosts = hosts
            do {
                await (try OpenAIModel(configuration)).shutDown()
                return nil
            } catch let fault as ModelServerFault {
                #expect(!fault.words.isEmpty)
                // A replay sends nothing.
                configuration.source = .replayed(Tape([]))
                await (try OpenAIModel(configuration)).shutDown()
                return fault
            }
        }
        let cases: [(ModelFacts, String, Set<String>, ModelServerFault?)] = [
            (own, OpenAIModel.defaultURL, [], .freeFarAway),
            (own, OpenAIModel.defaultURL, ["api.openai.com"], .freeFarAway),
            (own, "https://gpu.example/v1", [], .freeFarAway),
            (own, "https://gpu.example/v1", ["gpu.example"], nil),
            (own, "https://localhost/v1", [], nil), (own, "http://127.0.0.1:1/v1", [], nil),
            (ModelFacts(free: "own"), OpenAIModel.defaultURL, [], .compatibleAtOpenAI),
            (gateway, "https://eu.api.openai.com/v1", [], .compatibleAtOpenAI),
            (gateway, "https://api.openai.com./v1", [], .compatibleAtOpenAI),
            (gateway, "HTTPS://OpenAI.com.:443/v1", [], .compatibleAtOpenAI),
            (gateway, "https://openai.com.example./v1", [], nil),
            (own, "https://api.openai.com./v1", ["api.openai.com."], .freeFarAway),
            (gateway, "https://gateway.example/v1", [], nil),
        ]
        for (facts, url, hosts, expect) in cases {
            #expect(try await fault(facts, url, hosts) == expect, "\(facts.name) at \(url)")
        }
    }

    @Test("Newer models cost more on OpenAI's regional hosts, however these are written")
    func regions() async throws {
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        for (url, isRegional) in [
            (OpenAIModel.defaultURL, false), ("https://eu.api.openai.com/v1", true),
            ("https://JP.api.openai.com.:443/v1", true), ("https://eu.example/v1", false),
        ] {
            let model = try OpenAIModel(
                OpenAIModel.Configuration(key: APIKey(""), baseURL: url, facts: facts))
            await model.shutDown()
            #expect(model.terms.isRegional == isRegional, "\(url)")
        }
    }

    @Test("A key is read without the space around it, and never with a line break inside")
    func keys() async throws {
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        for text in ["sk-1", " sk-1\n", "\r\n\tsk-1\r\n"] {
            let key = try #require(try APIKey(written: text))
            let headers = try await request(facts, key).headers
            #expect(headers["authorization"] == "Bearer sk-1")
        }
        for text in ["", "\n", " \t"] { #expect(try APIKey(written: text) == nil) }
        for text in ["sk\n1", "sk 1", "sk-\u{7F}", "sk-é", "sk\r\n1"] {
            #expect(throws: KeyFault.self) { try APIKey(written: text) }
        }
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
        await (try model("HTTP://gpu.example/v1", ["gpu.example"])).shutDown()
        for (url, hosts) in [
            ("http://gpu.example.org/v1", Set(["gpu.example"])), ("http://gpu.example/v1", []),
            ("ftp://gpu.example/v1", ["gpu.example"]),
            // This name is looked up at a server of names, as `localhost` itself is not.
            ("http://localhost./v1", []),
        ] {
            #expect(throws: ModelAddressFault.notSecure) { try model(url, hosts) }
        }
        #expect(try ModelAddress("https://localhost/v1").isNear([]) == false)
    }

    @Test("A key goes over plain http to this machine only; OpenAI's protocol goes nowhere else")
    func keyOverPlainHTTP() async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, body: chatAnswer("{}")) }
        // Another name of this machine, which the program does not know as one.
        let other = server.url.replacing("127.0.0.1", with: "0.0.0.0")
        for (url, key) in [(server.url, "Bearer sk-1"), (other, nil)] as [(String, String?)] {
            var configuration = OpenAIModel.Configuration(
                key: APIKey("sk-1"), baseURL: url, facts: ModelFacts(free: "own"))
            configuration.plainHosts = ["0.0.0.0"]
            configuration.answerSeconds = 7_200
            let model = try OpenAIModel(configuration)
            _ = try await model.answer(someRequest())
            await model.shutDown()
            #expect(server.requests.last?.headers["authorization"] == key)
            configuration.facts.provider = .openAI
            guard key == nil else { continue }
            #expect(throws: ModelAddressFault.notSecure) { try OpenAIModel(configuration) }
        }
        #expect(server.requests.count == 2)
        await server.stop()
    }
}
