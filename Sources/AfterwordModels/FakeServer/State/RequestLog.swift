import AfterwordCore

/// The newest requests, for `GET /_fake/requests`.
struct RequestLog: Sendable {
    /// A request and what became of it.
    struct Entry: Sendable {
        var number: Int
        /// Microseconds since 1970.
        var at: Int64
        var key: UInt64
        var method: String
        var path: String
        var status: Int
        var requestID: String
        var clientRequestID: String?
        var retryCount: String?
        /// The beginning of the body.
        var body: [UInt8]
        var rule: String?
        var fault: String?
        /// Whether the script has rules and none answered.
        var isUnmatched = false
    }

    static let limit = 1_000
    static let bodyBytes = 4_096

    private var entries: [Entry] = []
    private var oldest = 0
    private(set) var total = 0

    mutating func add(_ entry: Entry) {
        total += 1
        if entries.count < Self.limit {
            entries.append(entry)
        } else {
            entries[oldest] = entry
            oldest = (oldest + 1) % Self.limit
        }
    }

    /// The entries in order, of one key or of all.
    func newest(of key: UInt64?) -> [Entry] {
        (entries[oldest...] + entries[..<oldest]).filter { key == nil || $0.key == key }
    }

    /// Forgets the entries of a key, or all.
    mutating func forget(_ key: UInt64?) {
        entries = key == nil ? [] : newest(of: nil).filter { $0.key != key }
        oldest = 0
    }
}

extension RequestLog.Entry {
    var json: JSONValue {
        let parsed = try? JSONValue(parsing: body)
        return .row([
            "number": JSONValue(number), "at": JSONValue(at / 1_000_000),
            "method": .string(method), "path": .string(path), "status": JSONValue(status),
            "request_id": .string(requestID), "client_request_id": JSONValue(clientRequestID),
            "retry_count": JSONValue(retryCount), "rule": JSONValue(rule),
            "fault": JSONValue(fault), "unmatched": .bool(isUnmatched),
            "body": body.isEmpty ? .null : parsed ?? .string(String(decoding: body, as: UTF8.self)),
        ])
    }
}
