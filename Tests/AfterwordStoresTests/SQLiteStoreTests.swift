import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Synchronization
import Testing

/// What a SQLite store promises beyond the contract: one writer, no partial writes, no access for
/// other users.
@Suite struct SQLiteStoreTests {
    private let history = ReviewHistory(seed: 3)

    private func tables(_ store: any ReviewStore) throws -> [String: [String]] {
        try store.read { try goldenTables($0) }
    }

    /// SQLite makes such a table for a list of more than two words, and fills it anew for each row
    /// that is inserted.
    @Test("No check of a table makes SQLite build a table in memory for each inserted row")
    func checksWithoutTables() throws {
        let store = try TemporaryStore()
        _ = try store.open()
        try DatabaseQueue(path: store.path).read { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            var (slow, looked) = ([String](), 0)
            for table in tables where !table.hasPrefix("sqlite") {
                let steps = try Row.fetchAll(
                    database, sql: "EXPLAIN INSERT INTO \(table) DEFAULT VALUES")
                looked += 1
                if steps.contains(where: { $0["opcode"] == "OpenEphemeral" }) { slow.append(table) }
            }
            #expect(looked > 15)
            // Jobs are few.
            #expect(slow == ["service_jobs"])
        }
    }

    /// Uses a file system of 4 MiB, mounted for the test where mounting is allowed.
    @Test("A full disk ends a run with nothing half-written")
    func diskFull() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-full-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard try run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]) == 0 else {
            print("SKIPPED: no file system can be mounted here, so none can be filled")
            return
        }
        defer { _ = try? run(["umount", "-l", folder]) }
        let store = try SQLiteStore(path: folder + "/afterword.sqlite")
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let before = try tables(store)
        let body = String(repeating: "more than there is room for ", count: 8000)
        let large = ReviewHistory.Step(
            records: (0..<20).map { number in
                .init(
                    text:
                        #"{"product": "P\#(number)", "rating": 5, "body": "\#(number) \#(body)"}"#,
                    product: nil)
            }, observedAt: ReviewHistory.start, completeness: .none)
        #expect(throws: StoreFault.diskFull) {
            try history.load(large, number: 1, into: store, HistoryLoading())
        }
        #expect(try tables(store) == before)
        #expect(
            try SQLiteStore(path: folder + "/afterword.sqlite").read { try auditStore($0) } == nil
        )
    }

    private func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("The file and what lies beside it are its owner's alone")
    func permissions() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let folder = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            #expect(attributes[.posixPermissions] as? NSNumber == 0o600, "\(name)")
        }
    }

    @Test("A store of a newer program, another program's file, and no database at all are refused")
    func refused() throws {
        let newer = try TemporaryStore()
        _ = try newer.open()
        try DatabaseQueue(path: newer.path).write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
        }
        #expect(throws: StoreFault.schemaNewer) { try newer.open() }
        let other = try TemporaryStore()
        try DatabaseQueue(path: other.path).write { try $0.execute(sql: "CREATE TABLE t (x)") }
        #expect(throws: StoreFault.unreachable("the file is another program's database")) {
            try other.open()
        }
        let text = try TemporaryStore()
        try String(repeating: "no database ", count: 100)
            .write(toFile: text.path, atomically: true, encoding: .utf8)
        #expect(throws: StoreFault.self) { try text.open() }
    }

    @Test("Programs that make the same file at once all get it")
    func madeAtOnce() throws {
        for _ in 0..<8 {
            let file = try TemporaryStore()
            let faults = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                do { _ = try SQLiteStore(path: file.path) } catch {
                    faults.withLock { $0.append("\(error)") }
                }
            }
            #expect(faults.withLock { $0 } == [])
            #expect(try SQLiteStore.pendingMigrations(path: file.path) == [])
        }
    }

    @Test("Who opens a file that another program makes waits longer than for a run")
    func madeSlowly() throws {
        let file = try TemporaryStore()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file.path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let released = DispatchGroup()
        DispatchQueue.global().async(group: released) {
            Thread.sleep(forTimeInterval: 2)
            try? other.inDatabase { try $0.execute(sql: "COMMIT") }
        }
        #expect(try SQLiteStore(path: file.path).read { try $0.runs().isEmpty })
        released.wait()
    }

    @Test("A first load goes past the log and leaves it in use; who comes meanwhile is told")
    func firstLoad() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        var refused = 0
        let watched = CountingStore(store) { _ in
            do { _ = try SQLiteStore(path: file.path, opening: .existing) } catch StoreFault.locked
            {
                refused += 1
                throw Enough()
            }
        }
        // The first attempt ends with an error and leaves nothing; the second one is complete.
        #expect(throws: Enough.self) {
            try history.load(history.steps[0], number: 0, into: watched, HistoryLoading())
        }
        #expect(refused == 1)
        #expect(try store.read { try $0.runs().isEmpty })
        #expect(try history.load(history.steps[0], number: 0, into: store, HistoryLoading()))
        let mode = try DatabaseQueue(path: file.path).read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(mode == "wal")
        #expect(!FileManager.default.fileExists(atPath: file.path + "-journal"))
        #expect(try store.read { try differenceFromRebuilt($0) } == nil)
    }

    private struct Enough: Error {}

    @Test("What comes to a product with reviews lies behind all others, a new product's together")
    func laterRows() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        func record(_ product: String, _ id: String) -> ReviewHistory.RecordText {
            .init(
                text:
                    #"{"product": "\#(product)", "id": "\#(id)", "who": "\#(id)", "rating": 5, "body": "body \#(id)"}"#,
                product: nil)
        }
        for (number, records) in [
            [record("P", "1"), record("P", "2")],
            [record("P", "3"), record("Q", "4"), record("Q", "5")],
        ].enumerated() {
            let step = ReviewHistory.Step(
                records: records, observedAt: ReviewHistory.start, completeness: .none)
            #expect(try history.load(step, number: number, into: store, HistoryLoading()))
        }
        let later = try DatabaseQueue(path: file.path).read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT p.product_id || (h.history_key < 0) FROM product_reviews_history h
                    JOIN product_reviews_current b USING (review_key)
                    JOIN products_dim p USING (product_key)
                    ORDER BY h.review_key
                    """)
        }
        #expect(later == ["P0", "P0", "P1", "Q0", "Q0"])
        #expect(try store.read { try differenceFromRebuilt($0) } == nil)
        #expect(try store.read { try auditStore($0) } == nil)
    }

    @Test("The schema refuses what would be wrong history")
    func constraints() throws {
        let file = try TemporaryStore()
        let store = try file.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        let queue = try DatabaseQueue(path: file.path)
        for sql in [
            "UPDATE product_reviews_history SET rating = 51",
            "UPDATE product_reviews_history SET created_origin = 'guess'",
            "UPDATE current_initial SET is_live = 2",
            "UPDATE product_reviews_history SET history_key = history_key + 1",
            "UPDATE product_reviews_history SET version = 0 WHERE operation = 'insert'",
            "INSERT INTO product_reviews_history SELECT history_key, review_key, version, operation, run + 1, "
                + "observed_at, changed_fields, content_digest, row_salt, row_digest, rating, title, "
                + "body, author_name, verified, helpful_votes, variant, country, language, author_id, "
                + "created_at, created_origin, updated_at, updated_origin "
                + "FROM product_reviews_history WHERE version > 0",
            "UPDATE runs SET found = found + 1",
            "UPDATE product_summary SET star_1 = star_1 + 1",
        ] {
            #expect(throws: DatabaseError.self, "\(sql)") {
                try queue.write { try $0.execute(sql: sql) }
            }
        }
    }
}
