import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import Testing

/// reading-needs-write: readers need no write permission, on either store.
@Suite struct ReadOnlyTests {
    private let history = ReviewHistory(seed: 5)

    private func expectReads(_ store: any ReviewStore, runs: Int) throws {
        #expect(store.isReadOnly)
        #expect(try store.read { try $0.runs().count } == runs)
        #expect(try TemporaryStores.audited(store) == nil)
        #expect(throws: StoreFault.readOnly) {
            try store.load(LoadIntent(isRehearsal: true)) { _ in }
        }
        #expect(throws: StoreFault.readOnly) { try store.ledger { _ in } }
        #expect(throws: StoreFault.readOnly) {
            try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
        }
        // A plan is made on a copy.
        let copy = try SQLiteStore.temporary()
        #expect(try copyStore(from: store, to: copy).count == runs)
        let step = history.steps[1]
        var options = history.options(step, batchRows: BatchLimit.rows)
        options.isRehearsal = true
        _ = try loadDump(
            step.dump(HistoryLoading()), into: copy, options: options,
            surroundings: LoadSurroundings(
                now: { ReviewHistory.start.adding(seconds: 2000 * 86_400) }))
    }

    /// Creates a read-only folder. As root, which ignores permissions, the folder is a file system
    /// mounted read only, where mounting is allowed.
    private func readOnly(
        _ make: (String) throws -> Void, _ body: (String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("afterword-read-only-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard getuid() == 0 else {
            try make(folder)
            try shell("chmod 555 '\(folder)'")
            defer { _ = try? shell("chmod 755 '\(folder)'") }
            return try body(folder)
        }
        do {
            try shell("mount -t tmpfs -o size=64m tmpfs '\(folder)' 2> /dev/null")
        } catch is ShellFault {
            return print("SKIPPED: no file system can be mounted here, and root may write anywhere")
        }
        defer { _ = try? shell("umount -l '\(folder)'") }
        try make(folder)
        try shell("mount -o remount,ro '\(folder)'")
        try body(folder)
    }

    @Test("reading-needs-write: a file in a folder that cannot be written")
    func folder() throws {
        try readOnly { folder in
            let store = try SQLiteStore(path: folder + "/s.sqlite")
            try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        } _: { folder in
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["s.sqlite"])
            let path = folder + "/s.sqlite"
            try expectReads(SQLiteStore(path: path, opening: .existing), runs: 1)
            #expect(throws: StoreFault.readOnly) { try SQLiteStore(path: path) }
            #expect(try SQLiteStore.pendingMigrations(path: path).isEmpty)
        }
    }

    @Test("reading-needs-write: a file whose log lies beside it, as a snapshot of a disk holds it")
    func log() throws {
        try readOnly { folder in
            let file = try TemporaryStore()
            let store = try file.open()
            for number in 0...1 {
                try history.load(
                    history.steps[number], number: number, into: store, HistoryLoading())
            }
            for suffix in ["", "-wal", "-shm"] {
                try FileManager.default.copyItem(
                    atPath: file.path + suffix, toPath: folder + "/s.sqlite" + suffix)
            }
            #expect(try store.read { try $0.runs().count } == 2)
        } _: { folder in
            try expectReads(
                SQLiteStore(path: folder + "/s.sqlite", opening: .existing), runs: 2)
        }
    }

    @Test("A file that a run changed under a reader without a lock is read anew")
    func changed() throws {
        guard getuid() == 0 else { return }
        try readOnly { folder in
            let store = try SQLiteStore(path: folder + "/s.sqlite")
            try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        } _: { folder in
            let path = folder + "/s.sqlite"
            let reader = try SQLiteStore(path: path, opening: .existing)
            #expect(try reader.read { try $0.runs().count } == 1)
            #expect(throws: StoreFault.locked, "what it reads is changed meanwhile") {
                try reader.read { reader in
                    _ = try reader.runs()
                    try shell("mount -o remount,rw '\(folder)'")
                    try history.load(
                        history.steps[1], number: 1, into: SQLiteStore(path: path),
                        HistoryLoading())
                }
            }
            #expect(try reader.read { try $0.runs().count } == 2)
            #expect(try TemporaryStores.audited(reader) == nil)
        }
    }

    @Test(
        "reading-needs-write: a role that may only read, and a database that is read only",
        .enabled(
            if: TemporarySchema.server != nil,
            "SKIPPED: AFTERWORD_TEST_POSTGRES names no server (ci/postgres start)"),
        arguments: ["role", "default_transaction_read_only"])
    func server(kind: String) throws {
        let schema = try TemporarySchema()
        let store = try schema.open()
        try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
        #expect(!store.isReadOnly)
        let owner = try PostgresConnection(url: schema.url)
        let role = "reader_" + schema.name
        let options = "&options=-csearch_path%3D\(schema.name)"
        var url = schema.url.replacing(
            options, with: options + "%20-cdefault_transaction_read_only%3Don")
        if kind == "role" {
            try owner.runAll(
                """
                CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA \(schema.name) TO \(role);
                GRANT SELECT ON ALL TABLES IN SCHEMA \(schema.name) TO \(role)
                """)
            url = schema.url.replacing("user=afterword", with: "user=\(role)")
        }
        defer {
            if kind == "role" { try? owner.runAll("DROP OWNED BY \(role); DROP ROLE \(role)") }
        }
        try expectReads(PostgresStore(url: url, opening: .existing), runs: 1)
        #expect(throws: StoreFault.readOnly) { try PostgresStore(url: url) }
    }
}
