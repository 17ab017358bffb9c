import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Foundation
import Testing

/// Searching finds what a scan of all texts finds, in one order on every store.
@Suite struct SearchStoreTests {
    private static let queries = [
        "super", "ZERBROCHEN", "leger", "kaputt zwei", "\"nach zwei wochen\"", "良", "良い",
        "\"works fits\"", "éclat", "ok", "\"wochen kaputt\"", "nothing", "b super",
    ]

    private static var seeds: [UInt64] {
        (0..<6).map { _ in UInt64.random(in: 0...UInt64(Int64.max)) }
    }

    /// A hit, as every store has it.
    private struct Found: Hashable, CustomStringConvertible {
        var run: Int64
        var product: Text
        var review: Text
        var version: Int64
        var quote: String

        init(_ hit: SearchHit) {
            let row = hit.version
            (run, product, review) = (row.run, row.productID, row.reviewID)
            (version, quote) = (row.version, hit.quote)
        }

        var description: String { "\(run) \(product) \(review) v\(version) \(quote)" }
        var place: (Int64, Text) { (-run, product) }
    }

    /// All hits, page by page.
    private func hits(
        _ reader: any StoreReader, _ query: String, _ filter: SearchFilter = SearchFilter(),
        limit: Int = 3
    ) throws -> [Found] {
        var (found, place): ([Found], Int64) = ([], 0)
        while true {
            let page = try searchReviews(
                reader, SearchQuery(query), filter, from: place, limit: limit)
            #expect(page.hits.count <= limit)
            found += page.hits.map { Found($0) }
            guard let next = page.next else { return found }
            place = next
        }
    }

    /// The live reviews in which a query is found, by reading all.
    private func scanned(
        _ reader: any StoreReader, _ query: String,
        _ isWanted: (StoredReview) -> Bool = { _ in true }
    ) throws -> Set<String> {
        let query = try SearchQuery(query)
        var cut = SearchCut()
        return Set(
            try reader.reviews(ofProduct: nil).filter { review in
                review.isLive && isWanted(review)
                    && query.match(in: review.values, cutting: &cut) != nil
            }.map { "\($0.run) \($0.productID) \($0.reviewID) v\($0.version)" })
    }

    private func named(_ found: [Found]) -> [String] {
        found.map { "\($0.run) \($0.product) \($0.review) v\($0.version)" }
    }

    @Test(
        "The index finds what a scan finds, now and as of every run",
        arguments: StoreKind.available)
    func findsAll(kind: StoreKind) throws {
        for seed in Self.seeds {
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            let history = ReviewHistory(seed: seed)
            try history.load(history.steps, into: store)
            try store.read { reader in
                #expect(try !reader.searchSegments().isEmpty)
                for run in try [nil] + reader.runs().map({ Optional($0.run) }) {
                    let past = run.map { AsOfReader(reader, run: $0) } ?? reader
                    for query in Self.queries {
                        let found = try hits(past, query)
                        let names = named(found)
                        #expect(
                            try Set(names) == scanned(past, query),
                            "seed \(seed), run \(run ?? 0), \(query)")
                        #expect(Set(names).count == names.count, "seed \(seed), \(query)")
                        let places = found.map(\.place)
                        #expect(
                            zip(places, places.dropFirst()).allSatisfy { $0 <= $1 },
                            "seed \(seed), \(query)")
                        #expect(try hits(past, query, limit: 1_000) == found, "seed \(seed)")
                    }
                }
            }
            #expect(try TemporaryStores.audited(store) == nil, "seed \(seed)")
        }
    }

    @Test("Hits are the same and in one order on every store, in any batches, and after a copy")
    func sameEverywhere() throws {
        for seed in Self.seeds.prefix(3) {
            let history = ReviewHistory(seed: seed)
            var expected: [String: [Found]] = [:]
            for kind in StoreKind.available {
                for rows in [16_384, 7, 1] {
                    let stores = TemporaryStores(kind)
                    let store = try stores.make()
                    var loading = HistoryLoading()
                    loading.batchRows = rows
                    try history.load(history.steps, into: store, loading)
                    let copy = try stores.make()
                    if rows == 7 { _ = try copyStore(from: store, to: copy) }
                    for query in Self.queries {
                        let found = try store.read { try hits($0, query) }
                        let known = expected[query] ?? found
                        expected[query] = known
                        #expect(found == known, "seed \(seed), \(kind), \(rows), \(query)")
                        guard rows == 7 else { continue }
                        #expect(try copy.read { try hits($0, query) } == known, "copy, \(seed)")
                    }
                }
            }
        }
    }

    @Test("Filters leave out what they say", arguments: StoreKind.available)
    func filters(kind: StoreKind) throws {
        for seed in Self.seeds.prefix(3) {
            let stores = TemporaryStores(kind)
            let store = try stores.make()
            let history = ReviewHistory(seed: seed)
            try history.load(history.steps, into: store)
            try store.read { reader in
                var brands: [Text: Text] = [:]
                for product in try reader.products(nil) {
                    brands[product.productID] = product.dimension[.brand]
                }
                var filter = SearchFilter()
                filter.product = "P2"
                try check(reader, filter, seed) { $0.productID == "P2" }
                filter = SearchFilter()
                filter.brand = "Brand 1"
                try check(reader, filter, seed) { brands[$0.productID] == "Brand 1" }
                filter = SearchFilter()
                filter.stars = 1...3
                try check(reader, filter, seed) { review in
                    review.values.star.map { $0 <= 3 } ?? false
                }
                filter = SearchFilter()
                filter.since = Instant(seconds: 1_700_000_000 + 604_800)
                filter.until = Instant(seconds: 1_700_000_000 + 3 * 604_800)
                try check(reader, filter, seed) { review in
                    review.times.createdOrigin != .mock
                        && review.times.createdAt >= Instant(seconds: 1_700_604_800)
                        && review.times.createdAt < Instant(seconds: 1_701_814_400)
                }
                filter = SearchFilter()
                filter.language = "de"
                try check(reader, filter, seed) {
                    readReview($0.values, with: .first).language == "de"
                }
            }
        }
    }

    private func check(
        _ reader: any StoreReader, _ filter: SearchFilter, _ seed: UInt64,
        _ isWanted: (StoredReview) -> Bool
    ) throws {
        for query in ["super", "kaputt", "ok", "良"] {
            let found = try Set(named(hits(reader, query, filter)))
            #expect(
                try found == scanned(reader, query, isWanted),
                "seed \(seed), \(query), \(filter)")
        }
    }

    @Test("Counts are of all hits, by what each filter would leave", arguments: StoreKind.available)
    func counted(kind: StoreKind) throws {
        let seed: UInt64 = 11
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: seed)
        try history.load(history.steps, into: store)
        var (narrow, german) = (SearchFilter(), SearchFilter())
        (narrow.stars, narrow.brand) = (1...3, "Brand 1")
        german.language = "de"
        var found = 0
        try store.read { reader in
            for query in Self.queries {
                for filter in [SearchFilter(), narrow, german] {
                    func all(_ open: (inout SearchFilter) -> Void) throws -> [SearchHit] {
                        var own = filter
                        open(&own)
                        return try searchReviews(reader, SearchQuery(query), own, limit: 999).hits
                    }
                    func numbers<Value>(_ values: [Value]) -> [Value: Int64] {
                        values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                    }
                    let counts = try #require(
                        try countSearch(reader, SearchQuery(query), filter))
                    #expect(try counts.total == Int64(all { _ in }.count), "\(query)")
                    let stars = try all { $0.stars = nil }.compactMap(\.version.values.star)
                    #expect(counts.stars.counts == numbers(stars), "\(query)")
                    let languages = try all { $0.language = nil }.map(\.language)
                    #expect(counts.languages.counts == numbers(languages), "\(query)")
                    let brands = try all { $0.brand = nil }.compactMap(\.brand)
                    #expect(counts.brands.counts == numbers(brands), "\(query)")
                    #expect(counts.isWhole && counts.stars.isWhole && counts.brands.isWhole)
                    found += stars.count
                }
            }
        }
        #expect(found > 0)
    }

    @Test("A key of some brands finds reviews of those brands only", arguments: StoreKind.available)
    func scoped(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: 11)
        try history.load(history.steps, into: store)
        try store.read { reader in
            let scoped = ScopedReader(reader, brands: ["Brand 1", "Brand 2"])
            for query in Self.queries {
                let found = try Set(named(hits(scoped, query)))
                #expect(try found == scanned(scoped, query), "\(query)")
            }
        }
    }

    @Test(
        "A store without an index is searched by reading, and the next load indexes it",
        arguments: StoreKind.sql)
    func unindexed(kind: StoreKind) throws {
        for seed in Self.seeds.prefix(2) {
            let stores = TemporaryStores(kind)
            let open = try stores.makeOpener()
            let history = ReviewHistory(seed: seed)
            try history.load(Array(history.steps.dropLast()), into: open())
            try stores.tamper("DELETE FROM search_parts")
            try stores.tamper("DELETE FROM search_segments")
            let store = try open()
            try store.read { reader in
                for query in Self.queries {
                    let found = try hits(reader, query)
                    #expect(try Set(named(found)) == scanned(reader, query), "seed \(seed)")
                    #expect(try hits(reader, query, limit: 1_000) == found, "seed \(seed)")
                    // To count them would be another walk through all reviews.
                    #expect(
                        try countSearch(reader, SearchQuery(query), SearchFilter()) == nil)
                }
            }
            #expect(try TemporaryStores.audited(store) == nil)
            let last = history.steps.count - 1
            _ = try history.load(
                history.steps[last], number: last, into: store, HistoryLoading())
            try store.read { reader in
                for run in try reader.runs().map(\.run) {
                    let past = AsOfReader(reader, run: run)
                    for query in Self.queries {
                        let found = try Set(named(hits(past, query)))
                        #expect(try found == scanned(past, query), "seed \(seed), run \(run)")
                    }
                }
            }
            #expect(try TemporaryStores.audited(store) == nil)
        }
    }

    @Test("An audit finds an index that does not follow from the texts", arguments: StoreKind.sql)
    func audited(kind: StoreKind) throws {
        let changes = [
            "DELETE FROM search_parts WHERE part_key = (SELECT MIN(part_key) FROM search_parts)",
            "UPDATE search_segments SET run = 2 WHERE segment = 1",
            "UPDATE search_segments SET document_count = 1 WHERE segment = 1",
            "DELETE FROM search_segments WHERE segment = 1",
        ]
        for change in changes {
            let stores = TemporaryStores(kind)
            let open = try stores.makeOpener()
            let history = ReviewHistory(seed: 5)
            try history.load(history.steps, into: open())
            try stores.tamper(change)
            let finding = try TemporaryStores.audited(open())
            #expect(finding?.table == "search_parts", "\(change)")
        }
    }

    @Test("Damaged parts are reported, and places of other stores refused")
    func damage() throws {
        let stores = TemporaryStores(.sqlite)
        let open = try stores.makeOpener()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: open())
        #expect(throws: SearchFault.unknownPlace) {
            try open().read { try searchReviews($0, SearchQuery("super"), from: 1 << 40, limit: 1) }
        }
        try stores.tamper("UPDATE search_parts SET data = x'FFFFFFFFFF'")
        #expect(throws: StoreFault.unreadable(table: "search_parts", column: "data")) {
            try open().read { try searchReviews($0, SearchQuery("super"), limit: 1) }
        }
    }
}
