import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// SQLite's two tables of current rows: the first table, and the delta of later loads. Readers see
/// one view.
@Suite struct AppendedReviewsTests {
    private let history = ReviewHistory(seed: 3)

    private static func shape() throws -> Shape {
        try Shape(
            parsing: Array(
                #"""
                {"shape": "law", "version": 1, "fields": {"review_id": "id", "product_id": "product",
                 "rating": "rating", "body": "body"}}
                """#.utf8))
    }

    private func record(
        _ product: String, _ id: String, _ body: String, more: String = ""
    ) -> ReviewHistory.RecordText {
        .init(
            text:
                #"{"product": "\#(product)", "id": "\#(id)", "rating": 5, "body": "\#(body)"\#(more)}"#,
            product: nil)
    }

    private func load(
        _ records: [ReviewHistory.RecordText], number: Int, into store: any ReviewStore
    ) throws {
        let step = ReviewHistory.Step(
            records: records,
            observedAt: ReviewHistory.start.adding(seconds: Int64(number) * 604_800),
            completeness: .products)
        let history = ReviewHistory(seed: 3, shape: try Self.shape(), steps: [step])
        #expect(try history.load(step, number: number, into: store, HistoryLoading()))
    }

    private func lines(_ file: TemporaryStore, _ sql: String) throws -> [String] {
        try DatabaseQueue(path: file.path).read { try String.fetchAll($0, sql: sql) }
    }

    private static let initial = """
        SELECT review_id || ' ' || is_live || ' ' || raw_key || ' ' || history_key || ' ' || hex(payload_digest)
        FROM current_initial ORDER BY review_id
        """
    private static let delta = """
        SELECT review_id || ' live ' || is_live || ' replaces ' || (first_raw_key IS NULL)
        FROM current_delta ORDER BY review_id
        """

    /// Loads that begin a store as programs did before identity rules 2.
    private static let firstRules: HistoryLoading = {
        var loading = HistoryLoading()
        loading.initialRules = .v1
        return loading
    }()

    private func expectWhole(_ store: any ReviewStore) throws {
        let finding = try store.read { try auditStore($0) }
        #expect(finding == nil)
        #expect(try store.auditByQuery() == nil)
        #expect(try store.read { try differenceFromRebuilt($0) } == nil)
    }

    @Test("What moves and what comes lies apart, what was first stays as it was")
    func apart() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        let memory = MemoryStore()
        let dumps = [
            ["1", "2", "3", "4"].map { record("P", $0, "body \($0)") },
            // 1 edited, 2 gone, 3 with other bytes, 4 unchanged, 5 new; product Q is new.
            [
                record("P", "1", "other"), record("P", "3", "body 3", more: #", "x": 1"#),
                record("P", "4", "body 4"), record("P", "5", "body 5"), record("Q", "6", "body 6"),
            ],
            // 1 edited again, 2 restored, 5 gone, Q's review edited.
            [
                record("P", "1", "third"), record("P", "2", "body 2"),
                record("P", "3", "body 3", more: #", "x": 1"#), record("P", "4", "body 4"),
                record("Q", "6", "other"),
            ],
        ]
        for store in [store, memory] as [any ReviewStore] {
            try load(dumps[0], number: 0, into: store)
        }
        let first = try lines(file, Self.initial)
        #expect(first.count == 4)
        #expect(try lines(file, Self.delta) == [])
        for store in [store, memory] as [any ReviewStore] {
            try load(dumps[1], number: 1, into: store)
        }
        let second = try lines(file, Self.initial)
        #expect(Array(second.prefix(4)) == first)
        #expect(second.count == 5 && second[4].hasPrefix("6 1 "))
        #expect(
            try lines(file, Self.delta) == [
                "1 live 1 replaces 1", "2 live 0 replaces 1", "3 live 1 replaces 1",
                "5 live 1 replaces 0",
            ])
        try expectWhole(store)
        for store in [store, memory] as [any ReviewStore] {
            try load(dumps[2], number: 2, into: store)
        }
        #expect(try lines(file, Self.initial) == second)
        #expect(
            try lines(file, Self.delta) == [
                "1 live 1 replaces 1", "2 live 1 replaces 1", "3 live 1 replaces 1",
                "5 live 0 replaces 0", "6 live 1 replaces 1",
            ])
        try expectWhole(store)
        let bases = try [store, memory].map { (store: any ReviewStore) in
            try store.read { try goldenTables($0) }
        }
        #expect(bases[0] == bases[1])
        // The same reviews, read by product and all at once.
        let all = try store.read { try $0.reviews(ofProduct: nil) }
        let byProduct = try ["P", "Q"].flatMap { id in
            try store.read { try $0.reviews(ofProduct: Text(id)) }
        }
        #expect(all.map(\.reviewKey).sorted() == byProduct.map(\.reviewKey).sorted())
        #expect(all.map(\.values).count == 6)
    }

    @Test("What is known is read in the order of keys, whatever has moved")
    func order() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        let records = (0..<200).map { record("P\($0 % 3)", "\($0)", "body \($0)") }
        try load(records, number: 0, into: store)
        let moved = (0..<250).map { record("P\($0 % 3)", "\($0)", "body \($0 % 5 == 0 ? -1 : $0)") }
        try load(moved, number: 1, into: store)
        let keys = try store.read { reader in
            var keys: [Int64] = []
            try reader.currentPayloads(ofProducts: nil) { keys.append($0.reviewKey) }
            for product in 1...3 as ClosedRange<Int64> {
                try reader.currentPayloads(ofProducts: product...product) {
                    keys.append($0.reviewKey)
                }
            }
            return keys
        }
        let expected = try lines(
            file, "SELECT CAST(review_key AS TEXT) FROM product_reviews_current ORDER BY review_key"
        )
        #expect(expected.count == 250)
        #expect(keys.map(String.init) == expected + expected)
    }

    @Test("The delta is compacted when it is large, and only then")
    func compact() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        // More rows than one piece of a compaction.
        let count = 17_000
        func dump(moved: Int) -> [ReviewHistory.RecordText] {
            (0..<count).map { record("P\($0 % 7)", "\($0)", "body \($0 < moved ? -moved : $0)") }
        }
        try load(dump(moved: 0), number: 0, into: store)
        let first = try lines(file, Self.initial)
        // Exactly a quarter of the reviews.
        try load(dump(moved: count / 4), number: 1, into: store)
        #expect(try lines(file, Self.initial) == first)
        #expect(try lines(file, Self.delta).count == count / 4)
        try expectWhole(store)
        let seen = try store.read { try goldenTables($0) }["product_reviews_clean"]
        try load(dump(moved: count / 4 + 1), number: 2, into: store)
        #expect(try lines(file, Self.delta) == [])
        #expect(try lines(file, Self.initial).count == count)
        #expect(try lines(file, Self.initial) != first)
        try expectWhole(store)
        #expect(try store.read { try goldenTables($0) }["product_reviews_clean"] != seen)
        let second = try lines(file, Self.initial)
        var dump = dump(moved: count / 4 + 1)
        for id in 0..<9 { dump[id] = record("P\(id % 7)", "\(id)", "again") }
        try load(dump, number: 3, into: store)
        #expect(try lines(file, Self.delta).count == 9)
        #expect(try lines(file, Self.initial) == second)
        try expectWhole(store)
    }

    @Test("A store whose base is one table goes on as one that was made with two")
    func migrated() throws {
        let (old, new) = (try TemporaryStore(), try TemporaryStore())
        for file in [old, new] {
            try history.load(history.steps[0], number: 0, into: file.open(), Self.firstRules)
        }
        try goBackToTwo(old)
        #expect(throws: StoreFault.self) { try SQLiteStore(path: old.path, opening: .existing) }
        let pending = try SQLiteStore.pendingMigrations(path: old.path)
        let numbers = pending.map { $0.name.prefix(2) }.joined()
        #expect(numbers == "3 5 6 7 8 9 10111213141516171819202122232425")
        for file in [old, new] {
            let store = try file.open()
            for (number, step) in history.steps.enumerated().dropFirst() {
                _ = try history.load(step, number: number, into: store, HistoryLoading())
            }
            try expectWhole(store)
        }
        let schema = "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY name"
        #expect(try lines(old, schema).count == lines(new, schema).count)
        let tables = try [old, new].map { try withoutEarlierCounts($0.open()) }
        #expect(tables[0] == tables[1])
    }

    /// Leaves a store with one run as the second version of the schema left it.
    private func goBackToTwo(_ old: TemporaryStore) throws {
        let ledger = try ledgerWithoutCounts(of: old)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: old.path, configuration: configuration).write { database in
            try database.execute(
                sql: "UPDATE runs SET ledger_digest = ?", arguments: [Data(ledger.bytes)])
            try database.execute(sql: undoFileVersions)
            try database.execute(
                sql: undoWork + " DROP TABLE deliveries; DROP TABLE taxonomies")
            try database.execute(sql: undoServed)
            try undoDistinct(database)
            try undoPlainNames(database)
            try undoVerdicts(database)
            let views = try Row.fetchAll(
                database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'view'")
            for view in views { try database.execute(sql: "DROP VIEW \(view["name"] as String)") }
            try database.execute(
                sql: """
                    DROP TABLE service_jobs;
                    DROP TABLE product_reviews_base_later;
                    ALTER TABLE product_reviews_base_first RENAME TO product_reviews_base;
                    \(undoSinceDigestRules) DROP TABLE IF EXISTS review_links;
                    ALTER TABLE runs DROP COLUMN dump_label;
                    DELETE FROM grdb_migrations
                        WHERE substr(identifier, 1, 2) IN
                            ('3 ', '5 ', '6 ', '7 ', '8 ', '9 ', '10', '11', '12', '13', '14', '15',
                                '16', '17', '18', '19', '20', '21', '22', '23', '24', '25');
                    """)
            let gone = ["product_reviews_base", "report_review_links"]
            for view in views where !gone.contains(view["name"]) {
                try database.execute(
                    sql: (view["sql"] as String)
                        .replacing(", b.dump_label AS dump_label", with: ""))
            }
        }
    }

    /// The ledger of a store's only run as a program wrote it that counted nothing distinct.
    private func ledgerWithoutCounts(of file: TemporaryStore) throws -> Digest256 {
        try file.open().read { reader in
            var rows = LedgerRows()
            for row in try reader.raw(ofProduct: nil) { rows.add(row) }
            for row in try reader.productRaw(ofProduct: nil) { rows.add(row) }
            for row in try reader.attributeHistory(ofProduct: nil) { rows.add(row) }
            let run = try #require(try reader.newestRun())
            #expect(run.run == 1)
            return run.computedLedgerDigest(
                previous: genesisDigest, files: try reader.files(ofRun: 1), rows: rows)
        }
    }

    /// The tables of a store, without the sums of scopes after each run: the first run after the
    /// migration counts the distinct reviews of all scopes, and so writes rows of its own.
    private func withoutEarlierCounts(_ store: any ReviewStore) throws -> [String: [String]] {
        var tables = try store.read { try goldenTables($0) }
        tables["scope_summary_history"] = nil
        return tables
    }
}
