import AfterwordPipeline
import Foundation
import GRDB

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file of a store that is being written under another name: it gets its own name when it is
/// whole and on the disk, and is removed otherwise.
///
/// A program that is killed leaves `FILE.partial-NUMBER`, never a part under the file's own name.
struct UnfinishedFile {
    let target: String
    let path: String

    /// Creates the file, readable by its owner alone.
    ///
    /// - Throws: `BackupFault.targetExists` and `.logBeside`, `StoreFault.unreachable`.
    init(of target: String) throws {
        guard !FileManager.default.fileExists(atPath: target) else {
            throw BackupFault.targetExists(target)
        }
        try Self.refuseLog(beside: target)
        self.target = target
        path = "\(target).partial-\(getpid())"
        discard()
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreFault.unreachable("cannot create \(path): \(systemReason(errno))")
        }
        close(descriptor)
    }

    /// Writes the file to the disk and gives it its own name, where no other file has it yet.
    func finish() throws {
        try Self.flush(path)
        try Self.refuseLog(beside: target)
        // A second name fails where there is a file; a renaming would replace it.
        guard link(path, target) == 0 else {
            throw errno == EEXIST
                ? BackupFault.targetExists(target)
                : StoreFault.unreachable("cannot write \(target): \(systemReason(errno))")
        }
        discard()
        try Self.flush(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    /// Removes the file, and what SQLite has put beside it.
    func discard() { for end in Self.logs + [""] { unlink(path + end) } }

    /// The ends of the names of the files that SQLite keeps beside a database.
    private static let logs = ["-wal", "-shm", "-journal"]

    /// Refuses a name that another database's log goes by: SQLite would play a log of pages that
    /// are not this file's into it.
    private static func refuseLog(beside target: String) throws {
        for path in logs.map({ target + $0 }) where FileManager.default.fileExists(atPath: path) {
            throw BackupFault.logBeside(path)
        }
    }

    private static func flush(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreFault.unreachable("cannot open \(path): \(systemReason(errno))")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw StoreFault.failed("cannot write \(path): \(systemReason(errno))")
        }
    }
}

extension SQLiteStore {
    /// Pages copied between two reports of progress: 64 MiB.
    private static let backupPages: CInt = 8_192

    /// Opens a file to back it up, whatever its schema.
    ///
    /// - Throws: `StoreFault.unreachable` for a file that is no store.
    package static func forBackup(path: String) throws -> SQLiteStore {
        try SQLiteStore(path: path, opening: .rehearsing, checks: false)
    }

    /// A temporary store that holds what this file of an older schema holds, in this program's
    /// schema.
    func migratedCopy() throws -> SQLiteStore {
        let queue = try Self.translating { try DatabaseQueue(path: "") }
        try writePages(to: queue) { _, _ in }
        return try SQLiteStore(of: queue)
    }

    /// Writes one committed state of this store to a file, page by page, while runs and readers go
    /// on.
    func writePages(
        toFile path: String, progress: (_ done: Int64, _ of: Int64) throws -> Void
    ) throws {
        let target = try Self.translating { try DatabaseQueue(path: path) }
        try writePages(to: target, progress: progress)
        try Self.translating { try target.close() }
    }

    /// - Parameter progress: Called with the pages copied and their number; what it throws ends the
    ///   copy.
    private func writePages(
        to target: DatabaseQueue, progress: (_ done: Int64, _ of: Int64) throws -> Void
    ) throws {
        // What the last step's report throws is not heard: a small file has one step only.
        try progress(0, 1)
        try withoutActuallyEscaping(progress) { progress in
            try reading { database in
                // One transaction is one state: a run that commits meanwhile does not begin the
                // copy anew.
                try database.inTransaction(.deferred) {
                    _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
                    try target.writeWithoutTransaction { copy in
                        // The whole file is flushed at the end.
                        try copy.execute(sql: "PRAGMA synchronous = OFF")
                        try database.backup(to: copy, pagesPerStep: Self.backupPages) { state in
                            try progress(
                                Int64(state.completedPageCount), Int64(state.totalPageCount))
                        }
                    }
                    return .rollback
                }
            }
        }
    }
}
