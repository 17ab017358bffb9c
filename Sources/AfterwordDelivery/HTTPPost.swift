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

    /// Sends the body. A task that is cancelled ends as long as no byte of the body was sent; then
    /// it waits for the receiver's answer.
    ///
    /// - Throws: `DeliveryFault`, with the status but not with the address, which may be a secret;
    ///   `CancellationError` where nothing of the body was sent.
    package func send() async throws {
        guard Self.mayGet(url) else {
            throw DeliveryFault(
                "the address is neither https nor on this machine, or its port is none")
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let departure = Departure()
        let status: UInt
        do {
            status = try await post(by: client, departure)
            try? await client.shutdown()
        } catch {
            try? await client.shutdown()
            if departure.isCalledOff { throw CancellationError() }
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

    private func post(by client: HTTPClient, _ departure: Departure) async throws -> UInt {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .stream(
            DepartingBody(bytes: ByteBuffer(bytes: body), departure: departure),
            length: .known(Int64(body.count)))
        // A task of its own: a cancellation ends it only before the body's departure.
        let (prepared, seconds) = (request, seconds)
        let posting = Task {
            try await client.execute(prepared, timeout: .seconds(seconds)).status.code
        }
        return try await withTaskCancellationHandler {
            try await posting.value
        } onCancel: {
            if departure.callOff() { posting.cancel() }
        }
    }
}

/// A body of one part, which departs when the client asks for it: after the connection and the
/// request's head.
private struct DepartingBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
    typealias Element = ByteBuffer

    let bytes: ByteBuffer
    let departure: Departure
    private var isGiven = false

    init(bytes: ByteBuffer, departure: Departure) {
        self.bytes = bytes
        self.departure = departure
    }

    func makeAsyncIterator() -> DepartingBody { self }

    mutating func next() async throws -> ByteBuffer? {
        if isGiven { return nil }
        isGiven = true
        try departure.depart()
        return bytes
    }
}
