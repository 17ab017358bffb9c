/// A header; its name in lower case.
struct WireHeader: Equatable, Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as it arrived, without its transport.
package struct WireRequest: Sendable {
    /// A body that lies on the shelf.
    package struct Spool: Equatable, Sendable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    package var method: String
    /// Without the query.
    package var path: String
    /// By name, percent-decoded; of a repeated name the last one counts.
    package var query: [String: String] = [:]
    /// By lower-case name.
    package var headers: [String: String]
    package var body: [UInt8]
    /// The body where it was too large for memory; `body` is empty then.
    package var spool: Spool?

    package init(_ method: String, _ target: String, headers: [String: String], body: [UInt8] = [])
    {
        self.method = method
        self.headers = headers
        self.body = body
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard parts.count == 2 else { return }
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[percentDecoded(sides[0])] = sides.count == 2 ? percentDecoded(sides[1]) : ""
        }
    }

    /// The key after `Bearer`; nil where there is none.
    var key: String? {
        guard let header = headers["authorization"] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let key = String(parts[1].drop { $0 == " " })
        return key.isEmpty ? nil : key
    }
}

/// `%41` and `+` decoded, as in queries and forms.
func percentDecoded(_ text: some StringProtocol) -> String {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let byte = UInt8(
                String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
        {
            decoded.append(byte)
            index += 3
        } else {
            decoded.append(bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
            index += 1
        }
    }
    return String(decoding: decoded, as: UTF8.self)
}

/// What the transport does with an answer instead of simply sending it.
package enum WireFault: Equatable, Sendable {
    /// The connection is closed after this many bytes of the body (or events of a stream).
    case cut(after: Int)
    /// The connection is closed without an answer.
    case disconnect
    /// After the head and this many bytes (or events) nothing is sent for the seconds, then the
    /// rest.
    case stall(after: Int, seconds: Double)
}

/// An answer, to be sent as HTTP.
package struct WireAnswer: Sendable {
    /// What is sent after the head.
    package enum Body: Equatable, Sendable {
        case whole([UInt8])
        /// Server-sent events, each with its blank line.
        case events([[UInt8]])
        /// A stored file: its name on the shelf and its size in bytes.
        case stored(name: String, count: Int)
    }

    package var status: Int
    /// Name and value, names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// Seconds to wait before anything is sent.
    package var delay: Double = 0
    package var fault: WireFault?

    /// The bytes of a whole body or of all events.
    package var bytes: [UInt8] {
        switch body {
        case .whole(let bytes): bytes
        case .events(let events): Array(events.joined())
        case .stored: []
        }
    }

    package func header(_ name: String) -> String? { headers.last { $0.name == name }?.value }
}
