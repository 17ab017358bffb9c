import AfterwordCore
import Testing

/// `[[recipient]]` of afterword.toml: who gets what, and how.
@Suite struct RecipientSettingTests {
    private func recipients(_ text: String) throws -> [RecipientSetting] {
        try SettingsFile(parsing: Array(text.utf8)).recipients
    }

    @Test("A recipient has a scope, a content and one channel")
    func forms() throws {
        let all = try recipients(
            """
            [[recipient]]
            name = "anna"
            mail = "anna@example.com"
            [[recipient]]
            name = "hook"
            scope = "owner:Anna Lee"
            send = "dangers"
            webhook = { env = "URL" }
            secret = { file = "secret.txt" }
            [[recipient]]
            name = "slack"
            scope = "brand:B"
            slack = { file = "/run/secrets/slack" }
            """)
        #expect(all.map(\.name) == ["anna", "hook", "slack"])
        #expect(all.map(\.scope) == ["portfolio", "owner:Anna Lee", "brand:B"])
        #expect(all.map(\.content) == [.report, .dangers, .report])
        #expect(
            all.map(\.channel) == [
                .mail(.written(["anna@example.com"])),
                .webhook(.variable("URL"), secret: .file("secret.txt")),
                .slack(.file("/run/secrets/slack")),
            ])
        #expect(all.map(\.channel.word) == ["mail", "webhook", "slack"])
        #expect(all.map(\.line) == [1, 4, 10])
        #expect(RecipientSetting.owner(in: "owner:Anna Lee") == "Anna Lee")
        #expect(RecipientSetting.owner(in: "brand:B") == nil)
    }

    @Test("What an address is held by")
    func held() {
        func held(_ value: SettingsFile.Value) -> String? {
            value.held(["URL": "https://x", "EMPTY": ""], in: "etc") { path in
                path == "etc/secret.txt" ? "shared\n " : nil
            }
        }
        #expect(held(.written(["a"])) == "a")
        #expect(held(.variable("URL")) == "https://x")
        #expect(held(.variable("EMPTY")) == nil && held(.variable("NONE")) == nil)
        #expect(held(.file("secret.txt")) == "shared" && held(.file("/none")) == nil)
        #expect(SettingsFile.Value.variable("NONE").absence == "NONE is not set")
        #expect(SettingsFile.Value.file("x").absence == "its file cannot be read")
    }

    @Test(
        "What is wrong is named, and a secret is not repeated",
        arguments: [
            ("mail = 'a@x'", "a recipient has a name"),
            ("name = 'a'", "one of mail, slack, or webhook"),
            ("name = 'a'\nmail = 'a@x'\nslack = { env = 'S' }", "one of mail, slack, or webhook"),
            ("name = 'a'\nmail = 'a@x'\nsecret = { env = 'S' }", "one of mail, slack, or webhook"),
            ("name = 'a'\nwebhook = 'https://x'", "a webhook has a secret"),
            ("name = 'a'\nwebhook = 'https://x'\nsecret = 'hidden'", "never written here"),
            ("name = 'a'\nslack = 'https://hidden'", "never written here"),
            ("name = 'a'\nmail = 'a@x'\nscope = 'shelf:1'", "recipient.scope: it is portfolio"),
            ("name = 'a'\nmail = 'a@x'\nscope = 'brand:'", "recipient.scope: it is portfolio"),
            ("name = 'a'\nmail = 'a@x'\nsend = 'all'", "it is one of report, dangers"),
            ("name = 'a'\nmail = 'a@x'\nmial = 'b@x'", "no setting is named recipient.mial"),
            ("name = \"a\\nb\"\nmail = 'a@x'", "recipient.name: it is a text of one line"),
            ("name = 1\nmail = 'a@x'", "recipient.name: it is a text of one line"),
            ("name = { env = 'N' }\nmail = 'a@x'", "recipient.name: it is a text of one line"),
            ("name = 'a'\nmail = { url = 'x' }", "only env and file"),
            ("name = 'a'\nmail = { env = '' }", "recipient.mail: { env"),
            ("name = 'a'\nmail = 'a@x'\n[[recipient]]\nname = 'a'\nmail = 'b@x'", "has this name"),
        ])
    func faults(text: String, words: String) {
        do throws(TOMLFault) {
            _ = try SettingsFile(parsing: Array(("[[recipient]]\n" + text).utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.reason.contains(words), "\(text): \(error)")
            #expect(!error.reason.contains("hidden"))
        }
    }
}
