package import AfterwordCore
package import AfterwordPipeline
import Foundation
import GRDB
import Synchronization

/// The embedded store: one SQLite file in WAL mode, so that readers continue while a run writes.
///
/// The file, and the files SQLite creates next to it, are accessible to their owner only (0600).
///
/// Where the file or its folder is not writable, the store is read only. Without a WAL file next to
/// the database, the file is then read without locks: the store reopens the file when it has
/// changed, and a read during which the file changes throws `StoreFault.locked`.
package final class SQLiteStore: ReviewStore, ReadingStore {
    let path: String
    /// The identity of the opened file; nil in memory.
    let identity: FileIdentity?
    /// False for a file that is only read, also where it could be written.
    private let writes: Bool
    private let opened: Mutex<SQLiteConnections>

    /// Longest wait for a lock, in seconds: longer than another run needs to record its attempt,
    /// and short enough for a person to wait for the message that another run is writing.
    static let busySeconds = 1.0
    /// Longest wait for another program that migrates the same file.
    private static let migratingSeconds = 60

    /// Page size of a new file, in bytes.
    static let pageBytes = 8192
    /// Page cache of a first load in KiB.
    private static let firstCache = 4_096

    /// Opens a file. Only `.making` creates a file or changes its schema.
    ///
    /// - Throws: `StoreFault.unreachable`, `.readOnly`, `.schemaNewer` or `.locked`.
    package convenience init(path: String, opening: StoreOpening = .making) throws {
        try self.init(path: path, opening: opening, checks: true)
    }

    /// - Parameters:
    ///   - checks: Whether the schema must be this program's.
    ///   - writes: False for a file that is only read, as a backup is: not a byte of it changes.
    init(path: String, opening: StoreOpening, checks: Bool, writes: Bool = true) throws {
        guard opening == .making || FileManager.default.fileExists(atPath: path) else {
            throw StoreFault.unreachable(StoreOpening.notCurrent)
        }
        self.path = path
        self.writes = writes
        opened = Mutex(
            try Self.whileMade(path, opening) {
                try Self.translating {
                    if opening == .making { try Self.create(path) }
                    try SQLiteOwner.check(path: path, writes: writes)
                    let connections =
                        opening == .making
                        ? try SQLiteConnections(making: path)
                        : try SQLiteConnections(existing: path, writes: writes)
                    if checks { try Self.migrate(connections, opening) }
                    return connections
                }
            })
        identity = FileIdentity(path: path)
    }

    /// A store in memory, which ends with this object. Used to plan a load where no store exists
    /// yet.
    package convenience init() throws {
        try self.init(of: try DatabaseQueue())
    }

    /// A store in a temporary file of SQLite, which ends with this object. Used as a copy of a
    /// store that is not writable.
    package static func temporary() throws -> SQLiteStore {
        try SQLiteStore(of: try DatabaseQueue(path: ""))
    }

    /// A store in an open database, which is brought up to this program's schema.
    init(of queue: DatabaseQueue) throws {
        path = ""
        writes = true
        identity = nil
        let connections = SQLiteConnections(of: queue)
        try Self.translating { try Self.migrate(connections, .making) }
        opened = Mutex(connections)
    }

    /// Opens a file, again and again while another program makes it: each step of it may hold the
    /// lock longer than `busySeconds` where the disk is slow.
    ///
    /// - Throws: `StoreFault.locked` after `migratingSeconds`, or at once where the file is made.
    private static func whileMade<Result>(
        _ path: String, _ opening: StoreOpening, _ open: () throws -> Result
    ) throws -> Result {
        let end = ContinuousClock.now + .seconds(migratingSeconds)
        while true {
            do { return try open() } catch StoreFault.locked
                where opening == .making && isBeingMade(path) && ContinuousClock.now < end
            { Thread.sleep(forTimeInterval: 0.01) }
        }
    }

    /// Whether a file has fewer pages than a store has tables: what makes it lies in its log.
    private static func isBeingMade(_ path: String) -> Bool {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let bytes = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        return (bytes ?? 0) < 16 * pageBytes
    }

    /// Creates an empty file where none exists. A symbolic link is followed, not replaced.
    private static func create(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path) { return }
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreFault.unreachable(
                "cannot create \(path): \(String(cString: strerror(errno)))")
        }
        close(descriptor)
    }

    /// Brings the schema up to date where `opening` allows it. Several programs may do this to one
    /// file at the same moment: a step that another one has done meanwhile fails here, and the rest
    /// is tried again.
    private static func migrate(
        _ connections: SQLiteConnections, _ opening: StoreOpening
    ) throws {
        var done = migrationCount(connections)
        while true {
            do {
                return try migrateOnce(connections, opening)
            } catch {
                let doneMeanwhile = migrationCount(connections)
                guard opening == .making, doneMeanwhile > done else { throw error }
                done = doneMeanwhile
            }
        }
    }

    /// How many migrations a file has; 0 where that cannot be read.
    private static func migrationCount(_ connections: SQLiteConnections) -> Int {
        let count = try? connections.readers.read { database in
            try SQLiteSchema.migrator.appliedIdentifiers(database).count
        }
        return count ?? 0
    }

    private static func migrateOnce(
        _ connections: SQLiteConnections, _ opening: StoreOpening
    ) throws {
        let migrator = SQLiteSchema.migrator
        let (isMarked, isCurrent) = try connections.readers.read { database in
            let isMarked = try SQLiteOwner.check(database)
            if try migrator.hasBeenSuperseded(database) { throw StoreFault.schemaNewer }
            return (isMarked, try migrator.hasCompletedMigrations(database))
        }
        if isCurrent, isMarked || opening != .making { return }
        guard opening == .making else { throw StoreFault.unreachable(StoreOpening.notCurrent) }
        let writer = try connections.openWriter()
        // Before any table is created, so that a program killed after this point can continue.
        try setBusySeconds(migratingSeconds, writer)
        try writer.write { try SQLiteOwner.mark($0) }
        try migrator.migrate(writer)
        try setBusySeconds(Int(busySeconds), writer)
        // A read connection opened for the check above still has the schema of before: it would
        // name the columns of `SELECT *` without those that a migration added.
        (writer as? DatabasePool)?.invalidateReadOnlyConnections()
    }

    private static func setBusySeconds(_ seconds: Int, _ writer: any DatabaseWriter) throws {
        try writer.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA busy_timeout = \(seconds)000")
        }
    }

    package var isReadOnly: Bool { opened.withLock { $0.access != .writable } }

    /// The write connection.
    ///
    /// - Throws: `StoreFault.readOnly` where the store is not writable.
    private func writer(isRehearsal: Bool = false) throws -> any DatabaseWriter {
        try opened.withLock { $0 }.openWriter(isRehearsal: isRehearsal)
    }

    /// Runs `body` on a read connection.
    ///
    /// - Throws: `StoreFault.locked` where a file read without locks changed during the read.
    func reading<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try Self.translating {
            let current = try opened.withLock { opened in
                // Such a file is not protected by a lock.
                if opened.access == .immutable, SQLiteSignature(path: path) != opened.signature {
                    opened = try SQLiteConnections(existing: path, writes: writes)
                }
                return opened
            }
            let isOvertaken = {
                current.access == .immutable
                    && SQLiteSignature(path: self.path) != current.signature
            }
            do {
                let result = try current.readers.unsafeReentrantRead(body)
                if isOvertaken() { throw StoreFault.locked }
                return result
            } catch {
                throw isOvertaken() ? StoreFault.locked : error
            }
        }
    }

    package func load<Result>(
        _ intent: LoadIntent, _ body: (any StoreLoad) throws -> Result
    ) throws -> Result {
        try Self.translating {
            // If the fast path is unavailable, fall back to the normal load.
            let writer = try writer(isRehearsal: intent.isRehearsal)
            let isFirst = (try? beginFirst(writer)) ?? false
            defer { if isFirst { endFirst(writer) } }
            return try writer.unsafeReentrantWrite { database in
                var result: Result?
                let writeBack = WriteBack(path: isFirst ? writer.path : writer.path + "-wal")
                defer { writeBack.finish() }
                // Without a WAL, a reader could block the commit: readers are locked out from the
                // beginning.
                try database.inTransaction(isFirst ? .exclusive : .immediate) {
                    let load = SQLiteLoad(
                        database, attempt: intent.attempt, writeBack: writeBack)
                    // Finalize the load's statements before the transaction ends, and on this
                    // thread: another thread that held the load may release it later.
                    defer { load.end() }
                    result = try body(load)
                    if intent.isRehearsal { return .rollback }
                    try load.compactCurrent()
                    return .commit
                }
                guard let result else { preconditionFailure("a finished load has a result") }
                return result
            }
        }
    }

    /// Runs look-ups on a read connection, which does not see what the load writes. Passes nil for
    /// a store without a WAL, or in memory, where there is no read connection beside the load.
    package func besideLoad<Result>(
        _ body: ((any StoreLookUps)?) throws -> Result
    ) throws -> Result {
        return try Self.translating {
            let connections = opened.withLock { $0 }
            guard connections.access == .writable else { throw StoreFault.readOnly }
            guard connections.readers is DatabasePool else { return try body(nil) }
            return try connections.readers.unsafeReentrantRead { database in
                let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
                guard mode == "wal" else { return try body(nil) }
                var result: Result?
                try database.inTransaction(.deferred) {
                    let statements = SQLiteStatements(database)
                    defer { statements.end() }
                    result = try body(SQLiteLookUps(statements))
                    return .rollback
                }
                guard let result else { preconditionFailure("a finished read has a result") }
                return result
            }
        }
    }

    /// Switches an empty store from the WAL to a rollback journal. A first load then writes its
    /// pages directly to the file, once, instead of to the WAL first. There is nothing yet to read.
    ///
    /// - Returns: False where the store has a run, or another connection has the file open. The
    ///   load then uses the WAL.
    private func beginFirst(_ writer: any DatabaseWriter) throws -> Bool {
        let isEmpty = try writer.read { database in
            try Int.fetchOne(database, sql: "SELECT 1 FROM runs LIMIT 1") == nil
        }
        guard isEmpty, let pool = writer as? DatabasePool else { return false }
        pool.invalidateReadOnlyConnections()
        return try pool.writeWithoutTransaction { database in
            // A first load only appends, so cached pages are not needed again.
            try database.execute(sql: "PRAGMA cache_size = -\(Self.firstCache)")
            return try String.fetchOne(database, sql: "PRAGMA journal_mode = TRUNCATE")
                == "truncate"
        }
    }

    /// Switches back to the WAL. A failure is ignored: the next program that opens the file
    /// switches.
    private func endFirst(_ writer: any DatabaseWriter) {
        _ = try? writer.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = -\(SQLiteConnections.writerCache)")
            return try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        }
    }

    /// The store itself: each read is a snapshot on a connection of its own.
    package var snapshots: any ReadingStore { self }

    package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
        try reading { database in
            var result: Result?
            // One deferred transaction is one snapshot.
            try database.inTransaction(.deferred) {
                result = try body(SQLReader(SQLiteSession(database: database)))
                return .rollback
            }
            guard let result else { preconditionFailure("a finished read has a result") }
            return result
        }
    }

    package func ledger<Result>(
        _ body: (any LedgerTransaction) throws -> Result
    ) throws -> Result {
        try Self.translating {
            try writer().unsafeReentrantWrite { database in
                var result: Result?
                // SQLite has one writer per file, so no other ledger transaction is open.
                try database.inTransaction(.immediate) {
                    result = try body(SQLLedger(SQLiteLedgerSession(database: database)))
                    return .commit
                }
                guard let result else { preconditionFailure("a finished ledger has a result") }
                return result
            }
        }
    }

    package func newestRun() throws -> RunRecord? {
        try reading { database in
            try BoundStatement(database, Queries.newestRun).rows { try $0.runRecord }.first
        }
    }

    package var interruption: any Interruption {
        SQLiteInterruption(connections: opened.withLock { $0 })
    }

    package func auditByQuery() throws -> AuditFinding? { try reading { try auditSQLite($0) } }

    package func beginAttempt(startedAt instant: Instant, dump: String) throws -> Int64 {
        let attempt = RunAttempt(startedAt: instant, endedAt: nil, dump: dump, outcome: nil)
        return try Self.translating {
            try writer().write { database in
                try database.execute(
                    sql: """
                        INSERT INTO run_attempts (started_at, dump, row_checksum) VALUES (?, ?, ?)
                        """,
                    arguments: [instant.microseconds, dump, Data(attempt.rowChecksum.bytes)])
                return database.lastInsertedRowID
            }
        }
    }

    package func failAttempt(_ key: Int64, at instant: Instant, failure: String) throws {
        try Self.translating {
            try writer().write { database in
                try endAttempt(key, at: instant, as: .failed(failure), in: database)
            }
        }
    }

    /// Maps SQLite's errors to `StoreFault`, with message and SQL, never with values.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: throw StoreFault.locked
            case .SQLITE_FULL: throw StoreFault.diskFull
            case .SQLITE_INTERRUPT, .SQLITE_ABORT: throw StoreFault.interrupted
            case .SQLITE_READONLY: throw StoreFault.readOnly
            case .SQLITE_CORRUPT: throw StoreFault.damaged(error.message ?? "a page is not whole")
            case .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_PERM:
                throw StoreFault.unreachable(error.message ?? "cannot open the file")
            default:
                let sql = error.sql.map { " — \($0)" } ?? ""
                throw StoreFault.failed((error.message ?? "SQLite error") + sql)
            }
        }
    }
}
