import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Sends HTTP requests and waits for their answers on the caller's thread.
///
/// The connections are served by event loops, never by Swift's own pool of threads: a thread of
/// that pool may wait here, and there may be only one. Redirects are not followed. Thread-safe.
final class HTTPTransport: Sendable {
    private let client: HTTPClient
    private let idleSeconds: Int
    private let isInterrupted: @Sendable () -> Bool

    init(
        connectSeconds: Int64, idleSeconds: Int, isInterrupted: @escaping @Sendable () -> Bool
    ) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        // Time-outs of reading are kept here: a slow reader is no slow server.
        configuration.timeout = .init(connect: .seconds(connectSeconds))
        configuration.networkFrameworkWaitForConnectivity = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.idleSeconds = idleSeconds
        self.isInterrupted = isInterrupted
    }

    deinit { client.shutdown { _ in } }

    /// Sends a request, and waits for the head of the answer.
    ///
    /// - Parameter url: With its path and query as they are to be sent.
    /// - Throws: `ObjectFault.notReached`, `.timedOut`, `.cut`, `.interrupted`.
    func send(
        _ method: String, _ url: String, headers: [(name: String, value: String)],
        body: [UInt8] = []
    ) throws(ObjectFault) -> HTTPReply {
        let host = URLComponents(string: url)?.host ?? ""
        var fields = HTTPHeaders()
        for header in headers { fields.add(name: header.name, value: header.value) }
        let request: HTTPClient.Request
        do {
            let hasBody = !body.isEmpty || method == "PUT" || method == "POST"
            request = try HTTPClient.Request(
                url: url, method: HTTPMethod(rawValue: method), headers: fields,
                body: hasBody ? .bytes(body) : nil)
        } catch {
            throw .notReached(host: host, reason: "its address cannot be written as a URL")
        }
        let answer = IncomingAnswer()
        let task = client.execute(request: request, delegate: answer)
        let waiting = Waiting(
            answer: answer, host: host, idleSeconds: idleSeconds, isInterrupted: isInterrupted)
        let cancel: @Sendable () -> Void = { task.fail(reason: Cancelled()) }
        do throws(ObjectFault) {
            let head = try waiting.head()
            return HTTPReply(head, waiting, cancel)
        } catch {
            cancel()
            throw error
        }
    }
}

/// The caller has lost interest in an answer.
private struct Cancelled: Error {}

/// The answer to a request: its head, and its body as it comes. For one thread at a time. Where it
/// is released before its end, the connection is closed.
final class HTTPReply {
    let status: Int
    private let headers: HTTPHeaders
    private let waiting: Waiting
    private let cancel: @Sendable () -> Void
    private var isOver = false

    fileprivate init(
        _ head: HTTPResponseHead, _ waiting: Waiting, _ cancel: @escaping @Sendable () -> Void
    ) {
        status = Int(head.status.code)
        headers = head.headers
        self.waiting = waiting
        self.cancel = cancel
    }

    deinit { if !isOver { cancel() } }

    var host: String { waiting.host }

    /// The first value of a header.
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The next bytes of the body; nil at its end.
    ///
    /// - Throws: `ObjectFault.timedOut`, `.cut`, `.interrupted`.
    func next() throws(ObjectFault) -> [UInt8]? {
        guard !isOver else { return nil }
        let bytes = try waiting.bytes()
        if bytes == nil { isOver = true }
        return bytes
    }

    /// The rest of the body.
    ///
    /// - Throws: Also `ObjectFault.unreadableAnswer` where it is longer than the limit.
    func rest(limit: Int) throws(ObjectFault) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try next() {
            body += bytes
            guard body.count <= limit else { throw .unreadableAnswer(host: host) }
        }
        return body
    }
}

/// A thread that waits for an answer.
private struct Waiting: Sendable {
    let answer: IncomingAnswer
    let host: String
    let idleSeconds: Int
    let isInterrupted: @Sendable () -> Bool

    func head() throws(ObjectFault) -> HTTPResponseHead {
        try take { $0.takeHead() }
    }

    /// Nil at the end of the body.
    func bytes() throws(ObjectFault) -> [UInt8]? {
        try take { $0.takeBytes() }
    }

    /// Waits until there is something to take.
    private func take<Part>(_ part: (IncomingAnswer) -> IncomingAnswer.Taken<Part>)
        throws(ObjectFault) -> Part
    {
        let begin = ContinuousClock.now
        while true {
            switch part(answer) {
            case .part(let part): return part
            case .failed(let error): throw fault(error)
            case .notYet: break
            }
            guard !isInterrupted() else { throw .interrupted }
            guard ContinuousClock.now - begin < .seconds(idleSeconds) else {
                throw .timedOut(host: host, seconds: idleSeconds)
            }
            answer.wait(seconds: 0.2)
        }
    }

    private func fault(_ error: any Error) -> ObjectFault {
        if let error = error as? HTTPClientError {
            switch error {
            case .connectTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
                .tlsHandshakeTimeout:
                return .notReached(host: host, reason: "no connection in time")
            case .remoteConnectionClosed, .readTimeout, .writeTimeout: return .cut(host: host)
            default: return .notReached(host: host, reason: error.shortDescription)
            }
        }
        if answer.isBegun { return .cut(host: host) }
        if let error = error as? NIOConnectionError {
            if error.dnsAError != nil, error.connectionErrors.isEmpty {
                return .notReached(host: host, reason: "no such host")
            }
            let first = error.connectionErrors.first?.error as? IOError
            let reason = first.map { String(cString: strerror($0.errnoCode)) }
            return .notReached(host: host, reason: reason ?? "no connection")
        }
        if let error = error as? IOError {
            let reason = String(cString: strerror(error.errnoCode))
            return error.errnoCode == ECONNREFUSED
                ? .notReached(host: host, reason: reason) : .cut(host: host)
        }
        if error is HTTPParserError { return .unreadableAnswer(host: host) }
        // Of the handshake: its certificate is not trusted, or it speaks no TLS.
        return .notReached(host: host, reason: "no secure connection (\(type(of: error)))")
    }
}

/// What came of an answer and was not taken yet: at most `limit` bytes beyond one part, as the
/// connection is not read meanwhile. Thread-safe.
private final class IncomingAnswer: HTTPClientResponseDelegate {
    enum Taken<Part> {
        case part(Part)
        case failed(any Error)
        case notYet
    }
    private struct State {
        var head: HTTPResponseHead?
        var isBegun = false
        var parts: [ByteBuffer] = []
        var count = 0
        var isOver = false
        var error: (any Error)?
        /// Lets the connection be read on.
        var demand: EventLoopPromise<Void>?
    }
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private static let limit = 1 << 20

    func wait(seconds: Double) { _ = signal.wait(timeout: .now() + seconds) }

    /// Whether anything came.
    var isBegun: Bool { state.withLock { $0.isBegun } }

    func takeHead() -> Taken<HTTPResponseHead> {
        state.withLock { state in
            if let head = state.head { return .part(head) }
            return state.error.map { .failed($0) } ?? .notYet
        }
    }

    /// All bytes that are here.
    func takeBytes() -> Taken<[UInt8]?> {
        let (taken, demand) = state.withLock {
            state -> (Taken<[UInt8]?>, EventLoopPromise<Void>?) in
            guard state.count == 0 else {
                var bytes: [UInt8] = []
                bytes.reserveCapacity(state.count)
                for part in state.parts { bytes += part.readableBytesView }
                state.parts = []
                state.count = 0
                defer { state.demand = nil }
                return (.part(bytes), state.demand)
            }
            if let error = state.error { return (.failed(error), nil) }
            return (state.isOver ? .part(nil) : .notYet, nil)
        }
        demand?.succeed(())
        return taken
    }

    func didReceiveHead(
        task: HTTPClient.Task<Void>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock {
            $0.head = head
            $0.isBegun = true
        }
        signal.signal()
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<Void>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let future = state.withLock { state -> EventLoopFuture<Void>? in
            state.parts.append(buffer)
            state.count += buffer.readableBytes
            guard state.count > Self.limit else { return nil }
            let promise = task.eventLoop.makePromise(of: Void.self)
            state.demand = promise
            return promise.futureResult
        }
        signal.signal()
        return future ?? task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        let demand = state.withLock { state in
            state.error = error
            defer { state.demand = nil }
            return state.demand
        }
        // A promise must be kept, even where nobody reads on.
        demand?.succeed(())
        signal.signal()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {
        state.withLock { $0.isOver = true }
        signal.signal()
    }
}
