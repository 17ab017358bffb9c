import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser
import Foundation

/// Which models there are, and how their server is spoken to.
struct ModelServerOptions: ParsableArguments {
    @Option(
        name: .customLong("models"),
        help: "A file of your own models (docs/models.md), beside those that are known.")
    var file: String?

    @Option(
        help: """
            Whose protocol the server at OPENAI_BASE_URL speaks, in place of what is known of the \
            model: openai, or compatible for Ollama, llama.cpp, vLLM and gateways.
            """)
    var provider: String?

    @Option(
        help: """
            How an answer of a schema is asked for, in place of what is known of the model: \
            strict, json_schema or json_object.
            """)
    var dialect: String?

    @Option(
        name: .customLong("plain-http"),
        help: """
            A host of a compatible server that may be called by plain http, without a key; this \
            machine always may.
            """)
    var hosts: [String] = []

    func validate() throws {
        guard provider == nil || provider.flatMap(ModelProvider.init) != nil else {
            throw ValidationError("--provider is openai or compatible")
        }
        guard hosts.isEmpty || provider != ModelProvider.openAI.rawValue else {
            throw ValidationError("--plain-http is for compatible servers, not for OpenAI's")
        }
        guard dialect == nil || dialect.flatMap(AnswerDialect.init) != nil else {
            throw ValidationError("--dialect is strict, json_schema or json_object")
        }
        for host in hosts where !Self.isHost(host) {
            throw ValidationError(
                "--plain-http \(printable(host)): a host's name alone, without scheme, port, path")
        }
        try checkFile()
    }

    /// Reads the file of models also where none of them is asked.
    private func checkFile() throws {
        do {
            _ = try catalog()
        } catch let fault as ModelFileFault {
            throw ValidationError("the file of models: \(printable(fault.words))")
        } catch let fault as CommandFault {
            throw ValidationError(fault.failure.message)
        }
    }

    /// Whether a text can be the host of an address: a name, or an address of IPv4 or IPv6.
    private static func isHost(_ text: String) -> Bool {
        let isOfHost = { (byte: UInt8) in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":", "[", "]": true
            default: false
            }
        }
        return !text.isEmpty && text.utf8.allSatisfy(isOfHost)
            && text.utf8.count { $0 == UInt8(ascii: ":") } != 1
    }

    var plainHosts: Set<String> { Set(hosts.map { $0.lowercased() }) }

    /// The models that are known, with those of the user's own file.
    func catalog() throws -> ModelCatalog {
        var catalog = ModelCatalog.builtIn
        guard let file else { return catalog }
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw CommandFault(.usage, "\(printable(file)) cannot be read")
        }
        try catalog.add(Array(bytes))
        return catalog
    }

    /// What is known of a model. One that is not listed costs nothing if its server is near: a
    /// compatible one on this machine, or on a host of `--plain-http`.
    func facts(_ name: String) throws -> ModelFacts {
        let catalog = try catalog()
        guard var facts = try catalog[name] ?? unlisted(name) else {
            throw CommandFault(
                .usage,
                "the prices of \(printable(name)) are not known; known are "
                    + catalog.models.map { printable($0.name) }.joined(separator: ", ")
                    + ", and others by --models FILE")
        }
        if let provider = provider.flatMap(ModelProvider.init) {
            facts.provider = provider
            if provider == .compatible { facts.takesCacheMode = false }
        }
        if let dialect = dialect.flatMap(AnswerDialect.init) { facts.dialect = dialect }
        return facts
    }

    /// How a paid model is asked, or another one behind a server.
    ///
    /// - Parameters:
    ///   - isAsking: Whether it will be asked. If false, neither a key nor permission to use a paid
    ///     model in CI is needed.
    ///   - warns: Whether a warning is written where the model is shut down soon.
    func configuration(
        _ name: String, isAsking: Bool, warns: Bool = true
    ) throws -> OpenAIModel.Configuration {
        let settings = Settings.current
        guard !isAsking || !settings.isCI || settings.allowsRealModelInCI else {
            throw CommandFault(
                .usage, "CI is set: a paid model is asked only with AFTERWORD_ALLOW_REAL_LLM=1")
        }
        if isAsking, let fault = settings.keyFault { throw CommandFault(.usage, fault) }
        let facts = try facts(name)
        let needsKey = isAsking && facts.provider == .openAI
        guard let key = settings.openAIKey ?? (needsKey ? nil : APIKey("")) else {
            throw CommandFault(.usage, "--real-llm needs a key in OPENAI_API_KEY")
        }
        if warns, let warning = facts.warning(at: now()) {
            Terminal.writeError("afterword: \(printable(warning))")
        }
        var configuration = OpenAIModel.Configuration(
            key: key, baseURL: settings.openAIBaseURL, facts: facts)
        configuration.plainHosts = plainHosts
        return configuration
    }

    private func unlisted(_ name: String) throws -> ModelFacts? {
        guard provider == ModelProvider.compatible.rawValue,
            try ModelAddress(Settings.current.openAIBaseURL).isNear(plainHosts)
        else { return nil }
        return ModelFacts(free: name)
    }
}
