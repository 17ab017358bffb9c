import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import ArgumentParser
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// `serve`: the service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API and the page.",
        discussion: """
            Reads the store on connections that can write nothing, each request on one committed run; only a POST \
            has insights made. On this machine alone no key is asked for unless --keys says so; elsewhere keys are \
            needed ('key create'), and TLS: --tls-certificate and --tls-key, or --behind-proxy where a proxy \
            speaks it. Ends in an orderly way on Ctrl-C or SIGTERM.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var model: ModelOptions
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The port; 0 for any that is free.")
    var port = 8080
    @Flag(help: "Ask for keys on this machine too.")
    var keys = false
    @Flag(help: "A proxy before this service speaks TLS.")
    var behindProxy = false
    @Option(help: "A PEM file with the certificate and those above it.")
    var tlsCertificate: String?
    @Option(help: "A PEM file with the certificate's key.")
    var tlsKey: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run() async throws {
        let configuration = try settings()
        let reading = try store.location.openForServing()
        try await model.withModel { model in
            let desk = try InsightWorker(
                store: store.openForReading(), model: model, options: try self.model.options())
            let jobs = StoredJobs(try store.openForReading())
            let (name, options) = (model.name, try self.model.options())
            let service = Service(
                configuration, store: reading,
                insights: { scope, language in try await desk.make(scope, language) },
                outlook: { reader, scope, language in
                    var own = options
                    own.language = language
                    return try insightOutlook(reader, of: scope, model: name, options: own)
                }, jobs: jobs)
            var logger = Logger(label: "afterword.service")
            logger.logLevel = Settings.current.logLevel
            let application = Application(
                router: service.router(), server: try server(configuration.limits),
                configuration: ApplicationConfiguration(
                    address: .hostname(host, port: port), serverName: nil, backlog: 1_024,
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        configuration.limits.connections)),
                onServerRunning: { channel in
                    let port = channel.localAddress?.port ?? 0
                    let scheme = tlsKey == nil ? "http" : "https"
                    Activity.stop()
                    print("afterword serves on \(scheme)://\(host):\(port)/")
                    StandardOutput.flush()
                }, logger: logger)
            try await application.runService()
            await service.stop()
        }
    }

    private func settings() throws -> ServiceConfiguration {
        var configuration = ServiceConfiguration(now: { now() })
        configuration.host = host
        configuration.port = port
        configuration.asksForKeys = keys
        configuration.isBehindProxy = behindProxy
        if let bytes = Settings.current.cacheBytes { configuration.limits.cacheBytes = bytes }
        guard configuration.isLoopback || behindProxy || tlsKey != nil else {
            throw CommandFault(
                .usage,
                "off this machine keys would travel open: give --tls-certificate and --tls-key, or "
                    + "--behind-proxy where a proxy speaks TLS")
        }
        return configuration
    }

    /// Slow and idle connections are closed, headers bounded.
    private func server(_ limits: ServiceLimits) throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                idleTimeout: .seconds(limits.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes,
                    maxHeaderListSize: limits.headerBytes * 2, maxHeaderFieldCount: limits.headers)
            ))
        guard let tlsCertificate, let tlsKey else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(tlsCertificate)
            let key = try NIOSSLPrivateKey(file: tlsKey, format: .pem)
            return try .tls(
                plain,
                tlsConfiguration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) },
                    privateKey: .privateKey(key)))
        } catch {
            throw CommandFault(.usage, "the certificate or its key cannot be read")
        }
    }
}

/// The one writer of the service: makes insights one after another, and writes nothing else. Its calls to the store block, so that
/// it has a thread of its own.
private actor InsightWorker {
    private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.thread.executor.asUnownedSerialExecutor()
    }

    private let store: any ReviewStore
    private let model: any LanguageModel
    private let options: InsightOptions

    init(store: sending any ReviewStore, model: any LanguageModel, options: InsightOptions) {
        self.store = store
        self.model = model
        self.options = options
    }

    func make(_ scope: ReviewScope, _ language: Language) async throws -> InsightOutcome {
        var options = options
        options.language = language
        let report = try await makeInsights(
            [scope], in: store, by: model, options: options,
            surroundings: insightSurroundings(isQuiet: true))
        return report.outcomes.first?.outcome ?? .notTried
    }
}
