import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Case themes-up-where-everything-is-up: a theme rises only if its share rises.
@Suite struct ThemeShiftTests {
    private func record(_ number: Int, _ rating: Int, _ body: String) -> String {
        Fixture.review("P\(number % 7)", rating, body + " Number \(number) of all of them.")
    }

    /// Complaints and praise. Of each hundred reviews, `leaks` complain of leaks and `smell` of the
    /// smell.
    private func reviews(_ numbers: Range<Int>, leaks: Int, smell: Int) -> [String] {
        numbers.map { number in
            let place = number % 100
            if place < leaks { return record(number, 1, "It leaked after two days.") }
            if place < leaks + smell { return record(number, 2, "It has a bad smell and stinks.") }
            return record(number, 5, "I like this one and it is what I want.")
        }
    }

    private func shifts(_ first: [String], _ second: [String]) throws -> [ThemeShift] {
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(first)])
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        fixture.clock = Instant(iso8601: "2026-03-09T08:00:00Z")!
        try fixture.load(["a.json": Fixture.array(first + second)])
        return try fixture.store.read { reader in
            let window = try reader.runs().dumps.window()
            return try scopeDigest(
                reader, of: .scope(.portfolio), written: "portfolio", in: window
            ).themes
        }
    }

    @Test("themes-up-where-everything-is-up: more of everything is no rise")
    func noRise() throws {
        let first = reviews(0..<800, leaks: 6, smell: 4)
        #expect(try shifts(first, reviews(800..<1000, leaks: 6, smell: 4)).isEmpty)
        #expect(try shifts(first, []).isEmpty)
    }

    @Test("A share that doubles and more is up, one that ends is down, with what they are of")
    func moved() throws {
        let found = try shifts(
            reviews(0..<800, leaks: 6, smell: 9), reviews(800..<1000, leaks: 20, smell: 0))
        #expect(found.map(\.aspect.id).sorted() == ["leaks", "smell"])
        let leaks = try #require(found.first { $0.aspect.id == "leaks" })
        #expect(leaks.isUp)
        #expect(leaks.before == Proportion(48, of: 800) && leaks.new == Proportion(40, of: 200))
        #expect(found.first { $0.aspect.id == "smell" }?.isUp == false)
    }

    @Test("Four mentions are too few, however rare they were")
    func few() throws {
        let first = reviews(0..<900, leaks: 0, smell: 0)
        let four = (900..<904).map { record($0, 1, "It leaked after two days.") }
        #expect(try shifts(first, four).isEmpty)
        let five = (900..<905).map { record($0, 1, "It leaked after two days.") }
        #expect(try shifts(first, five).map(\.aspect.id) == ["leaks"])
    }

    @Test("Themes have the share of distinct readable reviews beside how many say so")
    func shares() throws {
        let fixture = Fixture()
        let long = "It leaked after two days and the whole bag was wet and had to be thrown away."
        try fixture.load([
            "a.json": Fixture.array([
                Fixture.review("P1", 1, long), Fixture.review("P2", 1, long),
                Fixture.review("P3", 5, "I like this one and it is what I want."),
                Fixture.review("P3", 1, ""),
            ])
        ])
        let leaks = try #require(
            try fixture.store.read { try themes($0, ThemeQuery()) }
                .first { $0.aspect.id == "leaks" })
        #expect(leaks.mentions == 2)
        #expect(leaks.distinct?.part == 1)
        #expect(leaks.distinct?.share != nil)
    }
}
