internal import NIOCore
internal import NIOHTTP1

/// Closes a connection on which the server sends a body, or the end of one, without a response
/// head.
///
/// AsyncHTTPClient ignores response heads with a status below 200, except 101
/// (`HTTPRequestStateMachine`). Its state machine traps on the body, or the end, of a response
/// whose head it ignored.
final class HeadlessAnswerGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var hasHead = false
    private var isBroken = false

    /// Adds the guard to a connection's pipeline, directly after the HTTP decoder.
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
