import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// A dump that differs strongly from the earlier ones is refused: half of an export, another
/// marketplace, or missing texts.
@Suite struct DriftTests {
    /// A dump of records with the given rating, distributed over brands. Every `emptyOf`-th record
    /// has no text; 0 for none.
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

    /// Loads a dump of 100 records for each week.
    private func weeks(_ count: Int) throws -> Fixture {
        var fixture = Fixture()
        for week in 0..<count {
            fixture.options.observedAt = Instant(
                microseconds: ReviewHistory.start.microseconds + Int64(week) * 604_800_000_000)
            try fixture.load(["a.json": dump(100, salt: "\(week)")])
        }
        fixture.options.observedAt = ReviewHistory.start.adding(seconds: 604_800 * 20)
        fixture.clock = ReviewHistory.start.adding(seconds: 604_800 * 20)
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
            (50, 4, 4, 0, []), (49, 4, 4, 0, [.records, .products]), (200, 4, 4, 0, []),
            (201, 4, 4, 0, [.records]), (100, 2, 4, 0, []), (100, 1, 4, 0, [.brands]),
            (100, 40, 4, 0, []), (100, 4, 3, 0, [.meanStar]), (100, 4, 4, 5, []),
            (100, 4, 4, 4, [.withoutText]),
            (40, 1, 1, 2, [.records, .products, .brands, .meanStar, .withoutText]),
        ] as [(Int, Int, Int, Int, [DumpComparison.Measure])])
    func limits(
        records: Int, brands: Int, rating: Int, emptyOf: Int, expected: [DumpComparison.Measure]
    ) throws {
        let fixture = try weeks(5)
        let text = dump(records, brands: brands, rating: rating, emptyOf: emptyOf, salt: "new")
        #expect(try unlike(fixture, text) == expected)
    }

    @Test("Nothing of a refused dump is stored; --accept-drift loads it; a plan shows it")
    func accepted() throws {
        let fixture = try weeks(5)
        let before = try fixture.tables()
        let half = dump(40, salt: "new")
        #expect(try unlike(fixture, half) == [.records, .products])
        #expect(try fixture.tables() == before)
        let plan = try fixture.load(["a.json": half]) { $0.isRehearsal = true }
        #expect(plan.comparison?.isUnlike == true)
        #expect(plan.comparison?.rows.first?.usual == 100)
        let report = try fixture.load(["a.json": half]) { $0.acceptsDrift = true }
        #expect(report.run.run == 6)
    }

    @Test(
        "newest-dump: from the second dump on half of the products is refused, growth is not",
        arguments: [
            (50, 4, 4, 0, []), (49, 4, 4, 0, [.records, .products]), (900, 40, 4, 0, []),
            (100, 1, 4, 0, [.brands]), (100, 4, 3, 0, []), (100, 4, 2, 0, [.meanStar]),
            (100, 4, 4, 3, []), (100, 4, 4, 2, [.withoutText]),
        ] as [(Int, Int, Int, Int, [DumpComparison.Measure])])
    func second(
        records: Int, brands: Int, rating: Int, emptyOf: Int, expected: [DumpComparison.Measure]
    ) throws {
        let text = dump(records, brands: brands, rating: rating, emptyOf: emptyOf, salt: "new")
        for count in [1, 4] { #expect(try unlike(weeks(count), text) == expected) }
    }

    @Test("As many records of far fewer products are unlike the dumps before")
    func products() throws {
        let few = (0..<100).map { Fixture.review("P\($0 % 40)", 4, "One more text, number \($0)") }
        let fixture = try weeks(1)
        #expect(
            try unlike(
                fixture, Fixture.array(few.map { $0.replacing("\"B\"", with: "\"Brand 0\"") }))
                == [.products, .brands])
    }

    /// Reviews of four products by number, each with an id and a text of its own.
    private func withIDs(_ count: Int, _ id: (Int) -> String, text: String = "") -> String {
        (0..<count).map { number in
            """
            {"asin":"P\(number % 4)","id":"\(id(number))","rating":4,"title":"T",\
            "text":"The lid of the box number \(number) closes very well\(text)"}
            """
        }.joined(separator: "\n")
    }

    private static func shapeOfIDs() throws -> Shape {
        try Shape(
            parsing: Array(
                #"""
                {"shape":"ids","version":1,"fields":{"product_id":"asin","review_id":"id",
                 "rating":"rating","title":"title","body":"text"}}
                """#.utf8))
    }

    @Test("Reviews that come again under other ids are unlike; new ones, and edits, are not")
    func doubledReviews() throws {
        func dump(_ id: (Int) -> String, text: String = "") -> String {
            withIDs(80, id, text: text)
        }
        let shape = try Self.shapeOfIDs()
        func fixture() throws -> Fixture {
            var fixture = Fixture()
            fixture.options.shapes = [shape]
            try fixture.load(["a.jsonl": dump { "R\($0)" }])
            fixture.options.observedAt = Instant(iso8601: "2026-03-03")
            return fixture
        }
        #expect(try unlike(fixture(), dump { "\($0)-R" }) == [.doubledReviews])
        #expect(try unlike(fixture(), dump { "R\($0)" }) == [])
        #expect(try unlike(fixture(), dump({ "R\($0)" }, text: ", edited")) == [])
        #expect(try unlike(fixture(), dump({ "\($0)-R" }, text: ", says another")) == [])
        #expect(try unlike(fixture(), dump { $0 < 60 ? "R\($0)" : "\($0)-R" }) == [.doubledReviews])
        #expect(try unlike(fixture(), dump { $0 < 61 ? "R\($0)" : "\($0)-R" }) == [])
        let plan = try fixture().load(["a.jsonl": dump { "\($0)-R" }]) { $0.isRehearsal = true }
        #expect(plan.comparison?.rows.last?.found == 80)
    }

    @Test("An empty snapshot is a dump with none, and does not end a series")
    func emptySnapshot() throws {
        var fixture = try weeks(1)
        let first = fixture.options.observedAt ?? ReviewHistory.start
        for (week, text) in ["[]", dump(100, salt: "after")].enumerated() {
            fixture.options.observedAt = first.adding(seconds: Int64(week + 1) * 604_800)
            fixture.clock = first.adding(seconds: Int64(week + 1) * 604_800)
            try fixture.load(["a.json": text])
        }
        let runs = try fixture.store.read { try $0.runs() }
        #expect(runs.map(\.balance.inserted) == [100, 0, 100])
        #expect(throws: InputFault.self) {
            try fixture.load(["a.json": "[]"]) { $0.completeness = .products }
        }
        let whole = try fixture.load(["a.json": "[]"]) {
            ($0.completeness, $0.maxDeletes, $0.acceptsDrift) = (.all, 200, true)
        }
        #expect(whole.run.deleted == 200)
    }

    @Test(
        "Reviews that lose or change their ids are not doubled, also those of a line",
        arguments: [#""id":"N"#, #""none":"R"#])
    func changedIDs(id: String) throws {
        let run = CaseRun("ids")
        let shape =
            #"{"shape":"r","version":1,"fields":{"product_id":"p","review_id":"id","body":"t"}}"#
        let records = (0..<24).map {
            #"{"p":"P\#($0 % 7)","id":"R\#($0)","t":"Review text number \#($0)"}"#
        }.joined(separator: "\n")
        try run.load(files: ["r.jsonl": records], shape: shape) {
            $0.observedAt = Instant(iso8601: "2026-05-01")
        }
        #expect(throws: InputFault.self) {
            try run.load(
                files: ["r.jsonl": records.replacing(#""id":"R"#, with: id)], shape: shape
            ) { $0.observedAt = Instant(iso8601: "2026-05-08") }
        }
        #expect(try run.reviews().count == 24)
    }

    @Test("Markets loaded one after another on one day are one dump; next week each finds its like")
    func markets() throws {
        var fixture = Fixture()
        for week in 0..<2 {
            let day = ReviewHistory.start.adding(seconds: Int64(week) * 604_800)
            fixture.options.observedAt = day
            fixture.clock = day
            try fixture.load(["de.json": dump(400, salt: "de \(week)")])
            fixture.options.observedAt = day.adding(seconds: 3600)
            try fixture.load(["it.json": dump(60, salt: "it \(week)")])
        }
    }

    @Test("Runs of one label are one dump whatever their days; two labels of one day are two dumps")
    func labels() throws {
        var fixture = Fixture()
        fixture.clock = ReviewHistory.start.adding(seconds: 10 * 86_400)
        fixture.options.observedAt = ReviewHistory.start
        fixture.options.dumpLabel = Text("week 1")
        try fixture.load(["de.json": dump(400, salt: "de")])
        // Another market in the same dump, observed two days later.
        fixture.options.observedAt = ReviewHistory.start.adding(seconds: 2 * 86_400)
        try fixture.load(["it.json": dump(60, salt: "it")])
        fixture.options.dumpLabel = Text("week 2")
        #expect(
            try unlike(fixture, dump(20, brands: 1, salt: "new")) == [.records, .products, .brands])
    }

    @Test("Small dumps are not compared with")
    func small() throws {
        var small = Fixture()
        for week in 0..<6 {
            small.options.observedAt = ReviewHistory.start.adding(seconds: Int64(week) * 604_800)
            small.clock = small.options.observedAt!
            try small.load(["a.json": dump(20, salt: "\(week)")])
        }
        #expect(try unlike(small, dump(3, brands: 1, salt: "new")) == [])
    }

    @Test("newest-dump: ids that have changed are unlike in small dumps too")
    func smallIDs() throws {
        func dump(_ products: Int, _ salt: String, _ id: (Int) -> String = { "P\($0)" }) -> String {
            Fixture.array(
                (0..<products).map {
                    Fixture.review(id($0), 4, "One more text, number \($0), that is long \(salt)")
                })
        }
        func fixture() throws -> Fixture {
            var fixture = Fixture()
            fixture.options.observedAt = ReviewHistory.start
            try fixture.load(["a.json": dump(20, "")])
            fixture.options.observedAt = ReviewHistory.start.adding(seconds: 604_800)
            return fixture
        }
        #expect(try unlike(fixture(), dump(20, "new") { "P\($0).0" }) == [.knownProducts])
        #expect(try unlike(fixture(), dump(10, "new") { "P\($0).0" }) == [.knownProducts])
        #expect(try unlike(fixture(), dump(9, "new") { "P\($0).0" }) == [])
        #expect(try unlike(fixture(), dump(20, "new") { $0 == 0 ? "P0" : "P\($0).0" }) == [])
        #expect(try unlike(fixture(), dump(3, "new")) == [], "few records are no sign")
        let plan = try fixture().load(["a.json": dump(20, "new") { "P\($0).0" }]) {
            $0.isRehearsal = true
        }
        #expect(plan.comparison?.rows.map(\.measure) == [.knownProducts, .doubledReviews])
    }

    @Test("newest-dump: reviews that come again under other ids are unlike in small dumps too")
    func smallDoubled() throws {
        let shape = try Self.shapeOfIDs()
        for (count, expected) in [(40, [.doubledReviews]), (20, [.doubledReviews]), (19, [])]
            as [(Int, [DumpComparison.Measure])]
        {
            var fixture = Fixture()
            fixture.options.shapes = [shape]
            try fixture.load(["a.jsonl": withIDs(40) { "R\($0)" }])
            fixture.options.observedAt = Instant(iso8601: "2026-03-03")
            #expect(try unlike(fixture, withIDs(count) { "\($0)-R" }) == expected)
        }
    }

    @Test(
        "Reviews without ids whose dates are written otherwise are found again where all are there")
    func otherDates() throws {
        let shape = try Shape(
            parsing: Array(
                #"""
                {"shape":"dates","version":1,"fields":{"product_id":"asin","author_name":"author",
                 "rating":"rating","body":"text","created_at":"date"}}
                """#.utf8))
        func dump(_ date: (Int) -> String) -> String {
            (0..<30).map { number in
                """
                {"asin":"P\(number % 3)","author":"Ana \(number)","rating":4,\
                "text":"The lid of the box number \(number) closes very well",\
                "date":"\(date(number))"}
                """
            }.joined(separator: "\n")
        }
        func day(_ number: Int) -> String { "2026-01-\(10 + number % 20)" }
        var fixture = Fixture()
        fixture.options.shapes = [shape]
        fixture.options.observedAt = Instant(iso8601: "2026-02-08")
        fixture.clock = Instant(iso8601: "2026-03-08")!
        try fixture.load(["a.jsonl": dump(day)])
        fixture.options.observedAt = Instant(iso8601: "2026-02-15")
        for other in [{ _ in "9 days ago" }, { day($0) + "T08:30:00Z" }] as [(Int) -> String] {
            #expect(try unlike(fixture, dump(other)) == [.doubledReviews])
        }
        let report = try fixture.load(["a.jsonl": dump { _ in "9 days ago" }]) {
            $0.completeness = .products
        }
        #expect(report.run.balance.inserted == 0 && report.run.deleted == 0)
        #expect(report.links.edited == 30)
    }

    @Test("The very files of an earlier run are loaded again, however unlike the last they are")
    func identical() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": dump(400, salt: "first")])
        for week in 0..<5 {
            try fixture.load(["a.json": dump(100, salt: "\(week)")]) { $0.acceptsDrift = true }
        }
        let report = try fixture.load(["a.json": dump(400, salt: "first")])
        #expect(report.run.balance.inserted == 0)
    }
}
