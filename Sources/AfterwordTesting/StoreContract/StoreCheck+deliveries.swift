import AfterwordCore
import AfterwordPipeline

/// The outbox.
extension StoreCheck {
    func messagesStay() throws {
        let store = try store()
        func row(_ recipient: String, _ period: String, at seconds: Int64) -> DeliveryRow {
            var row = DeliveryRow(
                recipient: recipient, period: period, kind: .news, runs: 1...3,
                createdAt: Instant(seconds: seconds))
            row.messageID = recipient + period
            return row
        }
        var later = row("b", "dump of 2", at: 9)
        var earlier = row("b", "dump of 3", at: 5)
        let other = row("ä", "dump of 2", at: 1)
        try store.ledger { ledger in
            try expect(try ledger.deliveries(), is: [], "messages at first")
            for row in [later, other, earlier] { try ledger.put(delivery: row) }
        }
        later.attempts = 2
        later.nextAt = Instant(seconds: 300)
        later.fault = "the mail server refuses the sender: 451 \u{fc}"
        earlier.kind = .noDump
        (earlier.status, earlier.endedAt) = (.sent, Instant(seconds: 7))
        try store.ledger { ledger in
            try ledger.put(delivery: later)
            try ledger.put(delivery: earlier)
            try expect(try ledger.deliveries(), is: [earlier, later, other], "in a transaction")
        }
        let stored = try store.read { try $0.deliveries() }
        try expect(stored, is: [earlier, later, other], "messages by recipient and time")
    }
}
