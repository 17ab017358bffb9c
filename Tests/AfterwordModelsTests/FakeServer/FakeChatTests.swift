import AfterwordCore
import Testing

@testable import AfterwordModels

@Suite("Chat of the fake API")
struct FakeChatTests {
    @Test("Chat, stream and batch say the same to the same request")
    func same() throws {
        let schema =
            #""response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"#
            + #""schema":{"type":"object","properties":{"n":{"type":"integer"}},"#
            + #""required":["n"],"additionalProperties":false}}}"#
        for more in ["", #""max_tokens":5"#, #""stop":" ""#, schema] {
            let api = try FakeAPI()
            let plain = api.chat(more)
            let separator = more.isEmpty ? "" : ","
            let stream = api.chat(more + separator + #""stream":true"#)
            #expect(plain.content == stream.streamed, "\(more): \(plain.text)")
            let id = api.createBatch(FakeAPI.line("x", more))
            api.advance(10)
            let line = try api.lines(api.batch(id)["output_file_id"]).first
            let own = line?["response"]?["body"]
            #expect(own?["choices"] == plain.json["choices"])
            #expect(own?["usage"]?["total_tokens"] == plain.json["usage"]?["total_tokens"])
        }
    }

    @Test("An order of members and a tier change no answer, a seed does")
    func digest() throws {
        let api = try FakeAPI()
        let one = api.chat(#""seed":1,"service_tier":"flex""#)
        #expect(one.content == api.chat(#""service_tier":"default","seed":1"#).content)
        #expect(one.json["service_tier"]?.text == "flex")
        #expect(one.content != api.chat(#""seed":2"#).content)
    }

    @Test(
        "Every error has all four members and a request id",
        arguments: [
            (#"{"model":"gpt-4o-mini"}"#, 400, "messages"),
            (#"{"model":"x","messages":[]}"#, 404, nil),
            ("nonsense", 400, nil), ("[]", 400, nil), (FakeAPI.body(#""n":0"#), 400, "n"),
        ] as [(String, Int, String?)])
    func errors(body: String, status: Int, param: String?) throws {
        let answer = try FakeAPI().call("POST", "/v1/chat/completions", body)
        #expect(answer.status == status)
        #expect(answer.error.members?.map(\.key) == ["message", "type", "param", "code"])
        #expect(answer.error["param"]?.text == param)
        #expect(answer.header("x-request-id")?.hasPrefix("req_") == true)
    }

    @Test("Any bytes as a body get an answer")
    func anyBytes() throws {
        let api = try FakeAPI()
        var random = SplitMix64(seed: 5)
        let whole = Array(FakeAPI.body(#""stop":["a"],"n":2,"tools":[]"#).utf8)
        for _ in 0..<2_000 {
            var bytes = whole
            for _ in 0...random.draw(below: 3) {
                let place = Int(random.draw(below: UInt64(bytes.count)))
                switch random.draw(below: 3) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8(random.draw(below: 256))
                default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                }
            }
            let answer = api.api.answer(
                WireRequest(
                    "POST", "/v1/chat/completions", headers: ["authorization": "Bearer k"],
                    body: bytes))
            #expect([200, 400, 404].contains(answer.status))
            #expect(answer.json.members != nil)
        }
    }

    @Test("A header orders faults for as many requests as it says, by nonce")
    func faults() throws {
        let api = try FakeAPI()
        let order = "status=429;retry_after=1;times=2;nonce=a"
        let statuses = (0..<4).map { _ in api.chat(fault: order).status }
        #expect(statuses == [429, 429, 200, 200])
        #expect(api.chat(fault: order.replacing("nonce=a", with: "nonce=b")).status == 429)
        let first = api.chat(fault: "status=429;retry_after=7")
        #expect(first.header("retry-after") == "7")
        #expect(first.error["code"]?.text == "rate_limit_exceeded")
        #expect(api.chat(fault: "after=1;times=1;status=500;nonce=c").status == 200)
        #expect(api.chat(fault: "after=1;times=1;status=500;nonce=c").status == 500)
        #expect(api.chat(fault: "after=1;times=1;status=500;nonce=c").status == 200)
        #expect(api.chat(fault: "disconnect").fault == .disconnect)
        let whole = api.chat().bytes.count
        guard case .stall(let after, 3)? = api.chat(fault: "stall=3").fault else {
            Issue.record("no stall")
            return
        }
        #expect((whole / 2 - 1...whole / 2 + 1).contains(after))
    }

    @Test(
        "An order that no request can meet is refused, with the part and the reason",
        arguments: [
            ("retry_after=1", "'retry_after=1' goes with a status or code"),
            ("cut;message=x", "'message=x' goes with a status or code"),
            ("times=2", "'times=2' orders no fault"), ("nonce=a", "'nonce=a' orders no fault"),
            (";", "';' orders no fault"), ("cut;done=0.3", "'done=0.3' goes with batch=expire"),
            ("status=429; status=500", "'status=500' says again what stands before it"),
            ("status=500;rate_limit", "'rate_limit' says again what stands before it"),
            ("refusal;kind=length", "'kind=length' says again what stands before it"),
            ("batch=fail", "'batch=fail' is for the request that creates a batch"),
            ("stream_error", "'stream_error' is for chat completions with 'stream': true"),
        ])
    func meaningless(order: String, words: String) throws {
        let api = try FakeAPI()
        let refused = api.chat(fault: order)
        #expect(refused.status == 400 && refused.error["code"]?.text == "fake_fault")
        #expect(refused.error["message"]?.text == "X-Fake-Fault: \(words).")
    }

    @Test("A fault of chat completions is refused at other requests, and met at streams")
    func places() throws {
        let api = try FakeAPI()
        for (order, path) in [
            ("refusal", "/v1/models"), ("usage=zero", "/v1/files"), ("stream_error", "/v1/models"),
            ("batch=fail", "/v1/models"),
        ] {
            #expect(api.call("GET", path, fault: order).error["code"]?.text == "fake_fault")
        }
        #expect(api.call("GET", "/v1/models", fault: "status=502").status == 502)
        // A client that orders it for all of its requests uploads and looks with it, too.
        #expect(api.call("GET", "/v1/files", fault: "batch=expire;done=0.3").status == 200)
        #expect(api.chat(#""stream":true"#, fault: "stream_error").status == 200)
    }

    @Test("A date, a tier of the project and a breakpoint of the cache are understood")
    func details() throws {
        let api = try FakeAPI { $0.tier = "priority" }
        let date = "Wed, 21 Oct 2026 07:28:00 GMT"
        let refused = api.chat(fault: "status=503;retry_after=\(date)")
        #expect(refused.header("retry-after") == date)
        #expect(refused.error["code"]?.text == "server_is_overloaded")
        #expect(api.chat().json["service_tier"]?.text == "priority")
        #expect(api.chat(#""service_tier":"default""#).json["service_tier"]?.text == "default")
        let long = String(repeating: "Rules of the house. ", count: 500)
        for (member, written) in [("", 0), (#","prompt_cache_breakpoint":{}"#, 1_024)] {
            let answer = api.call(
                "POST", "/v1/chat/completions",
                #"{"model":"gpt-6-luna","prompt_cache_options":{"mode":"explicit"},"messages":["#
                    + #"{"role":"user","content":[{"type":"text","text":"\#(long)"\#(member)}]}]}"#)
            let details = answer.json["usage"]?["prompt_tokens_details"]
            #expect((details?["cache_write_tokens"]?.whole ?? -1) >= written)
            #expect(written > 0 || details?["cache_write_tokens"]?.whole == 0)
        }
    }

    @Test("An answer is no longer than its model can write")
    func mostOutput() throws {
        let text = String(repeating: " word", count: 20_000)
        let book = try RuleBook(Array(#"{"rules":[{"answers":[{"text":"\#(text)"}]}]}"#.utf8))
        let most = try #require(ServedModel.named("gpt-4o-mini")).output
        let answer = try FakeAPI { $0.rules = book }.chat()
        #expect(most < 20_000 && answer.json["usage"]?["completion_tokens"]?.whole == most)
        #expect(answer.json["choices"]?.elements?.first?["finish_reason"]?.text == "length")
        #expect(answer.content.map(tokenCount) == most)
    }

    @Test("Headers count what is left in the minute")
    func limits() throws {
        let api = try FakeAPI {
            $0.requestsPerMinute = 3
            $0.tokensPerMinute = 1_000
        }
        #expect(api.chat().header("x-ratelimit-remaining-requests") == "2")
        let second = api.chat()
        #expect(second.header("x-ratelimit-remaining-requests") == "1")
        #expect(second.header("x-ratelimit-reset-requests") == "1m0s")
        #expect(api.chat(key: "sk-other").header("x-ratelimit-remaining-requests") == "2")
        #expect(api.chat().status == 200)
        let refused = api.chat()
        #expect(refused.status == 429)
        #expect(refused.header("retry-after") == "60")
        api.advance(60)
        #expect(api.chat().status == 200)
    }

    @Test(
        "Every answer has the time of the server's own clock, as HTTP writes it",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (-9, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
        ] as [(Int64, String)])
    func dates(seconds: Int64, written: String) throws {
        #expect(httpDate(seconds * 1_000_000 + 999_999) == written)
        let api = try FakeAPI()
        let now = httpDate(FakeAPI.start * 1_000_000)
        #expect(api.chat().header("date") == now)
        #expect(api.chat(fault: "status=503").header("date") == now)
        api.advance(60)
        let later = httpDate((FakeAPI.start + 60) * 1_000_000)
        #expect(api.call("GET", "/v1/models").header("date") == later)
    }

    @Test(
        "Spans are written as the API writes them",
        arguments: [
            (0, "0s"), (120_000, "120ms"), (1_000_000, "1s"), (8_640_000, "8.64s"),
            (360_000_000, "6m0s"), (3_661_000_000, "1h1m1s"),
        ] as [(Int64, String)])
    func spans(microseconds: Int64, written: String) {
        #expect(writtenSpan(microseconds) == written)
    }

    @Test("What is kept of requests is bounded")
    func bounded() throws {
        let api = try FakeAPI()
        for number in 0..<9_000 {
            _ = api.chat("", fault: "status=500;times=1;nonce=\(number)", key: "key-\(number)")
        }
        let state = api.call("GET", "/_fake/state").json
        #expect(state["logged"]?.whole == 1_000)
        #expect(state["windows"]?.whole ?? .max <= 4_096)
        var counts = BoundedCounts(limit: 100)
        for key in 0..<1_000 { counts[UInt64(key)] = 1 }
        #expect(counts.count <= 100 && counts[999] == 1 && counts[0] == 0)
    }

    @Test(
        "Pieces of a text make it up, and are no more than its bound",
        arguments: [
            "Hello there, how are you today?", "naïve café — 12345 £99.99", "日本語のレビューです。",
            "{\"a\":[1,2,3],\"b\":\"x\\n\"}", "", "   \n\n  x", "👩‍👩‍👧‍👦🇩🇪 ok",
        ])
    func pieces(text: String) {
        let pieces = tokenPieces(text)
        #expect(pieces.joined() == text)
        #expect(pieces.count == tokenCount(text))
        #expect(pieces.count <= tokenBound(text))
    }
}

@Suite("Scripts of the fake API")
struct RuleBookTests {
    @Test(
        "A script that cannot be read is refused with its reason",
        arguments: [
            ("x", "not JSON"), ("{}", "'rules' is a list"), (#"{"rules":[{}]}"#, "has no answers"),
            (#"{"rules":[{"answers":[{}]}]}"#, "says nothing"),
            (#"{"rules":[{"answers":[{"text":"a"}],"wenn":1}]}"#, "unknown member 'wenn'"),
            (#"{"rules":[{"answers":[{"fault":"quake"}]}]}"#, "'quake' is no part of a fault"),
            (
                #"{"rules":[{"answers":[{"fault":"should_retry=false"}]}]}"#,
                "'should_retry=false' goes with a status or code"
            ),
            (
                #"{"rules":[{"answers":[{"fault":"batch=fail"}]}]}"#,
                "rule 1, answer 1: 'batch=fail' is for the request that creates a batch"
            ),
            (
                #"{"rules":[{"match":{"path":"/v1/models"},"answers":[{"fault":"refusal"}]}]}"#,
                "'refusal' is for chat completions"
            ),
            (#"{"rules":[],"unmatched":"x"}"#, "answer or fail"),
        ])
    func refused(written: String, words: String) {
        do throws(RuleBook.Fault) {
            _ = try RuleBook(Array(written.utf8))
            Issue.record("taken")
        } catch {
            #expect(error.words.contains(words))
        }
    }

    @Test("Sequences are counted by key; what is left is shown")
    func sequences() throws {
        let rules =
            #"{"rules":[{"name":"a","match":{"message":"Hello"},"answers":[{"text":"1"},"#
            + #"{"fault":"status=503"},{"text":"3","times":2}]}]}"#
        let book = try RuleBook(Array(rules.utf8))
        let api = try FakeAPI { $0.rules = book }
        #expect(api.chat().content == "1")
        #expect(api.chat().status == 503)
        #expect(api.chat(key: "sk-b").content == "1")
        #expect(api.call("GET", "/_fake/assert_finished").status == 409)
        #expect(api.chat().content == "3")
        #expect(api.chat().content == "3")
        #expect(api.call("GET", "/_fake/assert_finished").status == 200)
        #expect(api.chat().content != "3")
        let after = api.call("GET", "/_fake/assert_finished")
        #expect(after.status == 409)
        #expect(after.json["unmatched_requests"]?.elements?.count == 1)
    }

    @Test("A script that comes with a key is this key's own; without a key it is everybody's")
    func scriptsByKey() throws {
        func script(_ text: String) -> String {
            #"{"rules":[{"name":"\#(text)","answers":[{"text":"\#(text)"}]}]}"#
        }
        let api = try FakeAPI()
        #expect(api.call("PUT", "/_fake/rules", script("a"), key: "sk-a").status == 200)
        #expect(api.call("PUT", "/_fake/rules", script("b"), key: "sk-b").status == 200)
        #expect(api.chat(key: "sk-b").content == "b")
        #expect(!["a", "b"].contains(api.chat(key: "sk-c").content))
        #expect(api.call("GET", "/_fake/assert_finished", key: "sk-a").status == 409)
        #expect(api.call("GET", "/_fake/assert_finished", key: "sk-b").status == 200)
        // The second key's script stays where another key gets a new one, which begins anew.
        #expect(api.chat(key: "sk-a").content == "a")
        #expect(api.call("PUT", "/_fake/rules", script("c"), key: "sk-a").status == 200)
        #expect(api.call("GET", "/_fake/assert_finished", key: "sk-b").status == 200)
        #expect(api.chat(key: "sk-a").content == "c")
        func all(_ method: String, _ path: String, _ body: String = "") -> WireAnswer {
            api.api.answer(WireRequest(method, path, headers: [:], body: Array(body.utf8)))
        }
        let unmatched = all("GET", "/_fake/assert_finished").json
        #expect(
            unmatched["rules"]?.elements?.compactMap { $0["name"]?.text }.sorted()
                == ["b", "c"])
        #expect(unmatched["unused_rules"]?.elements?.isEmpty == true)
        #expect(all("PUT", "/_fake/rules", script("d")).status == 200)
        #expect(api.chat(key: "sk-a").content == "d")
        #expect(api.chat(key: "sk-c").content == "d")
    }
}
