import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Enforces deadlines, limits and refusals of one connection, between the HTTP parser and the
/// service. Runs on the connection's event loop.
///
/// 1. A head, a body, an answer and an idle pause each have a deadline (`ServiceLimits`), checked
///    once a second; when it passes, the connection is closed.
/// 2. Requests that the parser rejects, and heads that HTTP/1.1 forbids, are answered with a
///    problem, counted and logged.
/// 3. The connection is closed after an answer to HTTP/1.0, to `Connection: close`, or to a request
///    whose body was not read completely; the answer carries `Connection: close`.
/// 4. A client that sent `Expect: 100-continue` gets `100 Continue` when the service reads the
///    body.
/// 5. When the client closes its side, `ClientConnection.hasLeft` becomes true.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: ServiceLimits
    private let table: ConnectionTable
    private let connection: ClientConnection
    private let recorder: RefusalRecorder

    /// The head of a request was read but not yet its end.
    private var isReadingBody = false
    /// Requests passed to the service whose answers are not complete.
    private var unanswered = 0
    private var closesAfterAnswer = false
    /// The last answer was written; further input is discarded.
    private var isOver = false
    private var wantsContinue = false
    /// A refusal that is sent once the preceding requests are answered.
    private var refusal: Problem?
    private var due: NIODeadline = .distantFuture
    private var dueAtShutdown: NIODeadline = .distantFuture
    private var ticking: RepeatedTask?

    init(
        _ limits: ServiceLimits, table: ConnectionTable, connection: ClientConnection,
        recorder: RefusalRecorder
    ) {
        self.limits = limits
        self.table = table
        self.connection = connection
        self.recorder = recorder
    }

    // MARK: Deadlines

    func handlerAdded(context: ChannelHandlerContext) {
        wait(limits.headSeconds, context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ticking = context.eventLoop.scheduleRepeatedTask(
            initialDelay: .seconds(1), delay: .seconds(1)
        ) { _ in
            let (handler, context) = bound.value
            handler.tick(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        ticking?.cancel()
        ticking = nil
        connection.leave()
        table.leave(connection.channel)
    }

    private func tick(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        guard now >= min(due, dueAtShutdown) else { return }
        context.close(promise: nil)
    }

    private func wait(_ seconds: Int64, _ context: ChannelHandlerContext) {
        due = context.eventLoop.now + .seconds(seconds)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, refusal == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, data, context)
        case .body: context.fireChannelRead(data)
        case .end:
            isReadingBody = false
            wantsContinue = false
            wait(limits.requestSeconds, context)
            table.mark(connection.channel, waitsSince: nil)
            context.fireChannelRead(data)
        }
    }

    private func begin(
        _ head: HTTPRequestHead, _ data: NIOAny, _ context: ChannelHandlerContext
    ) {
        if let problem = problem(with: head) { return refuse(problem, context) }
        isReadingBody = true
        unanswered += 1
        closesAfterAnswer = closesAfterAnswer || !head.isKeepAlive
        wantsContinue =
            head.isOfToday
            && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        wait(limits.bodySeconds, context)
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            connection.leave()
            // Either no request is open, or the rest of a body will never arrive.
            if isOver || (unanswered == 0 && refusal == nil) { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            closesAfterAnswer = true
            dueAtShutdown = context.eventLoop.now + .seconds(limits.shutdownSeconds)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        // The service is reading this body: pass the error to it, and it answers.
        if isReadingBody, unanswered > 0, !isOver {
            closesAfterAnswer = true
            context.fireErrorCaught(error)
            return
        }
        guard !isOver, refusal == nil, !connection.hasLeft else { return }
        refuse(Problem(refusing: error), context)
    }

    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        refusal = problem
        if unanswered == 0 { writeRefusal(context) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext) {
        guard let problem = refusal else { return }
        let answer = recorder.answer(problem, to: connection)
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        close(context, hasUnreadInput: true)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if isReadingBody { closesAfterAnswer = true }
            if closesAfterAnswer {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            wait(limits.requestSeconds, context)
            // A client that does not read its answer also counts as waiting.
            table.mark(connection.channel, waitsSince: context.eventLoop.now)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            let closes =
                unanswered == 0
                && (closesAfterAnswer || refusal != nil || connection.hasLeft)
            guard closes else {
                wait(limits.idleSeconds, context)
                return context.write(data, promise: promise)
            }
            context.writeAndFlush(data, promise: promise)
            if refusal == nil {
                close(context, hasUnreadInput: isReadingBody)
            } else {
                writeRefusal(context)
            }
        }
    }

    /// Closes the connection after the last answer. When unread input is still arriving, a full
    /// close could reset the connection before the client has read the answer. In that case only
    /// the output side is closed, until the client closes its side or `lingerSeconds` pass.
    private func close(_ context: ChannelHandlerContext, hasUnreadInput: Bool) {
        isOver = true
        wait(limits.lingerSeconds, context)
        guard hasUnreadInput, !connection.hasLeft else { return context.close(promise: nil) }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.close(mode: .output).whenFailure { _ in bound.value.close(promise: nil) }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is BodyWanted else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        guard wantsContinue, isReadingBody, !isOver else { return }
        wantsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
}

/// Why HTTP/1.1 forbids a head that could be parsed; nil for a valid head.
private func problem(with head: HTTPRequestHead) -> Problem? {
    let hosts = head.headers[canonicalForm: "host"]
    guard hosts.count < 2 else { return Problem(.badRequest, "Host: more than one") }
    guard !head.isOfToday || hosts.count == 1 else {
        return Problem(.badRequest, "Host: is missing")
    }
    let codings = head.headers[canonicalForm: "transfer-encoding"]
    guard codings.isEmpty || codings.map({ $0.lowercased() }) == ["chunked"] else {
        return Problem(.badRequest, "Transfer-Encoding: is none but chunked")
    }
    guard codings.isEmpty || !head.headers.contains(name: "content-length") else {
        return Problem(.badRequest, "Content-Length: not beside Transfer-Encoding")
    }
    guard (try? HTTPRequest.Method(head.method)) != nil else {
        return Problem(.badRequest, "the method is none")
    }
    return nil
}

extension HTTPRequestHead {
    /// HTTP/1.1 or later.
    fileprivate var isOfToday: Bool { (version.major, version.minor) >= (1, 1) }
}
