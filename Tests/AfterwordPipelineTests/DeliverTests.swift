import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// What recipients are due, and what becomes of it when a receiver or the store fails.
@Suite struct DeliverTests {
    /// A receiver of messages, with a clock.
    private final class Receiver: Sendable {
        let messages = Mutex<[OutgoingMessage]>([])
        /// What the next messages end with; those after them arrive.
        let faults = Mutex<[DeliveryFault]>([])
        let clock = Mutex(Instant(iso8601: "2026-03-10T08:00:00Z")!)
        let pauses = Mutex(0)

        func pass(_ seconds: Int64) { clock.withLock { $0 = $0.adding(seconds: seconds) } }
        func fail(_ words: String, times: Int = 1, isPermanent: Bool = false) {
            faults.withLock {
                $0 = Array(
                    repeating: DeliveryFault(words, isPermanent: isPermanent), count: times)
            }
        }

        var surroundings: DeliverySurroundings {
            DeliverySurroundings(
                now: { self.clock.withLock { $0 } }, pause: { self.pauses.withLock { $0 += 1 } }
            ) { message in
                self.messages.withLock { $0.append(message) }
                let fault = self.faults.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let fault { throw fault }
            }
        }

        /// The kinds and recipients of what was sent since the last call.
        func took() -> [String] {
            messages.withLock { messages in
                defer { messages = [] }
                return messages.map { "\($0.recipient.name) \($0.row.kind.rawValue)" }
            }
        }
    }

    private static let good = (0..<8).map { Fixture.review("P1", 5, "A good thing, number \($0)") }
    private static let fire = Fixture.review("P1", 1, "It caught fire after a week")

    private let anna = Recipient(name: "anna", scope: "portfolio", content: .report)
    private let bert = Recipient(name: "bert", scope: "brand:b", content: .dangers)
    private let receiver = Receiver()
    private var fixture = Fixture()

    init() throws {
        fixture.options.completeness = .products
        fixture.options.hasGuards = false
        try load(Self.good, on: "2026-03-02")
        try load(Self.good + [Self.fire], on: "2026-03-09")
    }

    private mutating func load(
        _ reviews: [String], on day: String, label: Text? = nil
    ) throws {
        fixture.options.observedAt = Instant(iso8601: day)
        fixture.options.dumpLabel = label
        fixture.clock = fixture.clock.adding(seconds: 3_600)
        try fixture.load(["\(day).json": Fixture.array(reviews)])
    }

    private func deliver(
        _ recipients: [Recipient]? = nil, expected: Int64? = nil, retriesAll: Bool = false
    ) async throws -> DeliveryReport {
        var options = DeliveryOptions()
        options.expected = expected
        options.retriesAll = retriesAll
        return try await AfterwordPipeline.deliver(
            to: recipients ?? [anna, bert], from: fixture.store, options, receiver.surroundings)
    }

    @Test("Each recipient gets one message a dump: what is new, then that nothing is")
    mutating func dumps() async throws {
        let report = try await deliver()
        #expect(report.sent.map(\.recipient) == ["anna", "bert"])
        #expect(report.waiting + report.dead == [] && report.unserved == [])
        let messages = receiver.messages.withLock { $0 }
        #expect(messages.map(\.row.fromRun) == [1, 1] && messages.map(\.row.toRun) == [2, 2])
        #expect(messages[0].briefing?.window.words == "2026-03-02 → 2026-03-09")
        #expect(messages[0].briefing?.entries.count == 2)
        #expect(messages[1].briefing?.scope == "brand:B")
        #expect(messages[1].briefing?.entries.map(\.kind) == [.safety])
        #expect(messages[1].briefing?.themes.isEmpty == true)
        #expect(messages[1].briefing?.changes.movements.isEmpty == true)
        #expect(messages[0].row.messageID.utf8.count == 32)
        #expect(messages[0].row.messageID != messages[1].row.messageID)
        #expect(receiver.took() == ["anna news", "bert news"])
        #expect(try await deliver().isEmpty)

        try load(Self.good + [Self.fire], on: "2026-03-16", label: "week 12")
        receiver.pass(7 * 86_400)
        #expect(try await deliver().sent.map(\.period) == ["dump \"week 12\"", "dump \"week 12\""])
        #expect(receiver.took() == ["anna nothing_new", "bert nothing_new"])

        // A good review is news, and no danger.
        try load(
            Self.good + [Self.fire, Fixture.review("P1", 5, "Another good thing")],
            on: "2026-03-23")
        _ = try await deliver()
        #expect(receiver.took() == ["anna news", "bert nothing_new"])
    }

    @Test("Where no dump came, that is said once for each time that one was expected")
    func silence() async throws {
        _ = try await deliver([anna], expected: 8 * 86_400)
        #expect(receiver.took() == ["anna news"])
        #expect(try await deliver([anna], expected: 8 * 86_400).isEmpty)
        receiver.pass(8 * 86_400)
        for expected in [["anna no_dump"], []] {
            _ = try await deliver([anna], expected: 8 * 86_400)
            let messages = receiver.messages.withLock { $0 }
            #expect(messages.allSatisfy { $0.briefing == nil && $0.newest.day == "2026-03-09" })
            #expect(receiver.took() == expected)
        }
        receiver.pass(30 * 86_400)
        _ = try await deliver([anna], expected: 8 * 86_400)
        #expect(receiver.took() == ["anna no_dump"])
        #expect(try await deliver([anna]).isEmpty)
    }

    @Test("A message that fails is tried again later, more and more so, and given up after ten")
    func backoff() async throws {
        receiver.fail("451 later", times: 10)
        var pauses: [Int64] = []
        for attempt in 1...9 {
            let report = try await deliver([anna])
            let row = try #require(report.waiting.first)
            #expect(row.attempts == Int64(attempt) && row.fault == "451 later")
            let now = receiver.clock.withLock { $0 }
            let pause = (row.nextAt.microseconds - now.microseconds) / 1_000_000
            pauses.append(pause)
            receiver.pass(pause - 1)
            #expect(try await deliver([anna]).waiting == [row])
            receiver.pass(1)
        }
        #expect(pauses == [60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360])
        #expect(DeliveryLimit.pause(after: 90) == 6 * 3_600)
        let dead = try await deliver([anna])
        #expect(dead.dead.map(\.attempts) == [10] && dead.dead[0].endedAt != nil)
        #expect(receiver.took().count == 10)
        receiver.pass(100 * 86_400)
        #expect(try await deliver([anna]).isEmpty)
        let revived = try await deliver([anna], retriesAll: true)
        #expect(revived.sent.map(\.attempts) == [1] && revived.sent[0].fault == nil)
        #expect(revived.sent[0].messageID == dead.dead[0].messageID)
    }

    @Test("A message that the receiver refuses is given up at once; one that waits can be hastened")
    func refused() async throws {
        receiver.fail("550 no such mailbox", isPermanent: true)
        let report = try await deliver()
        #expect(report.dead.map(\.recipient) == ["anna"])
        #expect(report.sent.map(\.recipient) == ["bert"])
        let listed = try fixture.store.read { try $0.deliveries() }
        #expect(listed.map(\.status) == [.dead, .sent])
        #expect(listed[0].json["fault"] == .string("550 no such mailbox"))
        receiver.fail("451")
        #expect(try await deliver([anna], retriesAll: true).waiting.count == 1)
        #expect(try await deliver([anna], retriesAll: true).sent.count == 1)
    }

    @Test("A repeat says the same, whatever was loaded meanwhile, and the next message the rest")
    mutating func repeated() async throws {
        receiver.fail("451")
        _ = try await deliver([anna])
        try load(
            Self.good + [Self.fire, Fixture.review("P1", 1, "It broke")], on: "2026-03-16")
        receiver.pass(86_400)
        _ = try await deliver([anna])
        let messages = receiver.messages.withLock { $0 }
        #expect(messages.map(\.row.toRun) == [2, 2, 3])
        #expect(messages[0].row.messageID == messages[1].row.messageID)
        #expect(messages[0].briefing?.changes.counts == messages[1].briefing?.changes.counts)
        let quotes = messages.map { $0.briefing?.entries.map(\.quote) }
        #expect(quotes[0] == quotes[1])
        #expect(messages[1].newest.day == "2026-03-09")
        #expect(messages[2].row.fromRun == 2)
        #expect(messages[2].briefing?.entries.map(\.review.run) == [3])

        // A second part of the same dump is no period of its own: the next message has its news.
        try load([Fixture.review("P2", 1, "It smells")], on: "2026-03-16")
        #expect(try await deliver([anna]).isEmpty)
        try load([Fixture.review("P2", 1, "It smells")], on: "2026-03-23")
        _ = try await deliver([anna])
        let last = try #require(receiver.messages.withLock { $0.last })
        #expect(last.row.fromRun == 3 && last.row.toRun == 5 && last.row.kind == .news)
        #expect(last.briefing?.entries.map(\.kind) == [.firstSeen])
    }

    @Test("A recipient without products is named, and the others are served")
    mutating func scopes() async throws {
        let folder = try TemporaryFolder()
        try folder.write("catalog.csv", "asin,owner\nP1,Anna Lee\n")
        let clock = try #require(Instant(iso8601: "2026-03-10T09:00:00Z"))
        var options = LoadOptions()
        options.acceptsFuture = true
        options.observedAt = Instant(iso8601: "2026-03-09")
        _ = try loadCatalog(
            Catalog(file: folder.path + "/catalog.csv"), into: fixture.store, options: options,
            surroundings: LoadSurroundings(now: { clock }))
        fixture.clock = clock
        func owned(_ scope: String) -> Recipient {
            Recipient(name: scope, scope: scope, content: .report)
        }
        let report = try await deliver(
            ["owner:anna lee", "owner:Ana Lee", "brand:Zebra", "shelf:1", "portfolio"].map(owned))
        #expect(report.sent.map(\.recipient) == ["owner:anna lee", "portfolio"])
        #expect(
            report.unserved.map { "\($0.recipient): \($0.reason)" } == [
                "owner:Ana Lee: no owner Ana Lee; did you mean Anna Lee?",
                "brand:Zebra: no brand Zebra",
                "shelf:1: no scope shelf:1",
            ])
        let first = try #require(receiver.messages.withLock { $0.first })
        #expect(first.briefing?.scope == "owner:Anna Lee")
        #expect(first.briefing?.entries.count == 2)

        // A scope that is gone when its message is tried again.
        receiver.fail("451", times: 9)
        try load(Self.good, on: "2026-03-16")
        _ = try await deliver([owned("portfolio")])
        receiver.pass(86_400)
        let renamed = Recipient(name: "portfolio", scope: "brand:none", content: .report)
        #expect(try await deliver([renamed]).unserved.map(\.recipient) == ["portfolio"])
    }

    @Test("A scope that had no products at the time of its message is named")
    mutating func earlier() async throws {
        receiver.fail("451")
        _ = try await deliver([Recipient(name: "x", scope: "product:P1", content: .report)])
        try load([Fixture.review("P9", 3, "Another product")], on: "2026-03-16")
        receiver.pass(86_400)
        let report = try await deliver([
            Recipient(name: "x", scope: "product:P9", content: .report)
        ])
        #expect(report.unserved.map(\.reason) == ["no product was of that scope then"])
    }

    @Test("A store without a dump is an error")
    func empty() async throws {
        await #expect(throws: InsightFault.noRuns) {
            try await AfterwordPipeline.deliver(
                to: [anna], from: MemoryStore(), DeliveryOptions(), receiver.surroundings)
        }
    }
}

extension DeliveryReport {
    /// Whether nothing was due.
    var isEmpty: Bool { (sent + waiting + dead).isEmpty && unserved.isEmpty }
}
