import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Synchronization
import Testing

@testable import AfterwordModels

/// A server that sends the key back: whatever is shown or stored of its answers is without it.
@Suite struct EchoedKeyTests {
    private static let key = "sk-echo-0123456789-AbCdEf"
    /// As servers may write it: as it is, as the code of an error, and among other words.
    private static let forms = [
        key, key.lowercased().replacing("-", with: "_"), key.uppercased(), "Bearer_\(key)",
        "req_\(key)_1",
    ]

    private static func shows(_ text: String) -> Bool {
        let folded = text.lowercased().replacing("-", with: "_")
        return folded.contains(key.lowercased().replacing("-", with: "_"))
    }

    /// What was said of attempts. Thread-safe.
    private final class Said: Sendable {
        let all = Mutex<[String]>([])
    }

    /// Calls `body` with a model of a server that gives one reply to everything; the result, and
    /// what was said of attempts.
    private func ask<Value: Sendable>(
        _ reply: ScriptedServer.Reply, _ body: (OpenAIModel) async throws -> Value
    ) async throws -> (result: Result<Value, any Error>, said: [String]) {
        let server = try await ScriptedServer { _, _ in reply }
        let said = Said()
        var configuration = OpenAIModel.Configuration(
            key: APIKey(Self.key), baseURL: server.url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { _ in }
        configuration.answerSeconds = 7_200
        configuration.onFailedTry = { attempt in
            said.all.withLock { $0.append("\(attempt)") }
        }
        let model = try OpenAIModel(configuration)
        let result: Result<Value, any Error>
        do { result = .success(try await body(model)) } catch { result = .failure(error) }
        await model.shutDown()
        #expect(server.requests.first?.headers["authorization"] == "Bearer \(Self.key)")
        await server.stop()
        return (result, said.all.withLock { $0 })
    }

    @Test("Ids, codes, refusals and bodies of failures", arguments: forms)
    func failures(form: String) async throws {
        let headers = ["x-request-id": form]
        let malformed: [(Int, String)] = [
            (200, "<p>\(form)"), (200, #"{"\#(form)": 1, "detail": ["\#(form)"]}"#), (200, form),
        ]
        let refused = chatAnswer("{}").replacing(
            #""refusal": null"#, with: #""refusal": "\#(form)""#)
        var replies: [(Int, String)] = malformed + [(200, refused)]
        for status in [400, 401, 404, 418, 429, 500, 503] {
            replies.append((status, chatError(form, type: form)))
        }
        for (status, body) in replies {
            let (result, said) = try await ask(.answer(status, headers: headers, body: body)) {
                try await $0.answer(someRequest())
            }
            guard case .failure(let error) = result else {
                Issue.record("\(status) is an answer")
                continue
            }
            let failure = try #require(error as? ModelFailure)
            #expect(failure.requestIDs.server == nil && failure.requestIDs.own != nil)
            #expect(!Self.shows("\(failure) \(said)"), "\(status) \(body)")
            if [400, 418].contains(status) { #expect(failure.fault == .badRequest("")) }
            #expect(status == 200 || !said.isEmpty)
        }
    }

    @Test("The model's name and the answer itself", arguments: forms)
    func answers(form: String) async throws {
        let body = chatAnswer(#"{"a": "\#(form)"}"#)
            .replacing(#""model": "m""#, with: #""model": "\#(form)""#)
        let (result, _) = try await ask(.answer(200, body: body)) {
            try await $0.answer(someRequest())
        }
        let reply = try result.get()
        #expect(reply.servedModel == nil && reply.text.contains("⟦SECRET⟧"))
        #expect(!Self.shows("\(reply)") && reply.usage.input == 1_000)
    }

    @Test("Batches and the lines of their files", arguments: forms)
    func batches(form: String) async throws {
        let batch = #"{"id": "b", "status": "failed", "errors": {"data": [{"code": "\#(form)"}]}}"#
        let (read, _) = try await ask(.answer(200, body: batch)) { try await $0.batch("b") }
        #expect(try read.get().faults.allSatisfy { !Self.shows($0) })
        let named = #"{"id": "b", "status": "\#(form)"}"#
        let (unread, _) = try await ask(.answer(200, body: named)) { try await $0.batch("b") }
        #expect(throws: ModelFailure.self) { try unread.get() }
        let answer = chatAnswer("{}").replacing(#""model": "m""#, with: #""model": "\#(form)""#)
        let lines = """
            {"custom_id": "q", "response": {"status_code": 200, "request_id": "\(form)", \
            "body": \(answer)}}
            {"custom_id": "r", "error": {"code": "\(form)"}}
            \(form)
            """
        let (file, _) = try await ask(.answer(200, body: lines)) {
            try await $0.answers(
                of: ServerBatch(id: "b", status: "completed", output: "f", errors: nil))
        }
        let answers = try file.get()
        #expect(answers.answers.map(\.id) == ["q", "r"] && answers.unreadable == 1)
        for answer in answers.answers { #expect(!Self.shows("\(answer.result)")) }
    }

    @Test("What doctor says", arguments: forms)
    func doctor(form: String) async throws {
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        let listed = #"{"data": [{"id": "gpt-6-luna"}], "service_tier": "\#(form)"}"#
        for (status, body) in [(403, chatError(form)), (200, listed)] {
            let (probe, _) = try await ask(.answer(status, body: body)) { await $0.probe() }
            let findings = try probe.get().findings(of: facts, at: ReviewHistory.start)
            #expect(!findings.isEmpty && findings.allSatisfy { !Self.shows($0.words) })
        }
    }

    @Test("Escaped characters hide no key, also not in a document within a text")
    func escapes() throws {
        let key = APIKey(Self.key)
        let escaped = Self.key.replacing("s", with: #"\u0073"#)
        let twice = escaped.replacing(#"\u"#, with: #"\\u"#)
        let bodies = [
            #"{"a": "\#(escaped)"}"#, #"["\#(escaped)"]"#, #"{"\#(escaped)": 1}"#,
            #"{"a": "{\"b\": [\"\#(twice)\"]}"}"#, "{}\n[\"\(escaped)\"]\n",
            #"{"a": "[\"\#(Self.key)\", \"\#(twice)\"]"}"#,
        ]
        for body in bodies {
            let kept = String(decoding: key.removed(fromBody: Array(body.utf8)), as: UTF8.self)
            #expect(kept.contains("⟦SECRET⟧") && !kept.contains("u0073"), "\(kept)")
            #expect(!Self.shows(kept))
        }
        let slashed = APIKey("made/up/0123456789")
        let kept = slashed.removed(fromBody: Array(#"{"a":"made\/up\/0123456789"}"#.utf8))
        #expect(String(decoding: kept, as: UTF8.self) == #"{"a":"⟦SECRET⟧"}"#)
    }

    @Test("What holds no key stays byte for byte; a short word for a server without keys is none")
    func others() {
        let texts = [
            "", "\n", #"{ "a" : "\u0073\/", "b":1.0 }"#, "{}\n\n[1 ]\n", "none",
            #"{"a": "\u0073"} none"#, "sk-echo-0123456789-AbCdE",
        ]
        var bodies = texts.map { Array($0.utf8) }
        bodies.append([0xFF, 0x00, 0x5C])
        for key in [APIKey(Self.key), APIKey("none"), APIKey("")] {
            for body in bodies {
                let exchange = Exchange(
                    kind: .answered(200), headers: ["x-request-id": "none"], body: body)
                let kept = exchange.without(key)
                #expect(kept.body == body && kept.headers == exchange.headers)
            }
        }
        let headers = Exchange(kind: .answered(200), headers: ["a\(Self.key)": "b\(Self.key)"])
        #expect(headers.without(APIKey(Self.key)).headers == ["a⟦SECRET⟧": "b⟦SECRET⟧"])
    }
}
