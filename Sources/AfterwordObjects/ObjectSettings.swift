import Foundation

/// Where object storages are, and how long to wait for them: the variables that AWS's own tools
/// read, and a few of Afterword's.
package struct ObjectSettings: Sendable {
    /// The variables; values are read from here alone.
    package var environment: [String: String]
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`, else `us-east-1`; a profile's is not read.
    package var region: String
    /// `AWS_ENDPOINT_URL_S3`, else `AWS_ENDPOINT_URL`; nil for AWS itself.
    package var endpoint: ObjectEndpoint?
    /// The time-out of a connection, in seconds.
    package var connectSeconds: Int64 = 5
    /// How long nothing may come before a try is given up, in seconds.
    package var idleSeconds = 30
    /// Tries of one request, the first one included. One that brought bytes counts as a new first.
    package var tries = 5

    /// - Throws: `ObjectFault.badSetting`.
    package init(environment: [String: String]) throws(ObjectFault) {
        self.environment = environment
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? "us-east-1"
        let name = value("AWS_REGION") == nil ? "AWS_DEFAULT_REGION" : "AWS_REGION"
        guard Self.isRegion(region) else {
            throw .badSetting(variable: name, reason: "is no region, as eu-central-1")
        }
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            guard endpoint == nil, let address = value(name) else { continue }
            endpoint = try Self.endpoint(
                address, of: name, allowsPlain: value("AFTERWORD_S3_PLAIN_HTTP") == "1")
            endpoint?.isVirtual = value("AFTERWORD_S3_ADDRESSING") == "virtual"
        }
    }

    /// - Throws: `ObjectFault.badSetting`.
    static func endpoint(
        _ address: String, of variable: String, allowsPlain: Bool
    ) throws(ObjectFault) -> ObjectEndpoint {
        guard let endpoint = ObjectEndpoint(address) else {
            throw .badSetting(
                variable: variable, reason: "is no address of a server, as https://host:9000")
        }
        guard endpoint.isEncrypted || endpoint.isLoopback || allowsPlain else {
            throw .badSetting(
                variable: variable,
                reason: "is plain http to another machine, which can be read and changed on the "
                    + "way: use https, or allow it with AFTERWORD_S3_PLAIN_HTTP=1")
        }
        return endpoint
    }

    /// A region becomes a part of a host's name.
    static func isRegion(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            }
    }
}

/// The server of an object storage.
package struct ObjectEndpoint: Equatable, Sendable {
    package var isEncrypted: Bool
    /// In lower case; an IPv6 address in brackets.
    package var host: String
    /// Nil for that of the scheme.
    package var port: Int?
    /// What stands before the bucket in a path: empty, or from `/` on without one at the end.
    package var path = ""
    /// Whether the bucket is a part of the host's name rather than of the path.
    package var isVirtual = false

    init(isEncrypted: Bool, host: String, port: Int? = nil) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
    }

    /// Nil where the text is no `http` or `https` address of a host alone.
    package init?(_ address: String) {
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            Self.isPortUsable(in: address)
        else { return nil }
        switch parts.scheme?.lowercased() {
        case "https": isEncrypted = true
        case "http": isEncrypted = false
        default: return nil
        }
        let plain = host.lowercased()
        self.host = plain.contains(":") && !plain.hasPrefix("[") ? "[\(plain)]" : plain
        port = parts.port == (isEncrypted ? 443 : 80) ? nil : parts.port
        path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
    }

    /// Whether the port of an address without a user's name can be connected to: none is written,
    /// or a number from 1 to 65535. What connects by a greater one ends the program.
    private static func isPortUsable(in address: String) -> Bool {
        let authority = address.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        let end = authority.firstIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[end...].firstIndex(of: ":") else { return true }
        let digits = authority[authority.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        return UInt16(digits).map { $0 > 0 } ?? false
    }

    /// AWS's own server of a region.
    static func ofAWS(region: String) -> ObjectEndpoint {
        var endpoint = ObjectEndpoint(
            isEncrypted: true, host: "s3.\(region).\(awsDomain(region: region))")
        endpoint.isVirtual = true
        return endpoint
    }

    static func awsDomain(region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }

    package var isLoopback: Bool {
        host == "localhost" || host == "[::1]"
            || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// As the header `host` has it.
    var authority: String { port.map { "\(host):\($0)" } ?? host }

    var base: String { "\(isEncrypted ? "https" : "http")://\(authority)" }

    /// The server for a bucket, and the path before a key there. A name with dots is no part of a
    /// host's name, which no certificate would fit.
    func place(of bucket: String) -> (endpoint: ObjectEndpoint, path: String) {
        guard isVirtual, !bucket.contains("."), bucket == bucket.lowercased(),
            !bucket.contains("_")
        else { return (self, "\(path)/\(percentEncoded(bucket))") }
        var endpoint = self
        endpoint.host = "\(bucket).\(host)"
        return (endpoint, path)
    }
}
