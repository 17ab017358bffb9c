import AfterwordPipeline
import CLibpq
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// One connection to a Postgres server, used from one thread at a time.
///
/// Values travel as parameters only, results in binary. Errors carry SQLSTATE and SQL, never data; a
/// password is in no message.
package final class PostgresConnection {
    private let connection: OpaquePointer

    /// Connects by a URL; what it leaves out comes from the usual environment (`PG*`, `.pgpass`).
    ///
    /// Where neither says how, TLS is required and the server's name checked (`verify-full`), unless
    /// the way there is a socket or loopback.
    package init(url: String) throws {
        var keywords = ["dbname", "application_name", "client_encoding"]
        var values = [url, "afterword", "UTF8"]
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
        self.connection = connection
        // Notices (a table that is there already) say nothing that anyone waits for.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        let version = PQserverVersion(connection)
        guard version >= 140_000 else {
            PQfinish(connection)
            throw StoreFault.unreachable("the server is older than Postgres 14")
        }
    }

    deinit { PQfinish(connection) }

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

    /// Whether the URL or the environment says how to secure the way, or the way needs none.
    package static func isSecuredOrLocal(_ url: String) throws -> Bool {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq's message may repeat the URL, password and all.
            if let message { PQfreemem(message) }
            throw StoreFault.unreachable("the store's URL cannot be read")
        }
        defer { PQconninfoFree(options) }
        var host: String?
        var index = 0
        while let keyword = options[index].keyword {
            let value = options[index].val.map { String(cString: $0) }
            switch String(cString: keyword) {
            case "sslmode": if value != nil { return true }
            case "host", "hostaddr": host = value ?? host
            default: break
            }
            index += 1
        }
        if getenv("PGSSLMODE") != nil { return true }
        let way = host ?? getenv("PGHOST").map { String(cString: $0) } ?? ""
        return way.isEmpty || way.hasPrefix("/") || way == "localhost" || way == "::1"
            || way.hasPrefix("127.")
    }

    /// A message without anything that stands before the last `@` of the URL, or is given there as a
    /// password: a URL that was read otherwise than meant may put parts of it in the host's place.
    static func redacted(_ message: String, url: String) -> String {
        var secrets: [Substring] = []
        if let at = url.lastIndex(of: "@"), let start = url.range(of: "://")?.upperBound, start < at
        {
            secrets += url[start..<at].split { ":@/?".contains($0) }.dropFirst()
        }
        for part in url.split(whereSeparator: { "?&".contains($0) })
        where part.hasPrefix("password=") {
            secrets.append(part.dropFirst("password=".count))
        }
        return secrets.filter { !$0.isEmpty }.reduce(message) { $0.replacing($1, with: "***") }
    }

    private static func oneLine(_ message: String) -> String {
        message.split(separator: "\n").joined(separator: "; ")
    }

    /// Runs one statement. Parameters are text, in the form that Postgres reads for their type.
    @discardableResult
    package func run(
        _ sql: String, _ parameters: [String?] = []
    ) throws -> PostgresRows {
        let copies = parameters.map { $0.map { strdup($0) } ?? nil }
        defer { for copy in copies { free(copy) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } }
        let result = PQexecParams(
            connection, sql, Int32(parameters.count), nil, pointers, nil, nil, 1)
        return try PostgresRows(checked(result, sql))
    }

    /// Runs statements without parameters or rows, several at once: the schema.
    package func runAll(_ sql: String) throws {
        PQclear(try checked(PQexec(connection, sql), sql))
    }

    /// Copies rows into a table in binary.
    func copy(into target: String, _ rows: (PostgresCopy) throws -> Void) throws {
        let sql = "COPY \(target) FROM STDIN (FORMAT binary)"
        let begun = PQexec(connection, sql)
        guard PQresultStatus(begun) == PGRES_COPY_IN else {
            _ = try checked(begun, sql)
            throw StoreFault.failed("COPY did not begin — \(sql)")
        }
        PQclear(begun)
        let copy = PostgresCopy(connection)
        do {
            try rows(copy)
            try copy.finish()
        } catch {
            PQputCopyEnd(connection, "given up")
            drain()
            throw error
        }
        PQclear(try checked(PQgetResult(connection), sql))
        drain()
    }

    private func drain() {
        while let result = PQgetResult(connection) { PQclear(result) }
    }

    private func checked(_ result: OpaquePointer?, _ sql: String) throws -> OpaquePointer? {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return result
        default:
            defer { PQclear(result) }
            throw fault(result, sql)
        }
    }

    private func fault(_ result: OpaquePointer?, _ sql: String) -> StoreFault {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        guard PQstatus(connection) == CONNECTION_OK else {
            return .unreachable("the connection to the server broke")
        }
        // 'C' and 'M': SQLSTATE and the primary message.
        let state = field(67) ?? "?????"
        switch state {
        case "53100": return .diskFull
        case "55P03", "40P01": return .locked
        case _ where state.hasPrefix("08") || state.hasPrefix("57P"):
            return .unreachable("the server ended the connection (\(state))")
        default:
            // Messages of class 22 (data exceptions) quote the value they do not like.
            let message = state.hasPrefix("22") ? "" : " " + Self.oneLine(field(77) ?? "")
            return .failed("SQLSTATE \(state)\(message) — \(sql)")
        }
    }
}
