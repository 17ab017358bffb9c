import AfterwordCore
import Testing

@testable import AfterwordModels

@Suite("Requests of the fake API")
struct FakeRequestTests {
    /// Members that are refused, with the error's param and code.
    private static let refusals: [(more: String, param: String?, code: String?)] = [
        (#""temperature":"x""#, "temperature", "invalid_type"),
        (#""temperature":2.5"#, "temperature", "decimal_above_max_value"),
        (#""top_p":-1"#, "top_p", "decimal_below_min_value"),
        (#""n":129"#, "n", "integer_above_max_value"),
        (#""n":99999999999999999999"#, "n", "integer_above_max_value"),
        (#""seed":-99999999999999999999"#, "seed", "integer_below_min_value"),
        (#""n":1.5"#, "n", "invalid_type"),
        (#""stream":1"#, "stream", "invalid_type"), (#""user":1"#, "user", "invalid_type"),
        (#""stop":1"#, "stop", "invalid_type"), (#""stop":[1]"#, "stop[0]", "invalid_type"),
        (#""stop":["a","b","c","d","e"]"#, "stop", "array_above_max_length"),
        (#""logit_bias":[]"#, "logit_bias", "invalid_type"),
        (#""logit_bias":{"1":200}"#, "logit_bias.1", "decimal_above_max_value"),
        (#""logit_bias":{"1":-101}"#, "logit_bias.1", "decimal_below_min_value"),
        (#""logit_bias":{"a":1}"#, "logit_bias", nil), (#""logit_bias":{"":1}"#, "logit_bias", nil),
        (#""logit_bias":{"-1":1}"#, "logit_bias", nil),
        (#""logit_bias":{"1.0":1}"#, "logit_bias", nil),
        (#""metadata":1"#, "metadata", "invalid_type"),
        (#""metadata":{"a":1}"#, "metadata.a", "invalid_type"),
        (#""modalities":["audio"]"#, "modalities", "unsupported_value"),
        (#""verbosity":"loud""#, "verbosity", "invalid_value"),
        (#""service_tier":"gold""#, "service_tier", "invalid_value"),
        (#""stream_options":{}"#, "stream_options", nil),
        (#""stream":true,"stream_options":1"#, "stream_options", "invalid_type"),
        (#""stream":true,"stream_options":{"x":1}"#, "stream_options.x", "unknown_parameter"),
        (#""max_tokens":99999"#, "max_tokens", "invalid_value"),
        (
            #""max_tokens":1,"max_completion_tokens":1"#, "max_tokens",
            "invalid_parameter_combination"
        ),
        (#""top_logprobs":1"#, "top_logprobs", nil),
        (#""prompt_cache_options":{}"#, "prompt_cache_options", "unsupported_parameter"),
        (#""reasoning_effort":"low""#, nil, nil), (#""a":1,"b":2"#, nil, nil),
        (#""response_format":1"#, "response_format", "invalid_type"),
        (#""response_format":{}"#, "response_format.type", "missing_required_parameter"),
        (#""response_format":{"type":"text","x":1}"#, "response_format.x", "unknown_parameter"),
        (#""response_format":{"type":"json_object"}"#, "messages", nil),
        (
            #""response_format":{"type":"json_schema"}"#, "response_format.json_schema",
            "missing_required_parameter"
        ),
        (
            #""response_format":{"type":"json_schema","x":1}"#, "response_format.x",
            "unknown_parameter"
        ),
        (
            #""response_format":{"type":"json_schema","json_schema":{"name":"a","schema":1}}"#,
            "response_format.json_schema.schema", "invalid_type"
        ),
        (#""tools":1"#, "tools", "invalid_type"),
        (
            #""tools":[{}]"#, "tools[0].type",
            "missing_required_parameter"
        ),
        (#""tools":[{"type":"function"}]"#, "tools[0].function", "missing_required_parameter"),
        (
            #""tools":[{"type":"function","function":{"name":"a b"}}]"#, "tools[0].function.name",
            "invalid_value"
        ),
        (
            #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":1}}}]"#,
            "tools[0].function.parameters", "invalid_function_parameters"
        ),
        (#""functions":1"#, "functions", "invalid_type"),
        (#""tool_choice":"auto""#, "tool_choice", nil),
        (
            #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"x""#,
            "tool_choice", "invalid_value"
        ),
        (
            #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"function":"#
                + #"{"name":"g"}}"#, "tool_choice", nil
        ),
        (
            #""tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{}"#,
            "tool_choice.function.name", "missing_required_parameter"
        ),
    ]

    @Test("Each is refused with its param and code")
    func refused() throws {
        let api = try FakeAPI()
        for (more, param, code) in Self.refusals {
            let answer = api.chat(more)
            #expect(answer.status == 400, "\(more)")
            #expect(answer.error["param"]?.text == param, "\(more): \(answer.text)")
            #expect(answer.error["code"]?.text == code, "\(more): \(answer.text)")
        }
    }

    @Test(
        "Messages are checked in their order",
        arguments: [
            ("1", "messages"), ("[1]", "messages[0]"), ("[{}]", "messages[0].role"),
            (#"[{"role":"user","content":[]}]"#, "messages[0].content"),
            (#"[{"role":"user","content":[1]}]"#, "messages[0].content[0]"),
            (#"[{"role":"user","content":[{}]}]"#, "messages[0].content[0].type"),
            (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
            (
                #"[{"role":"user","content":[{"type":"text","text":1}]}]"#,
                "messages[0].content[0].text"
            ),
            (
                #"[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]"#,
                "messages[0].content[0].image_url.url"
            ),
            (#"[{"role":"assistant","tool_calls":1}]"#, "messages[0].tool_calls"),
            (#"[{"role":"assistant","tool_calls":[{}]}]"#, "messages[0].tool_calls[0].id"),
            (
                #"[{"role":"assistant","tool_calls":[{"id":"a"}]}]"#,
                "messages[0].tool_calls[0].type"
            ),
            (
                #"[{"role":"assistant","tool_calls":[{"id":"a","type":"function"}]}]"#,
                "messages[0].tool_calls[0].function.name"
            ),
            (#"[{"role":"tool","content":"x"}]"#, "messages[0].tool_call_id"),
            (
                #"[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":"#
                    + #"{"name":"f"}}]},{"role":"user","content":"x"}]"#, "messages[1].role"
            ),
        ])
    func messages(written: String, param: String) throws {
        let answer = try FakeAPI().call(
            "POST", "/v1/chat/completions", #"{"model":"gpt-4o-mini","messages":\#(written)}"#)
        #expect(answer.status == 400)
        #expect(answer.error["param"]?.text == param, "\(answer.text)")
    }

    @Test(
        "Reasoning models refuse what shapes sampling, and their own efforts",
        arguments: [
            ("gpt-6-luna", #""temperature":0"#, "temperature"),
            ("gpt-6-luna", #""presence_penalty":1"#, "presence_penalty"),
            ("gpt-6-luna", #""logit_bias":{}"#, "logit_bias"),
            ("gpt-6-luna", #""logprobs":true"#, "logprobs"),
            ("gpt-6-luna", #""max_tokens":5"#, "max_tokens"),
            ("gpt-6-luna", #""reasoning_effort":"vast""#, "reasoning_effort"),
            ("gpt-6.2-sol", #""reasoning_effort":"none""#, "reasoning_effort"),
            ("gpt-6.2-astra", #""top_p":0.5,"reasoning_effort":"low""#, "top_p"),
            ("o4-mini", #""stop":"x""#, "stop"),
        ])
    func models(model: String, more: String, param: String) throws {
        let body = FakeAPI.body(more).replacing("gpt-4o-mini", with: model)
        let answer = try FakeAPI().call("POST", "/v1/chat/completions", body)
        #expect(answer.status == 400)
        #expect(answer.error["param"]?.text == param, "\(answer.text)")
    }

    @Test("Tools, custom tools and functions are called, in a stream too")
    func tools() throws {
        let api = try FakeAPI()
        let parameters =
            #"{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer"}},"#
            + #""required":["n"]}}"#
        let function = #""tools":[{"type":"function","function":\#(parameters)}]"#
        let cases = [
            (
                function + #","tool_choice":"required""#, "tool_calls"
            ),
            (
                #""tools":[{"type":"function","function":\#(parameters)}],"tool_choice":{"type":"#
                    + #""function","function":{"name":"f"}}"#, "stop"
            ),
            (
                #""tools":[{"type":"custom","custom":{"name":"f"}}],"tool_choice":"required""#,
                "tool_calls"
            ),
            (
                #""tools":[{"type":"function","function":\#(parameters)}],"tool_choice":{"type":"#
                    + #""allowed_tools","allowed_tools":{"mode":"required"}}"#, "tool_calls"
            ),
            (#""functions":[\#(parameters)],"function_call":{"name":"f"}"#, "stop"),
        ]
        for (more, finish) in cases {
            let choice = api.chat(more).json["choices"]?.elements?.first
            #expect(choice?["finish_reason"]?.text == finish, "\(more)")
            #expect(choice?["message"]?["content"] == .null)
            let stream = api.chat(more + #","stream":true"#).text
            #expect(stream.contains(#""name":"f""#) && stream.hasSuffix("data: [DONE]\n\n"))
        }
        let none = #""tools":[{"type":"function","function":\#(parameters)}],"tool_choice":"none""#
        #expect(api.chat(none).content?.isEmpty == false)
    }

    @Test("JSON mode gives an object, with the keys that are named")
    func objects() throws {
        func ask(_ question: String) throws -> JSONValue {
            let answer = try FakeAPI().call(
                "POST", "/v1/chat/completions",
                #"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"\#(question)"}],"#
                    + #""response_format":{"type":"json_object"}}"#)
            return try JSONValue(parsing: Array((answer.content ?? "").utf8))
        }
        let named = try ask("Give JSON with the keys title, price and is_new.")
        #expect(named.members?.map(\.key) == ["title", "price", "is_new"])
        #expect(named["is_new"]?.flag != nil && named["price"]?.whole != nil)
        #expect(try ask("Some json, please.")["answer"]?.text != nil)
    }

    @Test(
        "What is demanded is said",
        arguments: [
            ("Say 'yes'", "yes"), ("Reply with exactly: two words", "two words"),
            ("Answer with only ok.", "ok"), ("Respond with the word banana", "banana"),
        ])
    func demanded(question: String, answer: String) throws {
        let body =
            #"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"\#(question)"}]}"#
        #expect(try FakeAPI().call("POST", "/v1/chat/completions", body).content == answer)
    }

    @Test(
        "Addresses that are not served are errors of the API",
        arguments: [
            ("GET", "/", 404), ("POST", "/v1/embeddings", 404),
            ("GET", "/v1/chat/completions", 405),
            ("POST", "/v1/models", 405), ("PUT", "/v1/files", 405), ("GET", "/v1/files/a/b/c", 404),
            ("DELETE", "/v1/batches/a", 405), ("GET", "/v1/batches/a/b/c", 404),
            ("GET", "/v1/files/none", 404), ("POST", "/v1/batches/none/cancel", 404),
            ("GET", "/v1/models/none", 404), ("GET", "/v1/files?limit=0", 400),
            ("GET", "/v1/files?limit=x", 400), ("GET", "/v1/files?order=up", 400),
            ("GET", "/v1/files?after=none", 404), ("POST", "/v1/files", 400),
            ("POST", "/v1/batches", 400), ("GET", "/_fake/nothing", 404),
            ("POST", "/_fake/clock", 400),
            ("PUT", "/_fake/rules", 400),
        ] as [(String, String, Int)])
    func addresses(method: String, target: String, status: Int) throws {
        let answer = try FakeAPI().call(method, target)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.error.members?.count == 4)
    }

    @Test(
        "A batch is refused for what its request lacks",
        arguments: [
            ("{}", "input_file_id"), (#"{"input_file_id":"x"}"#, "endpoint"),
            (#"{"input_file_id":"x","endpoint":"/v1/chat/completions"}"#, "completion_window"),
            (#"{"input_file_id":"x","endpoint":"/v1/x"}"#, "endpoint"), (#"{"x":1}"#, "x"),
        ])
    func batches(body: String, param: String) throws {
        let answer = try FakeAPI().call("POST", "/v1/batches", body)
        #expect(answer.status == 400)
        #expect(answer.error["param"]?.text == param)
    }

    @Test("The server's own addresses: health, list, script, reset")
    func admin() throws {
        let api = try FakeAPI()
        #expect(api.call("GET", "/health").json["status"]?.text == "ok")
        #expect(api.call("GET", "/_fake").json.members?.isEmpty == false)
        #expect(api.call("GET", "/_fake/clock").json["now"]?.whole == Int(FakeAPI.start))
        let to = Int(FakeAPI.start) + 5
        #expect(api.call("POST", "/_fake/clock", #"{"to":\#(to)}"#).json["advanced"]?.whole == 5)
        #expect(api.call("POST", "/_fake/clock?advance=1.5").json["now"]?.whole == to + 1)
        #expect(api.call("POST", "/_fake/clock", #"{"to":1}"#).status == 400)
        let rules =
            #"{"rules":[{"match":{"path":"/v1/models"},"answers":[{"fault":"status=502"}]}]}"#
        #expect(api.call("PUT", "/_fake/rules", rules).json["rules"]?.whole == 1)
        #expect(api.call("GET", "/v1/models").status == 502)
        #expect(api.call("GET", "/v1/models").status == 200)
        #expect(api.call("GET", "/_fake/requests?limit=1").json["data"]?.elements?.count == 1)
        #expect(api.call("DELETE", "/_fake/requests").status == 200)
        #expect(api.call("GET", "/_fake/requests").json["data"]?.elements?.isEmpty == true)
        let file = api.upload("{}")
        #expect(api.call("GET", "/v1/files/\(file)").status == 200)
        #expect(api.call("POST", "/_fake/reset").status == 200)
        #expect(api.call("GET", "/v1/files/\(file)").status == 404)
    }

    @Test("Files are listed, paged, deleted, and expire")
    func files() throws {
        let api = try FakeAPI()
        let ids = (0..<3).map { _ in api.upload("{}") }
        let page = api.call("GET", "/v1/files?purpose=batch&limit=2").json
        #expect(page["first_id"]?.text == ids[2] && page["has_more"]?.flag == true)
        let rest = api.call("GET", "/v1/files?order=asc&after=\(ids[1])").json
        #expect(rest["data"]?.elements?.compactMap { $0["id"]?.text } == [ids[2]])
        #expect(api.call("DELETE", "/v1/files/\(ids[0])").json["deleted"]?.flag == true)
        #expect(api.call("GET", "/v1/batches").json["data"]?.elements?.isEmpty == true)
        #expect(api.upload("{}", name: "a.txt").isEmpty)
        #expect(api.upload("{}", purpose: "fun").isEmpty)
        let other = api.upload("{}", name: "a.txt", purpose: "user_data")
        api.advance(31 * 86_400)
        #expect(api.call("GET", "/v1/files/\(ids[1])").status == 404)
        #expect(api.call("GET", "/v1/files/\(other)").status == 200)
    }
}
