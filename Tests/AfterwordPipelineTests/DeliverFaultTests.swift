import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Synchronization
import Testing

/// Deliveries that are cut short, and stores that cannot be had.
@Suite struct DeliverFaultTests {
    private struct Killed: Error {}

    /// What was sent, with the time of a clock.
    private final class Receiver: Sendable {
        let ids = Mutex<[String]>([])
        let clock = Mutex(Instant(iso8601: "2026-03-10T08:00:00Z")!)
        let isInterrupted = Mutex(false)

        func surroundings(patience: (before: Int, after: Int) = (3, 5)) -> DeliverySurroundings {
            var surroundings = DeliverySurroundings(now: { self.clock.withLock { $0 } }) {
                message in
                self.ids.withLock { $0.append(message.row.messageID) }
            }
            surroundings.patience = patience
            surroundings.isInterrupted = { self.isInterrupted.withLock { $0 } }
            return surroundings
        }

        func pass(_ seconds: Int64) { clock.withLock { $0 = $0.adding(seconds: seconds) } }
    }

    private let receiver = Receiver()
    private let fixture: Fixture
    private let anna = Recipient(name: "anna", scope: "portfolio", content: .report)

    init() throws {
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 6))])
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        fixture.clock = fixture.clock.adding(seconds: 86_400)
        try fixture.load(["b.json": Fixture.array(Fixture.reviews("P1", 8))])
        self.fixture = fixture
    }

    private func deliver(
        from store: any ReviewStore, patience: (before: Int, after: Int) = (3, 5)
    ) async throws -> DeliveryReport {
        try await AfterwordPipeline.deliver(
            to: [anna], from: store, DeliveryOptions(),
            receiver.surroundings(patience: patience))
    }

    /// Three transactions, before and after each of which the program may be killed.
    @Test("Killed at any transaction, a message is never lost, and twice only after it was sent")
    func killed() async throws {
        for moment in 1...6 {
            let fixture = try DeliverFaultTests().fixture
            let receiver = receiver
            receiver.ids.withLock { $0 = [] }
            let store = CountingStore(fixture.store, onCall: { _ in }) {
                if $0 == moment { throw Killed() }
            }
            await #expect(throws: Killed.self) { try await deliver(from: store) }
            // Before the lease has ended, nothing is sent that may have been sent.
            let mayHaveBeenSent = [4, 5].contains(moment)
            let soon = try await deliver(from: fixture.store)
            #expect(soon.waiting.count == (mayHaveBeenSent ? 1 : 0), "moment \(moment)")
            receiver.pass(DeliveryLimit.lease)
            _ = try await deliver(from: fixture.store)
            let ids = receiver.ids.withLock { $0 }
            #expect(ids.count == (moment == 5 ? 2 : 1), "moment \(moment)")
            #expect(Set(ids).count == 1, "moment \(moment)")
        }
    }

    @Test("What was sent is noted although the store is held for a while")
    func locked() async throws {
        // The fifth moment is that before the message is noted as sent.
        var left = 4
        let held = CountingStore(fixture.store, onCall: { _ in }) { moment in
            if moment >= 5, left > 0 {
                left -= 1
                throw StoreFault.locked
            }
        }
        let report = try await deliver(from: held)
        #expect(report.sent.count == 1 && left == 0)
        #expect(receiver.ids.withLock { $0.count } == 1)
        #expect(try await deliver(from: fixture.store).isEmpty)
    }

    @Test("A store that stays locked ends the delivery before anything is sent")
    func stillLocked() async throws {
        let store = CountingStore(fixture.store, onCall: { _ in }) { _ in throw StoreFault.locked }
        await #expect(throws: StoreFault.locked) { try await deliver(from: store) }
        let broken = CountingStore(fixture.store, onCall: { _ in }) { _ in
            throw StoreFault.readOnly
        }
        await #expect(throws: StoreFault.readOnly) { try await deliver(from: broken) }
        #expect(receiver.ids.withLock { $0 } == [])
    }

    @Test("Interrupted at any transaction before it is sent, a message is sent by the next at once")
    func interruptedBefore() async throws {
        for moment in 1...4 {
            let fixture = try DeliverFaultTests().fixture
            let receiver = receiver
            receiver.ids.withLock { $0 = [] }
            let store = CountingStore(fixture.store, onCall: { _ in }) {
                if $0 == moment { receiver.isInterrupted.withLock { $0 = true } }
            }
            let report = try await deliver(from: store)
            #expect(report.isInterrupted && report.sent == [], "moment \(moment)")
            #expect(receiver.ids.withLock { $0 } == [], "moment \(moment)")
            let rows = try fixture.store.read { try $0.deliveries() }
            #expect(rows.allSatisfy { $0.attempts == 0 && $0.nextAt == $0.createdAt })
            receiver.isInterrupted.withLock { $0 = false }
            #expect(try await deliver(from: fixture.store).sent.count == 1, "moment \(moment)")
        }
    }

    @Test("A message called off is given back; one that was sent is noted; the next is not begun")
    func interruptedWhileSending() async throws {
        for isSent in [false, true] {
            let store = try DeliverFaultTests().fixture.store
            let receiver = Receiver()
            var surroundings = receiver.surroundings()
            let send = surroundings.send
            surroundings.send = { message in
                receiver.isInterrupted.withLock { $0 = true }
                guard isSent else { throw CancellationError() }
                try await send(message)
            }
            let bert = Recipient(name: "bert", scope: "portfolio", content: .report)
            let report = try await AfterwordPipeline.deliver(
                to: [anna, bert], from: store, DeliveryOptions(), surroundings)
            #expect(report.isInterrupted)
            #expect(report.sent.map(\.recipient) == (isSent ? ["anna"] : []))
            let left = try store.read { try $0.deliveries() }.filter { $0.status == .waiting }
            #expect(left.map(\.recipient) == (isSent ? ["bert"] : ["anna", "bert"]))
            #expect(left.allSatisfy { $0.attempts == 0 && $0.nextAt == $0.createdAt })
            receiver.isInterrupted.withLock { $0 = false }
            let next = try await AfterwordPipeline.deliver(
                to: [anna, bert], from: store, DeliveryOptions(), receiver.surroundings())
            #expect(next.sent.count == left.count && !next.isInterrupted)
            #expect(receiver.ids.withLock { Set($0).count == 2 && $0.count == 2 })
        }
    }

    @Test("A message given up that is tried again and called off stays given up")
    func interruptedRetry() async throws {
        let store = fixture.store
        var surroundings = receiver.surroundings()
        surroundings.send = { _ in throw DeliveryFault("no", isPermanent: true) }
        var options = DeliveryOptions()
        let dead = try await AfterwordPipeline.deliver(
            to: [anna], from: store, options, surroundings)
        #expect(dead.dead.count == 1)
        options.retriesAll = true
        surroundings.send = { _ in throw CancellationError() }
        let report = try await AfterwordPipeline.deliver(
            to: [anna], from: store, options, surroundings)
        #expect(report.isInterrupted)
        #expect(try store.read { try $0.deliveries() } == dead.dead)
    }

    @Test("An interruption ends the wait for a store before anything is sent")
    func interruptedWait() async throws {
        let receiver = receiver
        let store = CountingStore(fixture.store, onCall: { _ in }) { _ in
            receiver.isInterrupted.withLock { $0 = true }
            throw StoreFault.locked
        }
        let report = try await deliver(from: store, patience: (1_000, 1_000))
        #expect(report.isInterrupted)
        #expect(try fixture.store.read { try $0.deliveries() } == [])
    }

    @Test("What another program put or claimed meanwhile is left to it")
    func others() async throws {
        let base = fixture.store
        let other = receiver
        // Before the first transaction another program puts the same message.
        let early = CountingStore(base, onCall: { _ in }) { moment in
            guard moment == 1 else { return }
            let runs = try base.read { try $0.runs() }
            try base.ledger { ledger in
                var row = DeliveryRow(
                    recipient: "anna", period: "dump of 2026-03-09", kind: .news,
                    runs: 1...Int64(runs.count),
                    createdAt: other.clock.withLock { $0 })
                row.messageID = "theirs"
                row.attempts = 1
                row.nextAt = row.createdAt.adding(seconds: DeliveryLimit.lease)
                try ledger.put(delivery: row)
            }
        }
        #expect(try await deliver(from: early).waiting.map(\.messageID) == ["theirs"])
        receiver.pass(DeliveryLimit.lease)
        // Between reading and claiming another one has sent it.
        let late = CountingStore(base, onCall: { _ in }) { moment in
            guard moment == 1 else { return }
            try base.ledger { ledger in
                guard var row = try ledger.deliveries().first else { return }
                (row.status, row.endedAt) = (.sent, row.nextAt)
                try ledger.put(delivery: row)
            }
        }
        #expect(try await deliver(from: late).isEmpty)
        #expect(receiver.ids.withLock { $0 } == [])
    }
}
