package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1

/// An HTTP/1.1 connection with the deadlines, limits and refusals of `ConnectionHandler`.
package struct ServiceChannel: HTTPChannelHandler {
    package typealias Value = HTTP1Channel.Value

    private let http: HTTP1Channel
    private let limits: ServiceLimits
    private let table: ConnectionTable
    private let recorder: RefusalRecorder

    package var responder: HTTPChannelHandler.Responder { http.responder }

    package init(
        _ limits: ServiceLimits, table: ConnectionTable, metrics: ServiceMetrics, logger: Logger,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes,
                    maxHeaderListSize: limits.headerBytes * 2,
                    maxHeaderFieldCount: limits.headers)))
        self.limits = limits
        self.table = table
        recorder = RefusalRecorder(metrics, logger: logger)
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = ClientConnection(channel)
        for other in table.enter(connection, at: channel.eventLoop.now) {
            other.close(promise: nil)
        }
        return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(
                ConnectionHandler(
                    limits, table: table, connection: connection, recorder: recorder),
                position: .after(parser))
            return value
        }
    }

    package func handle(value: Value, logger: Logger) async {
        await ClientConnection.$current.withValue(table.connection(on: value.channel)) {
            await http.handle(value: value, logger: logger)
        }
    }
}

extension Service {
    /// The HTTP server of this service.
    ///
    /// - Parameter wrapping: May wrap each connection, for instance in TLS.
    package func server(
        logger: Logger,
        wrapping: @escaping @Sendable (ServiceChannel) -> any ServerChildChannel = { $0 }
    ) -> HTTPServerBuilder {
        let table = connections
        let limits = configuration.limits
        let metrics = metrics
        return HTTPServerBuilder { responder in
            wrapping(
                ServiceChannel(
                    limits, table: table, metrics: metrics, logger: logger, responder: responder))
        }
    }

    /// The number of connections that may be open: the limit, plus some that are about to be
    /// closed.
    package var availableConnections: MaximumAvailableConnections {
        MaximumAvailableConnections(
            configuration.limits.connections + ServiceLimits.closingConnections)
    }
}
