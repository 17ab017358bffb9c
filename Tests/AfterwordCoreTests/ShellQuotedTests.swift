import AfterwordCore
import Testing

@Suite struct ShellQuotedTests {
    @Test("command-for-copying-is-not-quoted: whatever a text holds, it stays one word")
    func quoted() {
        for (text, word) in [
            ("", "''"), ("brand:Acme", "'brand:Acme'"), ("a'b", #"'a'\''b'"#),
            ("'; touch x; '", #"''\''; touch x; '\'''"#), ("$(x) `y` \"z\"", "'$(x) `y` \"z\"'"),
        ] { #expect(shellQuoted(text) == word) }
    }
}
