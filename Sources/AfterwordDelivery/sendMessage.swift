package import AfterwordCore
package import AfterwordPipeline

/// How a message reaches a recipient.
package enum DeliveryChannel: Sendable {
    case mail(to: String, from: String, by: SMTPClient)
    /// A POST of JSON, signed with a secret (`webhookSignature`).
    case webhook(url: String, secret: String)
    case slack(url: String)
}

/// Sends a message by a channel. A task that is cancelled ends as long as the receiver could get
/// nothing of the message; then it waits for the answer.
///
/// - Parameter now: The time of a webhook's signature.
/// - Throws: `DeliveryFault`; `CancellationError` where nothing of the message was sent.
package func sendMessage(
    _ message: OutgoingMessage, _ texts: MessageTexts, by channel: DeliveryChannel, now: Instant
) async throws {
    let id = message.row.messageID
    switch channel {
    case .mail(let to, let from, let client):
        var mail = MailMessage(
            from: from, to: to, subject: texts.subject, sentAt: message.row.createdAt, id: id)
        mail.text = texts.markdown
        mail.html = texts.html
        try await client.send(mail)
    case .webhook(let url, let secret):
        let body = Array(webhookBody(message, texts).canonical.utf8)
        let signature = webhookSignature(of: body, at: now, secret: secret)
        try await HTTPPost(
            url: url,
            headers: [
                ("Content-Type", "application/json"), ("X-Afterword-Message", id),
                ("X-Afterword-Signature", signature),
            ], body: body
        ).send()
    case .slack(let url):
        // Links of reviews are not followed to show what is behind them.
        let body = JSONValue.row([
            "text": .string(texts.slack), "unfurl_links": .bool(false),
            "unfurl_media": .bool(false),
        ])
        try await HTTPPost(
            url: url, headers: [("Content-Type", "application/json")],
            body: Array(body.canonical.utf8)
        ).send()
    }
}

/// What a webhook gets.
private func webhookBody(_ message: OutgoingMessage, _ texts: MessageTexts) -> JSONValue {
    .row([
        "message_id": .string(message.row.messageID),
        "recipient": .string(message.row.recipient), "period": .string(message.row.period),
        "kind": .string(message.row.kind.rawValue), "subject": .string(texts.subject),
        "report": texts.json,
    ])
}
