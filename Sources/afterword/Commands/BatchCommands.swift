import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// Whether questions are asked in batches.
struct BatchOptions: ParsableArguments {
    @Flag(
        help: """
            With --real-llm: ask in batches, at half the price and within a day. The command \
            returns as soon as the questions are at the server; 'insights collect' takes the \
            answers.
            """)
    var batch = false

    /// - Throws: `ValidationError` beside options that a batch cannot have.
    func check(_ models: AskedModels) throws {
        guard batch else { return }
        guard models.asking.realLlm else { throw ValidationError("--batch goes with --real-llm") }
        guard !models.recording.isGiven else {
            throw ValidationError("--batch goes without --record and --replay")
        }
        guard !models.asking.isFlex else {
            throw ValidationError("--batch has a price of its own: leave the tier out")
        }
    }
}

extension AskedModel {
    /// Calls `body` with the paid model, for questions in batches, and closes its connections
    /// afterwards.
    ///
    /// - Throws: What `body` throws; `CommandFault` where the model has no batches.
    func withBatchModel<Result>(
        _ body: (any BatchModel) async throws -> Result
    ) async throws -> Result {
        try await withModel { model in
            guard let batches = model as? any BatchModel, model.facts != nil,
                try models.server.facts(model.name).provider == .openAI
            else {
                throw CommandFault(
                    .usage, "--batch is for paid models of servers that speak OpenAI's protocol")
            }
            return try await body(batches)
        }
    }
}

extension ReviewStore {
    /// The batches of which answers are waited for.
    func openModelBatches() throws -> [ModelBatch] {
        try read { try $0.modelBatches() }.filter { $0.endedAt == nil }
    }
}

extension BatchReport {
    /// Prints what was asked.
    ///
    /// - Parameter open: The open batches of the store.
    func show(isQuiet: Bool, isJSON: Bool, open: [ModelBatch]) {
        if isJSON { return Terminal.write(json: [json]) }
        guard !isQuiet else { return }
        for batch in batches where batch.serverID != nil {
            print("Batch \(batch.number): \(printable(batch.serverID ?? "")), \(batch.status).")
        }
        let unsent = open.filter { batch in
            batch.serverID == nil && !batches.contains { $0.number == batch.number }
        }
        for batch in unsent where pending > 0 { print(batch.unsentWords) }
        guard asked + known + pending + leftAlone + made > 0 else {
            return print(refusal == nil && failure == nil ? "Nothing to ask." : "Nothing is asked.")
        }
        let isAtServer = asked > 0 || pending > 0 && open.contains { $0.serverID != nil }
        var parts = ["\(several(Int64(asked), "question")) in batches"]
        if known > 0 { parts.append("\(several(Int64(known), "answer")) known") }
        if pending > 0 { parts.append("\(pending) asked already") }
        if leftAlone > 0 { parts.append("\(leftAlone) left alone") }
        if made > 0 { parts.append("\(grouped(made)) made of known answers") }
        print(
            parts.joined(separator: ", ") + ", at most \(dollars(reserved))."
                + (isAtServer ? " 'afterword insights collect' takes the answers." : ""))
    }

    /// The most batches in the JSON of a report, which has at most 1,024 bytes.
    private static let shownBatches = 2

    private var json: JSONValue {
        .row([
            "batch_count": JSONValue(batches.count),
            "batches": .array(batches.prefix(Self.shownBatches).map(\.json)),
            "asked": JSONValue(asked),
            "cached": JSONValue(known), "pending": JSONValue(pending),
            "left_alone": JSONValue(leftAlone), "made": JSONValue(made),
            "cost_nanodollars_at_most": JSONValue(reserved),
        ])
    }

    /// Throws `CommandFault` where a budget or the model kept questions from being asked.
    func check() throws {
        if let refusal {
            throw CommandFault(.budget, refusal.words + ". What fitted is asked")
        }
        if let failure {
            throw CommandFault(.model, "the batch: \(Failure.words(failure.fault))")
        }
    }
}

extension ModelBatch {
    /// What is waited for where the server's id is not known.
    fileprivate var unsentWords: String {
        "Batch \(number) (\(purpose.rawValue), \(printable(model))): not known whether it is at "
            + "the server. 'afterword insights collect' finds it there, or gives it up "
            + "\(givenUpWords); then its questions can be asked again."
    }

    /// When the batch is given up: "from 19:13:02 UTC on".
    fileprivate var givenUpWords: String {
        "from \(givenUpAt.description.dropFirst(11).prefix(8)) UTC on"
    }

    var json: JSONValue {
        .row([
            "batch": JSONValue(number), "name": .string(name),
            "purpose": .string(purpose.rawValue), "model": .string(model),
            "place": JSONValue(place), "status": .string(status),
            "server_id": JSONValue(serverID), "input_file": JSONValue(inputFile),
            "created_at_us": JSONValue(createdAt.microseconds),
            "ended_at_us": JSONValue(endedAt?.microseconds),
        ])
    }
}

/// `insights collect`: takes the answers of batches that are ready.
struct InsightCollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Take what is ready of questions asked with --batch.",
        discussion: """
            Looks at every open batch at the server of OPENAI_BASE_URL. What has ended is booked \
            by what was returned, and insights and enrichments are made of it as of direct \
            answers. Batches that are under way are shown; the command can be repeated any time, \
            and ended at any moment. Each is booked at the prices that were known when it was \
            asked. Exit code 4 where the server could not be asked, its files are not whole, or \
            nothing usable came of a batch; 7 where another program holds the store: it can be \
            repeated.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ModelServerOptions

    func run() async throws {
        let reviews = try store.location.openExistingForWriting()
        let open = try reviews.openModelBatches()
        guard !open.isEmpty else {
            return output.json ? Terminal.write(json: []) : print("No batch is open.")
        }
        let (collected, unknown) = try await collect(open, in: reviews)
        let elsewhere = open.filter { batch in
            !collected.contains { $0.batch.number == batch.number }
                && !unknown.contains { $0.model == batch.model }
        }
        if output.json {
            Terminal.write(
                json: collected.map(\.json)
                    + elsewhere.map { $0.json.with("is_elsewhere", .bool(true)) })
        } else {
            for batch in collected { print(batch.words) }
        }
        let faults =
            collected.compactMap(\.fault) + Self.faults(ofUnknown: unknown, open)
            + Self.faults(ofElsewhere: elsewhere)
        guard let first = faults.first else { return }
        for other in faults.dropFirst() {
            Terminal.writeError("afterword: " + other.failure.message)
        }
        throw first
    }

    private typealias UnknownModel = (model: String, fault: CommandFault)

    /// Collects the batches of each model; those of a model that is not known are left.
    private func collect(
        _ open: [ModelBatch], in reviews: any ReviewStore
    ) async throws -> ([CollectedBatch], [UnknownModel]) {
        var collected: [CollectedBatch] = []
        var unknown: [UnknownModel] = []
        for name in Set(open.map(\.model)).sorted() {
            let model: OpenAIModel
            do {
                model = try OpenAIModel(server.configuration(name, isAsking: true))
            } catch let fault as CommandFault {
                unknown.append((name, fault))
                continue
            }
            do {
                collected += try await collectBatches(
                    in: reviews, by: model, surroundings: insightSurroundings(isQuiet: true))
                await model.shutDown()
            } catch {
                await model.shutDown()
                throw error
            }
        }
        return (collected, unknown)
    }

    private static func faults(
        ofUnknown unknown: [UnknownModel], _ open: [ModelBatch]
    ) -> [CommandFault] {
        unknown.map { name, fault in
            let numbers = open.filter { $0.model == name }.map { String($0.number) }
            return CommandFault(
                fault.failure.code,
                "batches of \(printable(name)) (\(numbers.joined(separator: ", "))) are not "
                    + "collected: " + fault.failure.message)
        }
    }

    private static func faults(ofElsewhere batches: [ModelBatch]) -> [CommandFault] {
        batches.map { batch in
            CommandFault(
                .model,
                "batch \(batch.number) is at \(printable(batch.place ?? "OpenAI")), not at the "
                    + "server of OPENAI_BASE_URL; it stays open")
        }
    }
}

extension CollectedBatch {
    /// Why the batch is not collected as it should be; nil where it is, or is under way.
    fileprivate var fault: CommandFault? {
        let name = "batch \(batch.number)"
        if let failure {
            return CommandFault(.model, "\(name): \(Failure.words(failure.fault))")
        }
        if let short {
            return CommandFault(
                .model,
                "\(name): the server's files are not whole: \(grouped(short.read)) of "
                    + "\(several(short.said, "answer")) and \(grouped(short.unreadable)) "
                    + "unreadable lines came. It stays open; 'insights collect' reads them again, "
                    + "as long as the server keeps them (30 days)")
        }
        if isOfAnotherKey {
            return CommandFault(
                .model,
                "\(name): the server shows this key neither the batch nor its questions "
                    + "(\(printable(batch.inputFile ?? ""))). Collect it with a key of the project "
                    + "that asked; it stays open, and counts as spent")
        }
        if let beyond { return CommandFault(.model, "\(name): " + beyond.words) }
        if batch.status == "failed" {
            return CommandFault(
                .model,
                "\(name) was not taken: "
                    + (faults.isEmpty ? "no reason" : faults.joined(separator: ", ")))
        }
        return isFruitless ? CommandFault(.model, "\(name): no answer could be used") : nil
    }
}

extension CollectedBatch {
    fileprivate var words: String {
        let name = "Batch \(batch.number) (\(batch.purpose.rawValue), \(printable(batch.model)))"
        guard isEnded else {
            if isOfAnotherKey { return name + ": not shown to this key; it stays open." }
            if failure != nil {
                return name
                    + (batch.serverID == nil
                        ? ": not known whether it is at the server"
                        : ": \(printable(batch.status)) when it was last seen") + "; it stays open."
            }
            if batch.serverID == nil {
                return name + ": not at the server; it stays open, and 'collect' gives it up "
                    + "\(batch.givenUpWords)."
            }
            if let short {
                return name + ": \(printable(batch.status)), \(grouped(short.read)) of "
                    + "\(grouped(short.said)) answers came; \(grouped(made)) made. It stays open."
            }
            let counts = total > 0 ? ", \(grouped(done)) of \(grouped(total)) done" : ""
            return name + ": \(printable(batch.status))\(counts)."
        }
        var parts = [printable(batch.status)]
        parts += booked.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        parts.append("\(made) made")
        if !overtaken.isEmpty { parts.append("\(overtaken.count) of earlier reviews, not made") }
        if !standing.isEmpty {
            parts.append("\(standing.count) made by another model meanwhile, which stay")
        }
        if !madeAlready.isEmpty {
            parts.append("\(madeAlready.count) made by the same model before, which stay")
        }
        if strays > 0 { parts.append("\(strays) lines of no question") }
        if cost > 0 { parts.append(dollars(cost)) }
        let runs = runs.isEmpty ? "" : "; run " + runs.map { String($0) }.joined(separator: ", ")
        return name + ": " + parts.joined(separator: ", ") + runs + "."
    }

    fileprivate var json: JSONValue {
        batch.json.with("done", JSONValue(done)).with("total", JSONValue(total))
            .with(
                "booked",
                .object(
                    booked.sorted { $0.key < $1.key }.map {
                        (key: $0.key, value: JSONValue($0.value))
                    })
            )
            .with("cost_nanodollars", JSONValue(cost)).with("made", JSONValue(made))
            .with("runs", .array(runs.map { JSONValue($0) }))
            .with("overtaken", .array(overtaken.map { .string($0.written) }))
            .with("standing", .array(standing.map { .string($0.written) }))
            .with("made_already", .array(madeAlready.map { .string($0.written) }))
            .with(
                "given_up_at_us",
                JSONValue(
                    isEnded || batch.serverID != nil ? nil : batch.givenUpAt.microseconds)
            )
            .with("lines_read", JSONValue(short?.read)).with("lines_said", JSONValue(short?.said))
            .with("lines_unreadable", JSONValue(short?.unreadable))
            .with("is_of_another_key", .bool(isOfAnotherKey))
            .with("faults", .array(faults.map { .string($0) }))
            .with("failure", JSONValue(failure?.outcome))
    }
}
