import AfterwordPipeline
import CLibpq
import Dispatch
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One connection to a Postgres server.
///
/// Values are sent only as parameters; results arrive in binary. Errors carry SQLSTATE and SQL,
/// never data, and no message contains a password. Server notices go to the log.
///
/// `@unchecked Sendable`: a libpq connection is not thread-safe, and only one thread uses it at a
/// time. `PostgresPool` hands the whole connection over. Other threads may use only `canceller`,
/// which has its own lock.
package final class PostgresConnection: @unchecked Sendable {
    let connection: OpaquePointer
    /// Cancels the current statement, from any thread.
    package let canceller: PostgresCanceller

    /// Connects by a URL. Settings missing from the URL come from the environment (`PG*`) and
    /// `.pgpass`.
    ///
    /// Where neither the URL nor the environment sets `sslmode`, TLS with a checked server name
    /// (`verify-full`) is required, except over a Unix socket or loopback.
    ///
    /// - Throws: `StoreFault.unreachable` where the server refuses, is older than Postgres 14, or
    ///   the URL cannot be parsed.
    package init(url: String) throws {
        let timeouts = PostgresTimeouts.parameters
        var keywords = timeouts.map(\.keyword)
        var values = timeouts.map(\.value)
        keywords += ["dbname", "fallback_application_name", "client_encoding"]
        values += [url, "afterword", "UTF8"]
        if try !Self.isSecuredOrLocal(url) {
            keywords.append("sslmode")
            values.append("verify-full")
        }
        guard let connection = Self.connect(keywords, values) else {
            throw StoreFault.unreachable("no memory for a connection")
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(connection))
            PQfinish(connection)
            throw StoreFault.unreachable(Self.redacted(Self.oneLine(message), url: url))
        }
        PQsetNoticeReceiver(connection, { _, notice in logNotice(notice) }, nil)
        let version = PQserverVersion(connection)
        guard version >= 140_000 else {
            PQfinish(connection)
            throw StoreFault.unreachable("the server is older than Postgres 14")
        }
        self.connection = connection
        canceller = PostgresCanceller(connection)
    }

    deinit {
        canceller.close()
        PQfinish(connection)
    }

    /// Whether the connection can run another statement: connected, not cancelled, and without
    /// outdated prepared statements.
    var isUsable: Bool {
        PQstatus(connection) == CONNECTION_OK && !canceller.isCancelled && !isOutOfDate
    }

    /// Timeout of one statement, after which the connection is closed; nil for none.
    var limit: DispatchTimeInterval?
    /// Whether a connection pooler sits in front of the server (`notePooler`). Successive
    /// statements may then reach different server sessions, so nothing is prepared and settings
    /// last one transaction.
    var isPooled = false

    /// Detects a pooler: a pooler gives its clients its own cancel keys, not the process id of the
    /// server's backend.
    ///
    /// - Parameter process: The backend's process id as reported by the server
    ///   (`pg_backend_pid()`).
    func notePooler(_ process: Int64) {
        isPooled = Int64(PQbackendPID(connection)) != process
    }

    private var prepared: [String: String] = [:]
    /// Whether a migration changed a table that a prepared statement reads.
    var isOutOfDate = false

    private static func connect(_ keywords: [String], _ values: [String]) -> OpaquePointer? {
        withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
    }

    /// Passes a null-terminated array of C strings to `body`; the pointers are valid during the
    /// call.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// Runs one statement. Parameters are text, in the form in which Postgres parses their type.
    @discardableResult
    package func run(
        _ sql: String, _ parameters: [String?] = []
    ) throws -> PostgresRows {
        let copies = parameters.map { $0.map { strdup($0) } ?? nil }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } }
        return try canceller.whileBusy(within: limit) {
            let result = PQexecParams(
                connection, sql, Int32(parameters.count), nil, pointers, nil, nil, 1)
            return PostgresRows(try checked(result, sql), sql)
        }
    }

    /// Runs a statement that is used repeatedly: parsed once per connection. Behind a pooler, and
    /// beyond `preparedLimit`, the statement is not prepared.
    func runPrepared(_ sql: String, _ parameters: [String?]) throws -> PostgresRows {
        guard !isPooled, let name = try preparedName(sql) else { return try run(sql, parameters) }
        let copies = parameters.map { $0.map { strdup($0) } ?? nil }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } }
        return try canceller.whileBusy(within: limit) {
            let result = PQexecPrepared(
                connection, name, Int32(parameters.count), pointers, nil, nil, 1)
            return PostgresRows(try checked(result, sql), sql)
        }
    }

    /// Greatest number of prepared statements per connection.
    private static let preparedLimit = 128

    /// The name of the prepared statement, prepared at the first use; nil once `preparedLimit` is
    /// reached.
    private func preparedName(_ sql: String) throws -> String? {
        if let name = prepared[sql] { return name }
        guard prepared.count < Self.preparedLimit else { return nil }
        let name = "s\(prepared.count + 1)"
        try canceller.whileBusy(within: limit) {
            PQclear(try checked(PQprepare(connection, name, sql, 0, nil), sql))
        }
        prepared[sql] = name
        return name
    }

    /// Runs one or more statements without parameters or result rows, such as schema changes.
    package func runAll(_ sql: String) throws {
        try canceller.whileBusy(within: limit) {
            PQclear(try checked(PQexec(connection, sql), sql))
        }
    }

    /// Rolls the transaction back, also after a cancellation. A late cancel request can only hit
    /// the `ROLLBACK`, which is tried up to three times. Where the connection is gone, the server
    /// has already rolled back.
    func rollBack() {
        canceller.whileEnding {
            for _ in 0..<3 where PQtransactionStatus(connection) != PQTRANS_IDLE {
                PQclear(PQexec(connection, "ROLLBACK"))
            }
        }
    }

    private func checked(_ result: OpaquePointer?, _ sql: String) throws -> OpaquePointer? {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return result
        default:
            defer { PQclear(result) }
            throw fault(result, sql)
        }
    }

    private func drain() {
        while let result = PQgetResult(connection) { PQclear(result) }
    }

    // MARK: COPY

    /// Copies rows into a table with COPY BINARY.
    ///
    /// - Parameter rows: Begins and encodes each row.
    func copy(into table: Table, _ rows: (inout PostgresCopy) throws -> Void) throws {
        let sql = "COPY \(table.name) (\(table.list)) FROM STDIN (FORMAT binary)"
        try canceller.whileBusy(within: limit) {
            try beginCopy(sql, PGRES_COPY_IN)
            var copy = PostgresCopy(connection, fields: table.columns.count)
            do {
                try rows(&copy)
                try copy.finish()
            } catch {
                PQputCopyEnd(connection, "given up")
                drain()
                throw error
            }
            let result = PQgetResult(connection)
            defer { drain() }
            PQclear(try checked(result, sql))
        }
    }

    /// Copies the rows of a query out with COPY BINARY. Rows are passed to `row` as they arrive, so
    /// that a large result needs little memory. The query has no parameters.
    func copy(out query: String, _ row: (PostgresCopiedRow) throws -> Void) throws {
        let columns = try canceller.whileBusy(within: limit) { try self.columns(of: query) }
        try copyMessages(query) { message, isFirst in
            try PostgresCopiedRow.each(
                in: Array(message), hasHeader: isFirst, PostgresColumns(columns, query), row)
        }
    }

    /// The messages of a COPY BINARY as they arrive. Each buffer is valid during one call of
    /// `take`.
    func copyMessages(
        _ query: String, _ take: (UnsafeRawBufferPointer, _ isFirst: Bool) throws -> Void
    ) throws {
        let sql = "COPY (\(query)) TO STDOUT (FORMAT binary)"
        try canceller.whileBusy(within: limit) {
            try beginCopy(sql, PGRES_COPY_OUT)
            var buffer: UnsafeMutablePointer<CChar>?
            var isFirst = true
            var unreadable: (any Error)?
            while true {
                let length = Int(PQgetCopyData(connection, &buffer, 0))
                guard length > 0 else { break }
                defer { PQfreemem(buffer) }
                // Drain the remaining messages, so that the connection stays usable.
                if unreadable != nil { continue }
                do {
                    try take(UnsafeRawBufferPointer(start: buffer, count: length), isFirst)
                } catch {
                    unreadable = error
                }
                isFirst = false
            }
            let result = PQgetResult(connection)
            defer { drain() }
            PQclear(try checked(result, sql))
            if let unreadable { throw unreadable }
        }
    }

    private func beginCopy(_ sql: String, _ direction: ExecStatusType) throws {
        let begun = PQexec(connection, sql)
        guard PQresultStatus(begun) == direction else {
            _ = try checked(begun, sql)
            throw StoreFault.failed("COPY did not begin — \(sql)")
        }
        PQclear(begun)
    }

    /// The columns of a query: place by name.
    private func columns(of query: String) throws -> [String: Int] {
        PQclear(try checked(PQprepare(connection, "", query, 0, nil), query))
        let described = try checked(PQdescribePrepared(connection, ""), query)
        defer { PQclear(described) }
        var columns: [String: Int] = [:]
        for index in 0..<PQnfields(described) {
            columns[String(cString: PQfname(described, index))] = Int(index)
        }
        return columns
    }

    // MARK: Pipeline

    /// Sends several statements and then reads all results, so that small writes cost one round
    /// trip. When a statement fails, the server skips those after it.
    ///
    /// At most `PostgresStatement.pipelineLimit` statements, so that neither side can fill the
    /// other's buffers while both are writing.
    ///
    /// - Throws: The first error among the statements.
    @discardableResult
    package func pipeline(_ statements: [PostgresStatement]) throws -> [PostgresRows] {
        precondition(statements.count <= PostgresStatement.pipelineLimit)
        return try canceller.whileBusy(within: limit) {
            guard PQenterPipelineMode(connection) == 1 else { throw fault(nil, "") }
            for statement in statements where !statement.send(to: connection) {
                throw fault(nil, statement.sql)
            }
            guard PQpipelineSync(connection) == 1 else { throw fault(nil, "") }
            var answers: [PostgresRows] = []
            var failure: StoreFault?
            for statement in statements {
                let result = PQgetResult(connection)
                do {
                    if failure == nil {
                        answers.append(
                            PostgresRows(try checked(result, statement.sql), statement.sql))
                    } else {
                        PQclear(result)
                    }
                } catch let fault as StoreFault {
                    failure = fault
                }
                // A null pointer ends the results of each statement; a broken connection yields
                // only nulls.
                drain()
            }
            // The result of the pipeline sync.
            PQclear(PQgetResult(connection))
            PQexitPipelineMode(connection)
            if let failure { throw failure }
            return answers
        }
    }
}
