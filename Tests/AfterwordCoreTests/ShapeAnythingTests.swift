import Testing

@testable import AfterwordCore

/// Rules of shapes meet values of any bytes.
@Suite struct ShapeAnythingTests {
    private static let parts = [
        "<p>", "</p>", "&lt;", "&#8217;", "\\", "\\n", "\\u00e9", "\\ud83d", "\"", "Read more",
        "\n",
        "{id}", "{", "}", "/", "//", "dp", "?", "ASIN=", "&", "#", "%", "%2F", "%zz", "+", "_", "-",
        ".json", ".gz", "0", "1", "-1", "1e999", "0.000", "N/A", "05/02/2024", "10:00", "Z",
        "+25:00",
        "ü", "👍", "e\u{301}", "4.0 out of 5 stars", "★★★★☆", "The media could not be loaded.",
        "Play Video", "Mehr lesen", "続きを読む", ". ", "word", "\u{200B}", "\u{0}", " ",
    ]

    private func text(_ random: inout SplitMix64, _ longest: Int) -> String {
        (0..<Int(random.next() % UInt64(longest))).map { _ in
            Self.parts[Int(random.next() % UInt64(Self.parts.count))]
        }.joined()
    }

    @Test("Texts of any bytes are read without a trap, and the same again")
    func anything() throws {
        var random = SplitMix64(seed: 23)
        let shape = try shape(
            #"""
            {"product_id": {"from": "u", "url": "/{slug}-{id}"},
             "review_id": {"from": "u", "url": "asin", "absent": ["-"]},
             "author_id": {"file": "{x}_{id}.json"},
             "rating": {"from": "r", "map": {"1": 5}, "scale": {"from": "u"}},
             "title": {"from": "r", "clean": ["html", "chrome", "escapes"]},
             "body": {"from": "u", "clean": ["escapes", "html"]},
             "created_at": {"from": "r", "as": "dmy", "zone": "+02:00"}}
            """#, more: #","where":{"r":{"not":["hold",0,null]}}"#)
        for _ in 0..<1000 {
            let members = JSONValue.object([
                ("u", .string(text(&random, 9))), ("r", .string(text(&random, 6))),
            ])
            _ = readRecords(members.canonical, shape, file: text(&random, 9))
        }
    }

    @Test("What seems to need no cleaning needs none")
    func needless() {
        var random = SplitMix64(seed: 25)
        let kinds: [TextCleaning] = [.html, .chrome, .escapes, [.html, .chrome, .escapes]]
        var counts = (0, 0)
        for _ in 0..<5000 {
            let raw = Array(text(&random, 5).utf8)
            for kind in kinds {
                if raw.lend({ mayNeedCleaning($0, kind) }) {
                    counts.0 += 1
                } else {
                    counts.1 += 1
                    #expect(cleanText(raw, kind) == readText(raw)?.bytes ?? [])
                }
            }
        }
        #expect(counts.0 > 1000 && counts.1 > 1000)
    }

    @Test("Patterns of any bytes are read or refused")
    func patterns() {
        var random = SplitMix64(seed: 24)
        var read = 0
        for _ in 0..<5000 {
            let pattern = text(&random, 7) + "{id}" + text(&random, 4)
            for name in [pattern, text(&random, 12)] {
                let bytes = Array(name.utf8)
                if let pattern = try? NamePattern(file: pattern, for: "product_id") {
                    read += 1
                    _ = pattern.value(inFile: bytes)
                }
                _ = try? URLPart(pattern, for: "product_id").value(in: bytes)
            }
        }
        #expect(read > 100)
    }

    @Test("A long name with many gaps is compared in time")
    func longNames() throws {
        let pattern = try NamePattern(file: "{a}_{b}_{c}_{id}.json", for: "product_id")
        let name = Array(String(repeating: "_", count: 255).utf8)
        #expect(pattern.value(inFile: name) == nil)
        let url = Array(("/" + String(repeating: "-", count: 8000)).utf8)
        _ = try URLPart("/p/{slug}-{id}", for: "product_id").value(in: url)
    }
}
