import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// Faults between a run and its server: timeouts, lost connections, a full disk, a cancelled
/// statement.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["AFTERWORD_TEST_POSTGRES"] != nil,
        "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"))
struct PostgresFaultTests {
    private let history = ReviewHistory(seed: 3)

    /// Creates a store with the first dump and returns its tables.
    private func made(_ schema: TemporarySchema) throws -> [String: [String]] {
        let store = try schema.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        return try store.read { try goldenTables($0) }
    }

    @Test("A statement time-out of the server ends a run with nothing stored")
    func timeOut() throws {
        let schema = try TemporarySchema()
        let before = try made(schema)
        let holder = try PostgresConnection(url: schema.url)
        try holder.runAll("BEGIN; LOCK TABLE products_dim IN ACCESS EXCLUSIVE MODE")
        let hasty = try PostgresStore(url: schema.url + "%20-cstatement_timeout%3D200")
        #expect(throws: StoreFault.timedOut) {
            try history.load(history.steps[1], number: 1, into: hasty, HistoryLoading())
        }
        try holder.runAll("ROLLBACK")
        let store = try schema.open()
        let after = try store.read { try goldenTables($0) }
        #expect(after == before)
        #expect(try history.load(history.steps[1], number: 1, into: store, HistoryLoading()))
    }

    /// Where the connection ends during the commit, the client cannot know whether the commit
    /// arrived. The run may then be complete, and loading again changes nothing.
    @Test("A line that is cut leaves all of a run or nothing", arguments: 0..<12)
    func cut(round: Int) throws {
        let schema = try TemporarySchema()
        let before = try made(schema)
        let whole = try TemporarySchema()
        _ = try made(whole)
        let wholeStore = try whole.open()
        try history.load(history.steps[1], number: 1, into: wholeStore, HistoryLoading())
        let after = try wholeStore.read { try goldenTables($0) }

        let server = try #require(
            schema.url.split(separator: "?").last?.split(separator: "&")
                .first { $0.hasPrefix("host=") }
        ).dropFirst(5)
        var random = SplitMix64(seed: UInt64(round))
        let bytes = 1_500 + Int(random.draw(below: UInt64(1_500 * (round + 1))))
        let proxy = try CuttingProxy(to: server + "/.s.PGSQL.5432", cutAfter: bytes)
        defer { proxy.stop() }
        var isCut = false
        do {
            let cut = try PostgresStore(url: schema.url.replacing(server, with: proxy.folder))
            try history.load(history.steps[1], number: 1, into: cut, HistoryLoading())
        } catch let fault as StoreFault {
            guard case .unreachable = fault else {
                Issue.record("after \(bytes) bytes: \(fault)")
                return
            }
            isCut = true
        }
        // The byte budgets of the first rounds are too small for a whole load.
        #expect(isCut || round > 1, "after \(bytes) bytes")
        let store = try schema.open()
        let found = try store.read { try goldenTables($0) }
        #expect(found == before || found == after, "after \(bytes) bytes")
        try history.load(history.steps[1], number: 1, into: store, HistoryLoading())
        let audit = try store.read { try auditStore($0) } ?? store.auditByQuery()
        #expect(audit == nil, "after \(bytes) bytes")
        let loaded = try store.read { try goldenTables($0) }
        #expect(loaded["product_reviews_history"] == after["product_reviews_history"])
    }

    /// Uses a tablespace of 16 MiB, mounted for the test where mounting is allowed.
    @Test("A full disk of the server ends a run with nothing half-written")
    func diskFull() throws {
        let folder = NSTemporaryDirectory() + "/afterword-space-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard
            try shell("mount -t tmpfs -o size=16m tmpfs '\(folder)' && chown postgres '\(folder)'")
        else {
            print("SKIPPED: no file system can be mounted here, so none can be filled")
            return
        }
        defer { _ = try? shell("umount -l '\(folder)'") }
        let schema = try TemporarySchema()
        let name = "space_" + UUID().uuidString.lowercased().replacing("-", with: "_")
        let server = try PostgresConnection(url: schema.url)
        try server.runAll("CREATE TABLESPACE \(name) LOCATION '\(folder)'")
        defer {
            try? server.runAll(
                "DROP SCHEMA IF EXISTS \(schema.name) CASCADE; "
                    + "DROP SCHEMA IF EXISTS \(schema.reportSchema) CASCADE")
            try? server.runAll("DROP TABLESPACE \(name)")
        }
        let store = try PostgresStore(url: schema.url + "%20-cdefault_tablespace%3D" + name)
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let before = try store.read { try goldenTables($0) }
        // Incompressible texts.
        var random = SplitMix64(seed: 1)
        let large = ReviewHistory.Step(
            records: (0..<100).map { number in
                let body = (0..<12_000).map { _ in String(random.next(), radix: 36) }.joined()
                return .init(
                    text: #"{"product": "P\#(number)", "rating": 5, "body": "\#(body)"}"#,
                    product: nil)
            }, observedAt: ReviewHistory.start, completeness: .none)
        #expect(throws: StoreFault.diskFull) {
            try history.load(large, number: 1, into: store, HistoryLoading())
        }
        let after = try store.read { try goldenTables($0) }
        #expect(after == before)
        // The server keeps the space of the rolled-back rows until a vacuum, so enlarge the disk.
        #expect(try shell("mount -o remount,size=64m '\(folder)'"))
        #expect(try history.load(history.steps[1], number: 1, into: store, HistoryLoading()))
    }

    private func shell(_ command: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test("A cancelled statement ends, and nothing runs on its connection after it")
    func cancelled() throws {
        let schema = try TemporarySchema()
        for round in 0..<20 {
            let connection = try PostgresConnection(url: schema.url)
            let canceller = connection.canceller
            let watcher = try PostgresConnection(url: schema.url)
            let pid = try #require(
                try connection.run("SELECT pg_backend_pid()::bigint AS pid").first?.number("pid"))
            let thread = Thread {
                // In even rounds, wait until the statement runs; in odd rounds, race it.
                while round % 2 == 0 {
                    let state = try? watcher.run(
                        "SELECT state FROM pg_stat_activity WHERE pid = $1::int AND state = 'active'",
                        [String(pid)])
                    if state?.first != nil { break }
                }
                canceller.cancel()
            }
            thread.start()
            #expect(throws: StoreFault.interrupted) {
                while true { try connection.run("SELECT pg_sleep(\(round % 2 == 0 ? 60 : 0))") }
            }
            #expect(throws: StoreFault.interrupted) { try connection.run("SELECT 1") }
        }
    }

    @Test("An interrupted run is undone, noted as failed, and the next one is whole")
    func interrupted() throws {
        let schema = try TemporarySchema()
        let before = try made(schema)
        let store = try schema.open()
        let attempt = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
        let interruption = store.interruption
        let interrupting = CountingStore(store) { if $0 == 6 { interruption.interrupt() } }
        #expect(throws: StoreFault.interrupted) {
            try history.load(history.steps[1], number: 1, into: interrupting, HistoryLoading())
        }
        try store.failAttempt(attempt, at: ReviewHistory.start, failure: "interrupted")
        let again = try schema.open()
        let after = try again.read { try goldenTables($0) }
        #expect(after == before)
        let attempts = try again.read { try $0.attempts() }
        #expect(attempts.contains { $0.outcome == .failed("interrupted") })
        #expect(try history.load(history.steps[1], number: 1, into: again, HistoryLoading()))
    }

    @Test("A pipeline is all done or nothing, and its connection goes on after a fault")
    func pipeline() throws {
        let schema = try TemporarySchema()
        let connection = try PostgresConnection(url: schema.url)
        try connection.runAll("CREATE TABLE t (a INT PRIMARY KEY)")
        let good = PostgresStatement("INSERT INTO t SELECT coalesce(max(a), 0) + 1 FROM t")
        let bad = PostgresStatement("INSERT INTO t VALUES (1)")
        #expect(throws: StoreFault.self) {
            try connection.pipeline([good, good, bad, good])
        }
        #expect(try connection.run("SELECT count(*) AS n FROM t").first?.number("n") == 0)
        try connection.pipeline([good, good, good])
        #expect(try connection.run("SELECT count(*) AS n FROM t").first?.number("n") == 3)
    }

    @Test("A reader whose server went away between two reads connects anew")
    func staleReader() throws {
        let schema = try TemporarySchema()
        _ = try made(schema)
        let name = "stale " + UUID().uuidString
        let store = try PostgresStore(
            url: schema.url + "&application_name=" + name.replacing(" ", with: "%20"))
        #expect(try store.read { try $0.runs().count } == 1)
        try PostgresConnection(url: schema.url).run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
            [name])
        #expect(try store.read { try $0.runs().count } == 1)
    }
}
