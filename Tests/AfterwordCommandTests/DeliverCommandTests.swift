import AfterwordCore
import AfterwordTesting
import Foundation
import Testing

/// `deliver` as a scheduler starts it: settings, exit codes, the outbox, and kills.
@Suite struct DeliverCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (day, count) in [("2026-03-02", 5), ("2026-03-09", 8)] {
            try folder.write(
                "dumps/\(day)/a.jsonl",
                (0..<count).map { number in
                    """
                    {"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": \(1 + number % 5), \
                    "CUSTOMER_REVIEW_TITLE": "Handle", "PRODUCT_BRAND": "B", \
                    "CUSTOMER_REVIEW_DESCRIPTION": "The handle \(number) broke after a week"}
                    """
                }.joined(separator: "\n"))
        }
    }

    private func settings(_ recipients: String) throws {
        try folder.write("afterword.toml", recipients)
    }

    private func hook(_ url: String) throws {
        try settings(
            """
            [[recipient]]
            name = "hook"
            webhook = "\(url)"
            secret = { file = "secret.txt" }
            """)
        try folder.write("secret.txt", "shared\n")
    }

    private func run(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> Program.Result {
        try await Program.runBeside(arguments, in: folder.path, environment: environment)
    }

    @Test("A message is sent once, listed, and its stage has events")
    func once() async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, body: "") }
        try hook(server.url)
        #expect(try await run("deliver").code == 3, "there is no store")
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let sent = try await run("deliver", "--events", "events.jsonl")
        #expect(sent.code == 0, "\(sent.errors)")
        #expect(sent.output == "sent to hook, dump of 2026-03-09 (news)\n")
        #expect(try await run("deliver").output == "nothing is due\n")
        #expect(server.requests.count == 1)
        let seconds = server.requests[0].headers["x-afterword-signature"]?
            .split(separator: ",").first?.dropFirst(2)
        let instant = Instant(seconds: try #require(seconds.flatMap { Int64($0) }))
        #expect(
            server.requests[0].headers["x-afterword-signature"]
                == webhookSignature(
                    of: Array(server.requests[0].body.utf8), at: instant, secret: "shared"))
        let silent = try await run("deliver", "--expect", "8d", "--json")
        #expect(silent.output.contains(#""kind":"no_dump""#), "\(silent.output)")
        let listed = try await run("deliver", "--list", "sent")
        #expect(listed.output.contains("no dump") && listed.output.contains("2 messages"))
        #expect(try await run("deliver", "--list", "dead").output.contains("0 messages"))
        let events = try String(contentsOfFile: folder.path + "/events.jsonl", encoding: .utf8)
        #expect(events.contains(#""unit":"messages""#) && events.contains(#""event":"done""#))
        #expect(try await run("audit").code == 0)
        await server.stop()
    }

    @Test("What fails waits, what is refused is given up, and both can be tried again")
    func failing() async throws {
        let server = try await ScriptedServer { _, number in
            .answer([503, 503, 400, 200][number], body: "")
        }
        try hook(server.url)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let failed = try await run("deliver")
        #expect(failed.code == 3 && failed.output.contains("the receiver answers 503"))
        #expect(try await run("deliver").code == 3)
        #expect(server.requests.count == 1)
        #expect(try await run("deliver", "--retry").code == 3)
        let refused = try await run("deliver", "--retry")
        #expect(refused.code == 1 && refused.errors.contains("1 message given up"))
        #expect(refused.output.hasPrefix("gave up hook"))
        #expect(try await run("deliver").code == 0)
        #expect(
            try await run("deliver", "--list", "dead", "--json").output
                .contains(#""fault":"the receiver answers 400""#))
        #expect(try await run("deliver", "--retry").code == 0)
        #expect(Set(server.requests.map { $0.headers["x-afterword-message"] }).count == 1)
        await server.stop()
    }

    @Test("Recipients that cannot be served are named, without their secrets; others are served")
    func unserved() async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, body: "") }
        try settings(
            """
            mail.from = "x"
            [[recipient]]
            name = "anna"
            mail = "anna@example.com"
            [[recipient]]
            name = "slack"
            slack = { env = "SLACK_URL" }
            [[recipient]]
            name = "plain"
            slack = { env = "PLAIN_URL" }
            [[recipient]]
            name = "zed"
            scope = "brand:Zebra"
            slack = { env = "GOOD_URL" }
            [[recipient]]
            name = "good"
            send = "dangers"
            slack = { env = "GOOD_URL" }
            """)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let environment = ["PLAIN_URL": "http://hidden.example/", "GOOD_URL": server.url]
        let first = try await run("deliver", environment: environment)
        #expect(first.code == 2, "\(first.output)")
        #expect(first.output == "sent to good, dump of 2026-03-09 (nothing new)\n")
        for words in [
            "recipient anna: mail.host and mail.from are not set",
            "recipient slack: slack: SLACK_URL is not set", "recipient zed: no brand Zebra",
            "recipient plain: its address is neither https", "4 recipients cannot be served",
        ] { #expect(first.errors.contains(words), "\(first.errors)") }
        #expect(!first.errors.contains("hidden"))
        let shown = try await run("config", "show", "--json")
        #expect(shown.output.contains(#""setting":"recipient.good""#))
        #expect(try await run("config").output.contains("dangers of portfolio by slack"))
        await server.stop()
    }

    @Test("A message that waits is a failure to repeat, whatever else is wrong")
    func waitingFirst() async throws {
        let server = try await ScriptedServer { _, _ in .answer(503, body: "") }
        let zed = """
            [[recipient]]
            name = "zed"
            scope = "brand:Zebra"
            slack = { env = "URL" }

            """
        try settings("[[recipient]]\nname = \"carl\"\nslack = { env = \"URL\" }\n" + zed)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let both = try await run("deliver", environment: ["URL": server.url])
        #expect(both.code == 3, "\(both.errors)")
        #expect(both.errors.contains("1 message not delivered yet"))
        #expect(both.errors.contains("1 recipient cannot be served"))
        // Carl is taken out of the settings while a message waits for him.
        try settings(zed.replacing("zed", with: "eva").replacing("brand:Zebra", with: "portfolio"))
        let eva = ["URL": server.url]
        let forgotten = try await run("deliver", environment: eva)
        #expect(forgotten.code == 3)
        #expect(
            forgotten.errors.contains(
                "recipient carl: a message waits for it, and no settings name it any more"))
        await server.stop()
    }

    @Test("What is wrong with the settings of mail, or with the options, is said")
    func settingsOfMail() async throws {
        try settings(
            """
            mail.from = "x"
            [[recipient]]
            name = "anna"
            mail = "anna@example.com"
            """)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let mail = ["AFTERWORD_MAIL_HOST": "127.0.0.1"]
        #expect(
            try await run("deliver", environment: mail).errors.contains("mail.from is no address"))
        let user = mail.merging([
            "AFTERWORD_MAIL_FROM": "a@example.com", "AFTERWORD_MAIL_USER": "u",
        ]) { $1 }
        #expect(
            try await run("deliver", environment: user).errors
                .contains("mail.user has no secrets.mail_password"))
        try settings("store = \"afterword.sqlite\"")
        let none = try await run("deliver")
        #expect(none.code == 2 && none.errors.contains("[[recipient]]"))
        #expect(try await run("deliver", "--list", "all", "--retry").code == 2)
        #expect(try await run("deliver", "--expect", "0d").code == 2)
    }

    @Test("A store that holds no dump is exit code 2")
    func empty() async throws {
        try hook("http://127.0.0.1:1/")
        #expect(try await run("migrate").code == 0)
        let empty = try await run("deliver")
        #expect(empty.code == 2 && empty.errors.contains("nothing was loaded yet"))
    }

    /// The transactions are those that put, claim and end a message. Debug builds only.
    @Test(
        "Killed before or after any transaction, a message is not lost, and keeps its id",
        arguments: 1...6)
    func killed(moment: Int) async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, body: "") }
        try hook(server.url)
        #expect(try await run("run", "dumps", "--quiet").code == 0)
        let killed = try await run(
            "deliver", environment: ["AFTERWORD_CRASH_AT_LEDGER": String(moment)])
        #expect(killed.code == SIGKILL, "\(killed.errors)")
        let before = server.requests.count
        #expect(before == (moment < 5 ? 0 : 1))
        let after = try await run("deliver")
        // After the claim nobody knows whether it was sent: it is left alone for an hour.
        let isClaimed = moment == 4 || moment == 5
        #expect(after.code == (isClaimed ? 3 : 0), "\(after.errors)")
        #expect(server.requests.count == (isClaimed ? before : 1))
        if isClaimed { #expect(try await run("deliver", "--retry").code == 0) }
        #expect(server.requests.count == (moment == 5 ? 2 : 1))
        #expect(Set(server.requests.map { $0.headers["x-afterword-message"] }).count == 1)
        #expect(try await run("audit").code == 0)
        await server.stop()
    }
}
