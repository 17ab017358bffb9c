import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers as a test decides, through a real socket.
final class ScriptedStorage: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var method: String
        /// Path and query, as sent.
        var uri: String
        /// By lower-case name.
        var headers: [String: String]
        var body: [UInt8]

        var path: String { String(uri.prefix { $0 != "?" }) }

        /// The values of the query, decoded.
        var query: [String: String] {
            let parts = uri.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
            var query: [String: String] = [:]
            for part in parts.split(separator: "&") {
                let sides = part.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = sides.count > 1 ? String(sides[1]) : ""
                query[String(sides[0])] = value.removingPercentEncoding ?? value
            }
            return query
        }
    }

    /// What the server does with a request.
    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// Announces a body, sends its beginning and closes the connection.
        case cut(Int, headers: [String: String], length: Int, body: [UInt8])
        /// The same, and keeps the connection open.
        case stall(Int, headers: [String: String], length: Int, body: [UInt8])
        case silence
        case hangUp
        case raw([UInt8])
    }

    let url: String
    private let channel: any Channel
    private let received: Received

    /// - Parameter answer: Called with each request and the number of requests before it.
    init(_ answer: @escaping @Sendable (Request, Int) -> Reply) throws {
        let received = Received()
        channel = try ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(received, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
        self.received = received
    }

    deinit { channel.close(promise: nil) }

    var requests: [Request] { received.requests.withLock { $0 } }

    private final class Received: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let received: Received
        private let answer: @Sendable (Request, Int) -> Reply
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ received: Received, _ answer: @escaping @Sendable (Request, Int) -> Reply) {
            self.received = received
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer): body += Array(buffer.readableBytesView)
            case .end: reply(context)
            }
        }

        private func reply(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let named = head.headers.map { ($0.name.lowercased(), $0.value) }
            let request = Request(
                method: head.method.rawValue, uri: head.uri,
                headers: Dictionary(named) { first, _ in first }, body: body)
            let before = received.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            switch answer(request, before) {
            case .answer(let status, let headers, let body):
                begin(context, status, fields(headers, body.count), body)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cut(let status, let headers, let length, let body):
                begin(context, status, fields(headers, length), body)
                context.flush()
                context.close(promise: nil)
            case .stall(let status, let headers, let length, let body):
                begin(context, status, fields(headers, length), body)
                context.flush()
            case .silence: break
            case .hangUp: context.close(promise: nil)
            case .raw(let bytes): sendUnchanged(bytes, context)
            }
        }

        private func fields(_ headers: [String: String], _ length: Int) -> HTTPHeaders {
            var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
            if !fields.contains(name: "content-length") {
                fields.add(name: "content-length", value: "\(length)")
            }
            return fields
        }

        private func begin(
            _ context: ChannelHandlerContext, _ status: Int, _ fields: HTTPHeaders, _ body: [UInt8]
        ) {
            let response = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
            context.write(wrapOutboundOut(.head(response)), promise: nil)
            guard head?.method != .HEAD else { return }
            let buffer = IOData.byteBuffer(ByteBuffer(bytes: body))
            context.write(wrapOutboundOut(.body(buffer)), promise: nil)
        }

        /// Goes around the encoder.
        private func sendUnchanged(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            let encoder = try? context.pipeline.syncOperations.context(
                handlerType: HTTPResponseEncoder.self)
            let data = NIOAny(IOData.byteBuffer(ByteBuffer(bytes: bytes)))
            encoder?.writeAndFlush(data, promise: nil)
            context.close(promise: nil)
        }
    }
}
