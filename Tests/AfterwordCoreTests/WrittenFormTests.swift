import Testing

@testable import AfterwordCore

/// Small rules about the form of values (cases `date-spelling-doubles-reviews`,
/// `invisible-characters-in-ids`, `refusal-without-reason`, `side-field-rejects-review`).
@Suite struct WrittenFormTests {
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
