import AfterwordCore
import AfterwordTesting
import Testing

@testable import AfterwordPipeline

/// Answers from stored readings, against the same answers from the texts.
@Suite struct QueryReadingsTests {
    /// Reviews of a few products that are written, edited and deleted, week after week.
    private struct World {
        private struct Review {
            var product: Int
            var text: Int
            var stars: Int
            var isGone = false
        }

        private static let texts = [
            "It leaked after two days and the bag was wet.",
            "It caught fire while charging and burned my hand.",
            "I was afraid that it could catch fire, but it did not, so far so good.",
            "Die Flasche ist leider undicht und nicht zu gebrauchen.",
            "Perfect fit and I love the colour, it is what I wanted for my daughter.",
            "It broke after a week and the smell is terrible, do not buy this one.",
            "Sehr gute Qualität, passt perfekt und riecht nicht.", "壊れました。使えません。", "Ok",
            "This is dangerous, my son got an electric shock from it.",
            "Bardzo dobry produkt, polecam wszystkim kupującym, naprawdę warto kupić.",
            "Nothing to say about this one at all, it is what it is.",
        ]
        private var reviews: [Review] = []
        private var random: SplitMix64

        init(seed: UInt64) { random = SplitMix64(seed: seed) }

        mutating func draw(_ count: Int) -> Int { Int(random.draw(below: UInt64(count))) }

        mutating func live() {
            for _ in 0..<(6 + draw(12)) {
                reviews.append(
                    Review(product: draw(5), text: draw(Self.texts.count), stars: 1 + draw(6)))
            }
            for place in reviews.indices {
                switch draw(12) {
                case 0: reviews[place].text = draw(Self.texts.count)
                case 1: reviews[place].stars = 1 + draw(5)
                case 2: reviews[place].isGone.toggle()
                default: break
                }
            }
        }

        /// Authors in common make some reviews of two products one.
        var records: [String] {
            reviews.enumerated().filter { !$0.element.isGone }.map { number, own in
                let author = own.text % 4 == 0 ? "shared\(own.text)" : "u\(number)"
                let rating = own.stars > 5 ? "" : #""rating": \#(own.stars).0, "#
                return """
                    {\(rating)"title": "T", "text": "\(Self.texts[own.text])", \
                    "asin": "P\(own.product)", "parent_asin": "P\(own.product)", \
                    "user_id": "\(author)", "review_id": "R\(number)", \
                    "timestamp": \(1_600_000_000_000 + number * 86_400_000), "helpful_vote": 0, \
                    "verified_purchase": true, "brand": "B\(own.product % 3)"}
                    """
            }
        }
    }

    /// That of the 2023 research reviews, with brands.
    private static let shape = """
        {"shape": "own", "version": 1, "fields": {"product_id": "parent_asin", \
        "review_id": "review_id", "author_id": "user_id", "rating": "rating", "title": "title", \
        "body": "text", "verified": "verified_purchase", "helpful_votes": "helpful_vote", \
        "created_at": {"from": "timestamp", "as": "unix_ms"}}, "product": {"brand": "brand"}}
        """

    /// A store of some weeks; `change` chooses how it is loaded, `each` is called after each week.
    func made(
        seed: UInt64, weeks: Int = 3, _ change: (inout LoadOptions) -> Void = { _ in },
        each: (Fixture, Int) throws -> Void = { _, _ in }
    ) throws -> Fixture {
        var fixture = Fixture()
        var world = World(seed: seed)
        let shape = try Shape(parsing: Array(Self.shape.utf8))
        for week in 0..<weeks {
            world.live()
            let day = Instant(iso8601: "2026-03-02")!.adding(seconds: Int64(week) * 7 * 86_400)
            fixture.options.observedAt = day
            fixture.clock = day
            try fixture.load(["a.jsonl": world.records.joined(separator: "\n")]) { options in
                options.completeness = .products
                options.hasGuards = false
                options.maxDeletes = .max
                options.leastThemeReviews = 3
                options.shapes = [shape]
                change(&options)
            }
            try each(fixture, week)
        }
        return fixture
    }

    var queries: [ThemeQuery] {
        var queries = [ThemeQuery(), ThemeQuery(), ThemeQuery(), ThemeQuery()]
        queries[1].brand = "B1"
        queries[2].product = "P2"
        queries[3].scope = .scope(Scope(kind: .brand, id: "B0"))
        return queries
            + queries.map { query in
                var query = query
                query.strengths = true
                return query
            }
    }

    // MARK: Answers from texts

    func shown(_ themes: [Theme]) -> [String] {
        themes.map { theme in
            """
            \(theme.aspect.id) \(theme.mentions) \(theme.distinctMentions) \(theme.mixed) \
            \(theme.new) \(theme.products) \(theme.brands) \(theme.languages.sorted()) \
            \(theme.starImpact ?? -1) \(String(describing: theme.distinct))
            """
        }
    }

    func shown(_ reviews: [ThemeReview]) -> [String] {
        reviews.map { own in
            """
            \(own.review.productID) \(own.review.reviewID) \(own.review.version) \(own.language) \
            \(own.field) “\(own.quote)” \(own.isNew) \(own.shown)
            """
        }
    }

    func shown(_ dangers: [SafetyReview]) -> [String] {
        dangers.map { own in
            """
            \(own.danger.dangerClass) \(own.hazard) \(own.review.productID) \
            \(own.review.reviewID) \(own.brand?.string ?? "–") “\(own.quote)” \(own.isNew) \
            \(own.verdict?.rawValue ?? "–")
            """
        }
    }

    func shown(_ entries: [InboxEntry]) -> [String] {
        entries.map { own in
            """
            \(own.kind) \(own.hazard ?? "–") \(own.review.productID) \(own.review.reviewID) \
            \(own.brand?.string ?? "–") “\(own.quote)” \(own.themes) \
            \(own.verdict?.rawValue ?? "–")
            """
        }
    }

    private func themeReviews(
        _ read: [ReadReview], _ aspect: Int, strengths: Bool, _ lexicon: Lexicon
    ) -> [ThemeReview] {
        var quotes = QuoteReader(lexicon)
        let said = read.filter {
            $0.aspects(negative: !strengths).contains(aspect) && $0.counts(asStrength: strengths)
        }
        let groups = Dictionary(grouping: zip(said, distinctReviews(said)), by: \.1)
        return groups.values.compactMap { group -> ThemeReview? in
            let own = group.map(\.0).min { left, right in
                let (l, r) = (left.review, right.review)
                return (l.productID, reviewNumber(l.reviewKey))
                    < (r.productID, reviewNumber(r.reviewKey))
            }
            guard let own,
                let said = quotes.sentence(
                    of: aspect, isNegative: !strengths, in: own.review.values, own.reading)
            else { return nil }
            return ThemeReview(
                review: own.review, language: own.reading.language, field: said.field,
                quote: own.review.values.quote(said.field, said.range), isNew: own.isNew,
                shown: Shown(
                    appearances: Int64(group.count),
                    products: Int64(Set(group.map(\.0.review.productID)).count)))
        }.sorted { left, right in
            let (l, r) = (left.review, right.review)
            return l.run != r.run
                ? l.run > r.run : (l.productID, l.reviewID) < (r.productID, r.reviewID)
        }
    }

    private func dangers(_ read: [ReadReview], _ lexicon: Lexicon) -> [SafetyReview] {
        var quotes = QuoteReader(lexicon)
        return read.flatMap { own in
            own.dangers(lexicon).map { found in
                let danger = quotes.placed(found, in: own.review.values)
                return SafetyReview(
                    danger: danger, review: own.review, brand: own.brand,
                    language: own.reading.language,
                    quote: own.review.values.quote(danger.field, danger.sentence),
                    isNew: own.isNew, verdict: own.verdict)
            }
        }.sorted { left, right in
            if left.danger < right.danger || right.danger < left.danger {
                return left.danger < right.danger
            }
            let (l, r) = (left.review, right.review)
            if l.run != r.run { return l.run > r.run }
            let stars = (l.values.star ?? 6, r.values.star ?? 6)
            return stars.0 != stars.1
                ? stars.0 < stars.1 : (l.productID, l.reviewID) < (r.productID, r.reviewID)
        }
    }

    /// All entries of a listing, read page by page.
    private func pages<Entry>(_ read: (Page) throws -> Listing<Entry>) throws -> [Entry] {
        var entries: [Entry] = []
        for number in 1... {
            let page = try read(Page(number: number, size: 3))
            #expect(page.entries.count == min(3, max(0, page.total - entries.count)))
            entries += page.entries
            if entries.count >= page.total { break }
        }
        return entries
    }

    // MARK: Checks

    func check(_ reader: any StoreReader, _ what: String) throws {
        let lexicon = try reader.lexicon()
        for query in queries {
            let read = try readReviews(reader, query)
            #expect(
                try shown(themes(reader, query))
                    == shown(sharedThemes(read, strengths: query.strengths, lexicon: lexicon)),
                "themes, \(what)")
            for aspect in lexicon.aspects.indices {
                let id = lexicon.aspects[aspect].id
                let found = try pages { page in
                    try #require(
                        try AfterwordPipeline.themeReviews(reader, aspect: id, query, page: page))
                }
                let all = themeReviews(read, aspect, strengths: query.strengths, lexicon)
                #expect(shown(found) == shown(all), "reviews of \(id), \(what)")
            }
            let all = dangers(read, lexicon)
            let listed = try pages {
                try safetyReviews(reader, query, withUnlikely: true, page: $0)
            }
            #expect(shown(listed) == shown(all), "dangers, \(what)")
            let leading = try safetyReviews(reader, query, page: Page(size: 1_000))
            #expect(
                shown(leading.entries) == shown(all.filter(\.danger.dangerClass.leads)),
                "leading dangers, \(what)")
            #expect(
                leading.unlikely
                    == read.count { own in
                        let own = own.dangers(lexicon)
                        return !own.isEmpty && !own.contains(where: \.dangerClass.leads)
                    }, "unlikely dangers, \(what)")
            #expect(
                leading.newDangers
                    == all.count { $0.danger.dangerClass.leads && $0.isNew }, "new, \(what)")
        }
        try checkInbox(reader, what)
    }

    private func checkInbox(_ reader: any StoreReader, _ what: String) throws {
        let newest = try reader.newestRun()?.run ?? 0
        for run in 1...max(newest, 1) {
            for from in 0..<run {
                try checkInbox(
                    reader, in: DumpWindow(from: from, to: run), "\(from) to \(run), \(what)")
            }
        }
        let window = try reader.runs().dumps.window()
        try checkInbox(reader, in: window, "of the newest dump, \(what)")
    }

    private func checkInbox(
        _ reader: any StoreReader, in window: DumpWindow, _ what: String
    ) throws {
        let changes = try reviewChanges(reader, in: window)
        let lexicon = try AsOfReader(reader, run: window.to).lexicon()
        let all = inbox(changes, lexicon: lexicon, page: Page(size: .max))
        let found = try pages { try inbox(reader, in: window, page: $0) }
        #expect(shown(found) == shown(all.entries), "inbox \(what)")
        let covered = try coveredInbox(reader, in: window, page: Page(size: 2))
        #expect(covered.inbox.unlikely == all.unlikely, "unlikely \(what)")
        #expect(covered.inbox.newDangers == all.entries.count { $0.kind == .safety })
        #expect(
            try covered.coverage == coverage(reader, of: window, changes: changes),
            "coverage \(what)")
    }

    /// Answers a question by walking, as where no lists and no sums are kept.
    final class Walking: ForwardingReader {
        private let reader: any StoreReader
        init(_ reader: any StoreReader) { self.reader = reader }
        func target() throws -> any StoreReader { reader }
        func hasLists(by reader: Int64) throws -> Bool { false }
        func themeSums(of scopes: [Scope]?, upTo run: Int64) throws -> [ThemeSumsRow] { [] }
    }

    @Test("Complaints without a theme, and themes of brands, are the same without lists")
    func walked() throws {
        var found = 0
        for seed in 20...24 {
            let fixture = try made(seed: UInt64(seed))
            try fixture.store.read { reader in
                #expect(try !reader.themeSums(of: nil, upTo: .max).isEmpty)
                for run in Int64(1)...3 {
                    let past = AsOfReader(reader, run: run)
                    let walking = Walking(past)
                    for query in queries {
                        let (own, other) = try (allThemes(past, query), allThemes(walking, query))
                        #expect(shown(own.known) == shown(other.known))
                        #expect(own.unknown.map(\.cluster) == other.unknown.map(\.cluster))
                        found += own.unknown.count
                        #expect(
                            try dangerReviews(past, query).map(\.review.reviewKey)
                                == dangerReviews(walking, query).map(\.review.reviewKey))
                    }
                    let brands = ["B0", "B1", "B2", "none"].map { Text($0) }
                    let own = try BrandThemes(past, ThemeQuery(), brands: brands)
                    let other = try BrandThemes(walking, ThemeQuery(), brands: brands)
                    for brand in brands {
                        #expect(
                            shown(own.complaints(ofBrand: brand))
                                == shown(other.complaints(ofBrand: brand)))
                    }
                }
            }
        }
        #expect(found > 0)
    }

    private func judge(_ fixture: Fixture, seed: UInt64) throws {
        let live = try fixture.store.read { try $0.reviews(ofProduct: nil) }.filter(\.isLive)
        for (place, verdict) in [(3, Verdict.isFalse), (5, .real), (7, .real)] {
            let review = live[(Int(seed) * 7 + place) % live.count]
            _ = try judgeReview(
                NewVerdict(
                    product: review.productID, review: review.reviewID, verdict: verdict,
                    judgedBy: "Ann", why: "looked"), in: fixture.store, now: fixture.clock)
        }
    }

    @Test(
        "Themes, their reviews, dangers and the inbox from readings are those from texts",
        arguments: 1...6)
    func equal(seed: Int) throws {
        let fixture = try made(seed: UInt64(seed))
        try judge(fixture, seed: UInt64(seed))
        try fixture.store.read { reader in
            #expect(try QueryReadings(reader, ThemeQuery(), .first).isStored)
            try check(reader, "seed \(seed), now")
            for run in Int64(1)...3 {
                try check(AsOfReader(reader, run: run), "seed \(seed), as of \(run)")
            }
            try check(ScopedReader(reader, brands: ["B1", "B2"]), "seed \(seed), two brands")
        }
        #expect(try fixture.store.read { try auditStore($0) } == nil)
        #expect(try fixture.store.read { try differenceFromRebuilt($0) } == nil)
    }

    @Test(
        "A store without readings answers the same, and as before once it is read",
        arguments: 7...9)
    func reread(seed: Int) throws {
        let fixture = try made(seed: UInt64(seed)) { $0.keepsReadings = false }
        let kept = try made(seed: UInt64(seed))
        func answers(_ fixture: Fixture, asOf run: Int64? = nil) throws -> [String] {
            try fixture.store.read { reader in
                let reader: any StoreReader = run.map { AsOfReader(reader, run: $0) } ?? reader
                return try queries.flatMap { query in
                    try shown(themes(reader, query))
                        + shown(safetyReviews(reader, query, page: Page(size: .max)).entries)
                }
            }
        }
        #expect(try fixture.store.read { try $0.newestRun()?.reader } == nil)
        try fixture.store.read { try check($0, "seed \(seed), without readings") }
        #expect(try answers(fixture) == answers(kept))
        let before = try (1...3).map { try answers(fixture, asOf: $0) }
        let clock = fixture.clock
        let surroundings = LoadSurroundings(now: { clock })
        let report = try #require(
            try rereadStore(fixture.store, surroundings: surroundings))
        #expect(report.run.run == 4 && report.versions > 0 && report.products > 0)
        #expect(try rereadStore(fixture.store, surroundings: surroundings) == nil)
        try fixture.store.read { reader in
            #expect(try reader.newestRun()?.reader == 1)
            try check(reader, "seed \(seed), read again")
        }
        #expect(try answers(fixture) == answers(kept))
        #expect(try (1...3).map { try answers(fixture, asOf: $0) } == before)
        #expect(try fixture.store.read { try auditStore($0) } == nil)
        let copy = MemoryStore()
        _ = try copyStore(from: fixture.store, to: copy)
        #expect(
            try copy.read { try $0.readings(ofProducts: 0...(.max), upTo: .max) }
                == fixture.store.read { try $0.readings(ofProducts: 0...(.max), upTo: .max) })
    }
}
