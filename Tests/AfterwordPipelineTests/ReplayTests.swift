import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// A replay of rejects after a fix gives the same reviews as loading the fixed dump at once.
@Suite struct ReplayTests {
    private func review(_ product: String, _ rating: String, _ body: String) -> String {
        Fixture.review(product, 0, body).replacing(
            "\"CUSTOMER_REVIEW_RATING\": 0", with: "\"CUSTOMER_REVIEW_RATING\": \(rating)")
    }

    @discardableResult
    private func replay(
        _ fixture: Fixture, run: Int64, reason: RejectReason? = nil,
        _ change: (inout LoadOptions) -> Void = { _ in }
    ) throws -> LoadReport {
        var options = fixture.options
        options.observedAt = nil
        change(&options)
        let clock = fixture.clock
        return try replayRejects(
            ReplaySelection(run: run, reason: reason), of: fixture.store, options: options,
            surroundings: LoadSurroundings(now: { clock }))
    }

    /// The reviews without keys and runs: contents, ids, versions and times.
    private func reviews(_ fixture: Fixture) throws -> [StoredReview] {
        try fixture.store.read { try $0.reviews(ofProduct: nil) }.map { review in
            var review = review
            (review.reviewKey, review.rawKey, review.run) = (0, 0, 0)
            return review
        }
    }

    @Test("What strict mode refused is taken by the tolerant one, at the first run's time")
    func strict() throws {
        let records = Fixture.reviews("P1", 5) + [review("P1", "NaN", "a text without stars")]
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(records)]) {
            $0.isStrict = true
            $0.maxRejects = 10
        }
        fixture.clock = Instant(iso8601: "2026-05-05")!
        let report = try replay(fixture, run: 1)
        #expect(report.run.run == 2 && report.run.observedOrigin == .replay)
        #expect(report.run.observedAt == fixture.options.observedAt)
        #expect(report.run.balance.found == 1 && report.run.balance.inserted == 1)
        let whole = Fixture()
        try whole.load(["a.json": Fixture.array(records)])
        #expect(try reviews(fixture) == reviews(whole))
        // The first run's balance and the rejects are unchanged, and the audit finds nothing.
        let (runs, rejects, raw) = try fixture.store.read { reader in
            (try reader.runs(), try reader.rejects(), try reader.raw(ofProduct: nil))
        }
        #expect(runs[0].balance.rejected == 1 && rejects.count == 1)
        let kept = try #require(raw.first { $0.payload == rejects[0].payload })
        #expect(kept.file == "a.json" && kept.offset == rejects[0].offset)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("Taken twice, nothing is there twice")
    func twice() throws {
        var fixture = Fixture()
        let records = Fixture.reviews("P1", 3) + [review("P1", "NaN", "a text without stars")]
        try fixture.load(["a.json": Fixture.array(records)]) {
            $0.isStrict = true
            $0.maxRejects = 10
        }
        try replay(fixture, run: 1)
        let before = try fixture.tables()
        fixture.clock = Instant(iso8601: "2026-05-05")!
        let again = try replay(fixture, run: 1)
        #expect(again.run.balance.unchanged == 1 && again.run.balance.inserted == 0)
        for table in ["product_reviews_history", "product_reviews_raw", "rejected_records"] {
            #expect(try fixture.tables()[table] == before[table], "\(table)")
        }
    }

    @Test("Five short texts and one more are six, as if the mended dump had been loaded at once")
    func shortTexts() throws {
        func short(_ votes: String) -> String {
            #"{"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_TITLE": "Ok", "CUSTOMER_REVIEW_RATING": 5, "x": \#(votes)}"#
        }
        let records = ["1", "2", "NaN", "4", "5", "6"].map(short)
        var fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(records)]) {
            $0.isStrict = true
            $0.maxRejects = 10
        }
        #expect(try reviews(fixture).count == 5)
        let report = try replay(fixture, run: 1)
        #expect(report.run.balance.found == 1 && report.run.balance.inserted == 1)
        let whole = Fixture()
        try whole.load(["a.json": Fixture.array(records)])
        #expect(
            try Set(reviews(fixture).map(\.reviewID)) == Set(reviews(whole).map(\.reviewID)))
        // Loading the fixed dump itself then changes nothing.
        let before = try fixture.tables()["product_reviews_history"]
        fixture.clock = Instant(iso8601: "2026-05-05")!
        try fixture.load(["a.json": Fixture.array(records)])
        #expect(try fixture.tables()["product_reviews_history"] == before)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test(
        "A better shape takes what the old one could not; what is enclosed keeps what enclosed it")
    func shape() throws {
        func shape(_ scale: Int) throws -> Shape {
            try Shape(
                parsing: Array(
                    #"{"shape":"own","version":1,"records":"list[*]","fields":{"product_id":"^p","rating":{"from":"r","scale":\#(scale)},"body":"t"}}"#
                        .utf8))
        }
        let dump =
            #"{"p": "P1", "list": [{"r": 4, "t": "a text of some length"}, {"r": 8}]}"#
        var fixture = Fixture()
        let five = try shape(5)
        let ten = try shape(10)
        try fixture.load(["a.json": dump]) {
            $0.shapes = [five]
            $0.maxRejects = 10
        }
        #expect(try fixture.store.read { try $0.rejects() }.map(\.reason) == [.ratingOutOfScale])
        fixture.clock = Instant(iso8601: "2026-05-05")!
        let report = try replay(fixture, run: 1) { $0.shapes = [ten] }
        #expect(report.run.balance.inserted == 1)
        let ratings = try reviews(fixture).map { $0.values.rating }
        #expect(Set(ratings) == [40])
    }

    @Test("A product's object that a replay reads is placed where it lay in its file")
    func placed() throws {
        let good =
            #"{"product_id": "P1", "color": "red", "reviews": [{"review_id": "R1", "rating": 4}]}"#
        let bare =
            #"{"product_id": "P2", "color": NaN, "reviews": [{"review_id": "R2", "rating": 5}]}"#
        let fixture = Fixture()
        try fixture.load(["a.jsonl": good + "\n" + bare + "\n"]) {
            $0.isStrict = true
            $0.maxRejects = 10
        }
        #expect(try replay(fixture, run: 1).run.balance.inserted == 1)
        let objects = try fixture.store.read { try $0.productRaw(ofProduct: nil) }
        #expect(objects.map(\.offset).sorted() == [0, Int64(good.utf8.count + 1)])
        #expect(try fixture.store.read { try auditStore($0) } == nil)
    }

    @Test("What still cannot be read is counted, and kept once")
    func stillBroken() throws {
        let fixture = Fixture()
        try fixture.load([
            "a.jsonl": Fixture.reviews("P1", 3).map { $0.replacing("\n", with: " ") }
                .joined(separator: "\n") + "\n{broken\n"
        ]) { $0.maxRejects = 10 }
        let report = try replay(fixture, run: 1)
        #expect(report.run.balance.found == 1 && report.run.balance.rejected == 1)
        #expect(try fixture.store.read { try $0.rejects() }.count == 1)
    }

    @Test("An array's missing end has no bytes: it stays rejected, and is counted once")
    func missingEnd() throws {
        let fixture = Fixture()
        let records = Fixture.reviews("P1", 3).joined(separator: ",")
        try fixture.load(["a.json": "[" + records]) { $0.maxRejects = 10 }
        let rejects = try fixture.store.read { try $0.rejects() }
        #expect(rejects.map(\.reason) == [.truncated] && rejects[0].payload.isEmpty)
        let report = try replay(fixture, run: 1)
        #expect(report.run.balance.found == 1 && report.run.balance.rejected == 1)
        #expect(try fixture.store.read { try $0.rejects() } == rejects)
    }

    @Test("A replay never deletes, and a newer dump is not undone")
    func older() throws {
        var fixture = Fixture()
        let text = "a text that was refused at first"
        try fixture.load([
            "a.json": Fixture.array([
                review("P1", "NaN", text), review("P1", "4", "a text that stays as it is"),
            ])
        ]) {
            $0.isStrict = true
            $0.maxRejects = 10
        }
        fixture.options.observedAt = Instant(iso8601: "2026-03-09")
        try fixture.load([
            "a.json": Fixture.array([
                review("P1", "2", text), review("P1", "4", "a text that stays as it is"),
            ])
        ])
        fixture.clock = Instant(iso8601: "2026-05-05")!
        let report = try replay(fixture, run: 1)
        #expect(report.run.balance.late == 1 && report.run.deleted == 0)
        let live = try reviews(fixture).filter(\.isLive).map { $0.values.rating }
        #expect(Set(live) == [20, 40])
    }

    @Test("Nothing to take again is told")
    func nothing() throws {
        let fixture = Fixture()
        try fixture.load(["a.json": Fixture.array(Fixture.reviews("P1", 3))])
        #expect(throws: ReplayFault.noRejects(run: 1)) { try replay(fixture, run: 1) }
        #expect(throws: ReplayFault.noSuchRun(7)) { try replay(fixture, run: 7) }
    }
}
