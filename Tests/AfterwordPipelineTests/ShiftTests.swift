import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// A dump that is unlike the last five is refused: half of an export, another marketplace, lost texts.
@Suite struct ShiftTests {
    /// So many records of so many brands with this rating; each `emptyOf`-th without a text.
    private func dump(
        _ records: Int, brands: Int = 4, rating: Int = 4, emptyOf: Int = 0, salt: String = ""
    ) -> String {
        Fixture.array(
            (0..<records).map { number in
                let isEmpty = emptyOf > 0 && number % emptyOf == 0
                let text = isEmpty ? "NaN" : "\"The text of review number \(number) \(salt)\""
                return """
                    {"PRODUCT_BRAND": "Brand \(number % brands)", "CUSTOMER_REVIEW_RATING": \(rating),
                     "CUSTOMER_REVIEW_TITLE": NaN, "CUSTOMER_REVIEW_DESCRIPTION": \(text),
                     "CHILD_ASIN": "P\(number)"}
                    """
            })
    }

    /// Weeks of dumps of 100 records.
    private func weeks(_ count: Int) throws -> Fixture {
        var fixture = Fixture()
        for week in 0..<count {
            fixture.options.observedAt = Instant(
                microseconds: ReviewHistory.start.microseconds + Int64(week) * 604_800_000_000)
            try fixture.load(["a.json": dump(100, salt: "\(week)")])
        }
        fixture.options.observedAt = Instant(iso8601: "2030-01-01")
        return fixture
    }

    private func unlike(_ fixture: Fixture, _ text: String) throws -> [DumpComparison.Measure] {
        do {
            try fixture.load(["a.json": text])
            return []
        } catch InputFault.unlikeTheLast(let comparison) {
            return comparison.rows.filter(\.isUnlike).map(\.measure)
        }
    }

    @Test(
        "What is beyond a limit is named; at the limit it is not",
        arguments: [
            (50, 4, 4, 0, []), (49, 4, 4, 0, [.records]), (200, 4, 4, 0, []),
            (201, 4, 4, 0, [.records]), (100, 2, 4, 0, []), (100, 1, 4, 0, [.brands]),
            (100, 40, 4, 0, []), (100, 4, 3, 0, [.meanStar]), (100, 4, 4, 5, []),
            (100, 4, 4, 4, [.withoutText]), (40, 1, 1, 2, DumpComparison.Measure.allCases),
        ] as [(Int, Int, Int, Int, [DumpComparison.Measure])])
    func limits(
        records: Int, brands: Int, rating: Int, emptyOf: Int, expected: [DumpComparison.Measure]
    ) throws {
        let fixture = try weeks(5)
        let text = dump(records, brands: brands, rating: rating, emptyOf: emptyOf, salt: "new")
        #expect(try unlike(fixture, text) == expected)
    }

    @Test("Nothing of a refused dump is stored; --accept-shift loads it; a plan shows it")
    func accepted() throws {
        let fixture = try weeks(5)
        let before = try fixture.tables()
        let half = dump(40, salt: "new")
        #expect(try unlike(fixture, half) == [.records])
        #expect(try fixture.tables() == before)
        let plan = try fixture.load(["a.json": half]) { $0.isRehearsal = true }
        #expect(plan.comparison?.isUnlike == true)
        #expect(plan.comparison?.rows.first?.usual == 100)
        let report = try fixture.load(["a.json": half]) { $0.acceptsShift = true }
        #expect(report.run.run == 6)
    }

    @Test("Fewer than five runs, and small ones, are not compared with", arguments: [1, 4])
    func few(count: Int) throws {
        #expect(try unlike(weeks(count), dump(7, brands: 1, rating: 1, salt: "new")) == [])
        let small = Fixture()
        for week in 0..<6 { try small.load(["a.json": dump(20, salt: "\(week)")]) }
        #expect(try unlike(small, dump(3, brands: 1, salt: "new")) == [])
    }

    @Test("The very files of an earlier run are loaded again, however unlike the last they are")
    func identical() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": dump(400, salt: "first")])
        for week in 0..<5 {
            try fixture.load(["a.json": dump(100, salt: "\(week)")]) { $0.acceptsShift = true }
        }
        let report = try fixture.load(["a.json": dump(400, salt: "first")])
        #expect(report.run.balance.inserted == 0)
    }
}
