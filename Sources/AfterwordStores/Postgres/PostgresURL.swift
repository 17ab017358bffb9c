import AfterwordCore
import AfterwordPipeline
import CLibpq
import Foundation

/// Reads a store's URL: whether the connection is secured, and which parts are secret.
extension PostgresConnection {
    /// Whether the URL or the environment sets `sslmode`, or the server is local and needs no TLS.
    ///
    /// - Throws: `StoreFault.unreachable` where the URL cannot be parsed.
    package static func isSecuredOrLocal(_ url: String) throws -> Bool {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq's message may repeat the URL, including its password.
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
        return way.isEmpty || way.hasPrefix("/") || isLoopback(host: way)
    }

    /// A message with every secret of the URL replaced by `***` (`WrittenStore.secrets`), also
    /// where the library has decoded it: a malformed URL can put parts of its password where libpq
    /// expects the host.
    static func redacted(_ message: String, url: String) -> String {
        WrittenStore(url).secrets.flatMap { [$0, $0.removingPercentEncoding ?? $0] }
            .reduce(message) { $0.replacing($1, with: "***") }
    }
}

extension PostgresConnection {
    /// The connection's settings by libpq keyword, without secret ones.
    package func settings() throws -> [String: String] {
        guard let options = PQconninfo(connection) else { return [:] }
        defer { PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var index = 0
        while let keyword = options[index].keyword {
            let isSecret = options[index].dispchar.map { $0[0] == 0x2A } ?? false
            if !isSecret, let value = options[index].val {
                settings[String(cString: keyword)] = String(cString: value)
            }
            index += 1
        }
        return settings
    }
}
