import AfterwordCore
import Testing

@Suite struct PluralTests {
    @Test(
        "cli-errors: one of anything is singular, every other count is plural",
        arguments: [
            (0, "0 reviews"), (1, "1 review"), (2, "2 reviews"), (-1, "-1 reviews"),
            (1_000, "1,000 reviews"), (9_601_123, "9,601,123 reviews"),
        ])
    func regular(count: Int, expected: String) {
        #expect(several(count, "review") == expected)
        #expect(several(Int64(count), "review") == expected)
    }

    @Test("A noun that takes more than an s brings its own plural")
    func irregular() {
        #expect(several(1, "entry", plural: "entries") == "1 entry")
        #expect(several(3, "entry", plural: "entries") == "3 entries")
        #expect(grouped(Int64.min) == "-9,223,372,036,854,775,808")
    }
}
