import AfterwordCore
import Foundation
import Testing

/// Messages as they are sent: mail, signed webhooks, texts for Slack, and when one is due.
@Suite struct MessageTests {
    private func mail(_ subject: String, _ text: String = "Text") -> MailMessage {
        var mail = MailMessage(
            from: "afterword@example.com", to: "anna@example.com", subject: subject,
            sentAt: Instant(iso8601: "2026-03-02T08:05:09Z")!, id: "0123")
        mail.text = text
        mail.html = "<p>\(text)</p>"
        return mail
    }

    @Test("A mail has its headers, and both forms of its text, as ASCII lines")
    func form() {
        #expect(
            mail("One new danger", "Grüße\n").lines.joined()
                == [
                    "From: afterword@example.com", "To: anna@example.com",
                    "Subject: One new danger",
                    "Date: Mon, 02 Mar 2026 08:05:09 +0000", "Message-ID: <0123@example.com>",
                    "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
                    "Content-Type: multipart/alternative; boundary=\"=_0123\"", "", "--=_0123",
                    "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
                    "",
                    "R3LDvMOfZQ0K", "--=_0123", "Content-Type: text/html; charset=utf-8",
                    "Content-Transfer-Encoding: base64", "", "PHA+R3LDvMOfZQ0KPC9wPg==",
                    "--=_0123--", "",
                ].joined(separator: "\r\n"))
    }

    @Test("Lines are short, whatever the subject and text; a subject can add no header")
    func lines() {
        for subject in [
            String(repeating: "ü", count: 300), "a\r\nBcc: x@example.com", "=?utf-8?B?eA==?=",
            String(repeating: "word ", count: 50), "",
        ] {
            let lines = mail(subject, String(repeating: "long text ", count: 100)).lines
            #expect(lines.allSatisfy { $0.utf8.count <= 80 && $0.hasSuffix("\r\n") })
            #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
            #expect(!lines.contains { $0.hasPrefix("Bcc") })
            let words = lines.filter { $0.contains("=?utf-8?B?") }.compactMap { line in
                line.firstMatch(of: /=\?utf-8\?B\?([A-Za-z0-9+\/=]*)\?=/).map { String($0.1) }
            }
            let plain = subject.replacing("\r\n", with: "  ")
            guard !words.isEmpty else { continue }
            let decoded = words.reduce(Data()) { $0 + (Data(base64Encoded: $1) ?? Data()) }
            #expect(String(decoding: decoded, as: UTF8.self) == plain)
        }
    }

    @Test("Base64 is that of Foundation")
    func base64Form() {
        for count in 0..<70 {
            var random = SplitMix64(seed: UInt64(count))
            let bytes = (0..<count).map { _ in UInt8(random.draw(below: 256)) }
            #expect(base64(bytes) == Data(bytes).base64EncodedString())
        }
    }

    @Test("Days of the week are those of the calendar")
    func days() {
        for (date, name) in [
            ("1970-01-01", "Thu, 01 Jan 1970"), ("2000-02-29", "Tue, 29 Feb 2000"),
            ("2026-12-31", "Thu, 31 Dec 2026"), ("1969-12-31", "Wed, 31 Dec 1969"),
        ] {
            #expect(Instant(iso8601: date)?.mailDate == name + " 00:00:00 +0000")
        }
    }

    @Test(
        "Addresses are plain",
        arguments: [
            ("anna@example.com", true), ("a.b+c@x", true), ("anna", false), ("a@b@c", false),
            ("@x", false), ("a@", false), ("a b@x", false), ("a@x>\r\nRCPT", false),
            ("Anna <a@x>", false), ("ä@x", false),
            (String(repeating: "a", count: 260) + "@x", false),
        ])
    func addresses(text: String, isAddress: Bool) { #expect(isMailAddress(text) == isAddress) }

    @Test("A webhook's signature is HMAC-SHA256 over its time and body")
    func signature() {
        // printf '1772438709.{}' | openssl dgst -sha256 -hmac key
        let code = "69586d7ca1b46980d326b7efdcf915392fb82a911f8ea40923ccd8c2bca54e59"
        let now = Instant(seconds: 1_772_438_709)
        #expect(
            webhookSignature(of: Array("{}".utf8), at: now, secret: "key")
                == "t=1772438709,v1=\(code)")
        #expect(slackText("<!channel> & <a>") == "&lt;!channel&gt; &amp; &lt;a&gt;")
    }

    @Test("Each dump is due once, and a missing one each time that it was expected")
    func due() throws {
        let monday = try #require(Instant(iso8601: "2026-03-02"))
        func dump(_ label: Text?) throws -> LoadedDump {
            let run = DumpRun(
                run: 3, recordedAt: monday, observedAt: monday, label: label, readsReviews: true)
            return try #require(LoadedDumps([run]).newest)
        }
        let plain = try dump(nil)
        let day: Int64 = 86_400
        func due(_ after: Int64, _ had: Set<String>, _ expected: Int64? = 8 * 86_400) -> String? {
            DeliveryPeriod.due(
                newest: plain, at: monday.adding(seconds: after), expected: expected, had: had)?
                .name
        }
        #expect(due(0, []) == "dump of 2026-03-02")
        let had: Set = ["dump of 2026-03-02"]
        #expect(due(7 * day, had) == nil)
        let first = "none since 2026-03-02T00:00:00Z, 1"
        #expect(due(8 * day, had) == first)
        #expect(due(9 * day, had.union([first])) == nil)
        #expect(due(17 * day, had.union([first])) == "none since 2026-03-02T00:00:00Z, 2")
        #expect(due(90 * day, had, nil) == nil)
        #expect(due(-3 * day, had) == nil)
        let labelled = try dump("week 9")
        let own = DeliveryPeriod.due(newest: labelled, at: monday, expected: nil, had: had)
        #expect(own?.name == "dump \"week 9\"" && own?.isOfDump == true)
        #expect(DeliveryPeriod.Kind.allCases.count == 3)
    }
}
