package import AfterwordCore
package import AfterwordPipeline
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A model of OpenAI's, or of anything that speaks its chat completions.
///
/// What is sent was masked before (`Mask`); the key goes into one header and nowhere else.
/// Redirects are not followed. Asks again as the official client does; a try whose end is not known
/// is counted as paid for.
package final class OpenAIModel: LanguageModel {
    package struct Configuration: Sendable {
        package var key: APIKey
        package var baseURL: String
        package var facts: ModelFacts
        package var tier = ServiceTier.standard
        /// Seconds until a connection is there.
        package var connectSeconds: Int64 = 5
        /// Seconds until the whole answer is there. Nothing of it comes before the model has done
        /// its work.
        package var answerSeconds: Int64 = 180
        /// Seconds without a byte after which an answer that began is given up.
        package var idleSeconds: Int64 = 60
        /// Tries after the first.
        package var retries = 2
        /// The largest answer that is read.
        package var answerBytes = 4 << 20
        package var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
        /// Between 0 and 1; shortens a pause by up to a quarter, so that many clients do not come
        /// back together.
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }
        /// Is told of each try that gave no answer.
        package var onFailedTry: @Sendable (FailedTry) -> Void = { _ in }

        package init(key: APIKey, baseURL: String, facts: ModelFacts) {
            self.key = key
            self.baseURL = baseURL
            self.facts = facts
        }
    }

    /// A try that gave no answer, and what follows.
    package struct FailedTry: Sendable {
        /// Counted from 1.
        package var number: Int
        package var of: Int
        /// In words, with nothing of the server's but numbers.
        package var reason: String
        /// How long until the next one; nil where there is none.
        package var pause: Duration?
        package var ids: RequestIDs
    }

    package static let defaultURL = "https://api.openai.com/v1"
    package static let defaultModel = "gpt-6-luna"

    package let name: String
    package let facts: ModelFacts?
    package let tries: Int
    package let terms: PriceTerms
    private let configuration: Configuration
    private let client: HTTPClient

    /// - Throws: `ModelAddressFault` where the address is not https and not this machine.
    package init(_ configuration: Configuration) throws {
        try checkAddress(configuration.baseURL)
        self.configuration = configuration
        name = configuration.facts.name
        facts = configuration.facts
        tries = configuration.retries + 1
        terms = PriceTerms(
            tier: configuration.tier, isRegional: isRegional(configuration.baseURL))
        var http = HTTPClient.Configuration()
        http.redirectConfiguration = .disallow
        http.timeout = .init(
            connect: .seconds(configuration.connectSeconds),
            read: .seconds(configuration.answerSeconds))
        // A broken connection is told of, not tried again behind our back.
        http.connectionPool.retryConnectionEstablishment = false
        // As many as are asked at once: none waits for a line while its time runs.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        http.http1_1ConnectionDebugInitializer = HeadlessAnswerGuard.add
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Ends its connections; nothing is asked after it.
    package func shutDown() async { try? await client.shutdown() }

    package func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        let body = Array(
            chatBody(request, configuration.facts, configuration.tier).canonical.utf8)
        // One name a question, one number a try: both can be found again at the maker's.
        let question = UUID().uuidString.lowercased()
        var unknown = 0
        var attempt = 0
        while true {
            let own = "afterword-\(question)-\(attempt + 1)"
            let outcome = await exchange(body, own)
            if case .broken = outcome.kind { unknown += 1 }
            let ids = RequestIDs(server: outcome.requestID, own: own)
            var wait: Duration?
            if attempt < configuration.retries, !Task.isCancelled {
                wait = retryPause(outcome, attempt)
            }
            if let reason = outcome.failureReason(configuration) {
                configuration.onFailedTry(
                    FailedTry(
                        number: attempt + 1, of: configuration.retries + 1, reason: reason,
                        pause: wait, ids: ids))
            }
            guard let wait else { return try finish(outcome, unknown, ids) }
            attempt += 1
            await configuration.pause(wait)
        }
    }

    /// The outcome of the last try as an answer or a failure, with the tries that may have been
    /// paid for.
    private func finish(
        _ outcome: Exchange, _ unknown: Int, _ ids: RequestIDs
    ) throws(ModelFailure) -> ModelReply {
        do throws(ModelFailure) {
            var reply = try readChat(outcome)
            reply.unknownTries += unknown
            reply.requestIDs = ids
            return reply
        } catch {
            var failure = error
            failure.unknownTries += unknown
            failure.requestIDs = ids
            throw failure
        }
    }

    // MARK: One try

    private func exchange(_ body: [UInt8], _ id: String) async -> Exchange {
        do {
            let response = try await client.execute(
                httpRequest(body, id), timeout: .seconds(configuration.answerSeconds))
            let headers = Dictionary(
                response.headers.map { ($0.name.lowercased(), $0.value) }
            ) { first, _ in first }
            do {
                return Exchange(
                    kind: .answered(Int(response.status.code)), headers: headers,
                    body: try await collectBody(
                        response.body, upTo: configuration.answerBytes,
                        idle: .seconds(configuration.idleSeconds)))
            } catch is NIOTooManyBytesError {
                return Exchange(kind: .tooLarge, headers: headers)
            } catch is StalledAnswer {
                return Exchange(kind: .broken(.stalled), headers: headers)
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
            return Exchange(kind: .broken(.timedOut))
        } catch {
            return Exchange(kind: .broken(.lost))
        }
    }

    private func httpRequest(_ body: [UInt8], _ id: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.baseURL + "/chat/completions")
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(configuration.key.secret)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "afterword")
        request.headers.add(name: "X-Client-Request-Id", value: id)
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    private static let neverSent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
    ]

    /// The system's words for a line that never was.
    private static let refusals: [CInt] = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN]

    /// How long to wait before the next try, as the official client does: 408, 409, 429 (but not
    /// where no money is left), 5xx and what did not arrive; the server's own word first. Nil for
    /// none.
    private func retryPause(_ outcome: Exchange, _ attempt: Int) -> Duration? {
        guard outcome.asksForRetry else { return nil }
        switch outcome.retryAfter(now: Date()) {
        case .seconds(let seconds): return .seconds(seconds)
        case .tooLong: return nil
        case .ownPause:
            let base = min(0.5 * Double(1 << min(attempt, 10)), 8)
            return .seconds(base * (1 - 0.25 * configuration.jitter()))
        }
    }
}

extension Exchange {
    /// Why it is no answer; nil where it is one.
    fileprivate func failureReason(_ limits: OpenAIModel.Configuration) -> String? {
        switch kind {
        case .answered(200): nil
        case .answered(let status): "HTTP \(status)"
        case .tooLarge: "the answer is larger than \(limits.answerBytes) bytes"
        case .notReached: "no connection"
        case .broken(.timedOut): "no answer within \(limits.answerSeconds) s"
        case .broken(.stalled): "the answer stopped for \(limits.idleSeconds) s"
        case .broken(.lost): "the connection broke"
        }
    }
}

/// An answer that began and then stood still.
private struct StalledAnswer: Error {}

/// When the last byte came; shared by the two tasks that read an answer and watch it.
private final class LastByte: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var at: ContinuousClock.Instant { instant.withLock { $0 } }
    func mark() { instant.withLock { $0 = .now } }
}

/// Reads an answer as it comes. It ends by itself: at so many bytes, or when none came for so long.
private func collectBody(
    _ body: HTTPClientResponse.Body, upTo limit: Int, idle: Duration
) async throws -> [UInt8] {
    let lastByte = LastByte()
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
        group.addTask {
            var bytes: [UInt8] = []
            for try await part in body {
                lastByte.mark()
                guard bytes.count + part.readableBytes <= limit else {
                    throw NIOTooManyBytesError(maxBytes: limit)
                }
                bytes += part.readableBytesView
            }
            return bytes
        }
        group.addTask {
            while true {
                let due = lastByte.at.advanced(by: idle)
                if due <= .now { throw StalledAnswer() }
                try await Task.sleep(until: due)
            }
        }
        defer { group.cancelAll() }
        while let bytes = try await group.next() {
            if let bytes { return bytes }
        }
        return []
    }
}

/// Hosts of a region, which cost more for newer models.
private func isRegional(_ address: String) -> Bool {
    let host = URL(string: address)?.host?.lowercased() ?? ""
    return ["eu", "us", "au", "in", "jp"].contains { host == "\($0).api.openai.com" }
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
