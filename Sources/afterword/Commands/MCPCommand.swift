import AfterwordCore
import AfterwordPipeline
import AfterwordServer
import ArgumentParser
import Foundation

/// `mcp`: serves a store to a language model's client over standard input and output.
struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Serve the store to a model's client (MCP, stdio).",
        discussion: """
            Speaks the Model Context Protocol on standard input and output, for clients that start \
            it themselves: read-only tools brands, products, themes, reviews, insight, changes, \
            safety, search and inbox. A key of the service in AFTERWORD_API_KEY limits what is \
            seen to its brands. Ends when standard input ends.
            """)

    @OptionGroup var store: StoreOptions
    @Option(
        help: """
            What calls are answered as of that name no moment: a run (3), a date, an instant, a \
            dump's label, or last.
            """)
    var asOf: String?
    @Flag(help: "Answer nothing without a key in AFTERWORD_API_KEY.")
    var keys = false
    @Option(help: "The address of the service, which links then begin with.")
    var url: String?

    func validate() throws {
        _ = try asOf.map { try readMoment($0, of: "--as-of") }
        guard url.map({ $0.hasPrefix("https://") || $0.hasPrefix("http://") }) ?? true else {
            throw ValidationError("--url is an address: https://reviews.example.com")
        }
    }

    func run() async throws {
        var configuration = MCPConfiguration(version: programVersion) { now() }
        guard !Settings.current.isServiceKeyEmpty else {
            throw CommandFault(.usage, "AFTERWORD_API_KEY: is set, and empty")
        }
        configuration.key = Settings.current.serviceKey
        configuration.asksForKeys = keys
        configuration.asOf = asOf
        configuration.linkBase = url.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? ""
        let reading = try store.location.openForServing()
        try checkMoment(reading)
        let server = MCPServer(configuration, store: reading) { message in
            StandardOutput.write(message)
            StandardOutput.flush()
        }
        if let fault = try server.keyFault() {
            throw CommandFault(.usage, "AFTERWORD_API_KEY: \(fault)")
        }
        Activity.stop()
        while true {
            let bytes = try readStandardInput()
            if bytes.isEmpty || StandardOutput.hasFailed { break }
            server.take(bytes)
        }
        await server.finish()
    }

    /// Fails at the start for a moment that no run is of.
    private func checkMoment(_ store: any ReadingStore) throws {
        guard let asOf else { return }
        let moment = try readMoment(asOf, of: "--as-of")
        try store.read { reader in
            let runs = try reader.runs()
            if !runs.isEmpty { _ = try resolve(moment, among: runs) }
        }
    }
}
