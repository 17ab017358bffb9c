import AfterwordPipeline
import AfterwordStores
import Foundation
import Testing

/// Interrupts as sent by Ctrl-C or by a scheduler.
@Suite struct InterruptTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "dump/a.json",
            """
            [{"CHILD_ASIN": "P1", "CUSTOMER_REVIEW_RATING": 5, "CUSTOMER_REVIEW_TITLE": "Good",
              "CUSTOMER_REVIEW_DESCRIPTION": "It does what it says.", "PRODUCT_BRAND": "B"}]
            """)
    }

    @Test(
        "A run that waits for a statement of the server ends at once, noted and undone",
        .enabled(
            if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
    func statement() throws {
        let server = try #require(CrashTests.server)
        let schema = "interrupt_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        let owner = try PostgresConnection(url: server)
        try owner.runAll("CREATE SCHEMA \(schema)")
        defer {
            try? owner.runAll(
                "ROLLBACK; DROP SCHEMA \(schema) CASCADE; DROP SCHEMA \(schema)_report CASCADE")
        }
        let name = "interrupted " + UUID().uuidString
        let store =
            server + "&options=-csearch_path%3D\(schema)&application_name="
            + name.replacing(" ", with: "%20")
        #expect(try Program.run(["migrate", "--store", store], in: folder.path).code == 0)
        try owner.runAll("BEGIN; LOCK TABLE \(schema).products_dim IN ACCESS EXCLUSIVE MODE")
        let watcher = try PostgresConnection(url: server)
        let result = try Program.run(["run", "dump", "--store", store], in: folder.path) {
            program in
            // Interrupt only once the run waits for the lock.
            while try watcher.run(
                """
                SELECT 1 AS waits FROM pg_stat_activity
                WHERE application_name = $1 AND wait_event_type = 'Lock'
                """, [name]
            ).first == nil {}
            program.interrupt()
        }
        #expect(result.code == 130, "\(result.errors)")
        #expect(result.errors.contains("interrupted; nothing of this run was stored"))
        try owner.runAll("ROLLBACK")
        let attempts = try owner.run(
            "SELECT failure FROM \(schema).run_attempts WHERE failure = 'store: interrupted'")
        #expect(attempts.first != nil)
        #expect(try Program.run(["run", "dump", "--store", store], in: folder.path).code == 0)
    }

    @Test("A run that waits for another run's lock ends at once")
    func waiting() throws {
        let store = folder.path + "/afterword.sqlite"
        #expect(try Program.run(["run", "dump", "--store", store], in: folder.path).code == 0)
        let holder = try SQLiteStore(path: store)
        let result = try holder.load(LoadIntent(isRehearsal: true)) { _ in
            try Program.run(
                ["run", "dump", "--wait", "--store", store], in: folder.path
            ) { program in
                // The program prints that it waits after the lock was refused once.
                program.waitForErrors(containing: "waits")
                program.interrupt()
            }
        }
        #expect(result.code == 130, "\(result.errors)")
    }

    @Test(
        "Remarks of the server are in the log when it is asked for, and nowhere else",
        .enabled(
            if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
    func notices() throws {
        let server = try #require(CrashTests.server)
        let schema = "notices_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        let owner = try PostgresConnection(url: server)
        try owner.runAll("CREATE SCHEMA \(schema)")
        defer {
            try? owner.runAll("DROP SCHEMA \(schema) CASCADE; DROP SCHEMA \(schema)_report CASCADE")
        }
        let store =
            server + "&options=-csearch_path%3D\(schema)%20-cclient_min_messages%3Ddebug1"
        let loud = try Program.run(
            ["migrate", "--store", store], in: folder.path, environment: ["AFTERWORD_LOG": "info"])
        #expect(loud.errors.contains("will create implicit index"), "\(loud.errors)")
        let quiet = try Program.run(["run", "dump", "--quiet", "--store", store], in: folder.path)
        #expect(quiet.errors.isEmpty && quiet.code == 0, "\(quiet.errors)")
    }
}
