import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// The laws over histories whose reviews have no ids, are edited and move between products.
@Suite struct LinkLawTests {
    static let count: UInt64 = 12

    @Test(
        "Every law holds where reviews are edited and move", arguments: StoreKind.available,
        Laws.names)
    func lawHolds(kind: StoreKind, law: String) async throws {
        for seed in 1...Self.count {
            await Task.yield()
            let stores = TemporaryStores(kind)
            let history = try movingHistory(seed: seed)
            let failure = try Laws(history, batchRows: seed % 3 == 0 ? 1 : 16_384) {
                try stores.make()
            }.check(law)
            #expect(failure == nil, "law \(law) on \(kind), seed \(seed)")
        }
    }

    @Test("The histories hold edits, and the audit finds nothing wrong")
    func linked() throws {
        var counts: [LinkMatch: Int] = [:]
        for seed in 1...Self.count {
            let history = try movingHistory(seed: seed)
            let store = MemoryStore()
            try history.load(history.steps, into: store)
            let (links, finding) = try store.read { (try $0.links(), try auditStore($0)) }
            #expect(finding == nil, "seed \(seed)")
            for link in links { counts[link.match, default: 0] += 1 }
        }
        #expect(counts[.similarity] ?? 0 > 5)
    }
}

/// A review of the histories.
private struct MovingReview {
    var product: Int
    var words: [String]
    var rating: Int
    var author: Int
    var day: Int
    var isThere = true

    func record(withAuthors: Bool) -> ReviewHistory.RecordText {
        let author =
            withAuthors ? #", "who": "Author \#(author)", "at": "2025-01-\#(10 + day % 20)""# : ""
        return ReviewHistory.RecordText(
            text: """
                {"product": "P\(product)", "rating": \(rating), "brand": "Brand",
                 "body": "\(words.joined(separator: " "))"\(author)}
                """, product: "P\(product)")
    }
}

/// Weeks in which reviews are written, edited, moved and deleted; every second history has authors
/// and dates.
private func movingHistory(seed: UInt64) throws -> ReviewHistory {
    var random = SplitMix64(seed: seed)
    func below(_ limit: Int) -> Int { Int(random.draw(below: UInt64(limit))) }
    let withAuthors = seed % 2 == 0
    let authors = withAuthors ? #", "author_name": "who", "created_at": "at""# : ""
    let shape = try Shape(
        parsing: Array(
            """
            {"shape": "moving", "version": 1, "product": {"brand": "brand"}, "fields":
             {"product_id": "product", "rating": "rating", "body": "body"\(authors)}}
            """.utf8))
    var reviews: [MovingReview] = []
    var steps: [ReviewHistory.Step] = []
    for week in 0..<5 {
        for _ in 0..<(2 + below(4)) {
            let words = (0..<(8 + below(8))).map { _ in "word\(below(400))s" }
            reviews.append(
                MovingReview(
                    product: below(4), words: words, rating: 1 + below(5), author: below(6),
                    day: below(20)))
        }
        for place in reviews.indices where below(3) == 0 {
            switch below(4) {
            case 0: reviews[place].words += ["update:", "broke\(week)", "again"]
            case 1: reviews[place].words.swapAt(0, 1)
            case 2: reviews[place].product = below(4)
            default: reviews[place].isThere.toggle()
            }
        }
        let isOld = week > 1 && below(4) == 0
        steps.append(
            ReviewHistory.Step(
                records: reviews.filter(\.isThere).map { $0.record(withAuthors: withAuthors) },
                observedAt: ReviewHistory.start.adding(
                    seconds: Int64(isOld ? week - 2 : week) * 7 * 86_400),
                completeness: [.products, .products, .all, .none][below(4)]))
    }
    return ReviewHistory(seed: seed, shape: shape, steps: steps)
}
