import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// deliver-leaves-its-claim: `deliver` that a signal ends gives back what the receiver could get
/// nothing of, and waits for the answer to what was sent.
@Suite struct DeliverInterruptTests {
    private let folder: TemporaryFolder
    private var store: String { folder.path + "/afterword.sqlite" }

    init() throws {
        folder = try TemporaryFolder()
        for (day, count) in [("2026-03-02", 5), ("2026-03-09", 8)] {
            try folder.write(
                "dumps/\(day)/a.jsonl",
                (0..<count).map { number in
                    """
                    {"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": \(1 + number % 5), \
                    "CUSTOMER_REVIEW_TITLE": "Handle", "PRODUCT_BRAND": "B", \
                    "CUSTOMER_REVIEW_DESCRIPTION": "The handle \(number) broke after a week"}
                    """
                }.joined(separator: "\n"))
        }
        try folder.write("secret.txt", "shared\n")
    }

    /// Names recipients of a webhook in the settings.
    private func hook(_ url: String, _ names: String...) throws {
        let recipients = names.map { name in
            """
            [[recipient]]
            name = "\(name)"
            webhook = "\(url)"
            secret = { file = "secret.txt" }

            """
        }
        try folder.write("afterword.toml", recipients.joined())
    }

    private func run(
        _ arguments: String...,
        meanwhile: @escaping @Sendable (Program.Running) throws -> Void = { _ in }
    ) async throws -> Program.Result {
        try await Program.runBeside(arguments, in: folder.path, meanwhile: meanwhile)
    }

    private static func outbox(_ store: String) throws -> [DeliveryRow] {
        try SQLiteStore(path: store, opening: .existing).read { try $0.deliveries() }
    }

    private static func isClaimed(_ store: String) -> Bool {
        (try? outbox(store))?.contains { $0.attempts == 1 } == true
    }

    @Test("deliver-leaves-its-claim: ended before the mail server spoke, it is sent at once")
    func notBegun() async throws {
        // It waits for a request, and so says nothing to a client that waits for its greeting.
        let silent = try await ScriptedServer { _, _ in .silence }
        let port = try #require(URL(string: silent.url)?.port)
        try folder.write(
            "afterword.toml",
            """
            mail.host = "127.0.0.1"
            mail.port = \(port)
            mail.security = "none"
            mail.from = "afterword@example.com"
            [[recipient]]
            name = "anna"
            mail = "anna@example.com"
            """)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let path = store
        let ended = try await run("deliver") { program in
            while program.isRunning, !Self.isClaimed(path) { usleep(20_000) }
            program.terminate()
        }
        #expect(ended.code == 130, "\(ended.output) \(ended.errors)")
        #expect(ended.errors.contains("the next 'deliver' sends the rest"), "\(ended.errors)")
        let row = try #require(try Self.outbox(store).first)
        #expect(row.attempts == 0 && row.status == .waiting && row.nextAt == row.createdAt)
        await silent.stop()
        let server = try await ScriptedServer { _, _ in .answer(200, body: "") }
        try hook(server.url, "anna")
        let sent = try await run("deliver")
        #expect(sent.code == 0, "\(sent.errors)")
        #expect(sent.output == "sent to anna, dump of 2026-03-09 (news)\n")
        #expect(server.requests.first?.headers["x-afterword-message"] == row.messageID)
        #expect(try await run("audit").code == 0)
        await server.stop()
    }

    @Test("deliver-leaves-its-claim: what was sent is noted, and what was not begun is left")
    func begun() async throws {
        let released = AsyncStream.makeStream(of: Void.self)
        let server = try await ScriptedServer { _, number in
            if number == 0 { for await _ in released.stream { break } }
            return .answer(200, body: "")
        }
        try hook(server.url, "anna", "bert")
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let ended = try await run("deliver") { program in
            while program.isRunning, server.requests.isEmpty { usleep(20_000) }
            program.terminate()
            program.waitForErrors(containing: "ends after what is being sent")
            released.continuation.yield()
        }
        #expect(ended.code == 130, "\(ended.errors)")
        #expect(ended.output == "sent to anna, dump of 2026-03-09 (news)\n")
        #expect(server.requests.count == 1)
        let left = try Self.outbox(store).filter { $0.status == .waiting }
        #expect(left.map(\.recipient) == ["bert"] && left.map(\.attempts) == [0])
        let next = try await run("deliver")
        #expect(next.code == 0 && next.output == "sent to bert, dump of 2026-03-09 (news)\n")
        #expect(Set(server.requests.map { $0.headers["x-afterword-message"] }).count == 2)
        await server.stop()
    }

    @Test("A second signal ends it at once, as a kill does: nobody knows whether it was sent")
    func twice() async throws {
        let server = try await ScriptedServer { _, _ in .silence }
        try hook(server.url, "anna")
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let ended = try await run("deliver") { program in
            while program.isRunning, server.requests.isEmpty { usleep(20_000) }
            program.terminate()
            program.waitForErrors(containing: "ends after what is being sent")
            program.terminate()
        }
        #expect(ended.code == 130, "\(ended.errors)")
        #expect(try Self.outbox(store).map(\.attempts) == [1])
        #expect(try await run("deliver").code == 3, "it is left alone for an hour")
        #expect(server.requests.count == 1)
        await server.stop()
    }
}
