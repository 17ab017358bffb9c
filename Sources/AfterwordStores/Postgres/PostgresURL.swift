import AfterwordPipeline
import CLibpq
import Foundation

/// What a store's URL says of the way to the server, and what of it must not be shown.
extension PostgresConnection {
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
}

extension PostgresConnection {
    /// What the connection was made with, by libpq's keywords; nothing that is secret.
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
