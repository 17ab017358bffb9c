import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// Backups of both stores, and stores restored from them.
@Suite struct BackupStoreTests {
    private struct Ended: Error {}
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    @Test(
        "A backup holds the same rows, and a store restored from it goes on as the original",
        arguments: StoreKind.available, StoreKind.available)
    func thereAndBack(one: StoreKind, other: StoreKind) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = ReviewHistory(seed: 8)
        let stores = (TemporaryStores(one), TemporaryStores(other))
        defer { withExtendedLifetime(stores) {} }
        let source = try stores.0.make()
        try history.load(Array(history.steps.dropLast()), into: source)
        let report = try backupStore(source, to: path("a.backup"))
        let runs = try source.read { try $0.runs() }
        #expect(report.runs == runs.count && report.isAudited)
        #expect(report.historyDigest == runs.last?.historyDigest)
        #expect(report.bytes ?? 0 > 0 && report.json["is_audited"] == .bool(true))
        #expect(try files == ["a.backup"])
        let mode = try FileManager.default.attributesOfItem(atPath: path("a.backup"))
        #expect(mode[.posixPermissions] as? Int == 0o600)

        let target = try stores.1.make()
        let restored = try restoreStore(from: path("a.backup"), into: target)
        #expect(restored.runs == runs.count)
        let expected = try source.read { try goldenTables($0) }
        #expect(try target.read { try goldenTables($0) } == expected)
        let last = try #require(history.steps.last)
        for store in [source, target] {
            #expect(
                try history.load(
                    last, number: history.steps.count - 1, into: store, HistoryLoading()))
        }
        let after = try source.read { try goldenTables($0) }
        #expect(try target.read { try goldenTables($0) } == after)
        #expect(throws: BackupFault.storeNotEmpty) {
            try restoreStore(from: path("a.backup"), into: target)
        }
    }

    @Test("A restored file is a new one with every table, keys too; no file is replaced")
    func file() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = ReviewHistory(seed: 3)
        let store = try SQLiteStore(path: path("a.sqlite"))
        try history.load(history.steps, into: store)
        var steps: [Int64] = []
        _ = try backupStore(store, to: path("b"), audits: false) { done, _ in steps.append(done) }
        #expect(!steps.isEmpty)
        let report = try restoreStore(from: path("b"), toFile: path("c.sqlite"))
        #expect(report.isAudited && report.runs > 0)
        let restored = try SQLiteStore(path: path("c.sqlite"), opening: .existing)
        #expect(
            try restored.read { try goldenTables($0) } == store.read { try goldenTables($0) })
        #expect(throws: BackupFault.targetExists(path("b"))) {
            try backupStore(store, to: path("b"))
        }
        #expect(throws: BackupFault.targetExists(path("c.sqlite"))) {
            try restoreStore(from: path("b"), toFile: path("c.sqlite"))
        }
    }

    @Test(
        "No file is made where the log of another one lies, which SQLite would take for its own",
        arguments: ["-wal", "-shm", "-journal"])
    func logBeside(end: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = ReviewHistory(seed: 3)
        do {
            let store = try SQLiteStore(path: path("a.sqlite"))
            try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
            _ = try backupStore(store, to: path("b"))
            // As a program that is killed leaves it.
            try history.load(history.steps[1], number: 1, into: store, HistoryLoading())
            let log = try Data(contentsOf: folder.appendingPathComponent("a.sqlite-wal"))
            try log.write(to: folder.appendingPathComponent("c" + end))
        }
        #expect(throws: BackupFault.logBeside(path("c" + end))) {
            try restoreStore(from: path("b"), toFile: path("c"))
        }
        #expect(throws: BackupFault.logBeside(path("c" + end))) {
            try backupStore(SQLiteStore(path: path("a.sqlite"), opening: .existing), to: path("c"))
        }
        #expect(try !files.contains("c"))
        // It may come while the file is written.
        let store = try SQLiteStore(path: path("a.sqlite"), opening: .existing)
        #expect(throws: BackupFault.logBeside(path("d" + end))) {
            try backupStore(store, to: path("d")) { _, _ in
                try Data([1]).write(to: folder.appendingPathComponent("d" + end))
            }
        }
        #expect(try !files.contains("d"))
        #expect(try !files.contains { $0.contains("partial") })
        // SQLite throws the log away where a store begins.
        let first = try SQLiteStore(path: path("c"))
        try history.load(history.steps[0], number: 0, into: first, HistoryLoading())
        #expect(try TemporaryStores.audited(first) == nil)
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
    }

    @Test("An empty or cut file is no backup; nothing is written to it, beside it or to the store")
    func noBackup() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let store = try SQLiteStore(path: path("a.sqlite"))
            try ReviewHistory(seed: 3).load(ReviewHistory(seed: 3).steps, into: store)
            _ = try backupStore(store, to: path("good"), audits: false)
        }
        let whole = try bytes("good")
        let page = 8_192
        try shell("cd '\(folder.path)' && mkdir folder")
        _ = try DatabaseQueue(path: path("other")).write {
            try $0.execute(sql: "PRAGMA user_version = 3")
        }
        let cases: [(name: String, content: Data?, fault: BackupFileFault)] = [
            ("zero", Data(), .empty),
            ("header", whole.prefix(40), .cut),
            ("byte", whole.dropLast(), .cut),
            ("page", whole.dropLast(page), .cut),
            ("half", whole.prefix(whole.count / page / 2 * page), .cut),
            ("noPages", whole.prefix(16) + Data(count: whole.count - 16), .noDatabase),
            ("text", Data("{}".utf8), .noDatabase),
            ("folder", nil, .irregular(.folder)),
            ("none", nil, .missing),
            ("other", nil, .noStore),
        ]
        for one in cases {
            try one.content?.write(to: folder.appendingPathComponent(one.name))
        }
        let before = try files
        let store = MemoryStore()
        for one in cases {
            let fault = BackupFault.unusable(path(one.name), one.fault)
            #expect(throws: fault) { try restoreStore(from: path(one.name), toFile: path("new")) }
            #expect(throws: fault) { try restoreStore(from: path(one.name), into: store) }
            if let content = one.content { #expect(try bytes(one.name) == content) }
        }
        #expect(try files == before)
        // What lies beside a file of another moment must not be left out.
        try Data([1]).write(to: folder.appendingPathComponent("good-journal"))
        #expect(throws: BackupFault.self) {
            try restoreStore(from: path("good"), toFile: path("new"))
        }
    }

    @Test("A backup is not written, and a store with its log beside is read with it")
    func unwritten() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = ReviewHistory(seed: 3)
        let store = try SQLiteStore(path: path("a.sqlite"))
        for number in 0...1 {
            try history.load(history.steps[number], number: number, into: store, HistoryLoading())
        }
        let runs = try store.read { try $0.runs().count }
        _ = try backupStore(store, to: path("good"), audits: false)
        let before = (try bytes("good"), try files)
        #expect(try restoreStore(from: path("good"), into: MemoryStore()).runs == runs)
        #expect(try bytes("good") == before.0)
        #expect(try files == before.1)
        #expect(try restoreStore(from: path("good"), toFile: path("b.sqlite")).runs == runs)
        #expect(try bytes("good") == before.0)
        #expect(try files == (before.1 + ["b.sqlite"]).sorted())
        // The newest run is only in the log.
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: path("a.sqlite") + end, toPath: path("copy") + end)
        }
        let main = try bytes("copy")
        #expect(try restoreStore(from: path("copy"), toFile: path("c.sqlite")).runs == runs)
        #expect(try bytes("copy") == main)
        try Data().write(to: folder.appendingPathComponent("empty"))
        try shell("chmod 644 '\(path("empty"))'")
        SQLiteStore.makePrivate(emptyFile: path("empty"))
        let mode = try FileManager.default.attributesOfItem(atPath: path("empty"))
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test("A backup while a run is open holds the state before it, and the run goes on")
    func whileLoading() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = ReviewHistory(seed: 5)
        let store = try SQLiteStore(path: path("a.sqlite"))
        try history.load(Array(history.steps.dropLast()), into: store)
        let before = try store.read { try goldenTables($0) }
        // The copy ends in the middle of the load's transaction, on another connection.
        try store.load(LoadIntent(isRehearsal: true)) { load in
            _ = try load.head()
            let other = try SQLiteStore(path: path("a.sqlite"), opening: .existing)
            _ = try backupStore(other, to: path("b"))
        }
        let copy = try SQLiteStore(path: path("b"), opening: .existing)
        #expect(try copy.read { try goldenTables($0) } == before)
    }

    @Test("A backup that ends early, or of a damaged store, leaves no file")
    func ended() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: path("a.sqlite"))
        try ReviewHistory(seed: 5).load(ReviewHistory(seed: 5).steps, into: store)
        #expect(throws: Ended.self) {
            try backupStore(store, to: path("b")) { _, _ in throw Ended() }
        }
        #expect(try !files.contains { $0.hasPrefix("b") })
        #expect(throws: StoreFault.self) { try backupStore(store, to: path("none/b")) }
        try Data("no store".utf8).write(to: folder.appendingPathComponent("text"))
        #expect(throws: BackupFault.unusable(path("text"), .noDatabase)) {
            try restoreStore(from: path("text"), toFile: path("c"))
        }
        #expect(throws: BackupFault.unusable(path("nothing"), .missing)) {
            try restoreStore(from: path("nothing"), toFile: path("c"))
        }
        #expect(try !files.contains { $0.hasPrefix("c") })
        let damaged = try TemporaryStore()
        try ReviewHistory(seed: 5).load(ReviewHistory(seed: 5).steps, into: damaged.open())
        try damaged.run(
            "UPDATE product_summary SET last_changed_run = last_changed_run + 1", withoutRules: true
        )
        do {
            _ = try backupStore(damaged.open(), to: path("d"))
            Issue.record("the damage was not found")
        } catch BackupFault.broken {}
        #expect(try !files.contains { $0.hasPrefix("d") })
        _ = try backupStore(damaged.open(), to: path("d"), audits: false)
        #expect(try files.contains("d"))
    }

    @Test(
        "A store of an older schema is backed up as it is, its runs counted, restored with today's",
        arguments: [("schema-7", 11), ("schema-13", 22)])
    func older(name: String, runs: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let old = try TemporaryStore()
        try shell("gzip -dc '\(fixtures)/stores/\(name).sqlite.gz' > '\(old.path)'")
        let store = try SQLiteStore.forBackup(path: old.path)
        let report = try backupStore(store, to: path("b"))
        #expect(!report.isAudited && report.isOlder && report.runs == runs)
        #expect(report.json["is_older_schema"] == .bool(true))
        #expect(try !SQLiteStore.pendingMigrations(path: path("b")).isEmpty)
        let restored = try restoreStore(from: path("b"), toFile: path("c"))
        #expect(restored.isAudited && !restored.isOlder && restored.runs == runs)
        let stores = TemporaryStores(.sqlite)
        defer { withExtendedLifetime(stores) {} }
        let target = try stores.make()
        #expect(try restoreStore(from: path("b"), into: target).runs == restored.runs)
        #expect(try !SQLiteStore.pendingMigrations(path: path("b")).isEmpty, "it is not written")
    }
}
