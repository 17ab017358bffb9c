import CLibpq
import Logging

private let log = Logger(label: "afterword.postgres")

/// A remark of the server to the log: SQLSTATE and the message, which names objects; details and hints may
/// hold data and stay out.
func logNotice(_ notice: OpaquePointer?) {
    func field(_ code: Character) -> String {
        let value = code.asciiValue.flatMap { PQresultErrorField(notice, Int32($0)) }
        return value.map { String(cString: $0) } ?? ""
    }
    let level: Logger.Level = field("V") == "WARNING" ? .warning : .info
    log.log(level: level, "\(field("C")) \(field("M"))")
}
