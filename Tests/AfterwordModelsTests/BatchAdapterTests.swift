import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordModels

/// Files and batches of the adapter over a real socket, against a server that gives scripted
/// answers.
@Suite struct BatchAdapterTests {
    private static let batch =
        #"{"id": "batch_1", "status": "in_progress", "request_counts": "#
        + #"{"completed": 2, "failed": 1, "total": 9}}"#

    /// Calls `body` with a model of a server that gives these replies in turn and repeats the last
    /// one.
    private func ask<Result: Sendable>(
        _ replies: [ScriptedServer.Reply], _ body: (OpenAIModel) async throws -> Result
    ) async throws -> (
        result: Swift.Result<Result, any Error>, requests: [ScriptedServer.Request]
    ) {
        let server = try await ScriptedServer { _, count in replies[min(count, replies.count - 1)] }
        var configuration = OpenAIModel.Configuration(
            key: APIKey("k"), baseURL: server.url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { _ in }
        configuration.answerSeconds = 7_200
        let model = try OpenAIModel(configuration)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(model)) } catch { result = .failure(error) }
        await model.shutDown()
        let requests = server.requests
        await server.stop()
        return (result, requests)
    }

    private func failure<Result>(_ result: Swift.Result<Result, any Error>) -> ModelFailure? {
        if case .failure(let error) = result { error as? ModelFailure } else { nil }
    }

    @Test("Questions are uploaded as one file, a line each, without a tier, kept for thirty days")
    func upload() async throws {
        let questions = ["a", "b"].map { BatchQuestion(id: $0, request: someRequest()) }
        let (result, requests) = try await ask([
            .answer(500, body: ""), .hangUp, .answer(200, body: #"{"id": "file-1"}"#),
        ]) { try await $0.upload(questions, named: "n-1") }
        #expect(try result.get() == "file-1" && requests.count == 3)
        let sent = try #require(requests.last)
        #expect(sent.uri == "/v1/files")
        let type = sent.headers["content-type"] ?? ""
        #expect(type == "multipart/form-data; boundary=afterword-n-1")
        let parts = sent.body.components(separatedBy: "--afterword-n-1")
        #expect(parts.count == 6 && parts.last == "--\r\n")
        #expect(parts[1].contains("name=\"purpose\"\r\n\r\nbatch\r\n"))
        #expect(parts[3].contains("name=\"expires_after[seconds]\"\r\n\r\n2592000\r\n"))
        let lines = parts[4].split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
        #expect(lines.count == 2)
        for (line, id) in zip(lines, ["a", "b"]) {
            let document = try JSONValue(parsing: Array(line.utf8))
            #expect(document["custom_id"]?.text == id)
            #expect(document["url"]?.text == "/v1/chat/completions")
            #expect(document["body"]?["service_tier"] == nil)
            #expect(document["body"]?["model"]?.text == "fake-1")
        }
    }

    @Test("A batch is never made twice: what may have made one is not sent again")
    func createdOnce() async throws {
        let made = ScriptedServer.Reply.answer(200, body: Self.batch)
        for reply in [ScriptedServer.Reply.answer(500, body: ""), .hangUp, .answer(408, body: "")] {
            let (result, requests) = try await ask([reply, made]) {
                try await $0.createBatch(ofFile: "file-1", named: "n")
            }
            #expect(failure(result)?.unknownTries == 1 && requests.count == 1)
        }
        let (result, requests) = try await ask([
            .answer(429, body: chatError("rate_limit_exceeded")), made,
        ]) { try await $0.createBatch(ofFile: "file-1", named: "n") }
        #expect(try result.get().id == "batch_1" && requests.count == 2)
        let body = try JSONValue(parsing: Array(requests[1].body.utf8))
        #expect(body["metadata"]?["afterword_batch"]?.text == "n")
        #expect(body["completion_window"]?.text == "24h")
        let (refused, _) = try await ask([.answer(400, body: chatError("invalid_file"))]) {
            try await $0.createBatch(ofFile: "file-1", named: "n")
        }
        #expect(failure(refused)?.fault == .badRequest("invalid_file"))
        #expect(failure(refused)?.unknownTries == 0)
        // An answer of another form: it may have been made.
        let (odd, _) = try await ask([.answer(200, body: "<html>")]) {
            try await $0.createBatch(ofFile: "file-1", named: "n")
        }
        #expect(failure(odd)?.fault == .malformed && failure(odd)?.unknownTries == 1)
    }

    @Test("A batch is read with its counts and faults; one that is not there, or odd, is a failure")
    func read() async throws {
        func look(_ status: Int, _ body: String) async throws -> Result<ServerBatch, any Error> {
            let id = body.contains(#""b""#) ? "b" : "batch_1"
            return try await ask([.answer(status, body: body)]) { try await $0.batch(id) }.result
        }
        let running = try await look(200, Self.batch).get()
        #expect(running.completed == 2 && running.done == 3 && running.total == 9)
        #expect(running.end == nil)
        #expect(running.output == nil && running.errors == nil && running.faults == [])
        let failed = try await look(
            200,
            #"{"id": "b", "status": "failed", "output_file_id": "f", "error_file_id": null, "#
                + #""errors": {"data": [{"code": "invalid_line", "line": 3}, {"code": "a b"}]}}"#
        ).get()
        #expect(failed.end == .failed && failed.output == "f")
        #expect(failed.faults == ["invalid_line in line 3", ""])
        let gone = failure(try await look(404, chatError("not_found")))
        #expect(gone?.fault == .notThere && gone?.unknownTries == 0)
        let other = #"{"id": "batch_2", "status": "completed"}"#
        for body in [
            "{}", other, "[]", #"{"id": "b"}"#, #"{"id": "a/../b", "status": "failed"}"#,
            #"{"id": 1, "status": "failed"}"#,
            #"{"id": "b", "status": "failed", "output_file_id": 7}"#,
        ] { #expect(failure(try await look(200, body))?.fault == .malformed, "\(body)") }
    }

    @Test("A batch is found by its name on any page, and not looked for before it was made")
    func named() async throws {
        func page(_ batches: String..., hasMore: Bool) -> ScriptedServer.Reply {
            .answer(
                200,
                body: #"{"data": [\#(batches.joined(separator: ","))], "has_more": \#(hasMore)}"#)
        }
        func batch(_ id: String, _ name: String, at second: Int) -> String {
            #"{"id": "\#(id)", "status": "completed", "created_at": \#(second), "#
                + #""metadata": {"afterword_batch": "\#(name)"}}"#
        }
        func find(
            _ pages: ScriptedServer.Reply...
        ) async throws -> (found: ServerBatch?, uris: [String]) {
            let (result, requests) = try await ask(pages) {
                try await $0.batch(named: "n", since: Instant(seconds: 10_000))
            }
            return (try result.get(), requests.map(\.uri))
        }
        let second = try await find(
            page(batch("b1", "m", at: 20_000), hasMore: true),
            page(batch("b2", "o", at: 11_000), batch("b3", "n", at: 10_000), hasMore: true))
        #expect(second.found?.id == "b3" && second.found?.end == .completed)
        #expect(
            second.uris == ["/v1/batches?limit=100", "/v1/batches?limit=100&after=b1"])
        #expect(try await find(page(hasMore: false)).found == nil)
        let old = try await find(page(batch("b1", "m", at: 6_399), hasMore: true))
        #expect(old.found == nil && old.uris.count == 1)
    }

    @Test("A page that is no list of batches is a failure, since the batch may be there")
    func noList() async throws {
        let batch = #"{"id": "b1", "status": "completed", "created_at": 20000}"#
        for body in [
            "{}", "[]", "{\"data\": null}", #"{"data": {"id": "b1"}}"#, #"{"data": "none"}"#,
            #"{"error": "none"}"#, #"{"data": [1]}"#, #"{"data": [{"status": "failed"}]}"#,
            #"{"data": [], "has_more": "no"}"#, #"{"data": [], "has_more": null}"#,
            // The same page for ever.
            #"{"data": [\#(batch)], "has_more": true}"#,
        ] {
            let (result, _) = try await ask([.answer(200, body: body)]) {
                try await $0.batch(named: "n", since: Instant(seconds: 10_000))
            }
            #expect(failure(result)?.fault == .malformed, "\(body)")
        }
        let (none, _) = try await ask([.answer(200, body: #"{"data": [\#(batch)]}"#)]) {
            try await $0.batch(named: "n", since: Instant(seconds: 10_000))
        }
        #expect(try none.get() == nil)
    }

    @Test("Answers come from both files, one a line; lines that name no question are left out")
    func answers() async throws {
        var batch = ServerBatch(id: "b", status: "completed", output: "out", errors: "err")
        batch.total = 3
        let asked = batch
        let good =
            #"{"custom_id": "a", "response": {"status_code": 200, "body": "#
            + chatAnswer("{}") + "}}\n\nnot JSON\n"
        let (result, requests) = try await ask([
            .answer(200, body: good),
            .answer(200, body: #"{"custom_id": "b", "error": {"code": "batch_expired"}}"#),
        ]) { try await $0.answers(of: asked) }
        let answers = try result.get().answers
        #expect(try result.get().unreadable == 1 && result.get().completed == ["a"])
        #expect(answers.map(\.id) == ["a", "b"])
        #expect(try answers[0].result.get().tier == .batch)
        #expect(requests.map(\.uri) == ["/v1/files/out/content", "/v1/files/err/content"])
        let (none, _) = try await ask([.answer(404, body: "")]) {
            try await $0.answers(of: asked)
        }
        #expect(failure(none)?.fault == .notThere)
        func has(_ reply: ScriptedServer.Reply) async throws -> Result<Bool, any Error> {
            try await ask([reply]) { try await $0.hasFile("file-1") }.result
        }
        #expect(try await has(.answer(200, body: #"{"id": "file-1"}"#)).get())
        #expect(try await !has(.answer(404, body: "")).get())
        #expect(failure(try await has(.answer(401, body: "")))?.fault == .unauthorized)
        for body in ["{}", "[]", #"{"id": "file-2"}"#] {
            #expect(failure(try await has(.answer(200, body: body)))?.fault == .malformed)
        }
        let empty = ServerBatch(id: "b", status: "expired")
        #expect(try await ask([.hangUp]) { try await $0.answers(of: empty) }.requests.isEmpty)
    }
}
