import AfterwordCore
import Testing

@testable import AfterwordModels

/// What is removed from recordings: keys, tokens, ids of accounts, persons.
@Suite struct ScrubberTests {
    private static let key = "the key of sixteen"

    private func scrubbed(_ value: JSONValue, isResponse: Bool = false) -> JSONValue {
        var scrubber = Scrubber(APIKey(Self.key))
        return scrubber.scrub(body: Array(value.canonical.utf8), isResponse: isResponse)
    }

    private func scrubbed(_ text: String) -> String {
        scrubbed(.row(["content": .string(text)]))["content"]?.text ?? ""
    }

    @Test("A scrubbed text is scrubbed once; what looks like a key is one by its length")
    func texts() {
        for (text, expect) in [
            ("⟦NAME1⟧ wrote to bob@example.org", "⟦NAME1⟧ wrote to ⟦SCRUBBED⟧"),
            ("it says the key of sixteen, and sk-short", "it says ⟦SECRET⟧, and sk-short"),
            ("(sk-proj-0123456789abcdef)", "(⟦SECRET⟧)"), ("⟦ open", "⟦ open"),
            ("⟦ bob@example.org", "⟦ ⟦SCRUBBED⟧"),
            ("⟦bob@example.org⟧", "⟦⟦SCRUBBED⟧]"), ("⟦NAME⟧ and ⟦SECRET⟧", "⟦NAME⟧ and ⟦SECRET⟧"),
            ("[1, 2]", "[1, 2]"), ("It leaks.", "It leaks."),
        ] {
            #expect(scrubbed(text) == expect)
            #expect(scrubbed(expect) == expect)
        }
    }

    @Test(
        "Keys, tokens and ids of accounts are found within words and by their makers' beginnings",
        arguments: [
            "sk-proj-0123456789abcdef", "org-AbCdEfGhIjKlMnOp0123", "proj_AbCdEfGhIjKl0123456789",
            "hf_AbCdEfGhIjKlMnOpQrStUvWx", "gsk_AbCdEfGhIjKlMnOpQrSt0123",
            "AIzaSyA0123456789abcdefghijklmnopqrstuv", "github_pat_0123456789abcdefABCDEF",
            "glpat-0123456789abcdefABCD", "aw_0123456789abcdefghij", "xoxb-0123456789-abcdefghij",
            "AKIA0123456789ABCDEF", "ghp_0123456789abcdefghij",
        ])
    func secrets(secret: String) {
        for (text, expect) in [
            (secret, "⟦SECRET⟧"), ("a.\(secret)", "a.⟦SECRET⟧"),
            ("of-\(secret), so", "of-⟦SECRET⟧, so"),
            ("x_\(secret)", "x_⟦SECRET⟧"), ("é\(secret)", "é⟦SECRET⟧"),
        ] {
            #expect(scrubbed(text) == expect)
            let named = scrubbed(.row(["metadata": .object([(text, .null)])]))
            #expect(named["metadata"]?.members?.first?.key == expect)
        }
    }

    @Test("Words that begin as a key does stay")
    func words() {
        for text in [
            "an org-wide-recommendation-of-us", "task-force-and-desk-lamp-a1b2c3d4e5",
            "proj_short", "eyJust a word", "risk-a1b2c3d4e5-abcdefgh",
        ] { #expect(scrubbed(text) == text) }
        let dashes = String(repeating: "-", count: 200_000)
        #expect(scrubbed(dashes) == dashes)
    }

    @Test("A key that is a short word is looked for nowhere")
    func shortKeys() {
        for key in ["", "none", "test", "EMPTY", "sk-15-bytes-lon"] {
            var scrubber = Scrubber(APIKey(key))
            let text = "none of this test, EMPTY sk-15-bytes-lon"
            let said = JSONValue.row(["content": .string(text)])
            #expect(scrubber.scrub(said) == said && scrubber.count == 0)
        }
    }

    @Test("Only members named id or …_id are left as they are, and only if they are texts")
    func ids() {
        let mail = JSONValue.string("bob@example.org")
        for (name, isKept) in [
            ("id", true), ("review_id", true), ("said", false), ("paid", false), ("android", false),
            ("uuid", false),
        ] {
            let found = scrubbed(.row(["content": .object([(name, mail)])]))
            let text = found["content"]?[name]?.text
            #expect(text == (isKept ? "bob@example.org" : "⟦SCRUBBED⟧"), "\(name)")
        }
        let nested = scrubbed(.row(["content": .row(["id": .row(["of": mail])])]))
        #expect(nested["content"]?["id"]?["of"]?.text == "⟦SCRUBBED⟧")
        var scrubber = Scrubber(nil)
        #expect(scrubber.scrub(.array([.null, .bool(true)])) == .array([.null, .bool(true)]))
        #expect(scrubber.count == 0)
    }

    @Test("Of a response every text is masked but the words of the protocol; of a request, prose")
    func responses() {
        let mail = JSONValue.string("jane.doe@example.org")
        let body = JSONValue.row([
            "user": mail, "model": .string("gpt-6-luna-2026-03-05"), "object": .string("chat"),
            "list": .array([.row(["said": mail])]),
            "message": .row(["content": mail, "type": mail]),
        ])
        let answer = scrubbed(body, isResponse: true)
        #expect(answer["user"]?.text == "⟦SCRUBBED⟧")
        #expect(answer["list"]?.elements?.first?["said"]?.text == "⟦SCRUBBED⟧")
        #expect(answer["message"]?["content"]?.text == "⟦SCRUBBED⟧")
        #expect(answer["model"] == body["model"] && answer["object"] == body["object"])
        #expect(answer["message"]?["type"] == mail)
        let request = scrubbed(body)
        #expect(request["user"] == mail && request["message"]?["content"]?.text == "⟦SCRUBBED⟧")
        #expect(scrubbed(answer, isResponse: true) == answer)
    }
}
