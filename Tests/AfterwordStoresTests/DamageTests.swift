import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// Damage to a store's file: a disk that changes bytes, or writes by other programs. The audit
/// finds it, and any other reader sees at most a `StoreFault`.
@Suite struct DamageTests {
    private let history = ReviewHistory(seed: 5)

    private func made(_ stores: TemporaryStores) throws -> any ReviewStore {
        let store = try stores.make()
        try history.load(history.steps, into: store)
        return store
    }

    /// Changes a file with another connection, despite its constraints.
    private func damage(_ path: String, _ sql: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    private func file() throws -> TemporaryStore {
        let file = try TemporaryStore()
        try history.load(history.steps, into: try file.open())
        #expect(try TemporaryStores.audited(file.open()) == nil)
        return file
    }

    /// SQL that removes the text `rule` from a table's definition, runs `sql`, and restores the
    /// definition.
    private func without(_ rule: String, of table: String, _ sql: String) -> String {
        """
        PRAGMA writable_schema = ON;
        CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = '\(table)';
        UPDATE sqlite_schema SET sql = replace(sql, '\(rule)', '') WHERE name = '\(table)';
        PRAGMA writable_schema = RESET;
        PRAGMA ignore_check_constraints = ON;
        \(sql);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = '\(table)';
        PRAGMA writable_schema = RESET;
        """
    }

    @Test("audit-blind-to-indexes-and-constraints: a row that an index lacks is found")
    func index() throws {
        let file = try file()
        let index = "product_reviews_history_by_run"
        // Change rows while the schema does not list the index.
        try damage(
            file.path,
            """
            CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '\(index)';
            PRAGMA writable_schema = ON;
            DELETE FROM sqlite_schema WHERE name = '\(index)';
            PRAGMA writable_schema = RESET;
            """)
        try damage(
            file.path,
            """
            UPDATE product_reviews_history SET run = run + 900 WHERE run > 1;
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema SELECT * FROM kept;
            DROP TABLE kept;
            PRAGMA writable_schema = RESET;
            """)
        let store = try SQLiteStore(path: file.path, opening: .existing)
        let finding = try store.auditByQuery()
        #expect(finding?.table == "product_reviews_history", "\(String(describing: finding))")
        #expect(finding?.what.contains(index) == true)
    }

    @Test("audit-blind-to-indexes-and-constraints: a NULL where none may be is found")
    func missingValue() throws {
        let file = try file()
        try damage(
            file.path,
            without(
                " NOT NULL", of: "product_aggregates", "UPDATE product_aggregates SET star_3 = NULL"
            ))
        let store = try SQLiteStore(path: file.path, opening: .existing)
        #expect(try store.auditByQuery()?.table == "product_aggregates")
        #expect(
            throws: StoreFault.unreadable(table: "product_aggregates", column: "star_3")
        ) { try store.read { try auditStore($0) } }
    }

    @Test("audit-blind-to-indexes-and-constraints: a word that no rule allows is found")
    func brokenRule() throws {
        let file = try file()
        try damage(
            file.path,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE product_reviews_history SET created_origin = 'mocK' WHERE history_key =
                (SELECT max(history_key) FROM product_reviews_history)
            """)
        let store = try SQLiteStore(path: file.path, opening: .existing)
        let finding = try store.auditByQuery()
        #expect(finding?.table == "product_reviews_history", "\(String(describing: finding))")
        #expect(
            throws: StoreFault.unreadable(
                table: "product_reviews_history", column: "created_origin")
        ) { try store.read { try auditStore($0) } }
    }

    @Test("A rule that only a CHECK tells of is asked for, whatever opened the file")
    func brokenRuleOnly() throws {
        let file = try file()
        let store = try file.open()
        let attempt = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
        try damage(
            file.path,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE run_attempts SET failure = 'x', run = 1 WHERE attempt = \(attempt)
            """)
        #expect(try store.auditByQuery()?.table == "run_attempts")
    }

    @Test(
        "A definition that was changed or is missing is found",
        arguments: [
            "DROP INDEX run_files_by_digest", "DROP VIEW report_months",
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'star_3 INTEGER NOT NULL', 'star_3 INTEGER')
            WHERE name = 'product_summary'
            """,
        ])
    func definition(sql: String) throws {
        let file = try file()
        try damage(file.path, sql)
        let store = try SQLiteStore(path: file.path, opening: .existing)
        let finding = try store.auditByQuery()
        #expect(finding?.what.hasPrefix("it") == true, "\(String(describing: finding))")
    }

    @Test("A column that is not there is a fault of the store, not the end of the program")
    func missingColumn() throws {
        let file = try file()
        try damage(
            file.path,
            "ALTER TABLE product_summary_history RENAME COLUMN star_2 TO star_9")
        let store = try SQLiteStore(path: file.path, opening: .existing)
        #expect(
            throws: StoreFault.unreadable(table: "product_summary_history", column: "star_2")
        ) { try store.read { try auditStore($0) } }
        #expect(try store.auditByQuery()?.table == "product_summary_history")
    }

    /// Writes random values into random columns of tables without constraints: numbers, texts,
    /// bytes, NULL. `AFTERWORD_DAMAGES=N` runs N rounds, `AFTERWORD_DAMAGE_SEED=S` sets the seed.
    @Test("Random rows end no reader and no load", arguments: StoreKind.sql)
    func random(kind: StoreKind) throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["AFTERWORD_DAMAGE_SEED"].flatMap { UInt64($0) } ?? 1
        print("random rows on \(kind): AFTERWORD_DAMAGE_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        let stores = TemporaryStores(kind)
        _ = try made(stores)
        let store = try stores.withoutRules()
        let columns = try stores.tableColumns().filter {
            !["grdb_migrations", "migrations", "sqlite_sequence"].contains($0.table)
        }
        for _ in 0..<(environment["AFTERWORD_DAMAGES"].flatMap { Int($0) } ?? 60) {
            let column = columns[Int(random.draw(below: UInt64(columns.count)))]
            let value = Self.value(&random, kind, column.type)
            try stores.tampered(
                column.table, column.name, value, isFirst: random.draw(below: 2) == 0
            ) { readAll(store) }
        }
    }

    /// A random value of a type that the column accepts, often near a limit.
    private static func value(
        _ random: inout SplitMix64, _ kind: StoreKind, _ type: String
    ) -> String {
        let numbers = [
            "0", "-1", "1", "2", "51", "9223372036854775807", "-9223372036854775807",
            "4611686018427387904", "\(Int64(bitPattern: random.next()))",
        ]
        let texts = ["''", "'x'", "'source'", "'[1,2'", "'99999999999999999999'", "'\u{FFFD}'"]
        let blobs =
            kind == .sqlite
            ? ["x''", "x'00'", "zeroblob(16)", "zeroblob(31)", "zeroblob(32)"]
            : [
                "''::bytea", "'\\x00'::bytea", "decode(repeat('00', 16), 'hex')",
                "decode(repeat('00', 31), 'hex')", "decode(repeat('00', 32), 'hex')",
            ]
        var values = ["NULL"]
        switch type.lowercased() {
        case _ where kind == .sqlite: values += numbers + texts + blobs + ["1.5"]
        case "text": values += texts
        case "bytea": values += blobs
        case "boolean": values += ["true", "false"]
        default: values += numbers
        }
        return values[Int(random.draw(below: UInt64(values.count)))]
    }

    /// Calls everything that reads rows, and a load that looks rows up. Each call may throw a
    /// `StoreFault`.
    private func readAll(_ store: any ReviewStore) {
        func tried(_ body: (any StoreReader) throws -> Void) { try? store.read(body) }
        tried { _ = try auditStore($0) }
        tried { _ = try goldenTables($0) }
        tried { try $0.currentPayloads(ofProducts: nil) { _ in } }
        tried { reader in
            for product in try reader.products(nil) {
                _ = try reader.listedReviews(ofProduct: product.productID, withDeleted: true)
                _ = try reader.history(ofProduct: product.productID, review: nil)
            }
        }
        tried { _ = try $0.changed(after: 0, upTo: .max - 1) }
        tried { _ = try $0.scopeHistory(.brand, after: 1, upTo: 3) }
        tried { _ = try $0.apiKeys() }
        tried { _ = try $0.modelCalls() }
        tried { reader in
            for run in try reader.runs() {
                _ = try AsOfReader(reader, run: run.run).products(nil)
            }
        }
        load(into: store)
    }

    private func load(into store: any ReviewStore) {
        let step = history.steps[2]
        var options = history.options(step, batchRows: BatchLimit.rows)
        options.isRehearsal = true
        _ = try? loadDump(
            step.dump(HistoryLoading()), into: store, options: options,
            surroundings: LoadSurroundings(
                now: { ReviewHistory.start.adding(seconds: 2000 * 86_400) }))
    }
}
