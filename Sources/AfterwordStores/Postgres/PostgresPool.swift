import AfterwordPipeline
import Dispatch
import Synchronization

/// Connections for readers: at most `limit` at once, each lent to one thread; who comes when all are lent
/// waits.
final class PostgresPool: Sendable {
    /// Enough for a server's worker threads, few enough for many servers on one database.
    static let limit = 8

    private let url: String
    private let idle = Mutex<[PostgresConnection]>([])
    private let free: DispatchSemaphore

    init(url: String, limit: Int = PostgresPool.limit) {
        self.url = url
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
            guard let rows = try? connection.runPrepared(sql, []) else { continue }
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
            if (try? connection.run(begin)) != nil { return connection }
        }
        let connection = try make()
        try connection.run(begin)
        return connection
    }

    /// What is asked of a product takes less time than the server's helpers take to come, however many rows it expects. Whole tables may
    /// have them (`PostgresSession`).
    private func make() throws -> PostgresConnection {
        let connection = try PostgresConnection(url: url)
        try connection.run("SET max_parallel_workers_per_gather = 0")
        return connection
    }
}
