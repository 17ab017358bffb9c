import AfterwordPipeline
import Foundation
import GRDB

/// How a store's file can be reached: whether it and what SQLite puts beside it can be written.
enum SQLiteAccess {
    case writable
    /// Read only, with the log that lies beside the file.
    case readOnly
    /// Read only and without a log. SQLite then takes no lock and looks for no log, so that the
    /// file needs no folder that can be written; `SQLiteStore` checks that it did not change
    /// meanwhile.
    case immutable

    init(path: String) {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = file.deletingLastPathComponent().path
        if access(file.path, W_OK) == 0, access(folder, W_OK) == 0 {
            self = .writable
        } else {
            self = SQLiteSignature(path: path).logBytes > 0 ? .readOnly : .immutable
        }
    }

    /// The file as SQLite opens it.
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

/// What tells that a file was written: read before and after a read that takes no lock.
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

/// A file's number, size and time of its last change; zero where there is none.
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

/// Whose a SQLite file is.
enum SQLiteOwner {
    /// `AFTW` in the file's header: a file of another program is refused, not migrated.
    static let applicationID: Int32 = 0x4146_5457

    /// Refuses another program's file before anything is written to it.
    static func check(path: String) throws {
        // Through SQLite: to close a file that was opened past it gives up this process's locks.
        let access = SQLiteAccess(path: path)
        let index = URL(fileURLWithPath: path).resolvingSymlinksInPath().path + "-shm"
        if access == .readOnly, !FileManager.default.fileExists(atPath: index) {
            throw StoreFault.unreachable(
                "a log lies beside the file that cannot be read without its index (-shm), and "
                    + "none can be made here; open the store once where it can be written")
        }
        var configuration = access.configuration
        configuration.readonly = true
        let queue = try DatabaseQueue(path: access.source(path), configuration: configuration)
        _ = try queue.read { try check($0) }
        try queue.close()
    }

    /// A file is ours by its mark. Without one it is where it is empty, or where our migrations
    /// were done in it: a store that an older program left half made, or one restored from SQL
    /// text, which does not hold the mark.
    ///
    /// - Returns: Whether it has its mark.
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
        // Killed after it made the table of migrations and before the first of them.
        if done.isEmpty, names.count == 1 { return false }
        guard SQLiteSchema.migrator.migrations.first.map(done.contains) == true else {
            throw foreign
        }
        return false
    }

    /// Marks a file that is ours or empty, before the first table is made in it.
    static func mark(_ database: Database) throws {
        _ = try check(database)
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    }

    private static let foreign = StoreFault.unreachable("the file is another program's database")
}
