import AfterwordCore
import AfterwordPipeline
import AfterwordTesting
import Testing

/// Lists of reviews and sums of themes, as stores keep them.
@Suite struct ListStoreTests {
    private static var seeds: [UInt64] {
        (0..<4).map { _ in UInt64.random(in: 0...UInt64(Int64.max)) }
    }

    /// The versions of all lists, in any parts.
    private func lists(_ reader: any StoreReader, upTo run: Int64 = .max) throws -> [String] {
        var found: [String] = []
        for list in ReviewList.all {
            try reader.listed(list, by: 1, after: 0, upTo: run) { row in
                row.versions.forEach {
                    found.append("\(list) \(row.run) \($0.product) \($0.marks)")
                }
            }
        }
        return found.sorted()
    }

    private func answers(_ reader: any StoreReader) throws -> [String] {
        try reader.runs().map(\.run).flatMap { run in
            let past = AsOfReader(reader, run: run)
            let found = try themes(past, ThemeQuery())
            let dangers = try safetyReviews(past, ThemeQuery(), page: Page(size: 100)).entries
            let inbox = try inbox(past, in: past.runs().dumps.window(), page: Page(size: 100))
            return found.map { "\($0.aspect.id) \($0.mentions) \($0.new) \($0.products)" }
                + dangers.map { "\($0.review.productID) \($0.review.reviewID) \($0.isNew)" }
                + inbox.entries.map { "\($0.kind) \($0.review.productID) \($0.review.reviewID)" }
        }
    }

    @Test(
        "A store with readings and without lists answers the same, and the next load lists all",
        arguments: StoreKind.sql)
    func unlisted(kind: StoreKind) throws {
        for seed in Self.seeds {
            let history = ReviewHistory(seed: seed)
            let others = TemporaryStores(kind)
            let whole = try others.make()
            try history.load(history.steps, into: whole)
            let stores = TemporaryStores(kind)
            let open = try stores.makeOpener()
            try history.load(Array(history.steps.dropLast()), into: open())
            let before = try open().read { try answers($0) }
            try stores.tamper("DELETE FROM review_lists")
            try stores.tamper("DELETE FROM scope_theme_sums")
            #expect(try open().read { try answers($0) } == before, "seed \(seed)")
            let store = try open()
            #expect(try TemporaryStores.audited(store) == nil, "seed \(seed)")
            let last = history.steps.count - 1
            _ = try history.load(
                history.steps[last], number: last, into: store, HistoryLoading())
            #expect(
                try store.read { try lists($0) } == whole.read { try lists($0) }, "seed \(seed)")
            #expect(
                try store.read { try answers($0) } == whole.read { try answers($0) },
                "seed \(seed)")
            #expect(try TemporaryStores.audited(store) == nil, "seed \(seed)")
            let copy = try others.make()
            _ = try copyStore(from: store, to: copy)
            #expect(try copy.read { try lists($0) } == store.read { try lists($0) })
            #expect(
                try copy.read { try $0.themeSumsHistory() }
                    == store.read { try $0.themeSumsHistory() })
        }
    }

    @Test("A run that reads records again lists a store that has none", arguments: StoreKind.sql)
    func reclean(kind: StoreKind) throws {
        for seed in Self.seeds.prefix(2) {
            let history = ReviewHistory(seed: seed)
            let stores = TemporaryStores(kind)
            let open = try stores.makeOpener()
            try history.load(history.steps, into: open())
            let before = try open().read { try (lists($0), $0.runs().count) }
            try stores.tamper("DELETE FROM review_lists")
            let store = try open()
            let clock = ReviewHistory.start.adding(seconds: 9_000 * 86_400)
            _ = try recleanStore(
                store, by: nil, options: history.options(history.steps[0], batchRows: 7),
                surroundings: LoadSurroundings(now: { clock }))
            let own = try store.read { try lists($0, upTo: Int64(before.1)) }
            #expect(own == before.0, "seed \(seed)")
            #expect(try TemporaryStores.audited(store) == nil, "seed \(seed)")
        }
    }

    @Test(
        "Read again by another reader and then by its own, a store without lists lists all",
        arguments: StoreKind.sql)
    func readAgain(kind: StoreKind) throws {
        for seed in Self.seeds.prefix(2) {
            let history = ReviewHistory(seed: seed)
            let clock = ReviewHistory.start.adding(seconds: 9_000 * 86_400)
            let surroundings = LoadSurroundings(now: { clock })
            let (stores, others) = (TemporaryStores(kind), TemporaryStores(kind))
            let (open, whole) = (try stores.makeOpener(), try others.make())
            try history.load(history.steps, into: whole)
            try history.load(history.steps, into: open())
            try stores.tamper("DELETE FROM review_lists")
            let store = try open()
            for lexicon in [Lexicon.second, .first] {
                for store in [store, whole] {
                    let report = try rereadStore(store, by: lexicon, surroundings: surroundings)
                    #expect(report?.run.reader == Int64(lexicon.version), "seed \(seed)")
                }
            }
            #expect(
                try store.read { try lists($0) } == whole.read { try lists($0) }, "seed \(seed)")
            #expect(
                try store.read { try answers($0) } == whole.read { try answers($0) },
                "seed \(seed)")
            #expect(try TemporaryStores.audited(store) == nil, "seed \(seed)")
            #expect(try TemporaryStores.audited(whole) == nil, "seed \(seed)")
        }
    }

    @Test(
        "The audit finds lists and sums that do not follow from the readings",
        arguments: StoreKind.sql)
    func audited(kind: StoreKind) throws {
        let changes = [
            ("review_lists", "DELETE FROM review_lists WHERE list = 2"),
            ("review_lists", "UPDATE review_lists SET list = 3 WHERE list = 2 AND run = 1"),
            ("review_lists", "UPDATE review_lists SET run = 7 WHERE list = 4 AND run = 1"),
            ("scope_theme_sums", "UPDATE scope_theme_sums SET reader = 2 WHERE run = 1"),
            (
                "scope_theme_sums",
                """
                UPDATE scope_theme_sums SET sums = (SELECT sums FROM scope_theme_sums
                WHERE kind = 'portfolio' AND run = 1) WHERE kind = 'portfolio'
                """
            ),
        ]
        for (table, change) in changes {
            let stores = TemporaryStores(kind)
            let open = try stores.makeOpener()
            let history = ReviewHistory(seed: 5)
            try history.load(history.steps, into: open())
            try stores.tamper(change)
            #expect(try TemporaryStores.audited(open())?.table == table, "\(change)")
        }
    }

    @Test(
        "The audit finds that sums of a run that read again are missing", arguments: StoreKind.sql)
    func auditedAgain(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: open())
        let clock = ReviewHistory.start.adding(seconds: 9_000 * 86_400)
        let report = try rereadStore(
            open(), by: .second, surroundings: LoadSurroundings(now: { clock }))
        let run = try #require(report?.run.run)
        #expect(try TemporaryStores.audited(open()) == nil)
        for place in ["kind = 'portfolio'", "true"] {
            try stores.tamper("DELETE FROM scope_theme_sums WHERE run = \(run) AND \(place)")
            #expect(try TemporaryStores.audited(open())?.table == "scope_theme_sums", "\(place)")
        }
    }

    @Test("Damaged lists and sums are reported", arguments: StoreKind.sql)
    func damage(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let open = try stores.makeOpener()
        let history = ReviewHistory(seed: 5)
        try history.load(history.steps, into: open())
        let bytes = kind == .sqlite ? "x'FFFF'" : "'\\xFFFF'::bytea"
        try stores.tamper("UPDATE review_lists SET versions = \(bytes)")
        #expect(throws: StoreFault.unreadable(table: "review_lists", column: "versions")) {
            try open().read { try inbox($0, in: DumpWindow(from: 0, to: 1), page: Page(size: 9)) }
        }
        try stores.tamper("UPDATE scope_theme_sums SET sums = \(bytes)")
        #expect(throws: StoreFault.unreadable(table: "scope_theme_sums", column: "sums")) {
            try open().read { try themes($0, ThemeQuery()) }
        }
    }
}
