package import AfterwordCore

/// A row of `llm_batches`: questions that a server answers together, within a day, at the price of
/// its batches.
package struct ModelBatch: Equatable, Sendable {
    /// What the answers are for.
    package enum Purpose: String, Sendable {
        case insights, enrichment
    }

    /// Assigned by the store; 0 before.
    package var number: Int64
    /// Its name in the server's metadata, by which it is found again; unique.
    package var name: String
    package var purpose: Purpose
    /// The command that made it, as in `ModelCall.batch`.
    package var command: Int64
    /// What answers, as in `ModelIdentity.place`.
    package var place: String?
    package var model: String
    package var createdAt: Instant
    package var endedAt: Instant?
    /// As the server last named it; `prepared` before it is known to exist there.
    package var status = ModelBatch.prepared
    /// The server's ids.
    package var inputFile: String?
    package var serverID: String?
    /// The prices that it is booked at (`AskingPrice.written`); nil for those of the command that
    /// collects it.
    package var prices: String?

    package static let prepared = "prepared"

    package init(
        name: String, purpose: Purpose, command: Int64, by model: ModelIdentity,
        createdAt: Instant
    ) {
        number = 0
        self.name = name
        self.purpose = purpose
        self.command = command
        place = model.place
        self.model = model.name
        self.createdAt = createdAt
    }

    /// Row checksum of `llm_batches`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .batchChecksum)
        for text in [name, purpose.rawValue, model, status] { builder.add(text) }
        for text in [place, inputFile, serverID] {
            builder.add(optional: text.map { Text($0) })
        }
        builder.add(command)
        builder.add(createdAt.microseconds)
        builder.add(optional: endedAt?.microseconds)
        builder.add(optional: prices.map { Text($0) })
        return builder.finish128()
    }
}

/// A row of `llm_batch_items`: one question of a batch. Rows are only ever added.
package struct BatchItem: Equatable, Sendable {
    /// The batch's number.
    package var batch: Int64
    /// Its line in the batch's file, from 1.
    package var line: Int64
    /// The number of its call (`ModelCall.call`).
    package var call: Int64
    package var cacheKey: Digest256
    /// What it asks about, as canonical JSON.
    package var subject: String

    package init(
        batch: Int64, line: Int64, call: Int64, cacheKey: Digest256, subject: String
    ) {
        self.batch = batch
        self.line = line
        self.call = call
        self.cacheKey = cacheKey
        self.subject = subject
    }

    /// Row checksum of `llm_batch_items`.
    package var rowChecksum: Digest128 {
        var builder = DigestRules.current.encoder(for: .batchItemChecksum)
        for number in [batch, line, call] { builder.add(number) }
        builder.add(raw: cacheKey.bytes)
        builder.add(subject)
        return builder.finish128()
    }
}
