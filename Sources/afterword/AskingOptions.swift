import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// How models are asked: in which language, and what it may cost.
struct AskingOptions: ParsableArguments {
    @Option(help: "The language insights are written in: \(languages).")
    var language = "en"

    @Flag(
        help: """
            Ask a paid model (OPENAI_API_KEY) instead of the simulated one. With CI set only if \
            AFTERWORD_ALLOW_REAL_LLM=1.
            """)
    var realLlm = false

    @Flag(
        help: """
            Ask for the cheap tier ('flex'): half of the price, and up to a quarter of an hour for \
            an answer.
            """)
    var flex = false

    @Option(
        help: """
            The tier to ask for: default, or flex, which is the same as --flex. Where flex has no \
            room, it is asked again for a quarter of an hour.
            """)
    var tier: String?

    @Option(
        help: """
            Seconds that an answer may take, 1 to 3600; 180 when left out, with --flex 900. One \
            that began and stops for a minute is given up before.
            """)
    var answerSeconds: Int?

    @Option(
        help: """
            Dollars this command may spend; 1 when left out. A day's and a month's ceilings are \
            AFTERWORD_BUDGET_DAY_USD (5) and AFTERWORD_BUDGET_MONTH_USD (50).
            """)
    var budgetUsd: String?

    @Option(help: "Questions on their way at once.")
    var parallel = 4

    @Option(
        help: """
            The most tokens of reviews in a question, by an upper bound; fewer where the model's \
            context has no room for them.
            """)
    var evidenceTokens = EvidenceLimit.tokens

    @OptionGroup var server: ModelServerOptions
    @OptionGroup var recording: RecordingOptions

    func validate() throws {
        guard (500...1_000_000).contains(evidenceTokens) else {
            throw ValidationError("--evidence-tokens is 500 to 1000000")
        }
        guard let language = Language(rawValue: language), language != .unknown else {
            throw ValidationError("--language is \(languages)")
        }
        guard (1...3_600).contains(answerSeconds ?? 1) else {
            throw ValidationError("--answer-seconds is 1 to 3600")
        }
        guard [nil, "default", "flex"].contains(tier) else {
            throw ValidationError("--tier is default or flex; --batch asks in batches")
        }
        guard realLlm || !isFlex else {
            throw ValidationError("--tier flex goes with --real-llm: only it has tiers")
        }
        guard !(flex && tier == "default") else {
            throw ValidationError("--flex is --tier flex")
        }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel is 1 to 64") }
        guard !recording.isStrict || parallel == 1 else {
            throw ValidationError("--replay-order strict needs --parallel 1")
        }
        guard recording.record == nil || realLlm else {
            throw ValidationError("--record goes with --real-llm, and not with --replay")
        }
        _ = try readBudget(budgetUsd)
    }

    /// The insight options that the arguments and settings describe.
    ///
    /// - Parameter names: The models that will be asked; the reviews sent fit into the context of
    ///   each.
    func options(for names: [String]) throws -> InsightOptions {
        var options = InsightOptions()
        options.evidenceTokens = evidenceTokens
        for name in names where asksPaid && !FakeModel.isName(name) {
            // The question by which lexicon is not known yet: the longest.
            let facts = try server.facts(name)
            let room =
                Lexicon.versions.compactMap { Lexicon.ofVersion($0) }
                .map { facts.evidenceTokens(evidenceTokens, lexicon: $0) }.min() ?? 0
            guard room >= 500 else {
                throw CommandFault(
                    .usage,
                    "the context of \(printable(name)) has no room for reviews beside the question "
                        + "and the answer")
            }
            options.evidenceTokens = min(options.evidenceTokens, room)
        }
        options.language = Language(rawValue: language) ?? .english
        options.budget = try readBudget(budgetUsd)
        options.parallel = parallel
        return options
    }

    /// Calls `body` with the models of these names, simulated (`fake…`) or paid ones, and closes
    /// their connections afterwards.
    ///
    /// - Parameter isAsking: Whether they will be asked. If false, neither a key nor permission to
    ///   use a paid model in CI is needed, and nothing is recorded or replayed.
    /// - Throws: What `body` throws, and `CommandFault` where a replay and its recordings differ.
    func withModels<Result>(
        _ names: [String], isAsking: Bool = true,
        _ body: ([any LanguageModel]) async throws -> Result
    ) async throws -> Result {
        var models: [any LanguageModel] = []
        var open: [OpenAIModel] = []
        let tape = try isAsking ? recording.openTape() : nil
        let recorder = try isAsking ? recording.openRecorder() : nil
        let result: Result
        do {
            for name in names {
                if let model = try simulated(name) {
                    models.append(model)
                } else {
                    let model = try paidModel(name, isAsking: isAsking, tape, recorder)
                    open.append(model)
                    models.append(model)
                }
            }
            result = try await body(models)
            for model in open { await model.shutDown() }
        } catch {
            for model in open { await model.shutDown() }
            if let tape { try check(tape, isWhole: false) }
            throw error
        }
        try recording.finish(tape, recorder)
        return result
    }

    /// Whether the cheap tier is asked for.
    var isFlex: Bool { flex || tier == "flex" }

    /// Whether models other than simulated ones may be asked: of their server, or of recordings.
    var asksPaid: Bool { realLlm || recording.replay != nil }

    private func simulated(_ name: String) throws -> FakeModel? {
        do {
            return try FakeModel(named: name)
        } catch FakeModel.NameFault.unknownBehaviour(let word) {
            throw CommandFault(
                .usage, "\(printable(word)): simulated models are \(behaviours)")
        } catch {
            throw CommandFault(.usage, "\(printable(name)): the seed is a whole number")
        }
    }

    private func paidModel(
        _ name: String, isAsking: Bool, _ tape: Tape?, _ recorder: Recorder?
    ) throws -> OpenAIModel {
        guard asksPaid else {
            throw CommandFault(
                .usage, "\(printable(name)) is a paid model, which is asked only with --real-llm")
        }
        var configuration = try source(name, isAsking: isAsking, tape)
        guard !isFlex || configuration.facts.provider == .openAI else {
            throw CommandFault(.usage, "--flex is a tier of OpenAI's own servers")
        }
        if let recorder { configuration.source = .recorded(recorder) }
        configuration.tier = isFlex ? .flex : .standard
        configuration.answerSeconds = Int64(answerSeconds ?? (isFlex ? 900 : 180))
        configuration.onFailedTry = { Terminal.writeError("afterword: \($0.words)") }
        return try OpenAIModel(configuration)
    }

    /// How a model is asked: by recordings, which need no key and no permission, or by its server.
    private func source(
        _ name: String, isAsking: Bool, _ tape: Tape?
    ) throws -> OpenAIModel.Configuration {
        guard let tape else { return try server.configuration(name, isAsking: isAsking) }
        var configuration = OpenAIModel.Configuration(
            key: APIKey(""), baseURL: OpenAIModel.defaultURL, facts: try server.facts(name))
        configuration.source = .replayed(tape)
        configuration.pause = { _ in }
        return configuration
    }
}

/// The names of the simulated model's behaviours: "honest, refusal, cut".
let behaviours = FakeModel.Behaviour.allCases.map(\.rawValue).joined(separator: ", ")

/// The codes of all languages: "en, de or ja".
private let languages: String = {
    let codes = Language.allCases.filter { $0 != .unknown }.map(\.rawValue)
    return codes.dropLast().joined(separator: ", ") + " or " + (codes.last ?? "")
}()
