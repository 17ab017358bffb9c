import NIOCore
import NIOHTTP1
import NIOPosix

/// A client's connection: collects requests, sends answers, and does what a fault orders.
final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let api: FakeOpenAI
    private let worker: NIOThreadPool
    private var head: HTTPRequestHead?
    private var path = ""
    private var body: [UInt8] = []
    /// Where the body goes instead of memory.
    private var spool: WireRequest.Spool?
    private var isTooLarge = false

    init(_ api: FakeOpenAI, _ worker: NIOThreadPool) {
        self.api = api
        self.worker = worker
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let buffer): collect(buffer, context)
        case .end: answer(context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        dropSpool()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        body = []
        isTooLarge = false
        path = String(head.uri.prefix { $0 != "?" })
        if FakeOpenAI.spools(head.method.rawValue, path) {
            let number = UInt64.random(in: 0...UInt64.max)
            spool = WireRequest.Spool(name: "upload-\(number).spool", count: 0)
        }
        if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let proceed = HTTPResponseHead(version: head.version, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(proceed)), promise: nil)
        }
    }

    private func collect(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isTooLarge else { return }
        let count = (spool?.count ?? body.count) + buffer.readableBytes
        guard count <= FakeOpenAI.bodyLimit(path) else {
            isTooLarge = true
            body = []
            return dropSpool()
        }
        guard let name = spool?.name else {
            body += buffer.readableBytesView
            return
        }
        spool?.count = count
        do throws(ShelfFault) {
            try api.spool(Array(buffer.readableBytesView), to: name)
        } catch {
            context.close(promise: nil)
        }
    }

    private func dropSpool() {
        guard let name = spool?.name else { return }
        api.dropSpool(name)
        spool = nil
    }

    private func answer(_ channel: any Channel) {
        guard let head else { return }
        var headers: [String: String] = [:]
        for header in head.headers { headers[header.name.lowercased()] = header.value }
        var request = WireRequest(head.method.rawValue, head.uri, headers: headers, body: body)
        request.spool = spool
        body = []
        spool = nil
        send(
            request,
            AnswerSender(
                channel, api, worker, version: head.version, keepsAlive: head.isKeepAlive), channel)
    }

    private func send(_ request: WireRequest, _ sender: AnswerSender, _ channel: any Channel) {
        let (api, isTooLarge) = (api, isTooLarge)
        guard FakeOpenAI.mayWait(request.path), !isTooLarge else {
            return sender.send(isTooLarge ? api.tooLarge(request) : api.answer(request))
        }
        worker.runIfActive(eventLoop: channel.eventLoop) {
            let answer = api.answer(request)
            if let spool = request.spool { api.dropSpool(spool.name) }
            return answer
        }.whenComplete { result in
            switch result {
            case .success(let answer): sender.send(answer)
            case .failure: channel.close(promise: nil)
            }
        }
    }
}

/// Sends one answer on a connection.
private struct AnswerSender: Sendable {
    private static let part = 1 << 18

    private let channel: any Channel
    private let api: FakeOpenAI
    private let worker: NIOThreadPool
    private let version: HTTPVersion
    private let keepsAlive: Bool

    init(
        _ channel: any Channel, _ api: FakeOpenAI, _ worker: NIOThreadPool, version: HTTPVersion,
        keepsAlive: Bool
    ) {
        self.channel = channel
        self.api = api
        self.worker = worker
        self.version = version
        self.keepsAlive = keepsAlive
    }

    func send(_ answer: WireAnswer) {
        guard answer.delay > 0 else { return sendNow(answer) }
        channel.eventLoop.scheduleTask(in: Self.nanoseconds(answer.delay)) { self.sendNow(answer) }
    }

    private static func nanoseconds(_ seconds: Double) -> TimeAmount {
        .nanoseconds(Int64(seconds * 1e9))
    }

    private func sendNow(_ answer: WireAnswer) {
        if answer.fault == .disconnect { return channel.close(promise: nil) }
        switch answer.body {
        case .whole(let bytes):
            writeHead(answer, length: bytes.count)
            sendParts(count: bytes.count, answer.fault) { range in
                write(ByteBuffer(bytes: bytes[range]))
            }
        case .events(let events):
            writeHead(answer, length: nil)
            sendParts(count: events.count, answer.fault) { range in
                var buffer = ByteBuffer()
                for event in events[range] { buffer.writeBytes(event) }
                write(buffer)
            }
        case .stored(let name, let count):
            writeHead(answer, length: count)
            sendStored(name, from: 0, of: count)
        }
    }

    private func writeHead(_ answer: WireAnswer, length: Int?) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(answer.headers.count + 2)
        for header in answer.headers { headers.add(name: header.name, value: header.value) }
        if let length { headers.add(name: "content-length", value: String(length)) }
        if !keepsAlive { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(
            version: version, status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
    }

    private func write(_ buffer: ByteBuffer) {
        guard buffer.readableBytes > 0 else { return }
        channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
    }

    /// Sends all parts, or those that a fault lets through.
    private func sendParts(
        count: Int, _ fault: WireFault?, _ write: @escaping @Sendable (Range<Int>) -> Void
    ) {
        switch fault {
        case .cut(let after):
            write(0..<min(after, count))
            channel.flush()
            // The bytes leave before the connection ends.
            channel.eventLoop.scheduleTask(in: .milliseconds(20)) {
                self.channel.close(promise: nil)
            }
        case .stall(let after, let seconds):
            let first = min(after, count)
            write(0..<first)
            channel.flush()
            channel.eventLoop.scheduleTask(in: Self.nanoseconds(seconds)) {
                write(first..<count)
                self.end()
            }
        case nil, .disconnect:
            write(0..<count)
            end()
        }
    }

    private func end() {
        let channel = channel
        let sent = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if !keepsAlive { sent.whenComplete { _ in channel.close(promise: nil) } }
    }

    /// Sends a file in parts; the next is read after the one before has left.
    private func sendStored(_ name: String, from offset: Int, of count: Int) {
        guard offset < count else { return end() }
        let (api, channel) = (api, channel)
        worker.runIfActive(eventLoop: channel.eventLoop) {
            try api.stored(name, from: offset, count: min(Self.part, count - offset))
        }.flatMap { bytes in
            let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
            return channel.writeAndFlush(part).map { bytes.count }
        }.whenComplete { result in
            guard case .success(let sent) = result, sent > 0 else {
                return channel.close(promise: nil)
            }
            self.sendStored(name, from: offset + sent, of: count)
        }
    }
}
