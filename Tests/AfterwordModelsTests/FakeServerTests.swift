import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// The fake API over a real socket, asked by the adapter for OpenAI.
@Suite("The fake server") struct FakeServerTests {
    private func serve(
        _ change: (inout FakeOpenAI.Configuration) -> Void = { _ in }
    ) async throws -> FakeServer {
        var configuration = FakeOpenAI.Configuration()
        change(&configuration)
        let api = try FakeOpenAI(configuration, on: MemoryShelf()) { 1_796_000_000_000_000 }
        return try await FakeServer(api, host: "127.0.0.1", port: 0)
    }

    private func model(_ server: FakeServer, _ name: String) throws -> OpenAIModel {
        try model(server, #require(ModelFacts.named(name)))
    }

    private func model(_ server: FakeServer, _ facts: ModelFacts) throws -> OpenAIModel {
        var configuration = OpenAIModel.Configuration(
            key: APIKey("k"), baseURL: "http://127.0.0.1:\(server.port)/v1", facts: facts)
        configuration.pause = { _ in }
        // With other tests on two cores, an answer may wait minutes to be read.
        configuration.answerSeconds = 7_200
        return try OpenAIModel(configuration)
    }

    private func request(_ name: String) -> ModelRequest {
        insightRequest(
            evidence(lumora, someReviews), language: Language(rawValue: "de") ?? .english,
            model: name,
            lexicon: .first)
    }

    @Test("Evidence gets the insight of the simulated model, from every model that is known")
    func insight() async throws {
        let server = try await serve()
        for facts in ModelFacts.all {
            let model = try model(server, facts.name)
            let expected = try await FakeModel().answer(request("fake-1"))
            let reply = try await model.answer(request(facts.name))
            #expect(reply.text == expected.text, "\(facts.name)")
            #expect(reply.isUsageKnown && reply.tier == .standard)
            #expect(reply.usage.isWithin(request(facts.name).usageBound), "\(facts.name)")
            await model.shutDown()
        }
        await server.stop()
    }

    @Test("A server that knows no schemas reads them in the question, and answers by them")
    func objects() async throws {
        let server = try await serve()
        var facts = try #require(ModelFacts.named("gpt-6-luna"))
        facts.dialect = .object
        let model = try model(server, facts)
        let reply = try await model.answer(request(facts.name))
        #expect(try await reply.text == FakeModel().answer(request("fake-1")).text)
        var reader = ReviewReader(.first)
        let asked = try #require(
            EnrichmentQuestion.questions(someReviews.map(\.review), in: .english, &reader).first)
        let read = try await model.answer(asked.request(facts.name))
        #expect(try await read.text == FakeModel().answer(asked.request("fake-1")).text)
        await model.shutDown()
        await server.stop()
    }

    @Test("A question by the second lexicon's aspects is answered by them")
    func secondLexicon() async throws {
        let server = try await serve()
        let facts = try #require(ModelFacts.named("gpt-6-luna"))
        func request(_ name: String) -> ModelRequest {
            insightRequest(
                evidence(lumora, someReviews), language: .english, model: name, lexicon: .second)
        }
        let model = try model(server, facts.name)
        let reply = try await model.answer(request(facts.name))
        #expect(try await reply.text == FakeModel().answer(request("fake-1")).text)
        await model.shutDown()
        await server.stop()
    }

    @Test("Questions about reviews get readings: by their schema's name and form, and no others do")
    func enrichment() async throws {
        let server = try await serve()
        let model = try model(server, "gpt-6-luna")
        var reader = ReviewReader(.first)
        let asked = try #require(
            EnrichmentQuestion.questions(someReviews.map(\.review), in: .english, &reader).first)
        let request = asked.request("gpt-6-luna")
        let reply = try await model.answer(request)
        let expected = try await FakeModel().answer(asked.request("fake-1"))
        #expect(reply.text == expected.text && reply.servedModel == "gpt-6-luna")
        let read = try #require(asked.enrichments(reply.text))
        #expect(read.count == asked.reviews.count)
        #expect(read.contains { $0.enrichment.body?.hasPrefix("(en) ") == true })
        for behaviour in [FakeModel.Behaviour.lying, .gullible, .careless] {
            let other = try await FakeModel(behaviour).answer(asked.request("fake-1"))
            #expect(other.text == expected.text)
        }
        var other = request
        other.schemaName = "enrichment_2"
        #expect(try await model.answer(other).text != reply.text)
        await model.shutDown()
        await server.stop()
    }

    @Test("The adapter meets scripted faults and goes on")
    func faults() async throws {
        let rules = try RuleBook(
            Array(
                #"""
                {"rules": [{"answers": [
                  {"fault": "status=429;retry_after=1"}, {"fault": "disconnect"},
                  {"fault": "delay=0"}, {"fault": "refusal"}, {"fault": "content_filter"},
                  {"fault": "length"}, {"fault": "code=insufficient_quota"},
                  {"fault": "cut"}, {"fault": "malformed"}, {"fault": "usage=missing"}]}]}
                """#.utf8))
        let server = try await serve { $0.rules = rules }
        let model = try model(server, "gpt-6-luna")
        func outcome() async -> String {
            do throws(ModelFailure) {
                let reply = try await model.answer(request("gpt-6-luna"))
                return reply.isUsageKnown ? "answered" : "usage unknown"
            } catch {
                return error.outcome
            }
        }
        var outcomes: [String] = []
        for _ in 0..<6 { outcomes.append(await outcome()) }
        // The cut answer is asked again.
        #expect(
            outcomes == [
                "answered", "refused", "filtered", "cut", "quota_spent", "malformed",
            ])
        #expect(await outcome() == "usage unknown")
        await model.shutDown()
        await server.stop()
    }

    /// What curl prints, with the head of the answer.
    private func curl(_ arguments: String...) async throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["curl", "--silent", "--include", "--header", "Authorization: Bearer k"] + arguments
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: printed, as: UTF8.self)
    }

    @Test("Streams, faults of the transport, uploads and downloads go over the wire")
    func wire() async throws {
        let server = try await serve()
        let base = "http://127.0.0.1:\(server.port)/v1"
        let body =
            #"{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"x"}]}"#
        let chat = base + "/chat/completions"
        let stream = try await curl(chat, "--data", body)
        #expect(stream.contains("transfer-encoding: chunked"))
        #expect(stream.hasSuffix("data: [DONE]\n\n"))
        let stalled = try await curl(
            chat, "--data", body, "--header", "X-Fake-Fault: stall=0.1;delay=0.1")
        #expect(stalled.hasSuffix("data: [DONE]\n\n"))
        let cut = try await curl(chat, "--data", body, "--header", "X-Fake-Fault: cut")
        #expect(cut.contains("data: {") && !cut.contains("[DONE]"))
        let plain = try await curl(
            base + "/models/gpt-4o", "--http1.0", "--header", "X-Fake-Fault: stall=0.1")
        #expect(plain.contains("connection: close") && plain.contains(#""id":"gpt-4o""#))

        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-\(UUID().uuidString).jsonl")
        let content = String(repeating: "0123456789abcdef", count: 40_000)
        try Data(content.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let uploaded = try await curl(
            base + "/files", "--form", "purpose=batch", "--form", "file=@\(file.path)", "--header",
            "Expect: 100-continue")
        #expect(uploaded.hasPrefix("HTTP/1.1 100 Continue"))
        let answer = uploaded.components(separatedBy: "\r\n\r\n").last ?? ""
        let id = try JSONValue(parsing: Array(answer.utf8))["id"]?.text ?? ""
        let downloaded = try await curl(base + "/files/\(id)/content")
        #expect(downloaded.hasSuffix("\r\n\r\n" + content))
        await server.stop()
    }

    @Test("A folder is one program's at a time, and keeps what lies there")
    func folder() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shelf = try FolderShelf(path)
        #expect(throws: ShelfFault.self) { try FolderShelf(path) }
        try shelf.append([1, 2], to: "a.data")
        try shelf.append([3], to: "a.data")
        try shelf.replace("b.json", with: [9])
        try shelf.replace("b.json", with: [8])
        shelf.finish()
        let again = try FolderShelf(path)
        #expect(again.names().sorted() == ["a.data", "b.json"])
        #expect(try again.read("a.data", from: 1, count: 9) == [2, 3])
        #expect(try again.read("b.json", from: 0, count: 9) == [8])
        again.remove("a.data")
        #expect(throws: ShelfFault.self) { try again.read("a.data", from: 0, count: 1) }
        again.finish()
    }
}
