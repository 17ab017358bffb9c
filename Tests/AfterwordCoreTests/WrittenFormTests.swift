import Testing

@testable import AfterwordCore

/// Small rules about the form of values (cases `date-spelling-doubles-reviews`,
/// `invisible-characters-in-ids`, `refusal-without-reason`, `side-field-rejects-review`).
@Suite struct WrittenFormTests {
    @Test(
        "All spellings of a day are one day for identity",
        arguments: [
            "2026-01-01", "2026-01-01T00:00:00.000Z", "2026-01-01 18:30:00 UTC", "01.01.2026",
            "1.1.26", "January 1, 2026", "1 Jan 2026", "1 janvier 2026", "1 января 2026",
            "2026年1月1日", "1767225600", "1767225600000", " 2026-01-01\u{A0}", "1/1/2026",
            "Reviewed in Canada on January 1, 2026", "Thu, 01 Jan 2026 08:00:00 GMT",
        ])
    func day(raw: String) {
        #expect(writtenDay(Array(raw.utf8)) == 20_454)
    }

    @Test(
        "What moves or is not sure is no day", arguments: ["2 days ago", "May 2026", "01/02/2026"])
    func noDay(raw: String) {
        #expect(writtenDay(Array(raw.utf8)) == nil)
        #expect(isRelativeDate(Array(raw.utf8)) == (raw == "2 days ago"))
        #expect(writtenDay(Array("01/02/2026".utf8), order: .dayFirst) == 20_485)
    }

    @Test(
        "A brand is read without the words of the page around it",
        arguments: [
            "Acme", " Acme\u{A0}", "Brand: Acme", "Visit the Acme Store", "Marke: Acme",
            "Besuche den Acme-Store", "Visiter la boutique Acme", "Visita la tienda de Acme",
            "Visita lo Store di Acme", "Marca: Acme", "Merk: Acme", "ブランド: Acme",
        ])
    func brand(raw: String) {
        #expect(readBrand(Array(raw.utf8))?.string == "Acme")
    }

    @Test(
        "Other brands stay as they are",
        arguments: ["ACME", "The Store", "Brand", "Visit the Store"])
    func otherBrand(raw: String) {
        #expect(readBrand(Array(raw.utf8))?.string == raw)
    }

    @Test(
        "The form of a value is told without its text",
        arguments: [
            ("26 Apr 2026", "11 characters: digits, blank, letters, blank, digits"),
            ("", "empty"), ("x", "1 character: letters"),
            ("12/05", "5 characters: digits, /, digits"),
            ("五つ星", "3 characters: other letters"), ("★★", "2 characters: sign"),
            ("٥", "1 character: other digits"), ("a\u{200B}", "2 characters: letters, invisible"),
            (
                "1 2 3 4 5 6",
                "11 characters: digits, blank, digits, blank, digits, blank, digits, blank, …"
            ),
        ])
    func form(raw: String, expected: String) {
        #expect(formOf(Array(raw.utf8)) == expected)
    }

    @Test(
        "A wrapper of a database's export is its value",
        arguments: [
            (#"{"$oid": "507f1f77bcf86cd799439011"}"#, "507f1f77bcf86cd799439011"),
            (#"{"$date": "2024-05-02T11:22:33Z"}"#, "2024-05-02T11:22:33Z"),
            (#"{"$date": {"$numberLong": "1714646553000"}}"#, "1714646553000"),
            (#"{"$numberInt": "5"}"#, "5"), (#"{"$date": 1714646553000}"#, "1714646553000"),
            (#"{"oid": "x"}"#, nil), (#"{"$a": 1, "$b": 2}"#, nil), ("{}", nil), ("[1]", nil),
            (#"{"$oid": null}"#, nil), (#"{"$a": {"$b": {"$c": 1}}}"#, nil),
        ] as [(String, String?)])
    func wrapper(raw: String, expected: String?) {
        #expect(
            readWrapped(Array(raw.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }
}
