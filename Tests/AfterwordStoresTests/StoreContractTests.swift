import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// What every store promises beyond the laws: one writer, no partial writes, no data in errors.
@Suite struct StoreContractTests {
    private let history = ReviewHistory(seed: 3)

    private func tables(_ store: any ReviewStore) throws -> [String: [String]] {
        try store.read { try goldenTables($0) }
    }

    @Test(
        "A load that fails at any call leaves the store as it was, and the next run is whole",
        arguments: StoreKind.available)
    func failingLoad(kind: StoreKind) throws {
        struct Stop: Error {}
        let stores = TemporaryStores(kind)
        let first = history.steps[0]
        let second = history.steps[1]
        let wholeStore = try stores.make()
        #expect(try history.load([first, second], into: wholeStore) == [true, true])
        // Several batches, so that one is written while others are open.
        var loading = HistoryLoading()
        loading.batchRows = 32
        var call = 1
        while true {
            let store = try stores.make()
            #expect(try history.load(first, number: 0, into: store, HistoryLoading()))
            let before = try tables(store)
            let failing = CountingStore(store) { if $0 == call { throw Stop() } }
            do {
                _ = try history.load(second, number: 1, into: failing, loading)
                break
            } catch is Stop {
                #expect(try tables(store) == before, "call \(call)")
                #expect(try history.load(second, number: 1, into: store, HistoryLoading()))
                #expect(try tables(store) == tables(wholeStore), "after call \(call)")
            }
            call += 1
        }
        #expect(call > 15)
    }

    @Test("At every call of a first load readers see an empty store", arguments: StoreKind.lasting)
    func readersOfFirstLoad(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let store = try open()
        let other = try open()
        var calls = 0
        let watched = CountingStore(store) { _ in
            calls += 1
            let seen = try other.read {
                (try $0.runs().count, try $0.reviews(ofProduct: nil).count)
            }
            #expect(seen == (0, 0))
        }
        try history.load(history.steps[0], number: 0, into: watched, HistoryLoading())
        #expect(calls > 10)
        let runs = try other.read { try $0.runs().count }
        #expect(runs == 1)
    }

    @Test(
        "While one run writes, a second fails clearly and readers see the old state whole",
        arguments: StoreKind.lasting)
    func lock(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let store = try open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let before = try tables(store)
        let other = try open()
        try store.load(LoadIntent(isRehearsal: true)) { load in
            try load.put(shape: ShapeRow(name: "x", version: 1, document: "{}"))
            #expect(throws: StoreFault.locked) {
                try other.load(LoadIntent(isRehearsal: false)) { _ in }
            }
            #expect(try tables(other) == before)
        }
        #expect(try other.load(LoadIntent(isRehearsal: false)) { try $0.head().nextRun } == 2)
    }

    /// If an ending thread held the last reference, it would close the store's connections, which
    /// Dispatch does not allow.
    @Test("A load that has returned holds nothing of its store")
    func letsGo() throws {
        for round in 0..<600 {
            weak var left: MemoryStore?
            do {
                let store = MemoryStore()
                left = store
                try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
            }
            #expect(left == nil, "round \(round)")
        }
    }

    @Test(
        "Two runs at once, round after round: one commits, the other is told, never a gap",
        arguments: StoreKind.lasting)
    func twoAtOnce(kind: StoreKind) async throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let handles = [Handle(try open()), Handle(try open())]
        let step = history.steps[0]
        var committed = 0
        for round in 0..<50 {
            let history = history
            await withTaskGroup(of: Bool.self) { group in
                for handle in handles {
                    group.addTask {
                        // A busy store is expected; any other failure shows in the count below.
                        (try? history.load(
                            step, number: round, into: handle.store, HistoryLoading())) ?? false
                    }
                }
                for await isCommitted in group where isCommitted { committed += 1 }
            }
        }
        let runs = try handles[0].store.read { try $0.runs() }
        #expect(committed >= 50)
        #expect(runs.map(\.run) == Array(1...Int64(committed)))
        #expect(try handles[0].store.read { try differenceFromRebuilt($0) } == nil)
    }

    /// `@unchecked Sendable`: in each round, one task alone uses a handle, and rounds run one after
    /// another.
    private struct Handle: @unchecked Sendable {
        let store: any ReviewStore
        init(_ store: any ReviewStore) { self.store = store }
    }

    @Test("Texts at their limits come back byte for byte", arguments: StoreKind.available)
    func limits(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let body = String(repeating: "ä🙂\\\"{},$1?'--\u{202E}\u{1}", count: 200_000)
        let title = #"quotes ' " \ and, commas; NULL"#
        let payload = JSONValue.row([
            "product": .string("P,\"{}\\'ß"), "rating": JSONValue(5), "title": .string(title),
            "body": .string(body), "brand": .string("b\"r,a}n{d\\"),
        ]).canonical
        let dump = ReviewHistory.Step(
            records: [.init(text: payload, product: nil)], observedAt: ReviewHistory.start,
            completeness: .none)
        for number in 0..<2 {
            #expect(try history.load(dump, number: number, into: store, HistoryLoading()))
        }
        let review = try #require(try store.read { try $0.reviews(ofProduct: nil) }.first)
        #expect(review.values.body == Text(body))
        #expect(review.values.title == Text(title))
        #expect(review.productID == Text("P,\"{}\\'ß"))
        #expect(
            try store.read { try $0.raw(ofProduct: nil) }.map(\.payload) == [Array(payload.utf8)])
        let balance = try store.read { try $0.runs() }.map(\.balance.unchanged)
        #expect(balance == [0, 1])
    }

    @Test(
        "A review lies where its id tells, and is found where it does not",
        arguments: StoreKind.available)
    func places(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        for (number, step) in history.steps.enumerated() {
            _ = try history.load(step, number: number, into: store, HistoryLoading())
        }
        let reviews = try store.read { try $0.reviews(ofProduct: nil) }
        #expect(reviews.count >= 20)
        for review in reviews {
            let told = firstKey(
                ofProduct: productKey(ofReview: review.reviewKey), identity: review.identity)
            #expect((told...told + nearKeys).contains(review.reviewKey))
            let versions = try store.read {
                try $0.history(ofProduct: review.productID, review: review.reviewID)
            }
            #expect(!versions.isEmpty)
            #expect(versions.allSatisfy { $0.reviewKey == review.reviewKey })
        }
        // A review stored away from the key that its id implies, and one whose id implies none.
        for (number, id) in ["elsewhere", "c9:1"].enumerated() {
            var review = reviews[0]
            review.reviewID = Text(id)
            review.version = 1
            review.reviewKey =
                reviewKeys(ofProduct: productKey(ofReview: review.reviewKey)).upperBound
                - Int64(number)
            let row = HistoryRow(
                review: review, operation: .insert, version: 1, run: 1,
                observedAt: review.observedAt, changedFields: [],
                salt: Array(repeating: 1, count: 16),
                historyKey: -1 - Int64(number))
            try store.load(LoadIntent(isRehearsal: false)) { load in
                try load.append(history: [row])
                try load.put(reviews: [
                    ReviewRow(
                        productKey: productKey(ofReview: review.reviewKey), review: review,
                        historyKey: row.historyKey, firstRawKey: review.rawKey, isNew: true)
                ])
            }
            let found = try store.read {
                try $0.history(ofProduct: review.productID, review: review.reviewID)
            }
            #expect(found.map(\.rowDigest) == [row.rowDigest])
        }
    }

    @Test(
        "Reviews are listed as they are, deleted ones when they are asked for",
        arguments: StoreKind.available)
    func listed(kind: StoreKind) throws {
        var deleted = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            let history = ReviewHistory(seed: seed)
            try history.load(history.steps, into: store)
            try store.read { reader in
                for product in try reader.products(nil) {
                    let whole = try reader.reviews(ofProduct: product.productID)
                    for withDeleted in [true, false] {
                        let found = try reader.listedReviews(
                            ofProduct: product.productID, withDeleted: withDeleted)
                        let expected = whole.filter { withDeleted || $0.isLive }.map(\.listed)
                        #expect(
                            found.sorted { $0.reviewID < $1.reviewID } == expected, "seed \(seed)")
                    }
                    deleted += whole.count { !$0.isLive }
                }
                #expect(try reader.listedReviews(ofProduct: "none", withDeleted: true).isEmpty)
            }
        }
        #expect(deleted > 0)
    }

    @Test(
        "First and last times are those of the reviews that are not left out, whichever are",
        arguments: StoreKind.available)
    func createdRanges(kind: StoreKind) throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            // Dates in few or many months, also before 1970 and at the borders of months.
            let width = [40, 400, 40_000][Int(random.draw(below: 3))] as UInt64
            func record(_ id: Int) -> ReviewHistory.RecordText {
                let days = Int64(random.draw(below: width)) - Int64(width / 3)
                let at = Instant(seconds: days * 86_400 + [0, -1, 40_000][id % 3])
                return .init(
                    text: """
                        {"product": "P\(id % 2)", "id": "r\(id)", "rating": 4, "body": "b\(id)", "at": "\(at)"}
                        """, product: nil)
            }
            let shape = try Shape(
                parsing: Array(
                    #"""
                    {"shape": "law", "version": 1, "fields": {"review_id": "id", "product_id": "product",
                     "rating": "rating", "body": "body", "created_at": "at"}}
                    """#.utf8))
            let count = 3 + Int(random.draw(below: 40))
            let records = (0..<count).map(record)
            var second: [ReviewHistory.RecordText] = []
            for id in records.indices {
                let draw = random.draw(below: 4)
                if draw > 0 { second.append(draw == 1 ? record(id) : records[id]) }
            }
            let steps = [records, second + (count..<count + 4).map(record)].map {
                ReviewHistory.Step(
                    records: $0, observedAt: ReviewHistory.start, completeness: .products)
            }
            let history = ReviewHistory(seed: seed, shape: shape, steps: steps)
            #expect(try history.load(steps, into: store) == [true, true])
            let reviews = try store.read { try $0.reviews(ofProduct: nil) }
            let products = try store.read { try $0.products(nil) }
            let byTime = reviews.filter(\.isLive).sorted { $0.times.createdAt < $1.times.createdAt }
            for turn in 0..<12 as Range<UInt64> {
                // Exclude none, some or nearly all reviews; then the earliest, or the latest.
                let few = Int(random.draw(below: UInt64(byTime.count)))
                let chosen =
                    switch turn {
                    case 0...4: reviews.filter { _ in random.draw(below: 4) < turn }
                    case 5...8: Array(byTime.prefix(few))
                    default: Array(byTime.suffix(few))
                    }
                let without = Set(chosen.map(\.reviewKey))
                let others = reviews.filter {
                    $0.isLive && $0.times.createdOrigin == .source
                        && !without.contains($0.reviewKey)
                }
                let expected = products.map { product in
                    let times = others.filter { $0.productID == product.productID }
                        .map(\.times.createdAt)
                    return times.min().flatMap { first in times.max().map { first...$0 } }
                }
                let wanted = products.map { product in
                    RangeQuestion(
                        productKey: product.productKey,
                        without: without.filter { productKey(ofReview: $0) == product.productKey }
                            .sorted())
                }
                let found = try store.load(LoadIntent(isRehearsal: true)) {
                    try $0.createdRange(wanted)
                }
                #expect(
                    products.map { found[$0.productKey] } == expected,
                    "seed \(seed), turn \(turn)")
            }
        }
    }

    @Test("A store's error shows the SQL, never the data", arguments: StoreKind.lasting)
    func errors(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let row = try #require(
            try store.read { try $0.history(ofProduct: nil, review: nil) }
                .first { $0.values.body != nil })
        do {
            try store.load(LoadIntent(isRehearsal: false)) { try $0.append(history: [row]) }
            Issue.record("a version was stored twice")
        } catch StoreFault.failed(let message) {
            #expect(message.contains("product_reviews_history"))
            #expect(!message.contains(row.values.body?.string ?? " "))
        }
    }

    @Test(
        "late-row-keeps-others-time: a late row holds its own record's values, and audit holds",
        arguments: StoreKind.available)
    func lateRow(kind: StoreKind) throws {
        // Each older line lacks something that the newer one has: time, votes, author, title.
        let newer = """
            {"review_id":"r1","rating":5.0,"title":"T","text":"fine","asin":"P","parent_asin":"P",\
            "user_id":"U","timestamp":1767000000000,"helpful_vote":3,"verified_purchase":true}
            """
        let older = """
            {"review_id":"r1","rating":4.0,"text":"fine","asin":"P","parent_asin":"P"}
            """
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let now = Instant(iso8601: "2026-03-02T08:00:00Z")!
        for (day, line) in [("2026-01-08", newer), ("2026-01-01", older), ("2026-01-01", older)] {
            var options = LoadOptions()
            options.observedAt = Instant(iso8601: day)
            let dump = Dump(
                name: day, files: [DumpFile(name: "d.jsonl", content: .memory(Array(line.utf8)))])
            _ = try loadDump(
                dump, into: store, options: options,
                surroundings: LoadSurroundings(now: { now }))
        }
        try store.read { reader in
            let rows = try reader.history(ofProduct: "P", review: nil)
            let late = try #require(rows.first { $0.operation == .late })
            #expect(late.values.createdAt == nil && late.times.createdOrigin == .mock)
            #expect(late.times.updatedOrigin == .mock)
            #expect(late.times.createdAt <= Instant(iso8601: "2026-01-01")!)
            #expect(late.values.title == nil && late.values.helpfulVotes == nil)
            #expect(late.authorID == nil)
            #expect(rows.count == 2)
            #expect(try auditStore(reader) == nil)
        }
    }
}
