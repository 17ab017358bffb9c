import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import AfterwordStores
import ArgumentParser
import Foundation

/// `doctor`: checks what a run needs: store, disk, key, model.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check store, disk, key and model; exit 1 if one fails.",
        discussion: """
            Reads the store and says whether its schema is this program's and whether there is \
            room on the disk. With --real-llm it also lists the server's models, which is free, \
            and asks one short question, with 64 tokens for the answer, at the model's prices: \
            whether the key is accepted, whether the model is there and until when, the tier that \
            was billed, what is left of the rate limits, and how far this clock is from the \
            server's. The question is booked in the store, if there is one; none is made.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Ask the paid model's server (OPENAI_API_KEY) too.")
    var realLlm = false
    @Option(help: "The paid model.")
    var model = OpenAIModel.defaultModel
    @OptionGroup var server: ModelServerOptions

    func run() async throws {
        var findings = storeFindings() + [diskFinding()]
        findings += try await modelFindings()
        if output.json {
            Terminal.write(json: findings.map(\.json))
        } else {
            var table = Table(["check": .left, "": .left, "says": .text])
            for finding in findings {
                table.add([finding.check, finding.status.rawValue, printable(finding.words)])
            }
            table.show()
        }
        let failed = findings.filter { $0.status == .failed }.map(\.check)
        guard failed.isEmpty else {
            throw CommandFault(.check, "failed: \(failed.joined(separator: ", "))")
        }
    }

    // MARK: Store and disk

    private func storeFindings() -> [DoctorFinding] {
        let location = store.location
        if location.isFile, !FileManager.default.fileExists(atPath: location.path) {
            let words = "none yet; 'afterword run DUMP' makes it"
            return [
                DoctorFinding("store", .warning, words), DoctorFinding("schema", .skipped, words),
            ]
        }
        do {
            let reading = try location.openForServing()
            try reading.checkHealth()
            let newest = try reading.newestRun()
            let words = newest.map { "readable; newest run \($0.run) of \($0.recordedAt)" }
            return [
                DoctorFinding("store", .ok, words ?? "readable; nothing was loaded yet"),
                schema(try location.pendingMigrations().map(\.name)),
            ]
        } catch {
            let words = Failure(error)?.message ?? "cannot be read"
            return [
                DoctorFinding("store", .failed, words),
                DoctorFinding("schema", .skipped, "the store cannot be read"),
            ]
        }
    }

    private func schema(_ pending: [String]) -> DoctorFinding {
        pending.isEmpty
            ? DoctorFinding("schema", .ok, "this program's")
            : DoctorFinding(
                "schema", .warning,
                "\(several(Int64(pending.count), "migration")) to come; 'afterword migrate', or "
                    + "the next run, brings them")
    }

    /// Bytes of free disk below which it is a failure, and a warning.
    private static let leastDisk: Int64 = 100 << 20
    private static let scarceDisk: Int64 = 1 << 30

    private func diskFinding() -> DoctorFinding {
        let location = store.location
        guard location.isFile else {
            return DoctorFinding("disk", .skipped, "the store is a server's")
        }
        let manager = FileManager.default
        let folder = URL(fileURLWithPath: location.path).deletingLastPathComponent().path
        let system = try? manager.attributesOfFileSystem(forPath: folder)
        guard let free = (system?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return DoctorFinding("disk", .failed, "the store's folder cannot be read")
        }
        let file = try? manager.attributesOfItem(atPath: location.path)
        let size = (file?[.size] as? NSNumber)?.int64Value ?? 0
        let words = "\(grouped(free >> 20)) MiB free, the store has \(grouped(size >> 20)) MiB"
        if free < Self.leastDisk { return DoctorFinding("disk", .failed, words) }
        return DoctorFinding("disk", free < max(Self.scarceDisk, size) ? .warning : .ok, words)
    }

    // MARK: Model

    private func modelFindings() async throws -> [DoctorFinding] {
        let isKeyThere = Settings.current.openAIKey != nil
        guard realLlm else {
            let words = isKeyThere ? "OPENAI_API_KEY is set; not tried" : "no OPENAI_API_KEY"
            return [DoctorFinding("key", .skipped, words + ": --real-llm asks the server")]
        }
        if let fault = Settings.current.keyFault { return [DoctorFinding("key", .failed, fault)] }
        guard try isKeyThere || server.facts(model).provider == .compatible else {
            return [DoctorFinding("key", .failed, "no OPENAI_API_KEY")]
        }
        var configuration = try server.configuration(model, isAsking: true)
        configuration.answerSeconds = 60
        let asked = try OpenAIModel(configuration)
        do {
            let (probe, unbooked) = try await probe(asked)
            await asked.shutDown()
            return probe.findings(of: configuration.facts, at: now()) + unbooked
        } catch let refusal as BudgetRefusal {
            await asked.shutDown()
            return [DoctorFinding("tier", .failed, refusal.words)]
        } catch {
            await asked.shutDown()
            throw error
        }
    }

    /// Asks the server; the question is booked, unless it is free or there is no store to book
    /// it in: then that is a finding.
    private func probe(
        _ model: OpenAIModel
    ) async throws -> (ModelProbe, unbooked: [DoctorFinding]) {
        guard let facts = model.facts else { return (await model.probe(), []) }
        // A store that cannot be opened is a finding of its own.
        guard let ledger = try? store.location.openForBooking() else {
            let words = "what the question cost is not booked: no store here can be written"
            return (await model.probe(), [DoctorFinding("booking", .warning, words)])
        }
        let request = model.shortQuestion
        let question = CheckQuestion(
            facts: facts, terms: model.terms, requestDigest: request.digest,
            most: facts.price(of: request, model.terms))
        let probe = try await model.probe { ask in
            try await bookCall(
                question, budget: readBudget(nil), in: ledger,
                insightSurroundings(isQuiet: true), ask: ask)
        }
        return (probe, [])
    }
}
