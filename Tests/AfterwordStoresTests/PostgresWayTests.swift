import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// The path between the program and a Postgres server: dead connections, poolers, and settings that
/// weaken durability.
@Suite(
    .enabled(
        if: TemporarySchema.server != nil,
        "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
struct PostgresWayTests {
    private let history = ReviewHistory(seed: 3)

    private var socket: String {
        get throws {
            let server = try #require(TemporarySchema.server)
            let folder = try #require(
                server.split(separator: "host=").last?.split(separator: "&").first)
            return folder + "/.s.PGSQL.5432"
        }
    }

    @Test("dead-connection-hangs: a statement on a line that went silent ends when it is cancelled")
    func cancelledOnDeadLine() throws {
        let line = try SilentProxy(to: socket)
        defer { line.stop() }
        let server = try #require(TemporarySchema.server)
        let connection = try PostgresConnection(url: line.url(for: server))
        try connection.run("SELECT 1 AS one")
        line.silence()
        let canceller = connection.canceller
        // Wait until the statement was sent.
        Thread.detachNewThread {
            line.waitUntilSilenced()
            canceller.cancel()
        }
        #expect(throws: StoreFault.interrupted) { try connection.run("SELECT 2 AS two") }
    }

    @Test("dead-connection-hangs: a reader gives a silent line up after its time-out")
    func readerOnDeadLine() throws {
        let schema = try TemporarySchema()
        _ = try schema.open()
        let line = try SilentProxy(to: socket)
        defer { line.stop() }
        let store = try PostgresStore(
            url: line.url(for: schema.url), opening: .existing,
            readers: PostgresReaderLimits(statementMilliseconds: 200))
        #expect(try store.read { try $0.runs() }.isEmpty)
        line.silence()
        #expect(throws: StoreFault.timedOut) { try store.reading.newestRun() }
    }

    @Test("A reader's statement that takes too long is ended by the server")
    func readerTimeout() throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let limited = try PostgresStore(
            url: schema.url, opening: .existing,
            readers: PostgresReaderLimits(statementMilliseconds: 100))
        #expect(try limited.read { try $0.runs().count } == 1)
        let owner = try PostgresConnection(url: schema.url)
        try owner.runAll("BEGIN; LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
        #expect(throws: StoreFault.timedOut) { try limited.read { try $0.runs().count } }
        try owner.runAll("ROLLBACK")
        #expect(try limited.read { try $0.runs().count } == 1)
    }

    @Test("A line has named time-outs unless the URL says otherwise")
    func timeouts() throws {
        let server = try #require(TemporarySchema.server)
        let settings = try PostgresConnection(url: server).settings()
        #expect(settings["connect_timeout"] == "10")
        #expect(settings["keepalives_idle"] == "30")
        #expect(settings["keepalives_interval"] == "10")
        #expect(settings["keepalives_count"] == "3")
        #expect(settings["tcp_user_timeout"] == "60000")
        let own = try PostgresConnection(
            url: server + "&connect_timeout=3&tcp_user_timeout=1000"
        ).settings()
        #expect(own["connect_timeout"] == "3")
        #expect(own["tcp_user_timeout"] == "1000")
        #expect(own["keepalives_idle"] == "30")
    }

    @Test("synchronous-commit-off-loses-runs: a run and the ledger of money raise it, to no less")
    func synchronousCommit() throws {
        let schema = try TemporarySchema()
        _ = try schema.open()
        let owner = try PostgresConnection(url: schema.url)
        // Triggers record the setting with which each transaction commits.
        try owner.runAll(
            """
            CREATE TABLE noted (setting TEXT);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
                INSERT INTO noted VALUES (current_setting('synchronous_commit'));
                RETURN NULL;
            END$$;
            CREATE TRIGGER note AFTER INSERT OR UPDATE ON shapes EXECUTE FUNCTION note();
            CREATE TRIGGER note AFTER INSERT OR UPDATE ON api_keys EXECUTE FUNCTION note()
            """)
        for (setting, raised) in [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")] {
            let store = try PostgresStore(
                url: schema.url + "%20-csynchronous_commit%3D\(setting)")
            try store.load(LoadIntent(isRehearsal: false)) { load in
                try load.put(shape: ShapeRow(name: "x", version: 1, document: "{}"))
            }
            try store.ledger { ledger in
                try ledger.put(
                    key: APIKeyRow(
                        name: "x", digest: APIKeyRow.digest(of: "x"), scopes: [.read],
                        brands: nil, createdAt: ReviewHistory.start))
            }
            let noted = try owner.run("DELETE FROM noted RETURNING setting").lines("setting")
            // An upsert fires both triggers of its table.
            #expect(noted == [raised, raised, raised, raised])
        }
    }

    @Test("synchronous-commit-off-loses-runs: a run that was acknowledged survives a crash")
    func crashAfterCommit() throws {
        let server = try shell("ci/postgres start")
        defer { _ = try? shell("ci/postgres stop '\(server)'") }
        try PostgresConnection(url: server).runAll(
            "ALTER DATABASE postgres SET synchronous_commit = off")
        let store = try PostgresStore(url: server)
        for number in 0...1 {
            try history.load(history.steps[number], number: number, into: store, HistoryLoading())
        }
        try shell("ci/postgres crash '\(server)'")
        let again = try PostgresStore(url: server)
        #expect(try again.read { try $0.runs().count } == 2)
        #expect(try TemporaryStores.audited(again) == nil)
    }

    @Test("pgbouncer-transaction-mode: loads, audits, the ledger and readers go through it")
    func pooler() throws {
        let server = try shell("ci/postgres start")
        defer { _ = try? shell("ci/postgres stop '\(server)'") }
        let pooled: String
        do {
            pooled = try shell("ci/pgbouncer start '\(server)'")
        } catch is ShellFault {
            return print("SKIPPED: pgbouncer is not installed (ci/setup)")
        }
        defer { _ = try? shell("ci/pgbouncer stop '\(pooled)'") }
        // Settings and statements of one client must not reach another.
        let others = try (0..<3).map { _ in try PostgresStore(url: pooled) }
        for (number, step) in history.steps.enumerated() {
            let store = others[number % 3]
            _ = try history.load(step, number: number, into: store, HistoryLoading())
            for other in others {
                let runs = try other.read { try $0.runs().count }
                #expect(try other.reading.newestRun()?.run == Int64(runs))
                #expect(try TemporaryStores.audited(other) == nil)
                let spent = try other.ledger { try $0.spent(batch: 1) }
                #expect(spent == 0)
            }
        }
        let direct = try PostgresStore(url: server)
        #expect(try TemporaryStores.audited(direct) == nil)
        #expect(
            try PostgresConnection(url: pooled).run(
                "SELECT current_setting('max_parallel_workers_per_gather')::bigint AS workers"
            ).first?.number("workers") == 2)
    }

    @Test(
        "audit-blind-to-indexes-and-constraints: what breaks a rule is found"
    )
    func constraints() throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps, into: store)
        let owner = try PostgresConnection(url: schema.url)
        #expect(try store.auditByQuery() == nil)
        // A constraint that existing rows violate, as a damaged page would leave it.
        let rule = "product_reviews_history_created_origin_check"
        try owner.runAll(
            """
            ALTER TABLE product_reviews_history DROP CONSTRAINT \(rule);
            UPDATE product_reviews_history SET created_origin = 'mocK' WHERE history_key =
                (SELECT max(history_key) FROM product_reviews_history
                WHERE created_origin = 'mock');
            ALTER TABLE product_reviews_history ADD CONSTRAINT \(rule)
                CHECK (created_origin IN ('source', 'mock')) NOT VALID
            """)
        let broken = try store.auditByQuery()
        #expect(broken?.table == "product_reviews_history", "\(String(describing: broken))")
        #expect(broken?.what.contains(rule) == true)
        #expect(
            throws: StoreFault.unreadable(
                table: "product_reviews_history", column: "created_origin")
        ) { try store.read { try auditStore($0) } }
    }

    @Test("audit-blind-to-indexes-and-constraints: amcheck is asked where it is installed")
    func trees() throws {
        let server = try shell("ci/postgres start")
        defer { _ = try? shell("ci/postgres stop '\(server)'") }
        let owner = try PostgresConnection(url: server)
        let store = try PostgresStore(url: server)
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        do {
            try owner.runAll("CREATE EXTENSION amcheck")
        } catch is StoreFault {
            return print("SKIPPED: amcheck is not installed (Debian: postgresql-contrib)")
        }
        #expect(try store.auditByQuery() == nil)
        // A row missing from its index: the table is written while `pg_index` marks the index as
        // not ready.
        try owner.runAll(
            """
            UPDATE pg_index SET indisready = false
            WHERE indexrelid = 'run_files_by_digest'::regclass
            """)
        try owner.runAll(
            """
            CREATE TABLE more AS SELECT * FROM run_files;
            UPDATE more SET name = name || ' more';
            INSERT INTO run_files SELECT * FROM more;
            DROP TABLE more
            """)
        try owner.runAll("UPDATE pg_index SET indisready = true")
        let finding = try store.auditByQuery()
        #expect(finding?.table == "run_files", "\(String(describing: finding))")
        #expect(finding?.row == "index run_files_by_digest")
    }
}
