import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// Which program a SQLite file belongs to, and where a new file is created.
@Suite struct OwnershipTests {
    private let history = ReviewHistory(seed: 3)

    /// Expects that a dump can be loaded into the store, and that the audit finds nothing.
    private func expectGoesOn(_ path: String) throws {
        let store = try SQLiteStore(path: path)
        #expect(try history.load(history.steps[0], number: 0, into: store, HistoryLoading()))
        #expect(try TemporaryStores.audited(store) == nil)
    }

    private func applicationID(_ path: String) throws -> Int32? {
        try DatabaseQueue(path: path).read {
            try Int32.fetchOne($0, sql: "PRAGMA application_id")
        }
    }

    @Test("bricked-by-kill-in-first-migration: a store killed in its first migration goes on")
    func killed() throws {
        let file = try TemporaryStore()
        let folder = URL(fileURLWithPath: file.path).deletingLastPathComponent().path
        try shell(
            "tar xzf '\(fixtures)/bricked-by-kill-in-first-migration.tgz' -C '\(folder)'")
        let path = folder + "/s.sqlite"
        #expect(throws: StoreFault.self, "it is not whole yet") {
            try SQLiteStore(path: path, opening: .existing)
        }
        try expectGoesOn(path)
        #expect(try applicationID(path) == 0x4146_5457)
    }

    @Test(
        "A store that an older program left without its mark goes on, whatever was made of it",
        arguments: 0...11)
    func halfMade(migrations: Int) throws {
        let file = try TemporaryStore()
        try unmarkedStore(file.path, migrations: migrations)
        try expectGoesOn(file.path)
        #expect(try applicationID(file.path) == 0x4146_5457)
    }

    /// A store as left by a program that set the application id last: created completely, then
    /// reduced to the first migrations.
    private func unmarkedStore(_ path: String, migrations: Int) throws {
        let whole = try TemporaryStore()
        _ = try whole.open()
        let names = try DatabaseQueue(path: whole.path).read {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
        }
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        if migrations == 0 { return }
        try shell("sqlite3 '\(whole.path)' .dump | sqlite3 '\(path)-whole'")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + "-whole", toPath: path)
        guard migrations < names.count else { return }
        // Undo the later migrations by name, last one first, so that opening the store runs them
        // again.
        try DatabaseQueue(path: path).write { database in
            for name in names.dropFirst(migrations).reversed() { try undo(name, in: database) }
        }
    }

    /// What undoes a migration that needs no look at the views.
    private static let undoing = [
        "7 service jobs": "DROP TABLE service_jobs", "9 digest rules": undoDigestRules,
        "10 identity rules, unreadable fields": undoIdentityRules,
        "11 review links": undoReviewLinks,
        "13 estimated times, restated versions, capped dumps": undoCappedDumps,
        // They allow the same.
        "14 checks without lists": "", "15 readings": undoReadings, "16 search": undoSearch,
        "17 lists": undoLists, "18 lists of replaced versions": "",
        "19 batches, enrichments, models as served": undoServed,
        "20 deliveries": "DROP TABLE deliveries",
        "21 prices of batches": "ALTER TABLE llm_batches DROP COLUMN prices",
        "22 work": undoWork, "23 pruned records": undoPruned,
        "24 versions of objects": undoFileVersions, "25 taxonomies": "DROP TABLE taxonomies",
    ]

    private func undo(_ migration: String, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [migration])
        let views = try Row.fetchAll(
            database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'view'")
        func drop(_ isDropped: (String) -> Bool) throws {
            for view in views where isDropped(view["name"]) {
                try database.execute(sql: "DROP VIEW \(view["name"] as String)")
            }
        }
        switch migration {
        case "2 report": try drop { $0.hasPrefix("report_") }
        case "3 later reviews apart":
            try drop { _ in true }
            try database.execute(
                sql: """
                    DROP TABLE product_reviews_base_later;
                    ALTER TABLE product_reviews_base_first RENAME TO product_reviews_base
                    """)
            for view in views where view["name"] != "product_reviews_base" {
                try database.execute(sql: view["sql"])
            }
        case "llm_calls: tier, request ids, unread answers":
            for column in [
                "cache_write_tokens", "service_tier", "request_id", "client_request_id",
                "unread_answer",
            ] {
                try database.execute(sql: "ALTER TABLE llm_calls DROP COLUMN \(column)")
            }
        case "5 dump labels":
            try drop { $0.hasPrefix("report_") }
            try database.execute(sql: "ALTER TABLE runs DROP COLUMN dump_label")
            for view in views where (view["name"] as String).hasPrefix("report_") {
                try database.execute(
                    sql: (view["sql"] as String)
                        .replacing(", b.dump_label AS dump_label", with: ""))
            }
        case "6 verdicts": try undoVerdicts(database)
        case "12 distinct reviews": try undoDistinct(database)
        case "8 plain names": try undoPlainNames(database)
        default:
            guard let sql = Self.undoing[migration] else {
                Issue.record("\(migration) cannot be undone here: say how")
                return
            }
            try database.execute(sql: sql)
        }
    }

    @Test(
        "bricked-by-kill-in-first-migration: a rollback journal of a cut transaction is played back"
    )
    func hotJournal() throws {
        let (file, copy) = (try TemporaryStore(), try TemporaryStore())
        // As before a store's first WAL: marked, then cut in a transaction whose pages are on disk.
        let queue = try DatabaseQueue(path: file.path)
        try queue.write { try $0.execute(sql: "PRAGMA application_id = \(0x4146_5457)") }
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (text)")
            for _ in 0..<100 {
                try database.execute(sql: "INSERT INTO half VALUES (randomblob(4000))")
            }
            for suffix in ["-journal", ""] {
                try FileManager.default.copyItem(
                    atPath: file.path + suffix, toPath: copy.path + suffix)
            }
            try database.execute(sql: "ROLLBACK")
        }
        try expectGoesOn(copy.path)
    }

    @Test("no-documented-backup: what .dump and sqlite3 made of a store is taken")
    func restored() throws {
        let (file, restored) = (try TemporaryStore(), try TemporaryStore())
        let store = try file.open()
        #expect(try history.load(history.steps[0], number: 0, into: store, HistoryLoading()))
        try shell("sqlite3 '\(file.path)' .dump | sqlite3 '\(restored.path)'")
        #expect(try applicationID(restored.path) == 0)
        let reading = try SQLiteStore(path: restored.path, opening: .existing)
        #expect(try TemporaryStores.audited(reading) == nil)
        let writing = try restored.open()
        #expect(try history.load(history.steps[1], number: 1, into: writing, HistoryLoading()))
        #expect(try TemporaryStores.audited(writing) == nil)
    }

    @Test(
        "Another program's database is refused and left as it is",
        arguments: [
            "CREATE TABLE runs (run INTEGER)",
            "CREATE TABLE grdb_migrations (identifier TEXT); CREATE TABLE runs (run INTEGER)",
            """
            CREATE TABLE grdb_migrations (identifier TEXT);
            INSERT INTO grdb_migrations VALUES ('v1')
            """,
            "PRAGMA application_id = 77",
            "PRAGMA journal_mode = WAL; CREATE TABLE t (x)",
        ])
    func foreign(sql: String) throws {
        let file = try TemporaryStore()
        try shell("sqlite3 '\(file.path)' \"\(sql)\"")
        let before = try Data(contentsOf: URL(fileURLWithPath: file.path))
        for opening in [StoreOpening.making, .existing, .rehearsing] {
            #expect(throws: StoreFault.unreachable("the file is another program's database")) {
                try SQLiteStore(path: file.path, opening: opening)
            }
        }
        #expect(throws: StoreFault.unreachable("the file is another program's database")) {
            try SQLiteStore.pendingMigrations(path: file.path)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == before)
    }

    @Test("store-behind-dangling-link: a store is made through the link, or not at all")
    func danglingLink() throws {
        let (link, target) = (try TemporaryStore(), try TemporaryStore())
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: link.path, withDestinationPath: target.path + "-no-folder/s.sqlite")
        #expect(throws: StoreFault.self) { try link.open() }
        #expect(
            try files.destinationOfSymbolicLink(atPath: link.path)
                == target.path + "-no-folder/s.sqlite")
        try files.removeItem(atPath: link.path)
        try files.createSymbolicLink(atPath: link.path, withDestinationPath: target.path)
        try expectGoesOn(link.path)
        #expect(try files.destinationOfSymbolicLink(atPath: link.path) == target.path)
        #expect(try SQLiteStore(path: target.path).read { try $0.runs().count } == 1)
        let attributes = try files.attributesOfItem(atPath: target.path)
        #expect(attributes[.posixPermissions] as? NSNumber == 0o600)
    }
}

/// Restores the table `runs` as it was before runs of verdicts.
func undoVerdicts(_ database: Database) throws {
    let views = try Row.fetchAll(
        database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY rowid")
    for view in views {
        try database.execute(sql: "DROP VIEW \(view["name"] as String)")
    }
    let made = try #require(
        try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_schema WHERE name = 'runs'"))
    let before = made.replacing(" OR observed_origin = 'verdict'", with: "")
    #expect(before != made)
    try database.execute(
        sql: """
            DROP TABLE review_verdicts;
            CREATE TEMP TABLE kept AS SELECT * FROM runs;
            DROP TABLE runs;
            \(before.replacing("TABLE \"runs\"", with: "TABLE runs"));
            INSERT INTO runs SELECT * FROM kept;
            DROP TABLE kept
            """)
    for view in views where view["name"] != "report_verdicts" {
        try database.execute(sql: view["sql"])
    }
}
