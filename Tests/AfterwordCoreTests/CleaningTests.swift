import Foundation
import Testing

@testable import AfterwordCore

#if !canImport(Darwin)
    @_spi(_Unicode) import Swift

    extension String {
        fileprivate var composedScalars: [Unicode.Scalar] { Array(_nfc) }
        fileprivate var decomposedScalars: [Unicode.Scalar] { Array(_nfd) }
    }
#endif

/// Each cleaning rule, applied to one record through a shape.
@Suite struct CleaningTests {
    /// Cleans one review of the product shape, given the JSON of its members.
    private func clean(_ members: String) -> CleanedRecord {
        RecordCleaner(.builtIn("product-with-reviews")).clean(
            payload: Array("{\(members)}".utf8), context: Array(#"{"^product_id":"P"}"#.utf8))
    }

    @Test(
        "A text is decoded once, its line ends are LF, its form is NFC",
        arguments: [
            (#"plain"#, "plain"),
            (#"a &amp; b &lt;c&gt; &quot;d&quot;"#, "a & b <c> \\\"d\\\""),
            (#"&amp;lt;br&amp;gt;"#, "&lt;br&gt;"),
            (#"&lt;br&gt;"#, "<br>"),
            (#"one<br>two<BR/>three<br  />four"#, "one\\ntwo\\nthree\\nfour"),
            (#"<broken> <b>kept</b>"#, "<broken> <b>kept</b>"),
            (#"&eacute;&#233;&#xE9;&#XE9;"#, "éééé"),
            (#"&NotEqualTilde;"#, "\u{2242}\u{338}"),
            (
                #"&nosuch; &amp &#; &#x; &#1114112; &#55296;"#,
                "&nosuch; &amp &#; &#x; \u{FFFD} \u{FFFD}"
            ),
            (#"&#128;&#150;"#, "€–"),
            (#"a\r\nb\rc\nd"#, "a\\nb\\nc\\nd"),
            (#"a&#13;b"#, "a\\nb"),
            (#"nul \u0000 and &#0;"#, "nul \u{FFFD} and \u{FFFD}"),
            (#"\ud83d\ude00 \ud83d x \ude00"#, "😀 \u{FFFD} x \u{FFFD}"),
            ("e\u{301} \u{212B} \u{1100}\u{1161}", "é Å 가"),
        ])
    func text(raw: String, expected: String) throws {
        let record = clean(#""text": "\#(raw)""#)
        let wanted = try JSONValue(parsing: Array("\"\(expected)\"".utf8))
        #expect(record.values.body?.bytes == Array(try #require(wanted.text).utf8))
    }

    @Test(
        "A rating is mapped to tenths and rounded half up; outside 1 to 5 stars it is a fault",
        arguments: [
            ("5", 50), ("1", 10), ("4.5", 45), ("\"4.0 out of 5 stars\"", 40),
            ("\"4,5 von 5 Sternen\"", 45), ("4.25", 43), ("4.24", 42), ("0.5e1", 50), ("1e0", 10),
            ("5.1", nil), ("-3", nil), ("\"great\"", nil), ("1e400", nil),
            ("1e-400", nil),
            ("99999999999999999999", nil),
        ] as [(String, Int64?)])
    func rating(raw: String, expected: Int64?) {
        let record = clean(#""rating": \#(raw)"#)
        #expect(record.values.rating == expected)
        #expect((record.fault == nil) == (expected != nil))
        #expect(record.fault?.field ?? "rating" == "rating")
    }

    @Test(
        "Missing, null, an empty text, a bare NaN and a sign for none are absent, not faults",
        arguments: [
            "", #""rating": null"#, #""rating": """#, #""rating": NaN"#, #""text": """#,
            #""rating": 0"#, #""rating": -1"#, #""rating": "none""#, #""date": "0000-00-00""#,
        ])
    func absent(members: String) {
        let record = clean(members)
        #expect(record.values == ReviewValues())
        #expect(record.fault == nil)
    }

    @Test(
        "A moment is read from ISO 8601 with or without time and zone",
        arguments: [
            ("2026-08-04", "2026-08-04T00:00:00Z"),
            ("20260804", "2026-08-04T00:00:00Z"),
            ("2026-08-04T02:09Z", "2026-08-04T02:09:00Z"),
            ("2026-08-04T0209Z", "2026-08-04T02:09:00Z"),
            ("2026-08-10T10:53:37-07:00", "2026-08-10T17:53:37Z"),
            ("2026-08-10 10:53:37.25+0200", "2026-08-10T08:53:37.250000Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2023-02-29", nil), ("2026-13-01", nil), ("2026-08-04T25:00Z", nil),
            ("yesterday", nil),
            ("2026-08-04T02:09Zx", nil), ("2026-08-04T02:09+99:00", nil),
        ] as [(String, String?)])
    func instant(raw: String, expected: String?) {
        #expect(Instant(iso8601: raw)?.description == expected)
        let record = clean(#""date": "\#(raw)""#)
        #expect(record.values.createdAt?.description == expected)
        #expect(record.unread.contains(.createdAt) == (expected == nil))
    }

    @Test("A text is read as by hand: references once, line breaks, line ends, NUL, composed")
    func textByHand() {
        let parts = [
            "a", "&", "amp;", "&amp;", "&amp", "&lt;", "<br>", "<BR />", "<bR/", "<", "br>", "\r",
            "\n", "\0",
            "&#13;", "&#x0d;", "&#0;", "&#x41;", "&#", "&eacute;", "é", "e\u{301}",
            "ein langer Text ohne alles", ";",
        ]
        let references = [
            "&amp;": "&", "&lt;": "<", "&#13;": "\r", "&#x0d;": "\r", "&#0;": "\u{FFFD}",
            "&#x41;": "A",
            "&eacute;": "é",
        ]
        for seed in 1...3000 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let raw = (0..<random.draw(below: 12)).map { _ in
                parts[Int(random.draw(below: UInt64(parts.count)))]
            }.joined()
            // Compare by scalars: a `Character` could combine a CR with a following LF.
            var (rest, decoded) = (raw.unicodeScalars[...], String.UnicodeScalarView())
            while !rest.isEmpty {
                let text = String(String.UnicodeScalarView(rest.prefix(9)))
                func begins(_ start: String) -> Bool {
                    text.unicodeScalars.starts(with: start.unicodeScalars)
                }
                if let found = references.first(where: { begins($0.key) }) {
                    decoded.append(contentsOf: found.value.unicodeScalars)
                    rest = rest.dropFirst(found.key.unicodeScalars.count)
                } else if let line = ["<br>", "<BR />"].first(where: begins) {
                    decoded.append("\n")
                    rest = rest.dropFirst(line.unicodeScalars.count)
                } else {
                    decoded.append(rest.removeFirst())
                }
            }
            var expected = String.UnicodeScalarView()
            var previous: Unicode.Scalar = " "
            for scalar in decoded {
                switch scalar {
                case "\0": expected.append("\u{FFFD}")
                case "\r": expected.append("\n")
                case "\n" where previous == "\r": break
                default: expected.append(scalar)
                }
                previous = scalar
            }
            let composed = String(expected).precomposedStringWithCanonicalMapping
            #expect(
                readText(Array(raw.utf8))?.string ?? "" == composed,
                "seed \(seed): \(raw.debugDescription)")
        }
    }

    @Test("Days and dates agree with each other over four centuries")
    func calendar() {
        var expected = CivilDate(year: 1900, month: 1, day: 1)!
        for days in expected.daysSinceEpoch..<expected.daysSinceEpoch + 146_097 {
            #expect(CivilDate(daysSinceEpoch: days) == expected)
            expected =
                CivilDate(year: expected.year, month: expected.month, day: expected.day + 1)
                ?? CivilDate(year: expected.year, month: expected.month + 1, day: 1)
                ?? CivilDate(year: expected.year + 1, month: 1, day: 1)!
        }
    }

    @Test(
        "A count is a whole number that sums can bear",
        arguments: [
            ("0", 0), ("12", 12), ("1000000000", 1_000_000_000), ("1000000001", nil), ("-1", nil),
            ("9e17", nil), ("\"many\"", nil),
        ] as [(String, Int64?)])
    func count(raw: String, expected: Int64?) throws {
        let shape = try Shape(
            parsing: Array(
                #"{"shape": "v", "version": 1, "fields": {"product_id": "p", "body": "b", "helpful_votes": "v"}}"#
                    .utf8))
        let record = RecordCleaner(shape).clean(
            payload: Array(#"{"p": "P", "v": \#(raw)}"#.utf8), context: [])
        #expect(record.values.helpfulVotes == expected)
        #expect(record.unread.contains(.helpfulVotes) == (expected == nil))
    }

    @Test("A number has up to 18 digits; from more none is read")
    func eighteenDigits() {
        func digits(_ text: String) -> Int64? {
            AfterwordCore.Decimal(firstIn: Array(text.utf8))?.digits
        }
        #expect(digits("999999999999999999") == 999_999_999_999_999_999)
        #expect(digits("9999999999999999999") == nil)
        #expect(digits("0.1234567890123456789") == nil)
    }

    @Test("Nothing times ten is nothing, and one times ten is ten")
    func scaled() {
        func scaled(_ text: String, by factor: Int64, over divisor: Int64) -> Int64? {
            AfterwordCore.Decimal(firstIn: Array(text.utf8))?.scaled(by: factor, over: divisor)
        }
        for text in ["0", "0.0", "0e5"] {
            #expect(scaled(text, by: 10, over: 1) == 0, "\(text)")
            #expect(scaled(text, by: 1, over: 3) == 0, "\(text)")
        }
        for text in ["1", "1.0", "0.1e1"] {
            #expect(scaled(text, by: 10, over: 1) == 10, "\(text)")
        }
    }

    @Test("A month begins on its first day, and so do those after it")
    func months() {
        #expect(Instant(startOfMonth: 202603) == Instant(iso8601: "2026-03-01"))
        #expect(Instant(startOfMonth: 202612, plusMonths: 1) == Instant(iso8601: "2027-01-01"))
        #expect(Instant(startOfMonth: 202613) == nil)
    }

    @Test("An identifier is trimmed and never becomes a number")
    func identifier() {
        let cleaner = RecordCleaner(.builtIn("customer-reviews"))
        for (raw, id) in [
            (#"" 0805082115 ""#, "0805082115"), ("805082115", "805082115"), (#""B0\u00c4""#, "B0Ä"),
        ] {
            let record = cleaner.clean(
                payload: Array(#"{"CHILD_ASIN": \#(raw)}"#.utf8), context: [])
            #expect(record.productID == Text(id))
        }
        for raw in [#""  ""#, "null", "[]", "{}"] {
            let record = cleaner.clean(
                payload: Array(#"{"CHILD_ASIN": \#(raw)}"#.utf8), context: [])
            #expect(record.productID == nil)
            #expect(record.fault != nil)
        }
    }

    @Test("The last of repeated keys counts, and an escaped key is the key")
    func keys() {
        let record = clean(#""rating": 1, "r\u0061ting": 4, "other": {"rating": 2}"#)
        #expect(record.values.rating == 40)
    }

    @Test("All that is read is read, and the first fault is told by field")
    func faults() {
        let record = clean(#""rating": 9, "text": ["no text"], "review_id": "R1""#)
        #expect(record.fault?.field == "rating")
        #expect(record.faultCount == 2)
        #expect(record.reviewID == "R1")
    }

    #if !canImport(Darwin)
        @Test("A scalar held for plain is composed, of class 0, and joins nothing before it")
        func plainScalars() {
            var later: Set<Unicode.Scalar> = []
            var all = 0
            for number in 0...0x10FFFF as ClosedRange<UInt32> {
                guard let scalar = Unicode.Scalar(number) else { continue }
                // Any scalar after the first of a decomposition could be composed with a preceding
                // scalar.
                later.formUnion(String(scalar).decomposedScalars.dropFirst())
                guard isPlain(number) else { continue }
                all += 1
                #expect(scalar.properties.canonicalCombiningClass == .notReordered, "\(scalar)")
                #expect(
                    String(scalar).composedScalars == [scalar], "U+\(String(number, radix: 16))")
            }
            #expect(all > 20_000)
            for scalar in later {
                #expect(!isPlain(scalar.value), "U+\(String(scalar.value, radix: 16))")
            }
        }
    #endif

    /// Code that only needs to know whether a text is present does not read it, so presence must
    /// follow from the raw bytes.
    @Test("A text that is there is never read as absent")
    func present() {
        var texts = namedReferences.keys.map { "&\($0);" }
        #expect(texts.count > 2000 && texts.contains("&AElig;"))
        texts += (0...0x11_0001 as ClosedRange<UInt32>).filter { $0 < 0x3000 || $0 & 0xFFF < 2 }
            .map { "&#\($0);" }
        texts += [
            "\0", "\r", "\n", "\r\n", " ", "<br>", "<br/>", "\u{301}", "\u{FEFF}", "&", "&;", "<",
        ]
        for text in texts {
            #expect(readText(Array(text.utf8)) != nil, "\(text.debugDescription)")
        }
        #expect(readText([]) == nil)
    }

    /// By hand: NUL, CR, `&` and `<` need rewriting; bytes from 0xCC on may need composition.
    @Test("What a text needs is told alike wherever the byte lies that needs it")
    func work() {
        for count in 0...40 {
            let plain = [UInt8](repeating: 0x61, count: count)
            #expect(plain.lend { workNeeded(by: $0) } == .none)
            for place in 0..<count {
                for byte in UInt8.min...UInt8.max {
                    var text = plain
                    text[place] = byte
                    let expected: TextWork =
                        [0x00, 0x0D, 0x26, 0x3C].contains(byte)
                        ? .rewriting : byte >= 0xCC ? .composing : .none
                    #expect(text.lend { workNeeded(by: $0) } == expected)
                    text[count / 2] = 0xE3
                    let isKept = place != count / 2 && expected == .rewriting
                    #expect(
                        text.lend { workNeeded(by: $0) } == (isKept ? .rewriting : .composing))
                }
            }
        }
    }
}
