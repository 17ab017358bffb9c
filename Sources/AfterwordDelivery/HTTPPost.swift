import AfterwordCore
import AfterwordPipeline
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends a body to an address by POST: to https, or to this machine. Redirects are not followed.
package struct HTTPPost: Sendable {
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// The longest time in seconds.
    package var seconds: Int64 = 30

    package init(url: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Whether an address may get a message: https, or this machine.
    package static func mayGet(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        // A name before the host would make it look like another one.
        guard !authority.isEmpty, !authority.contains("@"), isPortUsable(in: url) else {
            return false
        }
        switch url[..<scheme.lowerBound].lowercased() {
        case "https": return true
        case "http":
            let isBracketed = authority.hasPrefix("[")
            let end = isBracketed ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
            let colon = authority[(end ?? authority.startIndex)...].firstIndex(of: ":")
            return isLoopback(host: authority[..<(colon ?? authority.endIndex)])
        default: return false
        }
    }

    /// - Throws: `DeliveryFault`, with the status but not with the address, which may be a secret.
    package func send() async throws {
        guard Self.mayGet(url) else {
            throw DeliveryFault(
                "the address is neither https nor on this machine, or its port is none")
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let status: UInt
        do {
            status = try await post(by: client)
            try? await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw DeliveryFault("the address cannot be reached")
        }
        guard (200...299).contains(status) else {
            throw DeliveryFault(
                "the receiver answers \(status)", isPermanent: Self.isPermanent(status))
        }
    }

    /// Whether a status refuses the message itself. An address that is gone or closed may be
    /// mended by a person, who then tries again what was given up.
    private static func isPermanent(_ status: UInt) -> Bool {
        (300...499).contains(status) && ![408, 425, 429].contains(status)
    }

    private func post(by client: HTTPClient) async throws -> UInt {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await client.execute(request, timeout: .seconds(seconds))
        return response.status.code
    }
}
