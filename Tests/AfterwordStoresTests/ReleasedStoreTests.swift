import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// Stores of every released schema, made by the program of that time: today's program opens,
/// migrates, audits and goes on loading each of them.
@Suite struct ReleasedStoreTests {
    /// A store under `Fixtures/stores`: `NAME.sqlite.gz`, and `NAME.sql.gz` as `pg_dump` wrote it,
    /// where Postgres had a schema of that version.
    struct Released: Sendable, CustomTestStringConvertible {
        var name: String
        /// `history_digest` of its newest run, by kind of store: salts are random.
        var digests: [StoreKind: String]
        var runs: Int
        /// Numbers of reviews, versions, rejects, verdicts, insights, attempts and links.
        var counts: [Int]
        /// Whether it was made by the schema that Postgres has today.
        var isCurrent = false
        var testDescription: String { name }

        static let all = [
            Released(
                name: "schema-7",
                digests: [
                    .sqlite: "82564c4410650ed4f8689885b0c5bf7a62b571c671268d280389ecb57e4bc93e",
                    .postgres: "56f8ea1ddbe2df780d9e704adf75fab615b7315e279008470ba806b30fcf5e86",
                ], runs: 11, counts: [45, 54, 9, 1, 2, 8, 0]),
            // All operations and origins of times, edits, a capped dump, a shape mended.
            Released(
                name: "schema-13",
                digests: [
                    .sqlite: "06a07f923e00b1b9be7427c60d95298dcc041d057abe4db1c527c6049a9769eb",
                    .postgres: "f36c280da30a637a73a5f633149c7887ec33c61f86fd91a59edd0b82a5fd3083",
                ], runs: 22, counts: [91, 131, 7, 1, 2, 21, 3]),
            Released(
                name: "schema-14",
                digests: [
                    .sqlite: "1d609a95e0752ffb399134601790bd0a56befcd83cc7c8a64f3c3eee15b4c3f0"
                ], runs: 22, counts: [91, 131, 7, 1, 2, 21, 3]),
        ]

        /// Each kept store with the kinds of store that it was kept of.
        static let kept = StoreKind.lasting.flatMap { kind in
            all.filter { $0.digests[kind] != nil }.map { (kind, $0) }
        }
    }

    @Test(
        "A store of an earlier schema is migrated, holds, and takes the next dump",
        arguments: Released.kept)
    func goesOn(kind: StoreKind, released: Released) throws {
        let file = try StoreOnDisk(kind, restoring: released.name)
        let store = try file.open()
        let runs = try store.read { try $0.runs() }
        #expect(runs.last?.historyDigest.description == released.digests[kind])
        #expect(runs.count == released.runs)
        let counts = try store.read { reader in
            [
                try reader.reviews(ofProduct: nil).count,
                try reader.history(ofProduct: nil, review: nil).count,
                try reader.rejects().count, try reader.verdicts().count,
                try reader.insights(of: nil).count, try reader.attempts().count,
                try reader.links().count,
            ]
        }
        #expect(counts == released.counts)
        #expect(try store.read { try $0.apiKeys().map(\.name) } == ["desk"])
        #expect(try TemporaryStores.audited(store) == nil)

        let tables = try store.read { try goldenTables($0) }
        let copies = TemporaryStores(kind)
        defer { withExtendedLifetime(copies) {} }
        let copy = try copies.make()
        #expect(try copyStore(from: store, to: copy).count == released.runs)
        #expect(try copy.read { try goldenTables($0) } == tables)

        let dump = try #require(openDumps("Golden/insights/dumps/2026-05-11").first)
        let now = try #require(Instant(iso8601: "2026-12-01T08:00:00Z"))
        let report = try loadDump(
            dump, into: store, options: LoadOptions(), surroundings: LoadSurroundings(now: { now }))
        #expect(report.run.balance.updated + report.run.balance.inserted > 0)
        #expect(try store.read { try $0.runs() }.dropLast() == runs[...])
        #expect(try TemporaryStores.audited(store) == nil)
        try readAgain(store, now: now)
    }

    @Test(
        "A plan says through how many rows a migration goes, and changes nothing",
        arguments: Released.kept)
    func planned(kind: StoreKind, released: Released) throws {
        let file = try StoreOnDisk(kind, restoring: released.name)
        let pending = try file.pendingMigrations()
        #expect(try file.pendingMigrations() == pending)
        func rows(_ name: String) -> Int64? { pending.first { $0.name == name }?.rows }
        #expect(rows("15 readings") == Int64(released.runs))
        #expect(rows("17 lists") == 0)
        if released.name == "schema-7" {
            // Its runs, the versions, and their months.
            let times = try #require(
                pending.first { $0.name.hasPrefix("13 estimated times") })
            #expect(times.rows > Int64(released.runs + released.counts[1]) && times.seconds == 1)
        }
        _ = try file.open()
        #expect(try file.pendingMigrations() == [])
    }

    /// Readings are made once, and change no answer.
    private func readAgain(_ store: any ReviewStore, now: Instant) throws {
        func answers() throws -> [String] {
            try store.read { reader in
                try themes(reader, ThemeQuery()).map {
                    "\($0.aspect.id) \($0.mentions) \($0.distinctMentions) \($0.new)"
                }
                    + safetyReviews(reader, ThemeQuery(), page: Page(size: 100)).entries.map {
                        "\($0.review.productID) \($0.review.reviewID) \($0.hazard)"
                    }
            }
        }
        #expect(try store.read { try $0.newestRun()?.reader } == nil)
        let before = try answers()
        #expect(!before.isEmpty)
        let surroundings = LoadSurroundings(now: { now })
        let report = try #require(try rereadStore(store, surroundings: surroundings))
        #expect(report.versions > 0)
        #expect(try answers() == before)
        #expect(try TemporaryStores.audited(store) == nil)
        #expect(try rereadStore(store, surroundings: surroundings) == nil)
    }

    @Test(
        "A migrated store has the same schema as a new one",
        arguments: Released.kept)
    func sameSchema(kind: StoreKind, released: Released) throws {
        let (migrated, made) = (
            try StoreOnDisk(kind, restoring: released.name), try StoreOnDisk(kind)
        )
        _ = try migrated.open()
        // The first load builds the indexes of Postgres' bulk tables.
        let history = ReviewHistory(seed: 8)
        try history.load(Array(history.steps.prefix(1)), into: made.open())
        let expected = try made.definitions()
        #expect(expected.count > 50)
        #expect(try migrated.definitions().subtracting(expected) == [])
        #expect(try expected.subtracting(migrated.definitions()) == [])
    }

    @Test(
        "A rehearsal on an older Postgres store migrates it only for itself; a read says it is old",
        .enabled(if: StoreKind.lasting.contains(.postgres)),
        arguments: Released.all.filter { !$0.isCurrent && $0.digests[.postgres] != nil })
    func rehearsed(released: Released) throws {
        let file = try StoreOnDisk(.postgres, restoring: released.name)
        let before = try file.definitions()
        let store = try file.openForRehearsal()
        let old = StoreFault.unreachable(
            "no store is there, or an older one: the next run brings it up to date")
        #expect(throws: old) { try store.read { try $0.runs() } }
        #expect(throws: old) {
            try replayRejects(
                ReplaySelection(run: 1), of: store, options: LoadOptions(),
                surroundings: LoadSurroundings(now: { ReviewHistory.start }))
        }
        var options = LoadOptions()
        options.isRehearsal = true
        let now = try #require(Instant(iso8601: "2026-12-01T08:00:00Z"))
        let dump = try #require(openDumps("Golden/insights/dumps/2026-05-11").first)
        let report = try loadDump(
            dump, into: store, options: options, surroundings: LoadSurroundings(now: { now }))
        #expect(report.run.balance.updated + report.run.balance.inserted > 0)
        #expect(try file.definitions() == before)
    }

    @Test(
        "A run by unknown digest rules is copied as it is, and an audit refuses it",
        arguments: StoreKind.lasting)
    func unknownRules(kind: StoreKind) throws {
        let stores = TemporaryStores(kind)
        let store = try stores.make()
        let history = ReviewHistory(seed: 8)
        try history.load(Array(history.steps.prefix(2)), into: store)
        #expect(try store.read { try $0.runs().map(\.digestRules) } == [1, 1])
        try stores.tamper("UPDATE runs SET digest_rules = 7 WHERE run = 2")
        #expect(try store.read { try $0.newestRun()?.digestRules } == 7)
        let fault = StoreFault.digestRulesUnknown(run: 2, rules: 7)
        #expect(throws: fault) { try store.read { try auditStore($0) } }
        let copy = MemoryStore()
        #expect(throws: fault) { try copyStore(from: store, to: copy) }
        #expect(try copy.read { try $0.runs().map(\.digestRules) } == [1, 7])
    }
}
