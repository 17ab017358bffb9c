import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser
import Dispatch
import Foundation
import NIOCore

/// `fake-llm`: serves a fake OpenAI API.
struct FakeLLMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-llm", abstract: "Serve a fake OpenAI API, for tests.",
        discussion: """
            Answers models, chat completions, files and batches in OpenAI's wire protocol, without \
            a model: the same request and seed get the same answer. Point a client at it by \
            OPENAI_BASE_URL=http://127.0.0.1:8790/v1 and any OPENAI_API_KEY. Requests are checked \
            as the real API checks them; faults come by the header X-Fake-Fault, by --faults or by \
            a script in --rules (docs/fake-llm.md). Ends on Ctrl-C or SIGTERM.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The port; 0 for any that is free.")
    var port = 8790
    @Option(help: "A key that is accepted, may be given again; any key when left out.")
    var apiKey: [String] = []
    @Option(help: "Another seed gives other answers, ids and orders of batches.")
    var seed: UInt64 = 0
    @Option(help: "The version of the answers; they stay the same from release to release.")
    var behavior = FakeOpenAI.behavior
    @Option(help: "A folder that keeps files and batches over restarts.")
    var state: String?
    @Option(help: "A script of answers, as JSON.")
    var rules: String?
    @Option(help: "Faults by chance, as '5% status=429;retry_after=1, 2% disconnect'.")
    var faults: String?
    @Option(help: "Seconds from a batch's creation to its completion, at most 86400.")
    var batchSeconds = 2.0
    @Option(help: "The tier of requests that name none: default, flex or priority.")
    var tier = "default"
    @Option(help: "Requests that a key may send to a model in a minute.")
    var rpm = 10_000_000
    @Option(help: "Tokens that a key may use with a model in a minute.")
    var tpm = 2_000_000_000
    @Option(help: "Seconds since 1970 at which the clock stands still, until it is advanced.")
    var clock: Int64?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
        guard behavior == FakeOpenAI.behavior else {
            throw ValidationError("--behavior is \(FakeOpenAI.behavior)")
        }
        guard (0...86_400).contains(batchSeconds) else {
            throw ValidationError("--batch-seconds is 0 to 86400")
        }
        guard rpm > 0, tpm > 0 else { throw ValidationError("--rpm and --tpm are above 0") }
        guard (0...99_999_999_999).contains(clock ?? 0) else {
            throw ValidationError("--clock is seconds since 1970")
        }
        guard ["default", "flex", "priority"].contains(tier) else {
            throw ValidationError("--tier is default, flex or priority")
        }
        guard !apiKey.contains("") else { throw ValidationError("--api-key is not empty") }
    }

    func run() async throws {
        let shelf = try shelf()
        defer { shelf.finish() }
        let api = try FakeOpenAI(try configuration(), on: shelf, clock: time)
        let server: FakeServer
        do {
            server = try await FakeServer(api, host: host, port: port)
        } catch let error as IOError {
            throw listeningFault(error.errnoCode, host: host, port: port)
        }
        let name = host.contains(":") ? "[\(host)]" : host
        Activity.stop()
        print("afterword fake-llm serves on http://\(name):\(server.port)/v1")
        StandardOutput.flush()
        await endSignal()
        await server.stop()
    }

    private func shelf() throws -> FolderShelf {
        do throws(ShelfFault) {
            if let state { return try FolderShelf(state) }
            return try FolderShelf()
        } catch {
            throw CommandFault(.usage, "--state: \(error.words)")
        }
    }

    private func configuration() throws -> FakeOpenAI.Configuration {
        var configuration = FakeOpenAI.Configuration()
        configuration.keys = apiKey
        configuration.seed = seed
        configuration.batchSeconds = batchSeconds
        configuration.tier = tier
        configuration.requestsPerMinute = rpm
        configuration.tokensPerMinute = tpm
        if let rules { configuration.rules = try ruleBook(rules) }
        if let faults, let fault = configuration.setSchedule(faults) {
            throw CommandFault(
                .usage,
                "--faults: \(printable(fault)); shares and faults are written as "
                    + "'5% status=429;retry_after=1, 2% disconnect'")
        }
        return configuration
    }

    private func ruleBook(_ path: String) throws -> RuleBook {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFault(.usage, "--rules: \(path) cannot be read")
        }
        do throws(RuleBook.Fault) {
            return try RuleBook(Array(data))
        } catch {
            throw CommandFault(.usage, "--rules: \(path): \(error.words)")
        }
    }

    /// The clock: the system's, or one that stands still.
    private var time: @Sendable () -> Int64 {
        if let clock { return { clock * 1_000_000 } }
        return { now().microseconds }
    }

    /// Waits for SIGINT or SIGTERM.
    private func endSignal() async {
        var sources: [any DispatchSourceSignal] = []
        let signals = AsyncStream<Void> { stream in
            for number in [SIGINT, SIGTERM] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { stream.yield() }
                source.resume()
                sources.append(source)
            }
        }
        for await _ in signals { break }
        for source in sources { source.cancel() }
    }
}
