import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on this machine that answers as a test decides, through a real socket.
package final class ScriptedServer: Sendable {
    /// A request that the server received.
    package struct Request: Sendable {
        package var method: String
        package var uri: String
        /// By lower-case name.
        package var headers: [String: String]
        package var bytes: [UInt8]
        package var at: ContinuousClock.Instant

        package var body: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// What the server does with a request.
    package enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: String)
        /// Sends nothing and keeps the connection open.
        case silence
        /// Closes the connection without a response.
        case hangUp
        /// Announces 100,000 bytes, sends only this beginning, and keeps the connection open.
        case stall(String)
        /// Sends these bytes unchanged and closes the connection.
        case raw([UInt8])
    }

    package let url: String
    private let channel: any Channel
    private let log: RequestLog

    /// The requests so far. Thread-safe.
    fileprivate final class RequestLog: Sendable {
        let requests = Mutex<[Request]>([])
    }

    /// - Parameter answer: Called with each request and the number of requests before it.
    package init(_ answer: @escaping @concurrent @Sendable (Request, Int) async -> Reply)
        async throws
    {
        let log = RequestLog()
        self.log = log
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(log, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1"
    }

    package var requests: [Request] { log.requests.withLock { $0 } }

    package func stop() async { try? await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: RequestLog
        private let answer: @concurrent @Sendable (Request, Int) async -> Reply
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(
            _ log: RequestLog,
            _ answer: @escaping @concurrent @Sendable (Request, Int) async -> Reply
        ) {
            self.log = log
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
            let request = Request(
                method: head.method.rawValue, uri: head.uri,
                headers: Dictionary(
                    head.headers.map { ($0.name.lowercased(), $0.value) }
                ) { first, _ in first },
                bytes: body, at: .now)
            let before = log.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            Self.serve(request, before, answer, context.channel)
        }

        private static func serve(
            _ request: Request, _ before: Int,
            _ answer: @escaping @concurrent @Sendable (Request, Int) async -> Reply,
            _ channel: any Channel
        ) {
            Task {
                let reply = await answer(request, before)
                await send(reply, on: channel)
            }
        }

        private static func send(_ reply: Reply, on channel: any Channel) async {
            switch reply {
            case .silence: return
            case .hangUp: try? await channel.close().get()
            case .stall(let beginning):
                let head = HTTPResponseHead(
                    version: .http1_1, status: .ok, headers: ["Content-Length": "100000"])
                channel.write(HTTPServerResponsePart.head(head), promise: nil)
                let buffer = ByteBuffer(string: beginning)
                try? await channel.writeAndFlush(
                    HTTPServerResponsePart.body(.byteBuffer(buffer))
                ).get()
            case .raw(let bytes):
                // Bypass the encoder, so that the bytes are sent unchanged.
                try? await channel.eventLoop.flatSubmit {
                    do {
                        let context = try channel.pipeline.syncOperations.context(
                            handlerType: HTTPResponseEncoder.self)
                        let buffer = IOData.byteBuffer(ByteBuffer(bytes: bytes))
                        return context.writeAndFlush(NIOAny(buffer))
                    } catch {
                        return channel.eventLoop.makeFailedFuture(error)
                    }
                }.get()
                try? await channel.close().get()
            case .answer(let status, let headers, let body):
                let buffer = ByteBuffer(string: body)
                var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
                fields.add(name: "Content-Length", value: String(buffer.readableBytes))
                let head = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: status),
                    headers: fields)
                channel.write(HTTPServerResponsePart.head(head), promise: nil)
                channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
                try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
            }
        }
    }
}

/// A response in the format of OpenAI's chat completions.
package func chatAnswer(
    _ text: String, finish: String = "stop", input: Int = 1_000, cached: Int = 0, output: Int = 100
) -> String {
    let quoted = String(
        decoding: (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8), as: UTF8.self)
    return """
        {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": \
        [{"index": 0, "finish_reason": "\(finish)", "logprobs": null, "message": \
        {"role": "assistant", "content": \(quoted), "refusal": null}}], "usage": \
        {"prompt_tokens": \(input), "completion_tokens": \(output), "total_tokens": \
        \(input + output), "prompt_tokens_details": {"cached_tokens": \(cached)}}}
        """
}

/// An error in OpenAI's format.
package func chatError(_ code: String, type: String = "invalid_request_error") -> String {
    #"{"error": {"message": "no", "type": "\#(type)", "param": null, "code": "\#(code)"}}"#
}
