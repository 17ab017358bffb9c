package import AfterwordCore
package import AfterwordPipeline
import Foundation

/// Why a store is not backed up or restored.
package enum BackupFault: Error, Equatable, Sendable {
    /// A file of that name is there; it is never replaced.
    case targetExists(String)
    /// A log that another database left under the file's name, with its path; SQLite would take it
    /// for the new file's own.
    case logBeside(String)
    /// The file to restore, and why it is no backup.
    case unusable(String, BackupFileFault)
    /// The store to restore into has a run already.
    case storeNotEmpty
    /// The copy is damaged, as the original may be.
    case broken(AuditFinding)
}

/// What a backup or a restored store holds.
package struct BackupReport: Equatable, Sendable {
    package var runs: Int
    /// The history's digest after the newest run; nil for a store without runs, or of an older
    /// schema.
    package var historyDigest: Digest256?
    /// False for a store of an older schema, or where no audit was wanted.
    package var isAudited: Bool
    /// Whether the schema is older than this program's, which cannot audit it.
    package var isOlder = false
    package var bytes: Int64?

    package var json: JSONValue {
        .row([
            "runs": JSONValue(runs), "history_digest": JSONValue(historyDigest?.description),
            "is_audited": .bool(isAudited), "is_older_schema": .bool(isOlder),
            "bytes": JSONValue(bytes),
        ])
    }
}

/// Backs up one committed state of a store to a new SQLite file, while runs and readers go on.
///
/// 1. A SQLite file is copied page by page, whatever its schema: with all its tables, API keys and
///    jobs too. Any other store is copied row by row, without API keys, jobs and failed attempts.
/// 2. The copy is audited, unless its schema is older than this program's.
/// 3. The file gets its name when it is whole, audited and on the disk.
///
/// - Parameter progress: Called with what is copied and how much there is, in pages or products;
///   what it throws ends the backup.
/// - Throws: `BackupFault`, `CopyFault`, `StoreFault`.
package func backupStore(
    _ store: any ReviewStore, to path: String, audits: Bool = true,
    progress: (_ done: Int64, _ of: Int64) throws -> Void = { _, _ in }
) throws -> BackupReport {
    let file = try UnfinishedFile(of: path)
    do {
        if let store = store as? SQLiteStore {
            try store.writePages(toFile: file.path, progress: progress)
        } else {
            _ = try copyStore(from: store, to: SQLiteStore(path: file.path)) { done, count in
                try? progress(Int64(done), Int64(count))
            }
        }
        var report = try audited(file.path, audits: audits)
        report.bytes = byteCount(ofFile: file.path)
        try file.finish()
        return report
    } catch {
        file.discard()
        throw error
    }
}

/// Restores a backup into a SQLite file that does not exist yet, brings its schema up to this
/// program's, and audits it.
///
/// - Throws: `BackupFault`, `StoreFault`.
package func restoreStore(
    from backup: String, toFile path: String,
    progress: (_ done: Int64, _ of: Int64) throws -> Void = { _, _ in }
) throws -> BackupReport {
    let file = try UnfinishedFile(of: path)
    do {
        try SQLiteStore.backup(path: backup).writePages(toFile: file.path, progress: progress)
        do { _ = try SQLiteStore(path: file.path) }
        let report = try audited(file.path, audits: true)
        try file.finish()
        return report
    } catch {
        file.discard()
        throw error
    }
}

/// Restores a backup into an empty store of any kind, row by row: the history with its digests,
/// without API keys, jobs and failed attempts.
///
/// - Throws: `BackupFault`, `CopyFault`, `StoreFault`.
package func restoreStore(
    from backup: String, into store: any ReviewStore,
    progress: (_ products: Int, _ of: Int) -> Void = { _, _ in }
) throws -> BackupReport {
    guard try store.read({ try $0.newestRun() }) == nil else { throw BackupFault.storeNotEmpty }
    var source = try SQLiteStore.backup(path: backup)
    if try source.pendingMigrations().isEmpty {
        // Refuses the schema of a newer program.
        source = try SQLiteStore(path: backup, opening: .existing, checks: true, writes: false)
    } else {
        // A backup is never written: a copy in a temporary file gets the schema of today.
        source = try source.migratedCopy()
    }
    // The copy is audited there.
    let runs = try copyStore(from: source, to: store, progress: progress)
    return BackupReport(
        runs: runs.count, historyDigest: runs.last?.historyDigest, isAudited: true, bytes: nil)
}

/// Audits a file, where this program can read its schema. Of an older one it counts the runs.
private func audited(_ path: String, audits: Bool) throws -> BackupReport {
    guard try SQLiteStore.pendingMigrations(path: path).isEmpty else {
        let runs = try SQLiteStore.forBackup(path: path).runCount()
        return BackupReport(
            runs: runs, historyDigest: nil, isAudited: false, isOlder: true, bytes: nil)
    }
    let store = try SQLiteStore(path: path, opening: .existing)
    let runs = try store.read { try $0.runs() }
    if audits {
        var finding = try store.read { try auditStore($0) }
        if finding == nil { finding = try store.auditByQuery() }
        if let finding { throw BackupFault.broken(finding) }
    }
    return BackupReport(
        runs: runs.count, historyDigest: runs.last?.historyDigest, isAudited: audits, bytes: nil)
}

private func byteCount(ofFile path: String) -> Int64? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.int64Value
}
