import AfterwordPipeline
import Dispatch
import Synchronization

/// Connections for readers: at most `limit` at once, each lent to one thread; who comes when all are lent
/// waits.
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

    /// Lends a connection on which `begin` has been run. One that went stale while it was idle is replaced.
    func lend<Result>(
        after begin: String, _ body: (PostgresConnection) throws -> Result
    ) throws -> Result {
        free.wait()
        defer { free.signal() }
        let connection = try ready(begin)
        defer { if connection.isUsable { idle.withLock { $0.append(connection) } } }
        return try body(connection)
    }

    /// Asks one question on a connection, and lends what it answers. One that went stale while it was idle is replaced.
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

    /// Nil where the connection went stale; one that does not answer in time is no reason to try another.
    private func ifFresh<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch StoreFault.timedOut {
            throw StoreFault.timedOut
        } catch {
            return nil
        }
    }

    /// Begins a transaction. Behind a pooler it has the settings to itself.
    private func begin(_ begin: String, on connection: PostgresConnection) throws {
        try connection.run(begin)
        guard connection.isPooled else { return }
        for setting in settings { try connection.run("SET LOCAL \(setting)") }
    }

    /// What is asked of a product takes less time than the server's helpers take to come, however many rows it
    /// expects. Whole tables may have them (`PostgresSession`).
    private var settings: [String] {
        ["max_parallel_workers_per_gather = 0"]
            + (limits.statementMilliseconds.map { ["statement_timeout = \($0)"] } ?? [])
    }

    /// The server ends a statement at its time-out; where nothing is heard of that, the way to it is dead.
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
