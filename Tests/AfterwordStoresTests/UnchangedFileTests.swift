import AfterwordCore
import AfterwordPipeline
import AfterwordStores
import AfterwordTesting
import Foundation
import GRDB
import Testing

/// reading-changes-the-file: opening, reading and closing leave a file's bytes and times as they
/// were, whatever lies beside it; nobody else has it open.
@Suite struct UnchangedFileTests {
    /// What lies beside a file.
    enum Log: CaseIterable {
        case absent, empty, full, fullWithoutIndex

        /// The ends of the names of the files that are copied.
        fileprivate var ends: [String] {
            switch self {
            case .absent, .empty: [""]
            case .full: ["", "-wal", "-shm"]
            case .fullWithoutIndex: ["", "-wal"]
            }
        }

        /// Whether the newest attempt is in the log only.
        fileprivate var isFull: Bool { ends.count > 1 }
    }

    private let history = ReviewHistory(seed: 5)
    private let past = Date(timeIntervalSince1970: 1_700_000_000)

    /// A store with a run and an attempt after it, whose files are from the past.
    private func place(_ log: Log) throws -> TemporaryStore {
        let (made, copy) = (try TemporaryStore(), try TemporaryStore())
        func copyFiles() throws {
            for end in log.ends {
                try FileManager.default.copyItem(atPath: made.path + end, toPath: copy.path + end)
            }
        }
        do {
            let store = try made.open()
            try history.load(history.steps[0], number: 0, into: store, HistoryLoading())
            _ = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
            if log.isFull { try withExtendedLifetime(store) { try copyFiles() } }
        }
        if !log.isFull { try copyFiles() }
        if log == .empty { try Data().write(to: URL(fileURLWithPath: copy.path + "-wal")) }
        for end in log.ends {
            try FileManager.default.setAttributes(
                [.modificationDate: past], ofItemAtPath: copy.path + end)
        }
        return copy
    }

    /// Expects the file, and a log with changes, to be as `before` and from the past.
    private func expectUnchanged(_ file: TemporaryStore, _ log: Log, _ before: [Data]) throws {
        #expect(try bytes(file, log) == before)
        for end in log.isFull ? ["", "-wal"] : [""] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path + end)
            #expect(attributes[.modificationDate] as? Date == past, "\(end)")
        }
        if log.isFull { return }
        #expect(!FileManager.default.fileExists(atPath: file.path + "-wal"))
        #expect(!FileManager.default.fileExists(atPath: file.path + "-shm"))
    }

    private func bytes(_ file: TemporaryStore, _ log: Log) throws -> [Data] {
        try (log.isFull ? ["", "-wal"] : [""]).map {
            try Data(contentsOf: URL(fileURLWithPath: file.path + $0))
        }
    }

    @Test(
        "reading-changes-the-file: a store that is read is as it was",
        arguments: Log.allCases, [StoreOpening.existing, .rehearsing])
    func reading(log: Log, opening: StoreOpening) throws {
        let file = try place(log)
        let before = try bytes(file, log)
        do {
            let store = try SQLiteStore(path: file.path, opening: opening)
            #expect(!store.isReadOnly)
            #expect(try store.read { try $0.runs().count } == 1)
            #expect(try store.read { try $0.attempts().count } == 2)
            #expect(try TemporaryStores.audited(store) == nil)
            try store.checkHealth()
            #expect(try SQLiteStore.pendingMigrations(path: file.path) == [])
        }
        try expectUnchanged(file, log, before)
    }

    @Test("reading-changes-the-file: a backup leaves its source as it was", arguments: Log.allCases)
    func backup(log: Log) throws {
        let (file, target) = (try place(log), try TemporaryStore())
        let before = try bytes(file, log)
        do {
            let source = try SQLiteStore.forBackup(path: file.path)
            #expect(try backupStore(source, to: target.path + "-copy").runs == 1)
        }
        try expectUnchanged(file, log, before)
    }

    @Test(
        "reading-changes-the-file: a plan leaves the store as it was",
        arguments: [Log.absent, .empty])
    func plan(log: Log) throws {
        let file = try place(log)
        let before = try bytes(file, log)
        do {
            let store = try SQLiteStore(path: file.path, opening: .rehearsing)
            let step = history.steps[1]
            var options = history.options(step, batchRows: BatchLimit.rows)
            options.isRehearsal = true
            _ = try loadDump(
                step.dump(HistoryLoading()), into: store, options: options,
                surroundings: LoadSurroundings(
                    now: { ReviewHistory.start.adding(seconds: 2000 * 86_400) }))
        }
        try expectUnchanged(file, log, before)
    }

    @Test("A store of an older schema is refused, and left as it was")
    func older() throws {
        let file = try TemporaryStore()
        try shell("gzip -dc '\(fixtures)/stores/schema-13.sqlite.gz' > '\(file.path)'")
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: file.path)
        let before = try bytes(file, .absent)
        #expect(throws: StoreFault.self) { try SQLiteStore(path: file.path, opening: .existing) }
        #expect(try !SQLiteStore.pendingMigrations(path: file.path).isEmpty)
        try expectUnchanged(file, .absent, before)
    }

    @Test(
        "A read keeps its state while a run begins, commits and ends beside it",
        arguments: Log.allCases)
    func besideRun(log: Log) throws {
        let file = try place(log)
        let reader = try SQLiteStore(path: file.path, opening: .existing)
        try reader.read { snapshot in
            #expect(try snapshot.runs().count == 1)
            do {
                let writer = try file.open()
                try history.load(history.steps[1], number: 1, into: writer, HistoryLoading())
            }
            #expect(try snapshot.runs().count == 1)
        }
        #expect(try reader.read { try $0.runs().count } == 2)
        #expect(try TemporaryStores.audited(reader) == nil)
    }

    @Test("A store that was opened to be read can be written after all", arguments: Log.allCases)
    func writing(log: Log) throws {
        let file = try place(log)
        let store = try SQLiteStore(path: file.path, opening: .existing)
        try store.read { snapshot in
            #expect(try snapshot.attempts().count == 2)
            _ = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "y")
            #expect(try snapshot.attempts().count == 2)
            #expect(try store.ledger { _ in true })
        }
        #expect(try history.load(history.steps[1], number: 1, into: store, HistoryLoading()))
        #expect(try store.read { try $0.runs().count } == 2)
        #expect(try TemporaryStores.audited(store) == nil)
    }

    @Test("A file without a log, as .dump makes one, gets it from the first that writes")
    func withoutLog() throws {
        let file = try place(.absent)
        func mode(_ sql: String) throws -> String? {
            try DatabaseQueue(path: file.path).writeWithoutTransaction {
                try String.fetchOne($0, sql: "PRAGMA journal_mode" + sql)
            }
        }
        #expect(try mode(" = DELETE") == "delete")
        let before = try bytes(file, .absent)
        do {
            let store = try SQLiteStore(path: file.path, opening: .existing)
            #expect(try TemporaryStores.audited(store) == nil)
        }
        #expect(try bytes(file, .absent) == before)
        do {
            let store = try SQLiteStore(path: file.path, opening: .existing)
            _ = try store.beginAttempt(startedAt: ReviewHistory.start, dump: "x")
        }
        #expect(try mode("") == "wal")
    }
}
