package import AfterwordCore

/// Why a message was not delivered.
package struct DeliveryFault: Error, Equatable, Sendable {
    package var words: String
    /// Whether another try is in vain: the receiver refused the message itself.
    package var isPermanent: Bool

    package init(_ words: String, isPermanent: Bool = false) {
        self.words = words
        self.isPermanent = isPermanent
    }
}

/// Who gets messages, about what.
package struct Recipient: Equatable, Sendable {
    package var name: String
    /// A scope, or `owner:NAME`: the products of an owner of the catalog.
    package var scope: String
    package var content: RecipientSetting.Content

    package init(name: String, scope: String, content: RecipientSetting.Content) {
        self.name = name
        self.scope = scope
        self.content = content
    }
}

/// A message to be sent.
package struct OutgoingMessage: Sendable {
    package var row: DeliveryRow
    package var recipient: Recipient
    /// What the message says; nil where no dump came.
    package var briefing: ScopeBriefing?
    /// The newest dump at the time that the message is about.
    package var newest: LoadedDump
}

/// The texts of a message, in all forms.
package struct MessageTexts: Sendable {
    package var subject: String
    package var markdown: String
    package var html: String
    package var json: JSONValue
    /// A short form, escaped for Slack.
    package var slack: String

    package init(
        subject: String, markdown: String, html: String, json: JSONValue, slack: String
    ) {
        self.subject = subject
        self.markdown = markdown
        self.html = html
        self.json = json
        self.slack = slack
    }
}

/// Limits of tries.
package enum DeliveryLimit {
    /// The most tries of a message; then it is a dead letter.
    package static let attempts: Int64 = 10
    /// Seconds before the second try; twice as long before each further one, at most six hours.
    package static let pause: Int64 = 60
    package static let longestPause: Int64 = 6 * 3_600
    /// Seconds for which another program leaves a message alone that one has begun to send. It is
    /// longer than sending a message and waiting for the store take together.
    package static let lease: Int64 = 3_600

    /// Seconds before the next try, after so many.
    package static func pause(after attempts: Int64) -> Int64 {
        min(pause << min(max(attempts - 1, 0), 20), longestPause)
    }
}

/// What became of the messages of one `deliver`.
package struct DeliveryReport: Equatable, Sendable {
    /// A recipient that no message can be composed for.
    package struct Unserved: Equatable, Sendable {
        package var recipient: String
        package var reason: String
    }

    package var sent: [DeliveryRow] = []
    /// Failed now, or waiting for their time since an earlier failure.
    package var waiting: [DeliveryRow] = []
    /// Given up now.
    package var dead: [DeliveryRow] = []
    package var unserved: [Unserved] = []
    /// Whether it was called off before all was done. What was not tried waits, unclaimed.
    package var isInterrupted = false
}

/// What delivering needs from its caller.
package struct DeliverySurroundings: Sendable {
    package var now: @Sendable () -> Instant
    /// Sends a message; throws `DeliveryFault`, and `CancellationError` where it was called off
    /// before the receiver could get anything of the message.
    package var send: @Sendable (OutgoingMessage) async throws -> Void
    /// Pauses before the next attempt to get the store, also after an interruption.
    package var pause: @Sendable () async -> Void
    /// Whether no more messages are to be begun.
    package var isInterrupted: @Sendable () -> Bool = { false }
    package var progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    /// The most attempts to get the store before a message is sent, and after: what was sent must
    /// not be forgotten.
    package var patience = (before: 30, after: 3_000)

    package init(
        now: @escaping @Sendable () -> Instant,
        pause: @escaping @Sendable () async -> Void = { await Task.yield() },
        send: @escaping @Sendable (OutgoingMessage) async throws -> Void
    ) {
        self.now = now
        self.pause = pause
        self.send = send
    }

    /// Runs `body`, and again after a pause while the store cannot be had. Before a message is
    /// sent an interruption ends it.
    ///
    /// - Throws: The last error after all attempts, and at once any that no repeat mends;
    ///   `CancellationError`.
    func beforeSending<Result>(_ body: () throws -> Result) async throws -> Result {
        try await whenFree(patience.before) {
            try checkInterruption()
            return try body()
        }
    }

    /// The same for what must not be forgotten, whatever interrupts it.
    func afterSending<Result>(_ body: () throws -> Result) async throws -> Result {
        try await whenFree(patience.after, body)
    }

    /// - Throws: `CancellationError`.
    func checkInterruption() throws {
        if isInterrupted() { throw CancellationError() }
    }

    private func whenFree<Result>(
        _ attempts: Int, _ body: () throws -> Result
    ) async throws -> Result {
        for _ in 1..<max(attempts, 1) {
            do {
                return try body()
            } catch let fault as StoreFault where fault.isRetryable && fault != .interrupted {
                await pause()
            }
        }
        return try body()
    }
}
