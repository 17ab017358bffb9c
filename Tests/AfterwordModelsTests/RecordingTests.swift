import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

@testable import AfterwordModels

/// Recording the adapter's attempts, answering from recordings, and comparing forms, over real
/// sockets: against the fake API and against a server with scripted answers.
@Suite struct RecordingTests {
    private static let key = "sk-live-0123456789abcdef"
    private static let notRecorded = Result<ModelReply, ModelFailure>.failure(
        ModelFailure(.badRequest("not_recorded")))
    private let folder: URL

    init() {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-recordings-\(UUID().uuidString)")
    }

    private func asked(_ language: String) -> ModelRequest { Self.asked(language) }

    private static func asked(_ language: String = "en") -> ModelRequest {
        var request = someRequest(Language(rawValue: language) ?? .english)
        request.model = "gpt-6-luna"
        return request
    }

    private func model(
        _ url: String, _ source: OpenAIModel.ResponseSource = .network
    ) throws -> OpenAIModel {
        var configuration = OpenAIModel.Configuration(
            key: APIKey(Self.key), baseURL: url,
            facts: try #require(ModelFacts.named("gpt-6-luna")))
        configuration.pause = { _ in }
        configuration.answerSeconds = 7_200
        configuration.source = source
        return try OpenAIModel(configuration)
    }

    private func ask(
        _ url: String, _ source: OpenAIModel.ResponseSource, _ requests: [ModelRequest]
    ) async throws -> [Result<ModelReply, ModelFailure>] {
        let model = try model(url, source)
        var results: [Result<ModelReply, ModelFailure>] = []
        for request in requests {
            do throws(ModelFailure) {
                var reply = try await model.answer(request)
                reply.requestIDs = RequestIDs()
                results.append(.success(reply))
            } catch {
                var failure = error
                failure.requestIDs = RequestIDs()
                results.append(.failure(failure))
            }
        }
        await model.shutDown()
        return results
    }

    /// Asks a server that gives these replies in turn, and records.
    private func record(
        _ replies: [ScriptedServer.Reply], _ requests: [ModelRequest] = [asked()]
    ) async throws -> [Result<ModelReply, ModelFailure>] {
        let server = try await ScriptedServer { _, count in replies[min(count, replies.count - 1)] }
        let recorder = try Recorder(folder.path)
        let results = try await ask(server.url, .recorded(recorder), requests)
        await server.stop()
        #expect(recorder.fault == nil && recorder.counts.written == server.requests.count)
        return results
    }

    private func replay(
        _ requests: [ModelRequest] = [asked()], _ order: Tape.Order = .request
    ) async throws -> ([Result<ModelReply, ModelFailure>], Tape) {
        let tape = try Tape(folder: folder.path, order: order)
        return (try await ask("http://127.0.0.1:1/v1", .replayed(tape), requests), tape)
    }

    private func texts() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }
    }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    @Test("What the fake API answered is answered again without it, in either order")
    func fakeAPI() async throws {
        defer { remove() }
        let api = try FakeOpenAI(FakeOpenAI.Configuration(), on: MemoryShelf()) {
            1_796_000_000_000_000
        }
        let server = try await FakeServer(api, host: "127.0.0.1", port: 0)
        let recorder = try Recorder(folder.path)
        let requests = ["en", "de", "ja"].map(asked)
        let live = try await ask(
            "http://127.0.0.1:\(server.port)/v1", .recorded(recorder), requests)
        await server.stop()
        #expect(recorder.counts.written == 3 && recorder.counts.scrubbed == 0)
        #expect(live.allSatisfy { (try? $0.get()) != nil })
        for order in Tape.Order.allCases {
            let (again, tape) = try await replay(requests, order)
            #expect(again == live && tape.unused == [] && tape.misses == [])
        }
        let (reversed, tape) = try await replay(requests.reversed())
        #expect(reversed == live.reversed() && tape.unused == [])
        for text in try texts() {
            #expect(!text.contains(Self.key) && !text.lowercased().contains("authorization"))
        }
        let mode =
            try FileManager.default.attributesOfItem(
                atPath: folder.path + "/000001.json")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("Failed attempts are recorded too, and replayed in their order")
    func attempts() async throws {
        for (replies, words) in [
            (
                [
                    ScriptedServer.Reply.answer(
                        429, headers: ["Retry-After": "1"], body: chatError("slow_down")),
                    .hangUp, .answer(200, body: chatAnswer("{}")),
                ], ["429", "lost", "200"]
            ), ([.answer(200, body: "<html>")], ["html"]),
            ([.answer(500, body: ""), .raw(Array("no HTTP\r\n\r\n".utf8))], ["500", "lost"]),
        ] {
            remove()
            let live = try await record(replies)
            for (text, word) in zip(try texts(), words) { #expect(text.contains(word)) }
            let (again, tape) = try await replay()
            #expect(again == live && tape.unused == [] && tape.misses == [])
        }
        remove()
    }

    @Test("An address that nobody listens at is recorded as not reached")
    func notReached() async throws {
        defer { remove() }
        let recorder = try Recorder(folder.path)
        let live = try await ask("http://127.0.0.1:1/v1", .recorded(recorder), [asked("en")])
        #expect(try texts().count == 3)
        #expect(try texts().allSatisfy { $0.contains("not_reached") })
        let (again, _) = try await replay()
        #expect(again == live)
    }

    @Test("A question without a recording fails with the nearest one as a difference")
    func unknown() async throws {
        defer { remove() }
        _ = try await record(
            [.answer(200, body: chatAnswer("{}"))], [asked("en"), asked("de")])
        let (results, tape) = try await replay([asked("fr"), asked("en")])
        #expect(results[0] == Self.notRecorded)
        #expect((try? results[1].get()) != nil)
        #expect(tape.unused == ["000002.json"])
        let miss = try #require(tape.misses.first)
        #expect(miss.hasPrefix("the nearest is 000001.json:\n"), "\(miss)")
        let path = "/messages/1/content/task/answer_language"
        #expect(miss.contains("- \(path): a text of 2 characters\n"), "\(miss)")
        #expect(miss.contains("+ \(path): a text of 2 characters, another from char"), "\(miss)")
        let (_, used) = try await replay([asked("en"), asked("en")])
        #expect(used.misses.first?.contains("the nearest is 000002.json") == true)
    }

    @Test("In strict order the next recording must be of the same request")
    func strict() async throws {
        defer { remove() }
        _ = try await record(
            [.answer(200, body: chatAnswer("{}"))], [asked("en"), asked("de")])
        let (results, tape) = try await replay([asked("de"), asked("en")], .strict)
        #expect((try? results[0].get()) == nil && (try? results[1].get()) != nil)
        #expect(tape.misses.first?.hasPrefix("the nearest is 000001.json") == true)
        #expect(tape.unused == ["000002.json"])
        let (_, over) = try await replay(
            [asked("en"), asked("de"), asked("de")], .strict)
        #expect(over.misses == ["000002.json is the same request, and used already"])
    }

    @Test(
        "Keys and persons are removed from what is written; headers that may name one are left out")
    func scrubbing() async throws {
        defer { remove() }
        let said = #"{"a": "Write to jane.doe@example.org", "review_id": "+49 170 1234567"}"#
        _ = try await record([
            .answer(
                200,
                headers: [
                    "Set-Cookie": "session=1", "openai-organization": "org-secret",
                    "x-request-id": "req_1", "openai-version": "v-\(Self.key)",
                ], body: chatAnswer(said))
        ])
        let text = try #require(try texts().first)
        for secret in ["jane.doe", "session", "org-secret", Self.key] {
            #expect(!text.contains(secret), "\(secret)")
        }
        #expect(text.contains("⟦SCRUBBED⟧") && text.contains("⟦SECRET⟧"))
        #expect(text.contains("req_1") && text.contains("+49 170 1234567"))
        let recording = try #require(try Tape(folder: folder.path).recordings.first)
        #expect(recording.scrubbed == 2 && recording.model == "gpt-6-luna" && recording.isAnswered)
        let (again, _) = try await replay()
        #expect(
            try again[0].get().text
                == #"{"a":"Write to ⟦SCRUBBED⟧","review_id":"+49 170 1234567"}"#)
    }

    @Test("A folder that holds something is not recorded into, nor one that cannot be made")
    func folders() async throws {
        defer { remove() }
        _ = try await record([.answer(200, body: chatAnswer("{}"))])
        #expect(throws: Recorder.FolderFault.notEmpty) { try Recorder(folder.path) }
        do throws(Recorder.FolderFault) {
            _ = try Recorder("/dev/null/x")
            Issue.record("a file is no folder")
        } catch {
            #expect(error != .notEmpty)
        }
    }

    @Test("After a recording that cannot be written nothing more is asked")
    func fault() async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, body: chatAnswer("{}")) }
        let recorder = try Recorder(folder.path)
        remove()
        let results = try await ask(
            server.url, .recorded(recorder), [asked("en"), asked("de")])
        #expect((try? results[0].get()) != nil)
        #expect(results[1] == Self.notRecorded)
        #expect(recorder.fault != nil && server.requests.count == 1)
        await server.stop()
    }

    @Test("A try that was lost counts as paid where its recording cannot be written")
    func faultAfterLoss() async throws {
        let server = try await ScriptedServer { _, _ in .hangUp }
        let recorder = try Recorder(folder.path)
        remove()
        let model = try model(server.url, .recorded(recorder))
        do throws(ModelFailure) {
            _ = try await model.answer(asked("en"))
            Issue.record("nothing was answered")
        } catch {
            #expect(error.fault == .badRequest("not_recorded") && error.unknownTries == 1)
            #expect(error.requestIDs.own?.hasSuffix("-1") == true)
        }
        #expect(server.requests.count == 1)
        await model.shutDown()
        await server.stop()
    }

    @Test(
        "A file that is no recording is refused by name",
        arguments: [
            ("{", "is not JSON"), ("{}", "is no recording of this program"),
            (#"{"afterword_recording":1,"number":0}"#, "lacks a member of a recording"),
            (
                #"{"afterword_recording":1,"number":1,"request":{"body":{}},"#
                    + #""response":{"kind":"odd"}}"#, "lacks a member of a recording"
            ),
        ])
    func files(text: String, reason: String) throws {
        defer { remove() }
        let missing = Recording.Fault(file: folder.path, reason: "holds no recordings")
        #expect(throws: missing) { try Tape(folder: folder.path) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try text.write(
            to: folder.appendingPathComponent("000001.json"), atomically: true, encoding: .utf8)
        #expect(throws: Recording.Fault(file: "000001.json", reason: reason)) {
            try Tape(folder: folder.path)
        }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("0.json"), withIntermediateDirectories: true)
        #expect(throws: Recording.Fault(file: "0.json", reason: "cannot be read")) {
            try Tape(folder: folder.path)
        }
    }

    @Test("Of texts the length and the place of a difference are shown; many are counted")
    func shownDifferences() {
        let long = String(repeating: "x", count: 100)
        #expect(
            differences(.row(["a": .string(long + "1")]), .row(["a": .string(long + "2")])) == [
                "  - /a: a text of 101 characters",
                "  + /a: a text of 101 characters, another from character 101",
            ])
        #expect(
            differences(.row(["a": .string("x")]), .row(["a": .string("")])) == [
                "  - /a: a text of 1 character",
                "  + /a: a text of 0 characters, another from character 1",
            ])
        #expect(
            differences(.row(["a": .string("x")]), .row(["a": JSONValue(7)])) == [
                "  - /a: a text of 1 character", "  + /a: 7",
            ])
        #expect(
            differences(.array([.null, .bool(true)]), .array([.null])) == ["  - /1: true"])
        let many = JSONValue.array((0..<20).map { JSONValue($0) })
        var recording = Recording(
            1, Array(many.canonical.utf8), Exchange(kind: .tooLarge), key: APIKey(""))
        #expect(recording.file == "000001.json")
        recording.number = 12_345_678
        #expect(recording.file == "12345678.json" && recording.json["response"]?["text"] != nil)
        let tape = Tape([recording])
        #expect(tape.next(Array("{}".utf8)) == nil)
        #expect(tape.misses.first?.hasSuffix("… and 8 more") == true)
    }
}
