import AfterwordCore
import AfterwordDelivery
import AfterwordPipeline
import Foundation
import NIOSSL
import Synchronization
import Testing

/// Mail to scripted servers on this machine: what is said, what is refused, and TLS.
@Suite struct SMTPClientTests {
    private func mail() throws -> MailMessage {
        var mail = MailMessage(
            from: "afterword@example.com", to: "anna@example.com", subject: "One new danger",
            sentAt: try #require(Instant(iso8601: "2026-03-02")), id: "0123")
        mail.text = "It caught fire.\n"
        mail.html = "<p>It caught fire.</p>"
        return mail
    }

    /// Sends a mail to a server.
    ///
    /// - Returns: What went wrong; nil for nothing.
    private func send(
        to server: SMTPServer, _ security: SMTPClient.Security = .none,
        _ change: (inout SMTPClient) -> Void = { _ in }
    ) async throws -> DeliveryFault? {
        var client = SMTPClient(host: "127.0.0.1", port: server.port, security: security)
        client.seconds = 20
        change(&client)
        do {
            try await client.send(mail())
            return nil
        } catch let fault as DeliveryFault {
            return fault
        }
    }

    @Test("A mail is sent line by line, and is the server's after its 250")
    func plain() async throws {
        let server = try await SMTPServer()
        #expect(try await send(to: server) == nil)
        let received = server.received
        #expect(
            Array(received.prefix(4)) == [
                "EHLO [127.0.0.1]", "MAIL FROM:<afterword@example.com>",
                "RCPT TO:<anna@example.com>", "DATA",
            ])
        #expect(received.contains("Message-ID: <0123@example.com>"))
        #expect(received.contains("."))
        await server.stop()
        // A recipient elsewhere is accepted too, and the farewell need not be answered.
        let forwarding = try await SMTPServer { line in
            if line.hasPrefix("RCPT") { return .say("251 elsewhere") }
            return line == "QUIT" ? .hangUp("") : nil
        }
        #expect(try await send(to: forwarding) == nil)
        await forwarding.stop()
    }

    @Test(
        "What a refusal means",
        arguments: [
            ("MAIL", "550 no", "the sender: 550 no", true), ("MAIL", "451 no", "the sender", false),
            ("RCPT", "550-no\r\n550 \u{7}box", "the recipient: 550 ", true),
            ("DATA", "554 spam", "DATA: 554 spam", true),
            (".", "552 too long", "the message: 552 too long", true),
            (".", "452 full", "the message: 452 full", false),
            ("EHLO", "502 no", "EHLO: 502 no", false), ("EHLO", "", "EHLO", false),
            ("EHLO", "hello", "EHLO: hello", false),
        ])
    func refusals(line: String, answer: String, words: String, isPermanent: Bool) async throws {
        let server = try await SMTPServer { $0.hasPrefix(line) ? .say(answer) : nil }
        let fault = try #require(try await send(to: server))
        #expect(fault.words.contains(words), "\(fault.words)")
        #expect(fault.words.allSatisfy { !$0.isNewline && $0 != "\u{7}" })
        #expect(fault.isPermanent == isPermanent)
        await server.stop()
    }

    @Test("Servers that hang up, say nothing or never end are given up, to be tried again")
    func silent() async throws {
        let busy = try await SMTPServer(greeting: "421 busy")
        #expect(
            try await send(to: busy)
                == DeliveryFault("the mail server refuses the connection: 421 busy"))
        await busy.stop()
        let hangingUp = try await SMTPServer { $0 == "." ? .hangUp("") : nil }
        #expect(
            try await send(to: hangingUp)
                == DeliveryFault("the mail server closed the connection"))
        await hangingUp.stop()
        let silent = try await SMTPServer { $0 == "DATA" ? .silence : nil }
        #expect(
            try await send(to: silent) { $0.seconds = 1 }
                == DeliveryFault("the mail server did not end within 1 s"))
        await silent.stop()
        let endless = try await SMTPServer(
            greeting: (0..<1_000).map { "220-line \($0) of a long greeting" }
                .joined(separator: "\r\n"))
        #expect(
            try await send(to: endless)
                == DeliveryFault("the mail server's reply does not end"))
        await endless.stop()
        let gone = try #require(try await send(to: endless))
        #expect(gone.words.hasPrefix("the mail server cannot be reached: "), "\(gone.words)")
        let unknown = try #require(
            try await send(to: endless, .startTLS) { $0.host = "mail.invalid" })
        #expect(unknown.words.hasPrefix("the mail server cannot be reached: "))
    }

    @Test(
        "Cancelled before the message's lines, none is sent; after them, the answer is waited for",
        arguments: ["EHLO", "MAIL", "RCPT", "DATA", "."])
    func cancelled(line: String) async throws {
        let sending = Mutex<Task<Void, any Error>?>(nil)
        let server = try await SMTPServer { received in
            guard received.hasPrefix(line) else { return nil }
            sending.withLock { $0?.cancel() }
            return ["DATA", "."].contains(line) ? nil : .silence
        }
        let mail = try mail()
        let client = SMTPClient(host: "127.0.0.1", port: server.port, security: .none)
        let task = sending.withLock { sending in
            let task = Task { try await client.send(mail) }
            sending = task
            return task
        }
        if line == "." {
            try await task.value
        } else {
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(server.received.contains(".") == (line == "."))
        await server.stop()
    }

    @Test("Nothing is sent to what is no address, and nothing in the open to another machine")
    func refusedHere() async throws {
        var broken = try mail()
        broken.to = "anna@example.com>\r\nRCPT TO:<b@example.com"
        let client = SMTPClient(host: "127.0.0.1", port: 1, security: .none)
        await #expect(throws: DeliveryFault("no mail address", isPermanent: true)) {
            try await client.send(broken)
        }
        let elsewhere = SMTPClient(host: "192.0.2.1", port: 25, security: .none)
        await #expect(
            throws: DeliveryFault("a mail server elsewhere is asked over TLS only")
        ) { try await elsewhere.send(mail()) }
        #expect(SMTPClient.Security.allCases.map(\.port) == [587, 465, 25])
    }

    @Test("A login is said in the form that the server offers")
    func login() async throws {
        let login = SMTPClient.Login(user: "us\u{fc}r", password: "pass")
        let plain = try await SMTPServer()
        #expect(try await send(to: plain) { $0.login = login } == nil)
        let written = "\0us\u{fc}r\0pass"
        #expect(plain.received[1] == "AUTH PLAIN " + base64(Array(written.utf8)))
        await plain.stop()
        let old = try await SMTPServer { line in
            switch line {
            case _ where line.hasPrefix("EHLO"): .say("250-x\r\n250 AUTH=LOGIN")
            case "AUTH LOGIN", base64(Array("us\u{fc}r".utf8)): .say("334 more")
            case "cGFzcw==": .say("235 welcome")
            default: nil
            }
        }
        #expect(try await send(to: old) { $0.login = login } == nil)
        await old.stop()
        let strict = try await SMTPServer { $0.hasPrefix("AUTH") ? .say("535 wrong") : nil }
        let fault = try #require(try await send(to: strict) { $0.login = login })
        #expect(fault == DeliveryFault("the mail server refuses the login: 535 wrong"))
        await strict.stop()
    }

    // MARK: TLS

    /// A certificate of this machine, made for one test.
    private final class Certificate {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-mail-\(UUID().uuidString)")
        var path: String { folder.path + "/c.pem" }

        init() throws {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c",
                """
                exec openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
                    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
                    -keyout '\(folder.path)/k.pem' -out '\(path)' 2> '\(folder.path)/log'
                """,
            ]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func context() throws -> NIOSSLContext {
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: NIOSSLCertificate.fromPEMFile(path)
                        .map { .certificate($0) },
                    privateKey: .privateKey(
                        NIOSSLPrivateKey(file: folder.path + "/k.pem", format: .pem))))
        }
    }

    @Test("TLS from the beginning, by name or address, where the certificate is trusted")
    func wholly() async throws {
        let certificate = try Certificate()
        let server = try await SMTPServer(isSecure: true, context: certificate.context())
        for host in ["localhost", "127.0.0.1"] {
            let fault = try await send(to: server, .tls) { client in
                client.host = host
                client.trusted = certificate.path
            }
            #expect(fault == nil, "\(host): \(fault?.words ?? "")")
        }
        let distrusted = try #require(try await send(to: server, .tls))
        #expect(
            distrusted.words.hasSuffix("its certificate or TLS is not accepted"),
            "\(distrusted.words)")
        let unreadable = try await send(to: server, .tls) { $0.trusted = "/nowhere.pem" }
        #expect(unreadable == DeliveryFault("the certificates to trust cannot be read"))
        await server.stop()
    }

    @Test("STARTTLS protects login and message; a server without it gets neither")
    func startTLS() async throws {
        let certificate = try Certificate()
        let server = try await SMTPServer(context: certificate.context()) { line in
            line == "STARTTLS" ? .beginTLS("220 go on") : nil
        }
        let login = SMTPClient.Login(user: "u", password: "p")
        let fault = try await send(to: server, .startTLS) { client in
            client.trusted = certificate.path
            client.login = login
        }
        #expect(fault == nil, "\(fault?.words ?? "")")
        let said = server.received.prefix(4).map { String($0.prefix(10)) }
        #expect(said == ["EHLO [127.", "STARTTLS", "EHLO [127.", "AUTH PLAIN"])
        await server.stop()

        let open = try await SMTPServer { $0 == "STARTTLS" ? .say("502 no") : nil }
        let refused = try await send(to: open, .startTLS) { $0.login = login }
        #expect(refused == DeliveryFault("the mail server refuses STARTTLS: 502 no"))
        #expect(!open.received.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        await open.stop()
    }

    @Test("What came in the open behind the reply to STARTTLS is not taken for protected")
    func injected() async throws {
        let certificate = try Certificate()
        let server = try await SMTPServer(context: certificate.context()) { line in
            line == "STARTTLS" ? .beginTLS("220 go on\r\n250 AUTH PLAIN") : nil
        }
        let fault = try await send(to: server, .startTLS) { $0.trusted = certificate.path }
        #expect(fault == DeliveryFault("the mail server spoke before TLS"))
        await server.stop()
    }
}
