import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser

/// A command that asks models, with the groups of options that say how.
protocol AsksModels {
    /// How models are asked.
    var asking: AskingOptions { get }
    /// Which models there are.
    var server: ModelServerOptions { get }
    /// Where questions and answers are written to, or read from.
    var recording: RecordingOptions { get }
}

extension AsksModels {
    /// The models as the options describe them.
    var askedModels: AskedModels {
        AskedModels(asking: asking, server: server, recording: recording)
    }
}

/// Models as options describe them: how they are asked, at which server or of which recordings.
struct AskedModels {
    var asking: AskingOptions
    var server: ModelServerOptions
    var recording: RecordingOptions

    /// Checks what the parser does not: options of one group beside those of another.
    ///
    /// - Throws: `ValidationError`.
    func validate() throws {
        guard !recording.isStrict || asking.parallel == 1 else {
            throw ValidationError("--replay-order strict needs --parallel 1")
        }
        guard recording.record == nil || asking.realLlm else {
            throw ValidationError("--record goes with --real-llm, and not with --replay")
        }
    }

    /// The insight options that the arguments and settings describe.
    ///
    /// - Parameter names: The models that will be asked; the reviews sent fit into the context of
    ///   each.
    func options(for names: [String]) throws -> InsightOptions {
        var options = InsightOptions()
        options.evidenceTokens = asking.evidenceTokens
        for name in names where asksPaid && !FakeModel.isName(name) {
            // The question by which lexicon is not known yet: the longest.
            let facts = try server.facts(name)
            let room =
                Lexicon.versions.compactMap { Lexicon.ofVersion($0) }
                .map { facts.evidenceTokens(asking.evidenceTokens, lexicon: $0) }.min() ?? 0
            guard room >= 500 else {
                throw CommandFault(
                    .usage,
                    "the context of \(printable(name)) has no room for reviews beside the question "
                        + "and the answer")
            }
            options.evidenceTokens = min(options.evidenceTokens, room)
        }
        options.language = Language(rawValue: asking.language) ?? .english
        options.budget = try readBudget(asking.budgetUsd)
        options.parallel = asking.parallel
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

    /// Whether models other than simulated ones may be asked: of their server, or of recordings.
    var asksPaid: Bool { asking.realLlm || recording.replay != nil }

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
        guard !asking.isFlex || configuration.facts.provider == .openAI else {
            throw CommandFault(.usage, "--flex is a tier of OpenAI's own servers")
        }
        if let recorder { configuration.source = .recorded(recorder) }
        configuration.tier = asking.isFlex ? .flex : .standard
        configuration.answerSeconds = Int64(asking.answerSeconds ?? (asking.isFlex ? 900 : 180))
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
