import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordServer
import AfterwordStores
import ArgumentParser
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// `serve`: runs the HTTP service.
struct ServeCommand: AsyncParsableCommand, AsksModel {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API and the page.",
        discussion: """
            Reads the store on connections that can write nothing, each request on one committed \
            run; only a POST has insights made or work recorded. On this machine alone no key is \
            asked for unless --keys says so; elsewhere keys are needed ('key create'), and TLS: \
            --tls-certificate and --tls-key, or --behind-proxy where a proxy speaks it; behind a \
            proxy keys are needed on this machine too. A renewed certificate is read on SIGHUP. \
            Ends in an orderly way on Ctrl-C or SIGTERM, after 15 seconds at most.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var asking: AskingOptions
    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions
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

    @Option(help: "A product's page in a shop: https://www.amazon.de/dp/{product_id}.")
    var productLink: String?

    func validate() throws {
        try askedModels.validate()
        guard productLink.map(ServiceConfiguration.isProductLink) ?? true else {
            throw ValidationError(
                "--product-link is an address that begins with https:// and has {product_id}")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run() async throws {
        shareArenas()
        var configuration = try settings()
        try prepareOpenFiles(for: &configuration.limits)
        let certificate = try certificate()
        configuration.speaksTLS = certificate != nil
        let reading = try store.location.openForServing()
        let beside = try store.location.openForServing()
        try warnAboutKeys(configuration, beside)
        if reading.isReadOnly {
            Terminal.writeError(
                "afterword: the store may only be read here: no insights can be asked for and no "
                    + "work recorded")
        }
        configuration.insightLanguage = try askedModel.options().language
        let serving = configuration
        try await askedModel.withModel { model in
            let queue = try InsightWorker(
                store: store.openForReading(), model: model, options: try askedModel.options())
            let recorder = WorkRecorder(store: try store.openForReading())
            var own = serving
            own.verdicts = { try await recorder.judge($0, $1) }
            let jobs = StoredJobs(try store.openForReading())
            let (asked, options) = (model.identity, try askedModel.options())
            let service = Service(
                own, store: reading, beside: beside,
                insights: { scope, language in try await queue.make(scope, language) },
                outlook: { reader, scope, language in
                    var own = options
                    own.language = language
                    return try insightOutlook(reader, of: scope, model: asked, options: own)
                },
                price: { reader, scope, language in
                    var own = options
                    own.language = language
                    return try insightPrice(reader, of: scope, by: model, options: own)
                },
                work: { marks, person, brands in
                    try await recorder.record(marks, by: person, brands)
                }, jobs: jobs)
            try await serve(service, serving, certificate)
            await service.stop()
        }
    }

    private func serve(
        _ service: AfterwordServer.Service, _ configuration: ServiceConfiguration,
        _ certificate: Certificate?
    ) async throws {
        var logger = Logger(label: "afterword.service")
        logger.logLevel = Settings.current.logLevel
        let reloading = certificate.map { reloadOnHangUp($0, logger) }
        defer { reloading?.cancel() }
        let application = Application(
            router: service.router(),
            server: service.server(logger: logger) { channel -> any ServerChildChannel in
                if let certificate { return CertifiedChannel(channel, certificate) }
                return channel
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil, backlog: 1_024,
                availableConnectionsDelegate: service.availableConnections),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                let scheme = certificate == nil ? "http" : "https"
                let name = host.contains(":") ? "[\(host)]" : host
                Activity.stop()
                print("afterword serves on \(scheme)://\(name):\(port)/")
                StandardOutput.flush()
            }, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Connections close themselves within `shutdownSeconds`; anything still running after that
        // is cancelled.
        group.maximumGracefulShutdownDuration = Duration.seconds(
            configuration.limits.shutdownSeconds + 1)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw listeningFault(error.errnoCode, host: host, port: port)
        } catch let error
            where error is SocketAddressError
            || error is SocketAddressError.UnknownHost
        {
            throw CommandFault(.usage, "--host: \(host) is no address of this machine")
        }
    }

    private func settings() throws -> ServiceConfiguration {
        var configuration = ServiceConfiguration(now: { now() })
        configuration.host = host
        configuration.port = port
        configuration.asksForKeys = keys
        configuration.isBehindProxy = behindProxy
        configuration.productLink = productLink
        let person = NSUserName()
        if !person.isEmpty { configuration.personName = person }
        if let bytes = Settings.current.cacheBytes { configuration.limits.cacheBytes = bytes }
        guard configuration.isLoopback || behindProxy || tlsKey != nil else {
            throw CommandFault(
                .usage,
                "off this machine keys would travel open: give --tls-certificate and --tls-key, or "
                    + "--behind-proxy where a proxy speaks TLS")
        }
        return configuration
    }

    /// Warns when keys are required but the store has no valid key.
    private func warnAboutKeys(
        _ configuration: ServiceConfiguration, _ store: any ReadingStore
    ) throws {
        guard configuration.needsKeys else { return }
        let valid = try store.read { try $0.apiKeys() }.contains { $0.revokedAt == nil }
        guard !valid else { return }
        Terminal.writeError(
            "afterword: keys are needed and there is none: make one with 'afterword key create'")
    }
}

/// The service's only writer of insights: makes them on one store handle. Its store calls block, so
/// it runs on a thread of its own.
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

/// Records marks of work and verdicts on a store handle and a thread of its own, because its calls
/// block.
private actor WorkRecorder {
    private static let thread = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.thread.executor.asUnownedSerialExecutor()
    }

    private let store: any ReviewStore

    init(store: sending any ReviewStore) { self.store = store }

    func record(
        _ marks: [NewMark], by person: Text, _ brands: Set<Text>?
    ) async throws -> [WorkMarkRow] {
        try await whenFree {
            try markWork(marks, by: person, brands: brands, in: store, now: now())
        }
    }

    func judge(_ verdict: NewVerdict, _ brands: Set<Text>?) async throws -> VerdictRow {
        try await whenFree {
            try judgeReview(verdict, brands: brands, in: store, now: now())
        }
    }

    /// Waits some seconds for a run that is under way.
    private func whenFree<Value: Sendable>(_ body: () throws -> Value) async throws -> Value {
        for _ in 0..<20 {
            do {
                return try body()
            } catch StoreFault.locked {
                try await Task.sleep(for: .milliseconds(250))
            }
        }
        return try body()
    }
}
