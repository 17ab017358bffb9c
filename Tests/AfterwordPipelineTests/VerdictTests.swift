import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// How a verdict changes what is shown, and for how long.
@Suite struct VerdictTests {
    private static let fire = "It caught fire in the kitchen and I was afraid."

    /// A dump with a harmless review, then one that adds a review about a fire.
    private func made() throws -> Fixture {
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array([Fixture.review("P1", 5, "Fine, I like it.")])])
        try next(&fixture, "2026-03-09", body: Self.fire)
        return fixture
    }

    /// Loads a later dump, in which the second review has this text and rating.
    private func next(
        _ fixture: inout Fixture, _ day: String, body: String, star: Int = 1
    ) throws {
        fixture.options.observedAt = Instant(iso8601: day)
        fixture.clock = Instant(iso8601: day + "T08:00:00Z")!
        try fixture.load([
            "a.json": """
            [{"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": 5, "CHILD_ASIN": "P1",
              "CUSTOMER_REVIEW_DESCRIPTION": "Fine, I like it.", "CUSTOMER_REVIEW_TITLE": "A title"},
             {"PRODUCT_BRAND": "B", "CUSTOMER_REVIEW_RATING": \(star), "CHILD_ASIN": "P1",
              "CUSTOMER_REVIEW_DESCRIPTION": "\(body)", "CUSTOMER_REVIEW_TITLE": "Another"}]
            """
        ])
    }

    @discardableResult
    private func judge(_ fixture: Fixture, _ verdict: Verdict, star: Int = 1) throws -> VerdictRow {
        let review = try #require(
            try fixture.store.read { try $0.reviews(ofProduct: "P1") }
                .first { $0.values.star == star && $0.isLive })
        let new = NewVerdict(
            product: "P1", review: review.reviewID, verdict: verdict, judgedBy: "Ann",
            why: "called the customer")
        return try judgeReview(new, in: fixture.store, now: fixture.clock)
    }

    @Test("The run of a verdict names no product")
    func run() throws {
        let fixture = try made()
        try judge(fixture, .real)
        let run = try #require(try fixture.store.read { try $0.runs() }.last)
        #expect(run.observedOrigin == .verdict && run.productsNamed == 0)
    }

    private struct Shown: Equatable {
        var inbox: [String] = []
        var list: [String] = []
        var hasAlert = false
    }

    private func shown(_ fixture: Fixture, asOf run: Int64? = nil) throws -> Shown {
        try fixture.store.read { now in
            let reader: any StoreReader = run.map { AsOfReader(now, run: $0) } ?? now
            let window = try reader.runs().dumps.window()
            let every = Page(number: 1, size: .max)
            let changes = try changes(reader, of: .scope(.portfolio), in: window)
            return Shown(
                inbox: try inbox(reader, in: window, page: every).entries
                    .compactMap { $0.danger.map { "\($0.dangerClass.rawValue) \($0.hazard)" } },
                list: try safetyReviews(reader, ThemeQuery(), page: every).entries
                    .map { "\($0.danger.dangerClass.rawValue) \($0.hazard)" },
                hasAlert: changes.alerts.contains {
                    if case .dangers = $0 { true } else { false }
                })
        }
    }

    private static let alarm = Shown(
        inbox: ["A fire_or_smoke"], list: ["A fire_or_smoke"], hasAlert: true)

    @Test("False leaves list, inbox and alert; answers as of earlier runs stay")
    func isFalse() throws {
        let fixture = try made()
        #expect(try shown(fixture) == Self.alarm)
        let before = try #require(try fixture.store.read { try $0.newestRun() }?.run)
        let row = try judge(fixture, .isFalse)
        #expect(row.madeRun == before + 1)
        #expect(try shown(fixture) == Shown())
        #expect(try shown(fixture, asOf: before) == Self.alarm)
        #expect(try shown(fixture, asOf: row.madeRun) == Shown())
        // A later verdict replaces the first one, but not answers as of earlier runs.
        _ = try judge(fixture, .real)
        #expect(try shown(fixture) == Self.alarm)
        #expect(try shown(fixture, asOf: row.madeRun) == Shown())
    }

    @Test("A verdict is no dump: what the newest one brought is the same before and after it")
    func noDump() throws {
        let fixture = try made()
        let dumps = try fixture.store.read { try $0.runs().dumps.all.map(\.name) }
        _ = try judge(fixture, .real)
        #expect(try fixture.store.read { try $0.runs().dumps.all.map(\.name) } == dumps)
        #expect(try shown(fixture) == Self.alarm)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("It holds until rating, title or body change, whatever their white space")
    func edited() throws {
        var fixture = try made()
        let row = try judge(fixture, .isFalse)
        func holds() throws -> Bool {
            try fixture.store.read { try verdictListing($0, page: Page()) }.entries
                .first { $0.row.madeRun == row.madeRun }?.holds == true
        }
        #expect(try holds())
        let spaced = Self.fire.split(separator: " ").joined(separator: "  ")
        try next(&fixture, "2026-03-16", body: spaced)
        #expect(try holds())
        #expect(try shown(fixture) == Shown())
        try next(&fixture, "2026-03-23", body: Self.fire, star: 2)
        #expect(try !holds())
        #expect(try shown(fixture) == Self.alarm)
        try next(&fixture, "2026-03-30", body: Self.fire, star: 1)
        #expect(try holds(), "it says what was judged again")
    }

    @Test("Real raises what the lexicon takes for no danger")
    func real() throws {
        var fixture = Fixture()
        try next(&fixture, "2026-03-16", body: "The handle came off over my child.")
        #expect(try shown(fixture).list.isEmpty)
        _ = try judge(fixture, .real)
        #expect(try shown(fixture).list == ["A judged"])
    }
}
