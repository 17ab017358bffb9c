import AfterwordCore
import Testing

/// The canonical form of JSON, scalar by scalar.
@Suite struct CanonicalJSONTests {
    /// The form as the rule says it: one scalar after the other.
    private func expected(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{00}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}",
                "\u{200B}"..<"\u{2010}", "\u{202A}"..<"\u{202F}", "\u{2060}"..<"\u{2070}",
                "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    @Test("Every scalar is written by the rule, alone and among others")
    func scalars() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            // Beyond the first plane nothing is escaped: a part of it stands for all.
            if value > 0x11000, value % 257 != 0 { continue }
            let text = String(scalar)
            #expect(JSONValue.string(text).canonical == expected(text), "U+\(value)")
        }
    }

    @Test("Texts of any scalars are written by the rule")
    func texts() {
        var random = SystemRandomNumberGenerator()
        let seed = random.next()
        var generator = SplitMix64(seed: seed)
        let likely: [Unicode.Scalar] = [
            "a", "é", "\"", "\\", "\n", "\u{85}", "\u{200B}", "\u{2027}",
            "\u{202E}", "\u{FEFF}", "\u{FFFD}", "語", "😀", "\u{0}",
        ]
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                text.unicodeScalars.append(likely.randomElement(using: &generator) ?? "a")
            }
            #expect(JSONValue.string(text).canonical == expected(text), "seed \(seed)")
        }
    }

    @Test("Members stand in order of the bytes of their keys")
    func members() {
        let keys = ["b", "a", "", "é", "z", "Z", "aa", "a\u{0}", "😀", "\u{FFFF}"]
        let object = JSONValue.object(keys.map { (key: $0, value: .null) })
        let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(
            object.canonical
                == "{" + sorted.map { expected($0) + ":null" }.joined(separator: ",") + "}")
    }
}
