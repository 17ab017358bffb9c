package import AfterwordCore
package import AfterwordPipeline
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A model behind OpenAI's chat completions API, or behind a compatible one.
///
/// The prompt was masked before it arrives here (`Mask`). The API key is sent in one header and
/// nowhere else, and by plain http to this machine only. Redirects are not followed. Retries follow
/// the rules of the official client. An attempt with an unknown outcome counts as paid for.
/// Thread-safe.
package final class OpenAIModel: LanguageModel {
    /// Settings of the model, with their defaults.
    package struct Configuration: Sendable {
        package var key: APIKey
        package var baseURL: String
        package var facts: ModelFacts
        package var tier = ServiceTier.standard
        /// Hosts other than this machine that may be called without encryption, in lower case, if
        /// the model is of a compatible server; they get no key.
        package var plainHosts: Set<String> = []
        /// Timeout of the connection, in seconds.
        package var connectSeconds: Int64 = 5
        /// Timeout of the whole answer, in seconds. The answer arrives only after the model has
        /// finished.
        package var answerSeconds: Int64 = 180
        /// Timeout, in seconds, between two parts of an answer that has begun.
        package var idleSeconds: Int64 = 60
        /// Attempts after the first one.
        package var retries = 2
        /// Attempts after one that the cheap tier had no room for (429), beside `retries`: for a
        /// quarter of an hour. They cost nothing.
        package var busyRetries = 16
        /// Greatest size of an answer, in bytes.
        package var answerBytes = 4 << 20
        /// Where responses come from.
        package var source = ResponseSource.network
        package var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
        /// A random number from 0 to below 1, which shortens a pause by up to a quarter, so that
        /// many clients do not retry at the same moment.
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }
        /// Called after each attempt that gave no answer.
        package var onFailedTry: @Sendable (FailedTry) -> Void = { _ in }

        /// - Parameter key: An empty one is not sent.
        package init(key: APIKey, baseURL: String, facts: ModelFacts) {
            self.key = key
            self.baseURL = baseURL
            self.facts = facts
        }
    }

    /// Where the responses of attempts come from.
    package enum ResponseSource: Sendable {
        case network
        /// The network; every attempt is written.
        case recorded(Recorder)
        /// Recordings: nothing is sent, and nothing costs anything.
        case replayed(Tape)
    }

    /// An attempt that gave no answer, and the pause before the next one.
    package struct FailedTry: Sendable {
        /// Counted from 1.
        package var number: Int
        package var of: Int
        /// In words. Of the server's response, only its status code.
        package var reason: String
        /// Pause before the next attempt; nil after the last one.
        package var pause: Duration?
        package var ids: RequestIDs
        /// Whether the cheap tier had no room. `number` and `of` count the waits for room then.
        package var isForRoom = false
    }

    package static let defaultURL = "https://api.openai.com/v1"
    package static let defaultModel = "gpt-6-luna"

    package let name: String
    package let place: String?
    package let facts: ModelFacts?
    package let tries: Int
    package let terms: PriceTerms
    let configuration: Configuration
    /// Whether nobody between can read a key.
    private let isPrivate: Bool
    private let client: HTTPClient

    /// - Throws: `ModelAddressFault` where the address is neither https, nor on this machine, nor
    ///   that of a compatible server on a host of `plainHosts`; `ModelServerFault` where the model
    ///   is free or another maker's, and the server cannot be.
    package init(_ configuration: Configuration) throws {
        let address = try ModelAddress(configuration.baseURL)
        isPrivate = address.isEncrypted || address.isNear([])
        let hosts = configuration.facts.provider == .compatible ? configuration.plainHosts : []
        guard isPrivate || address.isNear(hosts) else { throw ModelAddressFault.notSecure }
        let isReplayed = if case .replayed = configuration.source { true } else { false }
        if !isReplayed { try address.check(configuration.facts, configuration.plainHosts) }
        self.configuration = configuration
        name = configuration.facts.name
        place = isReplayed ? ModelIdentity.recordings : address.place
        facts = isReplayed || !configuration.facts.isPaid ? nil : configuration.facts
        tries = configuration.retries + 1
        terms = PriceTerms(tier: configuration.tier, isRegional: address.isRegional)
        var http = HTTPClient.Configuration()
        http.redirectConfiguration = .disallow
        http.timeout = .init(
            connect: .seconds(configuration.connectSeconds),
            read: .seconds(configuration.answerSeconds))
        // The client must not retry a connection by itself, so that each failure is reported.
        http.connectionPool.retryConnectionEstablishment = false
        // One connection for each concurrent request, so that no request waits while its timeout
        // runs.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        http.http1_1ConnectionDebugInitializer = HeadlessAnswerGuard.add
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Closes the connections. No request may follow.
    package func shutDown() async { try? await client.shutdown() }

    package func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        let body = body(of: request)
        // One id per question, one number per attempt: both can be found in the provider's logs.
        let question = UUID().uuidString.lowercased()
        var (unknown, attempt, busy) = (0, 0, 0)
        var ids = RequestIDs()
        while true {
            let own = "afterword-\(question)-\(attempt + busy + 1)"
            guard let outcome = await exchange(body, own) else {
                throw Self.notRecorded(after: unknown, ids)
            }
            if case .broken = outcome.kind { unknown += 1 }
            ids = RequestIDs(server: outcome.requestID, own: own)
            var wait = Task.isCancelled ? nil : busyPause(outcome, busy)
            let isBusy = wait != nil
            if !isBusy, attempt < configuration.retries, !Task.isCancelled {
                wait = retryPause(outcome, attempt)
            }
            if let reason = outcome.failureReason(configuration) {
                configuration.onFailedTry(
                    FailedTry(
                        number: isBusy ? busy + 1 : attempt + 1,
                        of: isBusy ? configuration.busyRetries : tries, reason: reason,
                        pause: wait, ids: ids, isForRoom: isBusy))
            }
            guard let wait else { return try finish(outcome, unknown, ids) }
            if isBusy { busy += 1 } else { attempt += 1 }
            await configuration.pause(wait)
        }
    }

    /// The failure of a question whose next attempt was not made: those before it may have been
    /// paid for.
    private static func notRecorded(after unknown: Int, _ ids: RequestIDs) -> ModelFailure {
        var failure = ModelFailure(.badRequest("not_recorded"), unknownTries: unknown)
        failure.requestIDs = ids
        return failure
    }

    /// Turns the result of the last attempt into a reply or a failure, with the number of attempts
    /// that may have been paid for.
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

    func body(of request: ModelRequest) -> [UInt8] {
        Array(chatBody(request, configuration.facts, configuration.tier).canonical.utf8)
    }

    /// Nil where a replay has no recording of the request, or a recorder cannot write.
    private func exchange(_ body: [UInt8], _ id: String) async -> Exchange? {
        switch configuration.source {
        case .network: return await send(body, id)
        case .replayed(let tape): return tape.next(body)?.without(configuration.key)
        case .recorded(let recorder):
            guard let number = recorder.begin() else { return nil }
            let outcome = await received(ServerCall(asking: body), id)
            recorder.keep(Recording(number, body, outcome, key: configuration.key))
            return outcome.without(configuration.key)
        }
    }

    /// Sends one request. The key is in nothing of the answer, whatever the server sends.
    func send(_ call: ServerCall, _ id: String) async -> Exchange {
        await received(call, id).without(configuration.key)
    }

    /// What the server sends, as it came.
    private func received(_ call: ServerCall, _ id: String) async -> Exchange {
        do {
            let response = try await client.execute(
                httpRequest(call, id), timeout: .seconds(configuration.answerSeconds))
            let headers = Dictionary(
                response.headers.map { ($0.name.lowercased(), $0.value) }
            ) { first, _ in first }
            do {
                return Exchange(
                    kind: .answered(Int(response.status.code)), headers: headers,
                    body: try await collectBody(
                        response.body, upTo: call.answerBytes ?? configuration.answerBytes,
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

    private func httpRequest(_ call: ServerCall, _ id: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.baseURL + call.path)
        request.method = HTTPMethod(rawValue: call.method)
        if isPrivate, !configuration.key.secret.isEmpty {
            request.headers.add(
                name: "Authorization", value: "Bearer \(configuration.key.secret)")
        }
        request.headers.add(name: "Content-Type", value: call.contentType)
        request.headers.add(name: "User-Agent", value: "afterword")
        request.headers.add(name: "X-Client-Request-Id", value: id)
        request.body = call.body.map { .bytes(ByteBuffer(bytes: $0)) }
        return request
    }

    private static let neverSent: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
    ]

    /// System errors of connections that were never made.
    private static let refusals: [CInt] = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN]

    /// The pause before the next attempt; nil for no further attempt. As in the official client, an
    /// attempt is repeated after 408, 409, 429 (unless the credit is exhausted), 5xx and a lost
    /// connection. A pause requested by the server takes precedence.
    ///
    /// - Parameters:
    ///   - first: The program's own first pause in seconds, doubled from attempt to attempt.
    ///   - most: Its longest.
    func retryPause(
        _ outcome: Exchange, _ attempt: Int, first: Double = 0.5, most: Double = 8
    ) -> Duration? {
        guard outcome.asksForRetry else { return nil }
        switch outcome.retryAfter(now: Date()) {
        case .seconds(let seconds): return .seconds(seconds)
        case .tooLong: return nil
        case .ownPause:
            let base = min(first * Double(1 << min(attempt, 10)), most)
            return .seconds(base * (1 - 0.25 * configuration.jitter()))
        }
    }

    /// The pause before the next attempt where the cheap tier has no room; nil where that is not
    /// so, or was so too often. Such an attempt costs nothing.
    private func busyPause(_ outcome: Exchange, _ times: Int) -> Duration? {
        guard configuration.tier == .flex, outcome.kind == .answered(429),
            times < configuration.busyRetries
        else { return nil }
        return retryPause(outcome, times, first: 5, most: 60)
    }
}

extension Exchange {
    /// Why an attempt gave no answer; nil where it did.
    func failureReason(_ limits: OpenAIModel.Configuration) -> String? {
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

/// An answer that began and then stopped.
private struct StalledAnswer: Error {}

/// The time of the last byte, shared by the task that reads an answer and the one that watches it.
/// Thread-safe.
private final class LastByte: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var at: ContinuousClock.Instant { instant.withLock { $0 } }
    func mark() { instant.withLock { $0 = .now } }
}

/// Reads an answer's body.
///
/// - Throws: `NIOTooManyBytesError` beyond `limit` bytes, `StalledAnswer` where no bytes arrive for
///   `idle`.
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
