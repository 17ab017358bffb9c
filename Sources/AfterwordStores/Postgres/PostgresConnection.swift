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
/// Values travel as parameters only, results in binary. Errors carry SQLSTATE and SQL, never data; a
/// password is in no message. What the server remarks goes to the log.
///
/// Sendable by hand: libpq's connections know no threads, and each is with one thread at a time. It is handed
/// over whole (`PostgresPool`); what another thread may do meanwhile is in `canceller`, which has a
/// lock.
package final class PostgresConnection: @unchecked Sendable {
    let connection: OpaquePointer
    /// Ends what the connection is doing, from any thread.
    package let canceller: PostgresCanceller

    /// Connects by a URL; what it leaves out comes from the usual environment (`PG*`, `.pgpass`).
    ///
    /// Where neither says how, TLS is required and the server's name checked (`verify-full`), unless
    /// the way there is a socket or loopback.
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

    /// Whether another statement can be run: the server is there and nobody cancelled.
    var isUsable: Bool {
        PQstatus(connection) == CONNECTION_OK && !canceller.isCancelled && !isOutOfDate
    }

    /// After so long a statement's connection is given up; nil for never.
    var limit: DispatchTimeInterval?
    /// Whether a pooler lies between (`notePooler`): a statement may reach another session of the server than the
    /// one before, so that nothing is prepared or set for longer than a transaction.
    var isPooled = false

    /// A pooler gives its clients keys of its own to cancel by, not the server's process.
    ///
    /// - Parameter process: What the server says that it is (`pg_backend_pid()`).
    func notePooler(_ process: Int64) {
        isPooled = Int64(PQbackendPID(connection)) != process
    }

    private var prepared: [String: String] = [:]
    /// A table that a prepared statement reads was changed by a migration.
    var isOutOfDate = false

    private static func connect(_ keywords: [String], _ values: [String]) -> OpaquePointer? {
        withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
    }

    /// Lends C strings, ended by a null pointer.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// Runs one statement. Parameters are text, in the form that Postgres reads for their type.
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

    /// Runs a statement that comes again and again: parsed and planned once a connection.
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

    /// Statements kept prepared on one connection.
    private static let preparedLimit = 128

    /// Nil where too many are kept already.
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

    /// Runs statements without parameters or rows, several at once: the schema.
    package func runAll(_ sql: String) throws {
        try canceller.whileBusy(within: limit) {
            PQclear(try checked(PQexec(connection, sql), sql))
        }
    }

    /// Ends the transaction as undone, after a cancellation too: a request that arrives late can only hit this,
    /// and is answered by trying again. A connection that is gone has undone it already.
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

    /// Copies rows into a table in binary.
    func copy(into target: String, _ rows: (PostgresCopy) throws -> Void) throws {
        let sql = "COPY \(target) FROM STDIN (FORMAT binary)"
        try canceller.whileBusy(within: limit) {
            try beginCopy(sql, PGRES_COPY_IN)
            let copy = PostgresCopy(connection)
            do {
                try rows(copy)
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

    /// Copies the rows of a query out in binary, one after another as they arrive: as many as there are fit
    /// into little memory. The query has no parameters.
    func copy(out query: String, _ row: (PostgresCopiedRow) throws -> Void) throws {
        let columns = try canceller.whileBusy(within: limit) { try self.columns(of: query) }
        try copyMessages(query) { message, isFirst in
            try PostgresCopiedRow.each(
                in: Array(message), hasHeader: isFirst, PostgresColumns(columns, query), row)
        }
    }

    /// The messages of COPY BINARY as they arrive, each valid while the call lasts.
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
                // What is still on its way is taken, so that the connection goes on.
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

    /// The names of a query's columns, in order.
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

    /// Statements sent together and answered together: small writes for the price of one round trip. When
    /// one fails, those after it are not run.
    ///
    /// At most `PostgresStatement.pipelineLimit` of them, so that neither side can fill the other's buffers
    /// while both write.
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
                // Each answer is ended by a null; after a break of the line there is nothing more.
                drain()
            }
            // The answer to the end of the pipeline.
            PQclear(PQgetResult(connection))
            PQexitPipelineMode(connection)
            if let failure { throw failure }
            return answers
        }
    }
}
