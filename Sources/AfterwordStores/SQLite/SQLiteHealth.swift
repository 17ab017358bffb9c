import AfterwordPipeline
import GRDB

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Identifies the file at a path by device and inode.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let file: UInt64

    /// Nil where the file does not exist.
    init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: info.st_dev)
        file = UInt64(truncatingIfNeeded: info.st_ino)
    }
}

extension SQLiteStore {
    package func checkIdentity() throws {
        // A file opened without locks is reopened when it changes.
        guard let identity, !isReadOnly else { return }
        guard let now = FileIdentity(path: path) else {
            throw StoreFault.unreachable("the file was deleted while it was served: start again")
        }
        guard now == identity else {
            throw StoreFault.unreachable("the file was replaced while it was served: start again")
        }
    }

    package func checkHealth() throws {
        try checkIdentity()
        try reading { database in
            if try SQLiteSchema.migrator.hasBeenSuperseded(database) {
                throw StoreFault.schemaNewer
            }
            // Read one row of every table, and so the pages leading to that row.
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            for table in tables {
                let name = table.quotedDatabaseIdentifier
                _ = try Row.fetchOne(database, sql: "SELECT * FROM \(name) LIMIT 1")
            }
        }
        try readWhatAnswersBeginWith()
    }
}
