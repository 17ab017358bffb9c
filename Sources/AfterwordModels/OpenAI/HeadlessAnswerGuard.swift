internal import NIOCore
internal import NIOHTTP1

/// Closes a connection on which a server sends a body, or the end of one, without a head.
///
/// The client ignores heads below 200 other than 101 (`HTTPRequestStateMachine`), and its state
/// machine traps on the body, or the end, of an answer whose head it ignored.
final class HeadlessAnswerGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var hasHead = false
    private var isBroken = false

    /// Adds the guard right behind the decoder of a connection.
    @Sendable static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(
                type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(HeadlessAnswerGuard(), position: .after(decoder))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasHead = head.status.code >= 200 || head.status == .switchingProtocols
        case .body:
            guard hasHead else { return close(context) }
        case .end:
            guard hasHead else { return close(context) }
            hasHead = false
        }
        context.fireChannelRead(data)
    }

    private func close(_ context: ChannelHandlerContext) {
        isBroken = true
        context.close(promise: nil)
    }
}
