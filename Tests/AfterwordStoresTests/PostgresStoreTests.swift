import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Faults of a server during a run, none of which may damage the history.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
        "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
struct PostgresStoreTests {
    private let history = ReviewHistory(seed: 3)

    @Test("A backend that is killed in the middle of a run leaves nothing; the next run is whole")
    func killedBackend() throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let before = try store.read { try goldenTables($0) }
        let killer = try PostgresConnection(url: schema.url)
        #expect(throws: StoreFault.self) {
            try store.load(LoadIntent(isRehearsal: false)) { load in
                try load.put(shape: ShapeRow(name: "x", version: 1, document: "{}"))
                try killer.runAll(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE locktype = 'advisory' AND objid = (
                        SELECT hashtext(current_schema())::bigint & 4294967295)::oid
                    """)
                _ = try load.head()
            }
        }
        let again = try schema.open()
        #expect(try again.read { try goldenTables($0) } == before)
        #expect(try again.read { try $0.runs().count } == 1)
        #expect(try history.load(history.steps[1], number: 1, into: again, HistoryLoading()))
        #expect(try again.read { try differenceFromRebuilt($0) } == nil)
    }

    @Test("A server stopped at once in the middle of a run recovers to the state before it")
    func crashedServer() throws {
        let server = try script(["ci/postgres", "start"])
        defer { _ = try? script(["ci/postgres", "stop", server]) }
        let store = try PostgresStore(url: server)
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let before = try store.read { try goldenTables($0) }
        let crashing = CountingStore(store) { call in
            if call == 12 { _ = try script(["ci/postgres", "crash", server]) }
        }
        #expect(throws: StoreFault.self) {
            try history.load(history.steps[1], number: 1, into: crashing, HistoryLoading())
        }
        let again = try PostgresStore(url: server)
        #expect(try again.read { try goldenTables($0) } == before)
        #expect(try history.load(history.steps[1], number: 1, into: again, HistoryLoading()))
        #expect(try again.read { try auditStore($0) } == nil)
    }

    private func script(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.availableData
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(arguments)")
        return String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("Reading and rehearsing on an empty schema write nothing into it")
    func emptySchema() throws {
        let schema = try TemporarySchema()
        let made = {
            try PostgresConnection(url: schema.url).run(
                "SELECT count(*) AS made FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
            ).first?.number("made")
        }
        #expect(throws: StoreFault.self) {
            try PostgresStore(url: schema.url, opening: .existing)
        }
        let rehearsal = try PostgresStore(url: schema.url, opening: .rehearsing)
        let next = try rehearsal.load(LoadIntent(isRehearsal: true)) { try $0.head().nextRun }
        #expect(next == 1)
        #expect(try made() == 0)
        _ = try schema.open()
        let existing = try PostgresStore(url: schema.url, opening: .existing)
        #expect(try existing.read { try $0.runs() }.isEmpty)
    }

    @Test("A schema of a newer program is refused")
    func newer() throws {
        let schema = try TemporarySchema()
        _ = try schema.open()
        try PostgresConnection(url: schema.url)
            .runAll("INSERT INTO migrations VALUES ('99 from the future')")
        #expect(throws: StoreFault.schemaNewer) { try schema.open() }
    }

    @Test("The schema refuses what would be wrong history")
    func constraints() throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let connection = try PostgresConnection(url: schema.url)
        for sql in [
            "UPDATE product_reviews_history SET rating = 51",
            "UPDATE product_reviews_history SET created_origin = 'guess'",
            "UPDATE product_reviews_history SET history_key = history_key + 1",
            "UPDATE product_reviews_history SET version = 0 WHERE operation = 'insert'",
            "UPDATE runs SET found = found + 1",
            "UPDATE product_summary SET star_1 = star_1 + 1",
        ] {
            #expect(throws: StoreFault.self, "\(sql)") { try connection.runAll(sql) }
        }
    }

    @Test(
        "A server that cannot be reached is told without the password",
        arguments: [
            "postgres://user:hunter2@127.0.0.1:1/db", "postgres://user:hun@ter2@127.0.0.1:1/db",
            "postgres://127.0.0.1:1/db?password=hunter2&connect_timeout=x",
            "postgresql://u:hunter2/x@y@127.0.0.1:1/db", "postgres://:hunter2/x@127.0.0.1:1/db",
            "postgres://u:hun/hunter2@127.0.0.1:1/db", "postgres://u:%68unter2/x@127.0.0.1:1/db",
            "postgres://u:hunter2,x/y@127.0.0.1:1/db", "postgres://u:hunter2?x@127.0.0.1:1/db",
        ])
    func redacted(url: String) throws {
        do {
            _ = try PostgresStore(url: url)
            Issue.record("no server listens there")
        } catch StoreFault.unreachable(let message) {
            #expect(!message.contains("hunter2") && !message.contains("ter2"), "\(message)")
        }
    }

    /// Tests the decision only: no test connects to a remote server.
    @Test(
        "A far server is asked for TLS with its name checked, unless the URL says otherwise",
        arguments: [
            ("postgres://db.example/x", false), ("postgres://u@10.0.0.1/x", false),
            ("postgres://db.example/x?sslmode=require", true), ("postgres:///x", true),
            ("postgres:///x?host=/run/socket", true), ("postgres://localhost/x", true),
            ("postgres://127.0.0.1:5433/x", true), ("postgres://[::1]/x", true),
            ("postgres://127.example.com/x", false),
        ])
    func security(url: String, isSecuredOrLocal: Bool) throws {
        #expect(try PostgresConnection.isSecuredOrLocal(url) == isSecuredOrLocal)
    }
}
