import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import AfterwordTesting
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Collects log lines for tests. Safe to use from any thread.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }

    func logger(_ level: Logger.Level = .info) -> Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
                .map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            lines.add("\(event.level) \(event.message) \(all)")
        }
    }
}

/// The service on a real socket.
struct LiveService: Sendable {
    var port: Int
    var service: Service
    var log: LogLines

    /// Opens a connection that sends bytes unchanged.
    func connect() async throws -> RawConnection {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let received = Received(channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(received)
                    return RawConnection(
                        channel: channel, head: received.head.futureResult,
                        ended: received.ended.futureResult)
                }
            }
        return channel
    }

    /// Sends a request and returns everything received until the service closes the connection.
    func exchange(_ text: String, halfCloses: Bool = false) async throws -> String {
        let connection = try await connect()
        try await connection.send(text)
        if halfCloses { try? await connection.channel.close(mode: .output) }
        return try await connection.everything()
    }

    func get(_ address: String, _ headers: String = "") async throws -> String {
        try await exchange(
            "GET \(address) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n")
    }
}

/// A client connection that sends and receives raw bytes.
struct RawConnection: Sendable {
    let channel: any Channel
    /// Everything received up to the end of the first response head.
    let head: EventLoopFuture<String>
    /// Everything received until the connection ended.
    let ended: EventLoopFuture<String>

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Everything received until the other side closed the connection.
    func everything() async throws -> String { try await ended.get() }
}

private final class Received: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let head: EventLoopPromise<String>
    let ended: EventLoopPromise<String>
    private var text = ""
    private var isOver = false

    init(_ eventLoop: any EventLoop) {
        head = eventLoop.makePromise()
        ended = eventLoop.makePromise()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        if text.contains("\r\n\r\n") { head.succeed(text) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { end() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        guard !isOver else { return }
        isOver = true
        head.succeed(text)
        ended.succeed(text)
    }
}

/// Serves a golden case on a free port while `body` runs.
func live(
    _ golden: String = "first-load", _ change: (inout ServiceConfiguration) -> Void = { _ in },
    insights: InsightMaker? = nil,
    _ body: @escaping @Sendable (LiveService) async throws -> Void
) async throws {
    let store = try await ServedStore(golden)
    var configuration = ServiceConfiguration.patient
    change(&configuration)
    let service = Service(
        configuration, store: try store.open(), insights: insights, work: recording(store.path))
    let log = LogLines()
    let logger = log.logger()
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: service.router(), server: service.server(logger: logger),
        configuration: ApplicationConfiguration(
            address: .hostname("127.0.0.1", port: 0), serverName: nil,
            availableConnectionsDelegate: service.availableConnections),
        onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.run() }
        var port = 0
        for await one in ports {
            port = one
            break
        }
        try await body(LiveService(port: port, service: service, log: log))
        group.cancelAll()
        while (try? await group.next()) != nil {}
    }
    await service.stop()
    withExtendedLifetime(store) {}
}
