import NIOCore
import NIOHTTP1
import NIOPosix

/// The fake OpenAI API over HTTP. Chat is answered on the event loops; what reads or writes files
/// is answered by one thread, one request after another.
package final class FakeServer: Sendable {
    /// The port that it listens on.
    package let port: Int
    private let channel: any Channel
    private let worker: NIOThreadPool

    /// Begins to listen.
    ///
    /// - Parameter port: 0 for any that is free.
    /// - Throws: The system's error where the address cannot be listened to.
    package init(_ api: FakeOpenAI, host: String, port: Int) async throws {
        let worker = NIOThreadPool(numberOfThreads: 1)
        worker.start()
        self.worker = worker
        do {
            channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.backlog, value: 1_024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(
                            FakeConnection(api, worker))
                    }
                }
                .bind(host: host, port: port).get()
        } catch {
            try? await worker.shutdownGracefully()
            throw error
        }
        self.port = channel.localAddress?.port ?? 0
    }

    /// Stops listening. Connections that are open end with the program.
    package func stop() async {
        try? await channel.close().get()
        try? await worker.shutdownGracefully()
    }
}
