/// A message in the form of Internet mail (RFC 5322), with a plain text and a page. The same values
/// give the same bytes.
package struct MailMessage: Equatable, Sendable {
    package var from: String
    package var to: String
    package var subject: String
    package var sentAt: Instant
    /// The part of `Message-ID` before the `@`: letters, digits, dots and hyphens.
    package var id: String
    package var text: String
    package var html: String

    package init(from: String, to: String, subject: String, sentAt: Instant, id: String) {
        self.from = from
        self.to = to
        self.subject = subject
        self.sentAt = sentAt
        self.id = id
        text = ""
        html = ""
    }

    /// `Message-ID` without its brackets.
    package var messageID: String {
        id + "@" + (from.split(separator: "@").last.map(String.init) ?? "afterword")
    }

    /// The lines, each with CR LF. All of it is ASCII, and no line is longer than 78 characters.
    package var lines: [String] {
        let boundary = "=_\(id)"
        let head =
            [
                "From: \(from)", "To: \(to)",
            ] + Self.folded("Subject: ", subject) + [
                "Date: \(sentAt.mailDate)", "Message-ID: <\(messageID)>", "MIME-Version: 1.0",
                "Auto-Submitted: auto-generated",
                "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "",
            ]
        return
            (head + part("plain", text, boundary) + part("html", html, boundary)
            + ["--\(boundary)--"]).map { $0 + "\r\n" }
    }

    private func part(_ type: String, _ content: String, _ boundary: String) -> [String] {
        [
            "--\(boundary)", "Content-Type: text/\(type); charset=utf-8",
            "Content-Transfer-Encoding: base64", "",
        ] + Self.base64Lines(Array(content.replacing("\n", with: "\r\n").utf8))
    }

    /// A header whose text is kept as it is where it is short ASCII, else as encoded words
    /// (RFC 2047) of at most 75 characters, each of whole characters.
    private static func folded(_ name: String, _ text: String) -> [String] {
        let plain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        if plain, name.utf8.count + text.utf8.count <= 78, !text.contains("=?") {
            return [name + text]
        }
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar.value < 0x20 ? " " : scalar).utf8)
            // 39 bytes are 52 characters of base64, in a word of 64.
            if bytes.count + next.count > 39 {
                words.append(base64(bytes))
                bytes = []
            }
            bytes += next
        }
        words.append(base64(bytes))
        return words.enumerated().map { place, word in
            (place == 0 ? name : " ") + "=?utf-8?B?\(word)?="
        }
    }

    private static func base64Lines(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 57).map { start in
            base64(Array(bytes[start..<min(start + 57, bytes.count)]))
        }
    }
}

/// Base64 with padding (RFC 4648).
package func base64(_ bytes: [UInt8]) -> String {
    let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let part = bytes[start..<min(start + 3, bytes.count)]
        var number = part.reduce(0) { $0 << 8 | Int($1) }
        number <<= 8 * (3 - part.count)
        for place in 0...3 {
            text.append(place <= part.count ? signs[number >> (18 - 6 * place) & 63] : "=")
        }
    }
    return text
}

/// Whether a text is one mail address that can stand in a header and an SMTP command as it is.
package func isMailAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && text.utf8.count <= 254
        && parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (0x21...0x7E).contains(byte) && !"<>()[],;:\\\"".utf8.contains(byte)
                }
        }
}

extension Instant {
    /// The date of a mail in UTC: `Mon, 02 Mar 2026 08:00:00 +0000`.
    package var mailDate: String {
        let text = description
        let days = Int64(startOfDay.microseconds / 86_400_000_000)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let year = text.prefix(4)
        let day = text.dropFirst(8).prefix(2)
        let time = text.dropFirst(11).prefix(8)
        let name = names[Int((days % 7 + 7) % 7)]
        return "\(name), \(day) \(months[Int(month % 100) - 1]) \(year) \(time) +0000"
    }
}
