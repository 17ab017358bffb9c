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
    /// A store under `Fixtures/stores`: `NAME.sqlite.gz`, and `NAME.sql.gz` as `pg_dump` wrote it.
    struct Released: Sendable, CustomTestStringConvertible {
        var name: String
        /// `history_digest` of its newest run, by kind of store: salts are random.
        var digests: [StoreKind: String]
        var runs: Int
        /// Numbers of reviews, versions, rejects, verdicts, insights, attempts and links.
        var counts: [Int]
        /// Whether it was made by the schema of today.
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
                    .sqlite: "ec62a8304007de0388d5eb15d902d693e3bef993fed0962322bd008fa63f79bd",
                    .postgres: "fd5e43cfa18e5f84faa4afb06796fd5e226b8ec64d9193bd1279f88da5680199",
                ], runs: 22, counts: [91, 131, 7, 1, 2, 21, 3], isCurrent: true),
        ]
    }

    @Test(
        "A store of an earlier schema is migrated, holds, and takes the next dump",
        arguments: StoreKind.lasting, Released.all)
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
    }

    @Test(
        "A migrated store has the same schema as a new one",
        arguments: StoreKind.lasting, Released.all)
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
        arguments: Released.all.filter { !$0.isCurrent })
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

/// One store of a test outside memory, empty or restored from a fixture.
private final class StoreOnDisk {
    private let file: TemporaryStore?
    private let schema: TemporarySchema?

    init(_ kind: StoreKind) throws {
        file = kind == .sqlite ? try TemporaryStore() : nil
        schema = kind == .postgres ? try TemporarySchema() : nil
    }

    /// The schema's name in the fixtures.
    private static let fixtureSchema = "afterword_fixture"

    convenience init(_ kind: StoreKind, restoring name: String) throws {
        try self.init(kind)
        let path = "\(fixtures)/stores/\(name)"
        if let file { try shell("gzip -dc '\(path).sqlite.gz' > '\(file.path)'") }
        guard let schema else { return }
        let sql = try shell("gzip -dc '\(path).sql.gz'")
            .replacing("CREATE SCHEMA \(Self.fixtureSchema);", with: "")
            .replacing(Self.fixtureSchema, with: schema.name)
        try PostgresConnection(url: schema.url).runAll(sql)
    }

    func open() throws -> any ReviewStore {
        if let file { return try file.open() }
        guard let schema else { preconditionFailure("a store is a file or a schema") }
        return try schema.open()
    }

    /// The schema in Postgres, opened for a rehearsal.
    func openForRehearsal() throws -> PostgresStore {
        guard let schema else { preconditionFailure("the store is in Postgres") }
        return try schema.open(.rehearsing)
    }

    /// Every table, column, constraint, index, view, comment and function, without white space.
    func definitions() throws -> Set<String> {
        let lines: [String]
        if let file {
            lines = try DatabaseQueue(path: file.path).read {
                try String.fetchAll($0, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
            }
        } else if let schema {
            lines = try PostgresConnection(url: schema.url).run(Self.postgresDefinitions)
                .lines("line").map { $0.replacing(schema.name, with: "s") }
        } else {
            lines = []
        }
        return Set(lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") })
    }

    private static let postgresDefinitions = """
        WITH own AS (
            SELECT oid FROM pg_namespace
            WHERE nspname IN (current_schema(), current_schema() || '_report')
        ), tables AS (
            SELECT c.* FROM pg_class c JOIN own ON own.oid = c.relnamespace
        )
        SELECT concat_ws(' ', c.relname, c.relkind, obj_description(c.oid, 'pg_class')) AS line
        FROM tables c
        UNION ALL
        SELECT concat_ws(' ', c.relname, a.attnum, a.attname, a.attnotnull, a.attidentity,
            format_type(a.atttypid, a.atttypmod), l.collname, pg_get_expr(d.adbin, d.adrelid),
            col_description(c.oid, a.attnum))
        FROM tables c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            LEFT JOIN pg_collation l ON l.oid = a.attcollation
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT concat_ws(' ', c.relname, n.conname, pg_get_constraintdef(n.oid))
        FROM tables c JOIN pg_constraint n ON n.conrelid = c.oid
        UNION ALL
        SELECT pg_get_indexdef(i.indexrelid) FROM tables c JOIN pg_index i ON i.indrelid = c.oid
        UNION ALL
        SELECT concat_ws(' ', relname, pg_get_viewdef(oid)) FROM tables WHERE relkind IN ('v', 'm')
        UNION ALL
        SELECT concat_ws(' ', pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'))
        FROM pg_proc p JOIN own ON own.oid = p.pronamespace
        """
}
