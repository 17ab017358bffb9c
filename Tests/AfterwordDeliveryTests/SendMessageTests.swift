import AfterwordCore
import AfterwordDelivery
import AfterwordPipeline
import AfterwordServer
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// The texts of messages, and how each channel carries them.
@Suite struct SendMessageTests {
    private static func review(_ stars: Int, _ body: String) -> String {
        """
        {"PRODUCT_BRAND": "Ember & Co", "CUSTOMER_REVIEW_RATING": \(stars), \
        "CUSTOMER_REVIEW_TITLE": "A title", "CUSTOMER_REVIEW_DESCRIPTION": "\(body)", \
        "CHILD_ASIN": "P1"}
        """
    }

    private static let good = (0..<6).map { review(5, "A good thing, number \($0)") }
    private static let bad = [
        review(1, "It caught fire. <!channel> see http://a.example"),
        review(2, "The handle broke *off* after a week"),
    ]

    /// A store of several dumps, a week apart.
    private func store(_ dumps: [[String]]) throws -> MemoryStore {
        let store = MemoryStore()
        var options = LoadOptions()
        options.salts = .seeded(1)
        options.acceptsFuture = true
        options.hasGuards = false
        for (week, reviews) in dumps.enumerated() {
            let day = try #require(Instant(iso8601: "2026-03-02"))
                .adding(seconds: Int64(week) * 7 * 86_400)
            options.observedAt = day
            let text = "[" + reviews.joined(separator: ",") + "]"
            let file = DumpFile(name: "\(week).json", content: .memory(Array(text.utf8)))
            _ = try loadDump(
                Dump(name: "dump", files: [file]), into: store, options: options,
                surroundings: LoadSurroundings(now: { day }))
        }
        return store
    }

    /// The one message that is due, with its texts.
    private func message(
        _ dumps: [[String]], _ content: RecipientSetting.Content = .report, days: Int64 = 1
    ) async throws -> (OutgoingMessage, MessageTexts) {
        let taken = Mutex<[OutgoingMessage]>([])
        let now = try #require(Instant(iso8601: "2026-03-02"))
            .adding(seconds: (Int64(dumps.count - 1) * 7 + days) * 86_400)
        let surroundings = DeliverySurroundings(now: { now }) { message in
            taken.withLock { $0.append(message) }
        }
        let store = try store(dumps)
        let recipient = Recipient(name: "anna", scope: "brand:ember & co", content: content)
        var options = DeliveryOptions()
        options.expected = 8 * 86_400
        for _ in 0..<(days > 8 ? 2 : 1) {
            _ = try await deliver(to: [recipient], from: store, options, surroundings)
        }
        let last = try #require(taken.withLock { $0.last })
        return (last, try messageTexts(last))
    }

    @Test("A report says in its subject what is new, with the numbers of `report`")
    func report() async throws {
        let (message, texts) = try await message([Self.good, Self.good + Self.bad])
        #expect(
            texts.subject
                == "Brand:Ember & Co: 2026-03-02 to 2026-03-09: 1 danger, 2 new negatives")
        let briefing = try #require(message.briefing)
        let page = ReportPage(briefing)
        #expect(texts.markdown == page.markdown && texts.json == page.json)
        #expect(briefing.arrivals.count == 2 && texts.html.contains("What each dump brought"))
        #expect(texts.html == (try page.html()))
        #expect(texts.slack.hasPrefix("*Brand:Ember &amp; Co: 2026-03-02 to 2026-03-09*\n"))
        #expect(texts.slack.contains("*Safety*\n• A · fire"), "\(texts.slack)")
        #expect(texts.slack.contains("&lt;!channel&gt;") && !texts.slack.contains("<"))
    }

    @Test("New dangers alone, and that there are none")
    func dangers() async throws {
        let (_, texts) = try await message([Self.good, Self.good + Self.bad], .dangers)
        #expect(texts.subject == "Brand:Ember & Co: 2026-03-02 to 2026-03-09: 1 danger")
        #expect(texts.markdown.contains("## Safety"))
        #expect(!texts.markdown.contains("handle broke"))
        let (_, none) = try await message([Self.good, Self.good], .dangers)
        #expect(none.subject == "No new danger in the dump of 2026-03-09: brand:Ember & Co")
        let (_, same) = try await message([Self.good, Self.good])
        #expect(same.subject == "Nothing new in the dump of 2026-03-09: brand:Ember & Co")
        #expect(same.markdown.hasPrefix("# Nothing new in the dump of 2026-03-09"))
        #expect(same.html.contains(">Nothing new in the dump of 2026-03-09"), "\(same.html)")
        #expect(same.markdown.contains("Nothing changed in this scope"))
    }

    @Test("No dump, in all forms")
    func silence() async throws {
        let (message, texts) = try await message([Self.good, Self.good], days: 9)
        #expect(message.briefing == nil && message.row.kind == .noDump)
        #expect(texts.subject == "No dump since 2026-03-09: brand:ember & co")
        #expect(texts.json == .null && texts.html.contains("No dump since 2026-03-09"))
        #expect(texts.markdown.hasPrefix("# No dump since 2026-03-09: brand:ember &amp; co\n"))
        #expect(texts.slack.hasPrefix("*No dump since 2026-03-09: brand:ember &amp; co*\n"))
    }

    @Test("A long report for Slack ends with a whole line")
    func cut() async throws {
        let many = (0..<80).map { Self.review(1, "It caught fire on day \($0), and then again") }
        let (_, texts) = try await message([Self.good, Self.good + many])
        #expect(texts.slack.count <= 3_000 && texts.slack.hasSuffix("\n…"))
    }

    @Test("A webhook gets JSON with a signature over time and body, and the message's id")
    func webhook() async throws {
        let server = try await ScriptedServer { _, _ in .answer(202, body: "") }
        let (message, texts) = try await message([Self.good, Self.good + Self.bad])
        let now = Instant(seconds: 1_772_438_709)
        try await sendMessage(
            message, texts, by: .webhook(url: server.url, secret: "shared"), now: now)
        let request = try #require(server.requests.first)
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["x-afterword-message"] == message.row.messageID)
        #expect(
            request.headers["x-afterword-signature"]
                == webhookSignature(of: Array(request.body.utf8), at: now, secret: "shared"))
        let body = try JSONValue(parsing: Array(request.body.utf8))
        #expect(body["kind"] == .string("news") && body["period"] == .string("dump of 2026-03-09"))
        #expect(body["message_id"] == .string(message.row.messageID))
        #expect(body["recipient"] == .string("anna"))
        #expect(body["report"] == (try JSONValue(parsing: Array(texts.json.canonical.utf8))))
        await server.stop()
    }

    @Test("Slack gets a text, and follows no link of a review")
    func slack() async throws {
        let server = try await ScriptedServer { _, number in
            number == 0 ? .answer(404, body: "no_service") : .answer(200, body: "ok")
        }
        let (message, texts) = try await message([Self.good, Self.good + Self.bad])
        let channel = DeliveryChannel.slack(url: server.url)
        await #expect(throws: DeliveryFault("the receiver answers 404", isPermanent: true)) {
            try await sendMessage(message, texts, by: channel, now: Instant(seconds: 1))
        }
        try await sendMessage(message, texts, by: channel, now: Instant(seconds: 1))
        let body = try JSONValue(parsing: Array(try #require(server.requests.last).body.utf8))
        #expect(body["text"] == .string(texts.slack))
        #expect(body["unfurl_links"] == .bool(false))
        await server.stop()
    }

    @Test("A mail has both forms of the report, and the message's id")
    func mail() async throws {
        let server = try await SMTPServer()
        let (message, texts) = try await message([Self.good, Self.good + Self.bad])
        let client = SMTPClient(host: "127.0.0.1", port: server.port, security: .none)
        try await sendMessage(
            message, texts,
            by: .mail(to: "anna@example.com", from: "afterword@example.com", by: client),
            now: Instant(seconds: 1))
        let lines = server.received
        #expect(lines.contains("Message-ID: <\(message.row.messageID)@example.com>"))
        #expect(lines.contains("Date: Tue, 10 Mar 2026 00:00:00 +0000"))
        let start = try #require(lines.firstIndex(of: "Content-Transfer-Encoding: base64")) + 2
        let coded = lines[start...].prefix { !$0.hasPrefix("--") }.joined()
        let text = String(decoding: Data(base64Encoded: coded) ?? Data(), as: UTF8.self)
        #expect(text.replacing("\r\n", with: "\n") == texts.markdown)
        await server.stop()
    }
}
