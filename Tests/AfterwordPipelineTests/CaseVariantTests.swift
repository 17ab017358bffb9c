import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// One review listed under several products.
@Suite struct CaseVariantTests {
    private func distinct(_ run: CaseRun, _ scope: Scope) throws -> DistinctCounts? {
        try run.store.read { try $0.scopes([scope]).first?.distinct }
    }

    private static let shape = """
        {"shape": "v", "version": 1, "fields": {"product_id": "p", "review_id": "id",
         "author_id": "a", "rating": "s", "body": "t"}, "product": {"brand": "b", "family": "f"}}
        """

    /// A review of one star of brand B; members of the same name later win.
    private func record(
        _ product: String, _ id: String, _ text: String, _ more: KeyValuePairs<String, String> = [:]
    ) -> String {
        var members = ["p": product, "id": id, "t": text, "b": "B", "s": "1"]
        for (key, value) in more { members[key] = value }
        return "{" + members.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ") + "}"
    }

    @Test("same-review-on-every-variant: four reviews, shown sixteen times")
    func fourOfSixteen() throws {
        let run = CaseRun("same-review-on-every-variant")
        try run.load("reviews.json", shape: "v.shape")
        let brand = Scope(kind: .brand, id: "Kettler")
        let counts = DistinctCounts(count: 4, rated: 4, negatives: 2)
        for scope in [brand, .portfolio, Scope(kind: .family, id: "B0P")] {
            #expect(try distinct(run, scope) == counts)
        }
        let entry = try #require(
            try run.store.read { try rankedBrand($0, "Kettler") })
        #expect(entry.counters.reviewCount == 16)
        let share = try #require(entry.distinctNegativeShare)
        #expect([share.value, share.low / 10_000, share.high / 10_000] == [500_000, 15, 84])
        let coating = try #require(
            try run.store.read { try themes($0, ThemeQuery()) }.first { $0.distinctMentions == 2 })
        #expect(coating.mentions == 8)
        #expect(coating.distinct == Proportion(2, of: 4))
        let reviews = try #require(
            try run.store.read {
                try themeReviews($0, aspect: coating.aspect.id, ThemeQuery(), page: Page())
            })
        #expect(reviews.total == 2)
        #expect(Set(reviews.entries.map(\.shown.words)) == ["shown under 4 products"])
    }

    @Test("One id with two texts is two reviews, unless the shape says that ids are global")
    func ids() throws {
        let lines = [
            record("P1", "R1", "The lid broke."), record("P2", "R1", "The lid broke soon."),
            record("P3", "R1", " The  lid broke. ", ["b": "C"]),
        ].joined(separator: "\n")
        let plain = CaseRun("")
        try plain.load(files: ["r.jsonl": lines], shape: Self.shape)
        #expect(try distinct(plain, .portfolio)?.count == 2)
        let global = CaseRun("")
        let shape = Self.shape.replacing(
            "\"fields\"", with: "\"review_ids\": \"global\", \"fields\"")
        try global.load(files: ["r.jsonl": lines], shape: shape)
        #expect(try distinct(global, .portfolio)?.count == 1)
        #expect(try distinct(global, Scope(kind: .brand, id: "B"))?.count == 1)
        let found = try global.store.read { try readReviews($0, ThemeQuery()) }
        #expect(DistinctReviews(found).counts.count == 1)
    }

    @Test("Copies with ids of their own are one by their author; one text of two authors is two")
    func authors() throws {
        let run = CaseRun("")
        let lines = [
            record("P1", "1", "Leaks.", ["a": "A"]), record("P2", "2", "Leaks.", ["a": "A"]),
            record("P3", "3", "Leaks.", ["a": "B"]), record("P4", "4", "Leaks."),
            record("P5", "4", "Leaks.", ["a": "B", "s": "5"]),
        ].joined(separator: "\n")
        try run.load(files: ["r.jsonl": lines], shape: Self.shape)
        // P4 and P5 share an id, P3 and P5 an author.
        #expect(
            try distinct(run, .portfolio) == DistinctCounts(count: 2, rated: 2, negatives: 2))
    }

    @Test("Fifty short texts of nobody stay fifty")
    func templates() throws {
        let run = CaseRun("")
        let shape = Self.shape.replacing("\"review_id\": \"id\",", with: "")
            .replacing("\"author_id\": \"a\",", with: "")
        let lines = (1...50).map { record("P\($0)", "x", "Good product", ["s": "5"]) }
        try run.load(files: ["r.jsonl": lines.joined(separator: "\n")], shape: shape)
        #expect(try distinct(run, .portfolio)?.count == 50)
    }

    @Test("An insight of few distinct reviews is none, however often they are shown")
    func few() throws {
        let run = CaseRun("")
        let lines = (1...4).map { record("P\($0)", "R1", "The lid broke at once.") }
        try run.load(files: ["r.jsonl": lines.joined(separator: "\n")], shape: Self.shape)
        let subject = try run.store.read {
            try InsightSource($0).subject(.scope(.portfolio))
        }
        #expect(subject.notEnoughData?.reviews == 1)
    }
}
