import AfterwordPipeline
import GRDB
import Synchronization

/// The connections to one file, or to one database in memory.
///
/// 1. A file that is made has one pool, which reads and writes. Opening it changes the file: GRDB
///    makes and drops a table, so that the log is not empty.
/// 2. A file that exists has read-only connections, and beside them one that may write and does
///    nothing before `openWriter`. Opening, reading and closing leave the file and its times as
///    they were, while no other program writes.
/// 3. Beside an empty log the one that may write is opened at once, and closes last: SQLite then
///    removes the log and the index that opening created. Beside a log with changes it is opened by
///    `openWriter` only: closed last, it would move the changes into the file.
/// 4. A rollback journal of a change that was cut short is played back, whoever opens the file:
///    without that it cannot be read.
final class SQLiteConnections: Sendable {
    let readers: any DatabaseReader
    let access: SQLiteAccess
    /// The signature of the file before it was opened.
    let signature: SQLiteSignature
    private let writing: Mutex<Writing>

    private struct Writing {
        var connection: (any DatabaseWriter)?
        /// Whether the file was switched to a log since the connection was opened.
        var isLogged: Bool
    }

    /// Page cache of a connection that writes, in KiB: index pages stay in memory between batches.
    static let writerCache = 45_056
    /// Page cache of a reader in KiB. A scan of a whole table does not profit from more.
    private static let readerCache = 8_192

    /// A database in memory or in a temporary file, with one connection.
    init(of queue: DatabaseQueue) {
        readers = queue
        access = .writable
        signature = SQLiteSignature(path: "")
        writing = Mutex(Writing(connection: queue, isLogged: true))
    }

    /// Opens a file to write to it.
    ///
    /// - Throws: `StoreFault.readOnly`, `DatabaseError`.
    init(making path: String) throws {
        signature = SQLiteSignature(path: path)
        access = SQLiteAccess(path: path)
        guard access == .writable else { throw StoreFault.readOnly }
        let pool = try DatabasePool(path: path, configuration: Self.configuration(access))
        try Self.flushCommits(of: pool)
        readers = pool
        writing = Mutex(Writing(connection: pool, isLogged: true))
    }

    /// Opens a file that exists.
    ///
    /// - Parameter writes: False for a file that is only read, also where it could be written.
    /// - Throws: `DatabaseError`.
    init(existing path: String, writes: Bool) throws {
        signature = SQLiteSignature(path: path)
        access = SQLiteAccess(path: path, writes: writes)
        var writer: (any DatabaseWriter)?
        if access == .writable, signature.logBytes == 0 { writer = try Self.queue(path) }
        var configuration = Self.configuration(access)
        configuration.readonly = true
        readers = try DatabasePool(path: access.source(path), configuration: configuration)
        writing = Mutex(Writing(connection: writer, isLogged: false))
    }

    deinit {
        // The connection that may write closes last (3).
        if let writer, writer !== readers { try? readers.close() }
    }

    /// The connection that may write, where it is open.
    var writer: (any DatabaseWriter)? { writing.withLock { $0.connection } }

    /// The connection that may write, opened where it is not yet.
    ///
    /// - Parameter isRehearsal: Whether all that it writes is rolled back. Otherwise a file without
    ///   a log, as a copy by `.dump` is, gets one.
    /// - Throws: `StoreFault.readOnly` where the file or its folder is not writable.
    func openWriter(isRehearsal: Bool = false) throws -> any DatabaseWriter {
        guard access == .writable else { throw StoreFault.readOnly }
        return try writing.withLock { writing in
            if writing.connection == nil { writing.connection = try Self.queue(readers.path) }
            guard let writer = writing.connection else { throw StoreFault.readOnly }
            if !writing.isLogged, !isRehearsal {
                writing.isLogged = true
                // Where a reader of the file prevents it, the next program switches.
                _ = try? writer.unsafeReentrantWrite { database in
                    try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
                }
            }
            return writer
        }
    }

    /// Interrupts the running statements. Any thread may call it.
    func interrupt() {
        readers.interrupt()
        writer?.interrupt()
    }

    /// A connection that may write to a file that exists. Unlike a pool it writes nothing itself.
    private static func queue(_ path: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(
            path: path, configuration: configuration(SQLiteAccess.writable))
        try flushCommits(of: queue)
        return queue
    }

    /// Makes a committed run survive a power failure. It is set after opening, since opening a pool
    /// sets a lower level.
    private static func flushCommits(of writer: any DatabaseWriter) throws {
        try writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    }

    private static func configuration(_ access: SQLiteAccess) -> Configuration {
        var configuration = access.configuration
        configuration.prepareDatabase { database in
            // For a new file: larger pages halve the number of pages to look up and write.
            try database.execute(sql: "PRAGMA page_size = \(SQLiteStore.pageBytes)")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            let cache = database.configuration.readonly ? readerCache : writerCache
            try database.execute(sql: "PRAGMA cache_size = -\(cache)")
        }
        return configuration
    }
}

/// Interrupts the running statements.
struct SQLiteInterruption: Interruption {
    let connections: SQLiteConnections

    func interrupt() { connections.interrupt() }
}
