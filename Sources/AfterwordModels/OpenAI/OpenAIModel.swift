package import AfterwordCore
package import AfterwordPipeline
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A model of OpenAI's, or of anything that speaks its chat completions.
///
/// What is sent was masked before (`Mask`); the key goes into one header and nowhere else. Redirects are not followed. Asks again
/// as the official client does; a try whose end is not known is counted as paid for.
package final class OpenAIModel: LanguageModel {
    package struct Configuration: Sendable {
        package var key: APIKey
        package var baseURL: String
        package var facts: ModelFacts
        /// Seconds until a connection is there.
        package var connectSeconds: Int64 = 5
        /// Seconds until the whole answer is there.
        package var answerSeconds: Int64 = 300
        /// Tries after the first.
        package var retries = 2
        /// The largest answer that is read.
        package var answerBytes = 4 << 20
        package var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
        /// Between 0 and 1; shortens a pause by up to a quarter, so that many clients do not come back together.
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }

        package init(key: APIKey, baseURL: String, facts: ModelFacts) {
            self.key = key
            self.baseURL = baseURL
            self.facts = facts
        }
    }

    package static let defaultURL = "https://api.openai.com/v1"
    package static let defaultModel = "gpt-4o-mini"

    package let name: String
    package let facts: ModelFacts?
    package let tries: Int
    private let configuration: Configuration
    private let client: HTTPClient

    /// - Throws: `ModelAddressFault` where the address is not https and not this machine.
    package init(_ configuration: Configuration) throws {
        try checkAddress(configuration.baseURL)
        self.configuration = configuration
        name = configuration.facts.name
        facts = configuration.facts
        tries = configuration.retries + 1
        var http = HTTPClient.Configuration()
        http.redirectConfiguration = .disallow
        http.timeout = .init(
            connect: .seconds(configuration.connectSeconds),
            read: .seconds(configuration.answerSeconds))
        // A broken connection is told of, not tried again behind our back.
        http.connectionPool.retryConnectionEstablishment = false
        // As many as are asked at once: none waits for a line while its time runs.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Ends its connections; nothing is asked after it.
    package func shutDown() async { try? await client.shutdown() }

    package func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        let body = Array(chatBody(request, configuration.facts).canonical.utf8)
        var unknown = 0
        var attempt = 0
        while true {
            let outcome = await exchange(body)
            if case .broken = outcome.kind { unknown += 1 }
            let wait = attempt < configuration.retries ? retryPause(outcome, attempt) : nil
            guard let wait else {
                return try finish(outcome, unknown)
            }
            attempt += 1
            await configuration.pause(wait)
        }
    }

    /// The outcome of the last try as an answer or a failure, with the tries that may have been paid for.
    private func finish(
        _ outcome: Exchange, _ unknown: Int
    ) throws(ModelFailure) -> ModelReply {
        do throws(ModelFailure) {
            var reply = try readChat(outcome)
            reply.unknownTries += unknown
            return reply
        } catch {
            var failure = error
            failure.unknownTries += unknown
            throw failure
        }
    }

    // MARK: One try

    private func exchange(_ body: [UInt8]) async -> Exchange {
        var request = HTTPClientRequest(url: configuration.baseURL + "/chat/completions")
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(configuration.key.secret)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "afterword")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(
                request, timeout: .seconds(configuration.answerSeconds))
            let headers = Dictionary(
                response.headers.map { ($0.name.lowercased(), $0.value) }
            ) { first, _ in first }
            do {
                let bytes = try await response.body.collect(upTo: configuration.answerBytes)
                return Exchange(
                    kind: .answered(Int(response.status.code)), headers: headers,
                    body: Array(bytes.readableBytesView))
            } catch is NIOTooManyBytesError {
                return Exchange(kind: .tooLarge, headers: headers)
            }
        } catch let error as HTTPClientError where Self.neverSent.contains(error) {
            return Exchange(kind: .notReached)
        } catch is NIOConnectionError {
            return Exchange(kind: .notReached)
        } catch let error as IOError where Self.refusals.contains(error.errnoCode) {
            return Exchange(kind: .notReached)
        } catch let error as HTTPClientError
            where error == .deadlineExceeded || error == .readTimeout
        {
            return Exchange(kind: .broken(isTimeout: true))
        } catch {
            return Exchange(kind: .broken(isTimeout: false))
        }
    }

    private static let neverSent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
    ]

    /// The system's words for a line that never was.
    private static let refusals: [CInt] = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN]

    /// How long to wait before the next try, as the official client does: 408, 409, 429 (but not for a spent quota), 5xx and
    /// what did not arrive; the server's own word first. Nil for none.
    private func retryPause(_ outcome: Exchange, _ attempt: Int) -> Duration? {
        guard outcome.asksForRetry else { return nil }
        if let asked = outcome.retryAfter(now: Date()) {
            return asked <= .seconds(120) ? asked : nil
        }
        let base = min(0.5 * Double(1 << attempt), 8)
        return .seconds(base * (1 - 0.25 * configuration.jitter()))
    }
}

/// A secret that shows itself in one place only.
package struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    fileprivate let secret: String

    package init(_ secret: String) { self.secret = secret }

    package var description: String { "(a key)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// Where no key is sent to.
package enum ModelAddressFault: Error, Equatable, Sendable {
    /// Neither https nor this machine.
    case notSecure
    case noAddress
}

private func checkAddress(_ address: String) throws(ModelAddressFault) {
    guard let url = URL(string: address), let host = url.host, !host.isEmpty, url.user == nil else {
        throw .noAddress
    }
    let isLoopback = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    guard url.scheme == "https" || url.scheme == "http" && isLoopback else { throw .notSecure }
}
