package import AfterwordCore

/// A row of `deliveries`, the outbox: one message that a recipient is due, and what became of it.
///
/// It holds no text: the message is composed again from the runs that it is about, so that a repeat
/// says the same, and nothing of it outlives an erasure. A copy of a store has all rows as they
/// are.
package struct DeliveryRow: Equatable, Sendable {
    /// What became of a message.
    package enum Status: String, CaseIterable, Sendable {
        case waiting
        case sent
        /// It was refused for good, or tried too often: a dead letter.
        case dead
    }

    /// The recipient's name in the settings.
    package var recipient: String
    /// The period's name (`DeliveryPeriod`); a recipient has one message a period.
    package var period: String
    package var kind: DeliveryPeriod.Kind
    /// What it is about: from the state after a run to that after another one.
    package var fromRun: Int64
    package var toRun: Int64
    /// The same at every try: `Message-ID` of a mail is made of it.
    package var messageID = ""
    package var createdAt: Instant
    /// Number of times that it was given to be sent.
    package var attempts: Int64 = 0
    /// Not tried before; while it is being sent, the end of that program's lease.
    package var nextAt: Instant
    package var status = Status.waiting
    package var endedAt: Instant?
    /// What went wrong the last time.
    package var fault: String?

    package init(
        recipient: String, period: String, kind: DeliveryPeriod.Kind, runs: ClosedRange<Int64>,
        createdAt: Instant
    ) {
        self.recipient = recipient
        self.period = period
        self.kind = kind
        fromRun = runs.lowerBound
        toRun = runs.upperBound
        self.createdAt = createdAt
        nextAt = createdAt
    }

    /// Row checksum of `deliveries`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .deliveryChecksum)
        for text in [recipient, period, kind.rawValue, messageID] { builder.add(text) }
        for number in [fromRun, toRun, createdAt.microseconds, attempts, nextAt.microseconds] {
            builder.add(number)
        }
        builder.add(status.rawValue)
        builder.add(optional: endedAt?.microseconds)
        builder.add(optional: fault.map { Text($0) })
        return builder.finish128()
    }

    /// The members of a row in answers of the commands.
    package static let form = ObjectForm<DeliveryRow>(
        "Delivery", "A message that a recipient is due, and what became of it."
    ) { form in
        form.text("recipient", "The recipient's name.") { $0.recipient }
        form.text("period", "The period: a dump, or a time without one.") { $0.period }
        form.choice(
            "kind", DeliveryPeriod.Kind.allCases.map(\.rawValue), "What the message says."
        ) { $0.kind.rawValue }
        form.count("from_run", "It says what came after this run.") { $0.fromRun }
        form.count("to_run", "It says what there was after this run.") { $0.toRun }
        form.text("message_id", "The same at every try.") { $0.messageID }
        form.instant("created_at", "When it was put into the outbox.", hasOld: false) {
            $0.createdAt
        }
        form.count("attempts", "How often it was given to be sent.") { $0.attempts }
        form.instant("next_at", "It is not tried before.", hasOld: false) { $0.nextAt }
        form.choice(
            "status", Status.allCases.map(\.rawValue), "What became of it; dead: given up."
        ) { $0.status.rawValue }
        form.optionalInstant("ended_at", "When it was sent or given up.", hasOld: false) {
            $0.endedAt
        }
        form.optionalString("fault", "What went wrong the last time.") { $0.fault }
    }

    package var json: JSONValue { Self.form.json(self) }

    /// Whether both are the message of one recipient and period.
    package func isOfSameMessage(as other: DeliveryRow) -> Bool {
        recipient == other.recipient && period == other.period
    }
}

/// Access to the outbox inside one transaction, isolated from other processes.
package protocol DeliveryTransaction: AnyObject {
    /// All messages, by recipient, then by the time they were made and their period.
    func deliveries() throws -> [DeliveryRow]
    /// Upserts a message by its recipient and period.
    func put(delivery: DeliveryRow) throws
}
