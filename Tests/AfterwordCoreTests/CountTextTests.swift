import Testing

@testable import AfterwordCore

/// Counts, flags and identifiers as pages and programs write them (cases `helpful-votes-as-text`,
/// `side-field-rejects-review`, `invisible-characters-in-ids`, `ids-as-floats`).
@Suite struct CountTextTests {
    @Test(
        "A count is read from a text",
        arguments: [
            ("12 people found this helpful", 12), ("1,234 people found this helpful", 1234),
            ("One person found this helpful", 1), ("1 person found this helpful", 1),
            ("Eine Person fand diese Informationen hilfreich", 1),
            ("1.234 Personen fanden diese Informationen hilfreich", 1234),
            ("Une personne a trouvé cela utile", 1),
            ("1 234 personnes ont trouvé cela utile", 1234),
            ("A una persona le ha sido útil", 1), ("Una persona lo ha trovato utile", 1),
            ("Uma pessoa achou isso útil", 1), ("Een persoon vond dit nuttig", 1),
            ("Jedna osoba uznała to za przydatne", 1), ("En person tyckte detta var till hjälp", 1),
            ("Bir kişi bunu faydalı buldu", 1), ("34 kişi bunu faydalı buldu", 34),
            ("3人のお客様がこれが役に立ったと考えています", 3), ("15人中、12人の方が役に立った", 12),
            ("12 of 15 people found the following review helpful", 12),
            ("12 von 15 Kunden fanden die folgende Rezension hilfreich", 12),
            ("1.2K", 1200), ("1,2K", 1200), ("1.2k likes", 1200), ("3K", 3000), ("2 Tsd.", 2000),
            ("1,2 mil", 1200), ("1.2万", 12_000), ("1.2万人", 12_000), ("3M", 3_000_000),
            ("1,5 Mio.", 1_500_000), ("(7)", 7), ("Helpful (7)", 7), ("+3", 3), ("1'234", 1234),
            ("1\u{202F}234", 1234), ("1,23,456", 123_456), ("٣٤", 34), ("12.0", 12), ("0", 0),
            ("No one found this helpful", 0), ("Nobody found this helpful", 0),
            ("1,234,567", 1_234_567),
        ] as [(String, Int64)])
    func count(raw: String, expected: Int64) {
        #expect(readCount(Array(raw.utf8)) == .success(expected))
    }

    @Test(
        "A text without a count is a fault",
        arguments: [
            "0.375", "0.667", "2.5", "0.5",
            "Helpful", "many", "-1", "-3 votes", "1 2 3", "Thank you for your feedback", "",
            "1000000001", "2000M", "N/A",
        ])
    func noCount(raw: String) {
        #expect(readCount(Array(raw.utf8)) == .failure(ReadFault(.unreadableNumber)))
    }

    @Test(
        "A flag is read in many languages, and from badges",
        arguments: [
            ("true", true), ("TRUE", true), ("1", true), ("Yes", true), ("y", true), ("t", true),
            ("Verified Purchase", true), ("verified_buyer", true), ("buyer", true),
            ("Verifizierter Kauf", true), ("Achat vérifié", true), ("Compra verificada", true),
            ("Acquisto verificato", true), ("Zweryfikowany zakup", true), ("Amazonで購入", true),
            ("ja", true), ("oui", true), ("Sí", true), ("да", true), ("✓", true), (" True ", true),
            ("false", false), ("0", false), ("No", false), ("n", false), ("nothing", false),
            ("unverified", false), ("Not Verified", false), ("nein", false), ("não", false),
            ("нет", false), ("✗", false), ("F", false), ("0.0", false), ("1.0", true),
        ])
    func flag(raw: String, expected: Bool) {
        #expect(readFlag(Array(raw.utf8)) == .success(expected))
    }

    @Test(
        "A text that is no flag is a fault", arguments: ["maybe", "2", "Vine Customer", "ok", ""])
    func noFlag(raw: String) {
        #expect(readFlag(Array(raw.utf8)) == .failure(ReadFault(.unreadableFlag)))
    }

    @Test(
        "Blanks and invisible characters around an identifier are no part of it",
        arguments: [
            "B0X", " B0X ", "B0X\u{A0}", "\u{FEFF}B0X", "B0X\u{200B}", "\u{2003}B0X\u{3000}",
            "\u{200E}B0X\u{200F}", "\u{202F}B0X", "B0X\u{2060}", "\u{AD}B0X", "\tB0X\r\n",
            "\u{A0}\u{FEFF} B0X\u{200B} ", "\u{85}B0X\u{2028}", "\u{2066}B0X\u{2069}",
            "\u{FE0F}B0X\u{FE0E}", "\u{7F}B0X\u{9F}",
            "B0X\u{E0100}", "\u{115F}B0X\u{FFA0}", "\u{180E}B0X\u{34F}", "B0X&nbsp;", "&#160;B0X",
            "&nbsp; B0X&#xA0;&zwnj;\u{200B}", "B0X&ZeroWidthSpace;", "&shy;B0X&#8203;&emsp;",
        ])
    func identifier(raw: String) {
        #expect(readIdentifier(Array(raw.utf8))?.string == "B0X")
        #expect(readAttribute(Array(raw.utf8))?.string == "B0X")
        Array(raw.utf8).lend { #expect(isPlainIdentifier($0) == (raw == "B0X")) }
    }

    /// No arguments: a report cannot write these characters, and would name the cases alike.
    @Test("Control characters around an identifier are no part of it")
    func controls() {
        for raw in ["B0X\u{0}", "\u{0}B0X", "B0X\u{1}", "\u{1F} B0X"] { identifier(raw: raw) }
    }

    @Test("What stands inside an identifier stays, and only blanks are absent")
    func insideIdentifier() {
        for id in [
            "B0 X", "B0\u{A0}X", "A\u{200D}B", "Ärger", "日本", "0805082115", "7.0", "♥",
            "A&nbsp;B", "B0X&amp;", "&lt;B0X", "&B0X;", "&;",
        ] {
            #expect(readIdentifier(Array(id.utf8))?.string == id)
        }
        for blank in ["", " ", "\u{A0}", "\u{200B}\u{FEFF}", "\u{3000}", "&nbsp;", "\u{0}"] {
            #expect(readIdentifier(Array(blank.utf8)) == nil)
        }
        // The rules of stores begun before took off blanks of ASCII alone.
        #expect(
            readIdentifier(Array(" \u{FE0F}B0X&nbsp; ".utf8), .v1)?.string == "\u{FE0F}B0X&nbsp;")
    }

    @Test(
        "A whole JSON number is one identifier in every spelling",
        arguments: [
            ("700101.0", "700101"), ("7.00101e5", "700101"), ("7.00101E+5", "700101"),
            ("700101.000", "700101"), ("1e3", "1000"), ("0.0", "0"), ("-5.0", "-5"),
            ("700101", nil), ("700101.5", nil), ("B0X", nil), ("1.0.0", nil), ("1e400", nil),
            ("12345678901234567890.0", nil), ("1234567890123456.0", nil),
        ] as [(String, String?)])
    func wholeNumber(raw: String, expected: String?) {
        let whole = wholeIdentifier(number: Array(raw.utf8))
        #expect(whole.map { String(decoding: $0, as: UTF8.self) } == expected)
    }
}
