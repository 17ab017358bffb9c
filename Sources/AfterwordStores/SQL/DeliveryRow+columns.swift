import AfterwordCore
import AfterwordPipeline

extension ColumnRow {
    var deliveryRow: DeliveryRow {
        get throws {
            var row = DeliveryRow(
                recipient: try string("recipient"), period: try string("period"),
                kind: try word("kind"), runs: 0...0, createdAt: try instant("created_at"))
            row.messageID = try string("message_id")
            row.fromRun = try number("from_run")
            row.toRun = try number("to_run")
            row.attempts = try count("attempts")
            row.nextAt = try instant("next_at")
            row.status = try word("status")
            row.endedAt = try optionalInstant("ended_at")
            row.fault = try text("fault")?.string
            return row
        }
    }
}

extension DeliveryRow: TableRow {
    func encode(into row: inout some RowSink) {
        row.add(recipient)
        row.add(period)
        row.add(word: kind)
        row.add(fromRun)
        row.add(toRun)
        row.add(messageID)
        row.add(createdAt)
        row.add(attempts)
        row.add(nextAt)
        row.add(word: status)
        row.add(endedAt)
        row.add(optional: fault)
        row.add(rowChecksum)
    }
}

// MARK: The outbox

extension SQLLedger {
    static let deliveries = "SELECT * FROM deliveries ORDER BY recipient, created_at, period"

    func deliveries() throws -> [DeliveryRow] {
        try session.rows(Self.deliveries, []) { try $0.deliveryRow }
    }

    func put(delivery: DeliveryRow) throws { try session.put(delivery, into: .deliveries) }
}
