import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server on this machine that answers as a test decides, through a real socket.
final class SMTPServer: Sendable {
    /// What the server does with a line that it received.
    enum Reply: Sendable {
        case say(String)
        /// Says this and begins TLS.
        case beginTLS(String)
        case hangUp(String)
        case silence
    }

    private let channel: any Channel
    private let taken: Lines

    fileprivate final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    /// What clients sent, a line an element.
    var received: [String] { taken.all.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - greeting: Said when a client connects; "" for nothing.
    ///   - isSecure: Whether TLS begins at once.
    ///   - answer: Nil for what a willing server says.
    init(
        greeting: String = "220 ready", isSecure: Bool = false, context: NIOSSLContext? = nil,
        _ answer: @escaping @Sendable (String) -> Reply? = { _ in nil }
    ) async throws {
        let lines = Lines()
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if isSecure, let context {
                        try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try pipeline.addHandler(Session(greeting, context, lines, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.taken = lines
    }

    func stop() async { try? await channel.close().get() }

    private final class Session: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let greeting: String
        private let security: NIOSSLContext?
        private let lines: Lines
        private let answer: @Sendable (String) -> Reply?
        private var bytes: [UInt8] = []
        private var isInMessage = false

        init(
            _ greeting: String, _ security: NIOSSLContext?, _ lines: Lines,
            _ answer: @escaping @Sendable (String) -> Reply?
        ) {
            self.greeting = greeting
            self.security = security
            self.lines = lines
            self.answer = answer
        }

        func channelActive(context: ChannelHandlerContext) {
            if !greeting.isEmpty { say(greeting, context) }
        }

        private func say(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            while let feed = bytes.firstIndex(of: 0x0A) {
                let line = String(decoding: bytes[..<feed], as: UTF8.self)
                    .trimmingSuffix(while: \.isNewline)
                bytes.removeFirst(feed + 1)
                lines.all.withLock { $0.append(String(line)) }
                take(String(line), context)
            }
        }

        private func take(_ line: String, _ context: ChannelHandlerContext) {
            if isInMessage, line != "." { return }
            isInMessage = line == "DATA"
            switch answer(line) ?? .say(Self.willing(line)) {
            case .say(let text):
                if !text.hasPrefix("354") { isInMessage = false }
                say(text, context)
            case .beginTLS(let text):
                say(text, context)
                guard let security else { return }
                try? context.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: security), position: .first)
            case .hangUp(let text):
                if !text.isEmpty { say(text, context) }
                context.close(promise: nil)
            case .silence: return
            }
        }

        private static func willing(_ line: String) -> String {
            switch line.prefix(4) {
            case "EHLO": "250-hello\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN"
            case "DATA": "354 go on"
            case "AUTH": "235 welcome"
            case "QUIT": "221 bye"
            default: "250 ok"
            }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isCut(last) { rest.removeLast() }
        return rest
    }
}
