import CLibpq
import Logging

private let log = Logger(label: "afterword.postgres")

/// Logs a server notice: SQLSTATE and the message, which names objects. Details and hints may
/// contain data and are left out.
func logNotice(_ notice: OpaquePointer?) {
    func field(_ code: Character) -> String {
        let value = code.asciiValue.flatMap { PQresultErrorField(notice, Int32($0)) }
        return value.map { String(cString: $0) } ?? ""
    }
    let level: Logger.Level = field("V") == "WARNING" ? .warning : .info
    log.log(level: level, "\(field("C")) \(field("M"))")
}
