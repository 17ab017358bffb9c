import AfterwordPipeline
import Foundation
import GRDB

/// How the program can access a store's file: whether the file and its folder are writable.
enum SQLiteAccess {
    case writable
    /// Read only, with the WAL file next to the database.
    case readOnly
    /// Read only, without a WAL file. SQLite then takes no lock and looks for no WAL, so that the
    /// folder need not be writable. `SQLiteStore` checks that the file did not change during a
    /// read.
    case immutable

    /// - Parameter writes: False for a file that is never written, also where it could be.
    init(path: String, writes: Bool = true) {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = file.deletingLastPathComponent().path
        if writes, access(file.path, W_OK) == 0, access(folder, W_OK) == 0 {
            self = .writable
        } else {
            self = SQLiteSignature(path: path).logBytes > 0 ? .readOnly : .immutable
        }
    }

    /// The path or URI with which SQLite opens the file.
    func source(_ path: String) -> String {
        guard self == .immutable else { return path }
        return URL(fileURLWithPath: path).resolvingSymlinksInPath().absoluteString + "?immutable=1"
    }

    var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = self != .writable
        configuration.busyMode = .timeout(SQLiteStore.busySeconds)
        return configuration
    }
}

/// Detects writes to a file: compared before and after a read that takes no lock.
struct SQLiteSignature: Equatable {
    private var file: FileTimes
    private var log: FileTimes

    var logBytes: Int64 { log.bytes }

    init(path: String) {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        self.file = FileTimes(path: file)
        log = FileTimes(path: file + "-wal")
    }
}

/// A file's inode number, size and modification time; zero where the file does not exist.
private struct FileTimes: Equatable {
    var number: UInt64 = 0
    var bytes: Int64 = 0
    var changed = Date.distantPast

    init(path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return
        }
        number = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
        bytes = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        changed = attributes[.modificationDate] as? Date ?? .distantPast
    }
}

/// Decides whether a SQLite file belongs to this program.
enum SQLiteOwner {
    /// `AFTW` in the file's header. A file of another program is refused, not migrated.
    static let applicationID: Int32 = 0x4146_5457

    /// Refuses another program's file before anything is written to it.
    ///
    /// - Throws: `StoreFault.unreachable` for a file of another program, and for a WAL file that
    ///   cannot be read because its index (-shm) is missing.
    static func check(path: String, writes: Bool = true) throws {
        // Opened through SQLite: closing a separate descriptor of the file would release this
        // process's locks.
        let access = SQLiteAccess(path: path, writes: writes)
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let index = file.path + "-shm"
        // A file that is not to be written may lie where its log's index can be made.
        let isMade = !writes && isWritable(file.deletingLastPathComponent().path)
        if access == .readOnly, !isMade, !FileManager.default.fileExists(atPath: index) {
            throw StoreFault.unreachable(
                "a log lies beside the file that cannot be read without its index (-shm), and "
                    + "none can be made here; open the store once where it can be written")
        }
        do {
            try check(path: path, access, readonly: true)
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_READONLY && access == .writable
        {
            // A transaction that was cut before the store's first WAL left its rollback journal:
            // only a connection that may write plays it back.
            try check(path: path, access, readonly: false)
        }
    }

    private static func isWritable(_ folder: String) -> Bool { access(folder, W_OK) == 0 }

    private static func check(path: String, _ access: SQLiteAccess, readonly: Bool) throws {
        var configuration = access.configuration
        configuration.readonly = readonly
        let queue = try DatabaseQueue(path: access.source(path), configuration: configuration)
        _ = try queue.read { try check($0) }
        try queue.close()
    }

    /// Checks that a file is this program's. Without the application id, a file is accepted where
    /// it is empty or contains our first migration: an older program left it half made, or it was
    /// restored from SQL text, which does not contain the id.
    ///
    /// - Returns: Whether the file has the application id.
    static func check(_ database: Database) throws -> Bool {
        let id = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if id == applicationID { return true }
        guard id == 0 else { throw foreign }
        let names = try String.fetchAll(
            database,
            sql: "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        if names.isEmpty { return false }
        guard names.contains("grdb_migrations") else { throw foreign }
        let done = try SQLiteSchema.migrator.appliedIdentifiers(database)
        // The program was killed between creating the table of migrations and the first migration.
        if done.isEmpty, names.count == 1 { return false }
        guard SQLiteSchema.migrator.migrations.first.map(done.contains) == true else {
            throw foreign
        }
        return false
    }

    /// Sets the application id in a file that is ours or empty, before the first table is created.
    static func mark(_ database: Database) throws {
        _ = try check(database)
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    }

    private static let foreign = StoreFault.unreachable("the file is another program's database")
}
