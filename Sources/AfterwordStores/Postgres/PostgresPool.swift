import AfterwordPipeline
import Dispatch
import Synchronization

/// A pool of read connections: at most `limit` at once, each used by one thread. Further threads
/// wait until a connection is free.
///
/// Thread-safe. A statement's timeout is that of `PostgresReaderLimits`.
final class PostgresPool: Sendable {
    /// Enough for a server's worker threads, few enough for many servers on one database.
    static let limit = 8

    private let url: String
    private let limits: PostgresReaderLimits
    private let idle = Mutex<[PostgresConnection]>([])
    private let free: DispatchSemaphore

    init(
        url: String, limits: PostgresReaderLimits = PostgresReaderLimits(),
        limit: Int = PostgresPool.limit
    ) {
        self.url = url
        self.limits = limits
        free = DispatchSemaphore(value: limit)
    }

    /// Runs `begin` on a connection and passes the connection to `body`. An idle connection that
    /// has become stale is replaced.
    func lend<Result>(
        after begin: String, _ body: (PostgresConnection) throws -> Result
    ) throws -> Result {
        free.wait()
        defer { free.signal() }
        let connection = try ready(begin)
        defer { if connection.isUsable { idle.withLock { $0.append(connection) } } }
        return try body(connection)
    }

    /// Runs one query on a connection, in no transaction, and passes its rows to `body`. An idle
    /// connection that has become stale is replaced.
    func lendAsking<Result>(
        _ sql: String, _ body: (PostgresRows) throws -> Result
    ) throws -> Result {
        free.wait()
        defer { free.signal() }
        while let connection = idle.withLock({ $0.popLast() }) {
            guard let rows = try ifFresh({ try connection.runPrepared(sql, []) }) else { continue }
            defer { idle.withLock { $0.append(connection) } }
            return try body(rows)
        }
        let connection = try make()
        let rows = try connection.runPrepared(sql, [])
        defer { idle.withLock { $0.append(connection) } }
        return try body(rows)
    }

    private func ready(_ begin: String) throws -> PostgresConnection {
        while let connection = idle.withLock({ $0.popLast() }) {
            if try ifFresh({ try self.begin(begin, on: connection) }) != nil { return connection }
        }
        let connection = try make()
        try self.begin(begin, on: connection)
        return connection
    }

    /// Returns nil where the connection is stale. Rethrows a timeout: a slow server is no reason to
    /// try another connection.
    private func ifFresh<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch StoreFault.timedOut {
            throw StoreFault.timedOut
        } catch {
            return nil
        }
    }

    /// Begins a transaction. Behind a pooler, also applies the settings to the transaction.
    private func begin(_ begin: String, on connection: PostgresConnection) throws {
        try connection.run(begin)
        guard connection.isPooled else { return }
        for setting in settings { try connection.run("SET LOCAL \(setting)") }
    }

    /// Settings of a read connection. Queries about one product finish before parallel workers
    /// would start, whatever number of rows the server estimates. Scans of whole tables allow
    /// parallel workers (`PostgresSession`).
    private var settings: [String] {
        ["max_parallel_workers_per_gather = 0"]
            + (limits.statementMilliseconds.map { ["statement_timeout = \($0)"] } ?? [])
    }

    /// Milliseconds after the server's own statement timeout, after which the connection counts as
    /// dead.
    private static let graceMilliseconds = 5_000

    private func make() throws -> PostgresConnection {
        let connection = try PostgresConnection(url: url)
        connection.limit = limits.statementMilliseconds.map {
            .milliseconds($0 + Self.graceMilliseconds)
        }
        let process = try connection.run("SELECT pg_backend_pid() AS process").first
        connection.notePooler(try process?.number("process") ?? 0)
        if !connection.isPooled {
            for setting in settings { try connection.run("SET \(setting)") }
        }
        return connection
    }
}
