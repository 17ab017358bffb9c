import AfterwordCore
import Testing

/// The TOML of afterword.toml, by cases as those of toml-test: what is valid, with its values, and
/// what must be refused.
@Suite struct TOMLTests {
    private func parse(_ text: String) throws -> TOMLTable {
        try TOMLTable(parsing: Array(text.utf8))
    }

    /// The document in one line: `a=1 t={b="x"}`.
    private func shown(_ table: TOMLTable) -> String {
        "{" + table.members.map { "\($0.key)=\(shown($0.node.value))" }.joined(separator: " ") + "}"
    }

    private func shown(_ value: TOMLValue) -> String {
        switch value {
        case .string(let text): text.debugDescription
        case .integer(let number): String(number)
        case .bool(let flag): String(flag)
        case .array(let nodes): "[" + nodes.map { shown($0.value) }.joined(separator: " ") + "]"
        case .table(let table): shown(table)
        }
    }

    @Test(
        "What is valid is read",
        arguments: [
            ("", "{}"), ("# only a comment", "{}"), ("\u{FEFF}a = 1", "{a=1}"),
            ("a = 1\r\nb = 2\r\n", "{a=1 b=2}"), ("a=true#c\nb=false", "{a=true b=false}"),
            ("a = -17\nb = +9\nc = 0\nd = 1_000\ne = -0", "{a=-17 b=9 c=0 d=1000 e=0}"),
            ("a = 0xDEAD_beef\nb = 0o17\nc = 0b1_01", "{a=3735928559 b=15 c=5}"),
            ("a = -9223372036854775808", "{a=-9223372036854775808}"),
            (#"a = "x\t\"\\\u00e4\U0001F600""#, #"{a="x\t\"\\ä😀"}"#),
            (#"a = 'C:\x "y"'"#, #"{a="C:\\x \"y\""}"#), ("a = \"\"\nb = ''", #"{a="" b=""}"#),
            ("a = \"\"\"\nx\n\"y\"\"\"\"", #"{a="x\n\"y\""}"#),
            ("a = \"\"\"x \\\n\n   y\"\"\"", #"{a="x y"}"#),
            ("a = \"\"\"x\\ny\"\"\"", #"{a="x\ny"}"#),
            ("a = '''\r\nx\\\r\n'y''''", #"{a="x\\\r\n\'y\'"}"#),
            ("a = [1, [2, 'x'], {b = true}, ]", #"{a=[1 [2 "x"] {b=true}]}"#),
            ("a = [ # c\n 1\n , # d\n 2\n]\nb=[]", "{a=[1 2] b=[]}"),
            ("a.b.c = 1\na.d = 2\n\"e f\" . g = 3", "{a={b={c=1} d=2} e f={g=3}}"),
            ("1.2 = 3\n\"\" = 4", "{1={2=3} =4}"),
            ("[a]\nx = 1\n[ b . c ]\ny = 2\n[b]\nz = 3", "{a={x=1} b={c={y=2} z=3}}"),
            ("[a]\nb.c = 1\n[a.b.d]\ne = 2", "{a={b={c=1 d={e=2}}}}"),
            ("[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2\n[[a]]", "{a=[{x=1} {b={y=2}} {}]}"),
            ("[[a.b]]\n[[a.b]]\nx.y = 1", "{a={b=[{} {x={y=1}}]}}"),
            ("a = { }\nb = { c.d = 1, e = \"x\" }", #"{a={} b={c={d=1} e="x"}}"#),
        ])
    func valid(text: String, expected: String) throws {
        #expect(shown(try parse(text)) == expected, "\(text)")
    }

    @Test(
        "What is not valid is refused with its line",
        arguments: [
            ("a", 1), ("a =", 1), ("= 1", 1), ("a = 1 b = 2", 1), ("\n\na = 1\na = 2", 4),
            ("a = 1\na.b = 2", 2), ("a.b = 1\na = 2", 2), ("[a]\n[a]", 2), ("[a]\n[[a]]", 2),
            ("[[a]]\n[a]", 2), ("a = [1]\n[[a]]", 2), ("a = {b = 1}\n[a.c]", 2),
            ("a = {b = 1}\na.c = 2", 2), ("[a]\nb.c = 1\n[a.b]", 3),
            ("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", 4), ("[a\n", 1), ("[]", 1), ("[a]]", 1), ("[a.]", 1),
            ("[[a]\n", 1), ("a = [1 2]", 1), ("a = [1,,2]", 1), ("a = [1\n", 2), ("a = [", 1),
            ("a = {b = 1,}", 1), ("a = {b = 1\n}", 1), ("a = {", 1), ("a = { b }", 1),
            ("a = \"x", 1), ("a = \"x\ny\"", 1), ("a = 'x", 1), ("a = '''x", 1), ("a = \"\\", 1),
            ("a = \"\"\"x\\", 1), ("a = \"\\x41\"", 1), ("a = \"\\u12G4\"", 1),
            ("a = \"\\uD800\"", 1), ("a = \"\\U00110000\"", 1), ("a = \"\u{1}\"", 1),
            ("# \u{1}", 1), ("a = 01", 1), ("a = 1__0", 1), ("a = _1", 1), ("a = 1_", 1),
            ("a = +0x1", 1), ("a = 0xG", 1), ("a = 0b2", 1), ("a = 9223372036854775808", 1),
            ("a = --1", 1), ("a = +", 1), ("a = 1a", 1), ("a = True", 1), ("a = word", 1),
            ("\"\"\"a\"\"\" = 1", 1), ("a b = 1", 1), ("ä = 1", 1), ("a = 1\rb = 2", 1),
        ])
    func invalid(text: String, line: Int) throws {
        do throws(TOMLFault) {
            let table = try TOMLTable(parsing: Array(text.utf8))
            Issue.record("\(text) was read as \(table)")
        } catch {
            #expect(error.line == line, "\(text): \(error)")
        }
    }

    @Test(
        "Numbers with a point and dates are valid TOML and refused by name",
        arguments: [
            ("a = 1.5", "in quotes"), ("a = 1e5", "in quotes"), ("a = 1e-5", "in quotes"),
            ("a = inf", "not used"), ("a = -nan", "not used"), ("a = 2026-01-05", "in quotes"),
            ("a = 07:30:00", "in quotes"), ("a = 2026-01-05T07:30:00Z", "in quotes"),
        ])
    func unused(text: String, words: String) {
        do throws(TOMLFault) {
            _ = try TOMLTable(parsing: Array(text.utf8))
            Issue.record("\(text) was read")
        } catch {
            #expect(error.reason.contains(words), "\(text): \(error)")
        }
    }

    @Test("Lines are those where values and tables begin")
    func lines() throws {
        let table = try parse("\na = [\n1,\n2]\n[t]\nb = 1\n[[l]]\n[[l]]\n")
        #expect(table["a"]?.line == 2 && table["t"]?.line == 5 && table["l"]?.line == 7)
        guard case .array(let nodes)? = table["a"]?.value,
            case .array(let list)? = table["l"]?.value
        else {
            Issue.record("no arrays")
            return
        }
        #expect(nodes.map(\.line) == [3, 4] && list.map(\.line) == [7, 8])
        #expect(table["none"] == nil)
        let kinds = try parse("a=''\nb=1\nc=true\nd=[]\ne={}").members.map(\.node.value.kind)
        #expect(kinds == ["a string", "a whole number", "true or false", "an array", "a table"])
    }

    @Test("Bytes that are not UTF-8 are refused with their line; nesting is limited")
    func bounds() {
        #expect(throws: TOMLFault(line: 2, "the file is not UTF-8")) {
            try TOMLTable(parsing: Array("a = 1\nb = '".utf8) + [0xFF, 0x27])
        }
        let deep = String(repeating: "[", count: 5_000)
        #expect(throws: TOMLFault(line: 1, "arrays and tables lie too deep")) {
            try TOMLTable(parsing: Array("a = \(deep)".utf8))
        }
    }

    @Test("No text stops the parser: it is read, or refused with a line of it")
    func anything() {
        let parts = [
            "a", ".", "=", "[", "]", "{", "}", "\"", "'", "\"\"\"", "\\", "\n", "\r\n", " ", "1",
            "-", "#", ",", "true", "\u{1}", "ä", "u00e4",
        ]
        for seed in 0..<20_000 {
            var random = SplitMix64(seed: UInt64(seed))
            let text = (0..<random.draw(below: 14)).map { _ in
                parts[Int(random.draw(below: UInt64(parts.count)))]
            }.joined()
            do throws(TOMLFault) {
                _ = try TOMLTable(parsing: Array(text.utf8))
            } catch {
                let lines = text.utf8.count { $0 == 0x0A } + 1
                #expect((1...lines).contains(error.line), "seed \(seed): \(text.debugDescription)")
            }
        }
    }
}
