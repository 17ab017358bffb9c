import AfterwordPipeline
import CLibpq

/// Maps the server's errors to `StoreFault`: by SQLSTATE, with the SQL, never with data.
extension PostgresConnection {
    func fault(_ result: OpaquePointer?, _ sql: String) -> StoreFault {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        if canceller.isCancelled { return .interrupted }
        // 'C' (67) is the SQLSTATE, 'M' (77) the primary message.
        let state = field(67)
        guard let state, PQstatus(connection) == CONNECTION_OK else {
            return .unreachable("the connection to the server broke")
        }
        // 0A000, "cached plan must not change result type": this connection must not be reused.
        if state == "0A000" { isOutOfDate = true }
        switch state {
        case "53100": return .diskFull
        // "Read-only SQL transaction": a standby, or a database or role set to read only.
        case "25006": return .readOnly
        // "Data corrupted", "index corrupted".
        case "XX001", "XX002":
            return .damaged("SQLSTATE \(state) \(Self.oneLine(field(77) ?? ""))")
        // A prepared statement exists already or does not exist: a pooler changed the session
        // between two statements.
        case "42P05", "26000":
            return .unreachable(
                "a pooler between changes sessions (SQLSTATE \(state)); use session pooling or a "
                    + "direct connection")
        case "55P03", "40P01": return .locked
        // Not our cancellation: the server's `statement_timeout`, or an administrator.
        case "57014": return .timedOut
        case _ where state.hasPrefix("08") || state.hasPrefix("57P"):
            return .unreachable("the server ended the connection (\(state))")
        default:
            // Messages of class 22 (data exceptions) quote the offending value.
            let message = state.hasPrefix("22") ? "" : " " + Self.oneLine(field(77) ?? "")
            // The SQL of a migration has tens of thousands of characters.
            return .failed("SQLSTATE \(state)\(message) — \(sql.prefix(400))")
        }
    }

    static func oneLine(_ message: String) -> String {
        message.split(separator: "\n").joined(separator: "; ")
    }
}
