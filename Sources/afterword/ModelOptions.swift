import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser
import Foundation

/// The model that makes insights, its language, and what it may cost.
struct ModelOptions: ParsableArguments {
    @Option(help: "The language insights are told in: \(languages).")
    var language = "en"

    @Flag(
        help: """
            Ask a paid model (OPENAI_API_KEY) instead of the simulated one. With CI set only if \
            AFTERWORD_ALLOW_REAL_LLM=1.
            """)
    var realLlm = false

    @Option(help: "The paid model.")
    var model = OpenAIModel.defaultModel

    @Flag(
        help: """
            Ask for the cheap tier ('flex'): half of the price, and up to a quarter of an hour for \
            an answer.
            """)
    var flex = false

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

    @Option(
        help: """
            How the simulated model behaves: honest, or, to try the checks, refusal, cut, \
            ungrounded, numbers, bad_json, gullible or lying.
            """)
    var fakeLlm = "honest"

    @Option(help: "Questions on their way at once.")
    var parallel = 4

    func validate() throws {
        guard let language = Language(rawValue: language), language != .unknown else {
            throw ValidationError("--language is \(languages)")
        }
        guard FakeModel.Behaviour(rawValue: fakeLlm) != nil else {
            throw ValidationError(
                "--fake-llm is one of "
                    + FakeModel.Behaviour.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard (1...3_600).contains(answerSeconds ?? 1) else {
            throw ValidationError("--answer-seconds is 1 to 3600")
        }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel is 1 to 64") }
        _ = try budget()
    }

    private func budget() throws -> Budget {
        var budget = Budget()
        let settings = Settings.current
        for (written, name, path) in [
            (budgetUsd, "--budget-usd", \Budget.run),
            (settings.dayBudget, "AFTERWORD_BUDGET_DAY_USD", \Budget.day),
            (settings.monthBudget, "AFTERWORD_BUDGET_MONTH_USD", \Budget.month),
        ] {
            guard let written else { continue }
            guard let amount = nanodollars(written) else {
                throw ValidationError("\(name) is an amount of dollars, as 2 or 0.50")
            }
            budget[keyPath: path] = amount
        }
        return budget
    }

    /// The insight options that the arguments and settings describe.
    func options() throws -> InsightOptions {
        var options = InsightOptions()
        options.language = Language(rawValue: language) ?? .english
        options.budget = try budget()
        options.parallel = parallel
        return options
    }

    /// Calls `body` with the selected model, and closes the model's connections afterwards.
    ///
    /// - Parameter isAsking: Whether the model will be asked. If false, neither a key nor
    ///   permission to use a paid model in CI is needed.
    func withModel<Result>(
        isAsking: Bool = true, _ body: (any LanguageModel) async throws -> Result
    ) async throws -> Result {
        guard realLlm else {
            return try await body(FakeModel(FakeModel.Behaviour(rawValue: fakeLlm) ?? .honest))
        }
        let model = try paidModel(isAsking)
        do {
            let result = try await body(model)
            await model.shutDown()
            return result
        } catch {
            await model.shutDown()
            throw error
        }
    }

    private func paidModel(_ isAsking: Bool) throws -> OpenAIModel {
        let settings = Settings.current
        guard !isAsking || !settings.isCI || settings.allowsRealModelInCI else {
            throw CommandFault(
                .usage, "CI is set: a paid model is asked only with AFTERWORD_ALLOW_REAL_LLM=1")
        }
        guard let facts = ModelFacts.named(model) else {
            throw CommandFault(
                .usage,
                "the prices of that model are not known; known are "
                    + ModelFacts.all.map(\.name).joined(separator: ", "))
        }
        guard let key = settings.openAIKey ?? (isAsking ? nil : APIKey("")) else {
            throw CommandFault(.usage, "--real-llm needs a key in OPENAI_API_KEY")
        }
        if let warning = facts.warning(at: now()) { Terminal.writeError("afterword: \(warning)") }
        var configuration = OpenAIModel.Configuration(
            key: key, baseURL: settings.openAIBaseURL, facts: facts)
        configuration.tier = flex ? .flex : .standard
        configuration.answerSeconds = Int64(answerSeconds ?? (flex ? 900 : 180))
        configuration.onFailedTry = { Terminal.writeError("afterword: \($0.words)") }
        return try OpenAIModel(configuration)
    }
}

/// Parses an amount of dollars as exact nano-dollars; nil for anything else.
func nanodollars(_ written: String) -> Int64? {
    let parts = written.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = Int64(parts[0]),
        (0...1_000_000).contains(whole),
        parts[0].allSatisfy(\.isNumber)
    else { return nil }
    guard parts.count == 2 else { return whole * Budget.nanodollars }
    guard (1...9).contains(parts[1].count), parts[1].allSatisfy({ $0.isASCII && $0.isNumber }),
        let part = Int64(parts[1] + String(repeating: "0", count: 9 - parts[1].count))
    else { return nil }
    return whole * Budget.nanodollars + part
}

/// Nano-dollars as dollars with four decimals, rounded up.
func dollars(_ nanodollars: Int64) -> String {
    "$" + decimal((nanodollars + 99_999) / 100_000 * 100_000, of: Budget.nanodollars, places: 4)
}

/// The clock, pauses and messages that `makeInsights` uses in this program.
func insightSurroundings(isQuiet: Bool) -> InsightSurroundings {
    let bar = ProgressBar(isQuiet: isQuiet)
    var surroundings = InsightSurroundings(
        now: { now() }, batch: Int64.random(in: 1..<Int64.max),
        pause: { try? await Task.sleep(for: .milliseconds(50)) },
        progress: { done, count in
            bar.show("insights", done, of: count)
            if done == count { bar.finish() }
        })
    surroundings.wait = { try? await Task.sleep(for: .milliseconds(500)) }
    surroundings.notice = { Terminal.writeError("afterword: \($0.words)") }
    return surroundings
}

extension OpenAIModel.FailedTry {
    /// The message for a failed try.
    var words: String {
        let next = pause.map { "; again in \(seconds($0)) s" } ?? ""
        let name = (ids.server ?? ids.own).map { " (\(printable($0)))" } ?? ""
        return "try \(number) of \(of): \(reason)\(next)\(name)"
    }

    private func seconds(_ pause: Duration) -> String {
        let (whole, atto) = pause.components
        let tenths = whole * 10 + atto / 100_000_000_000_000_000
        return decimal(tenths, of: 10, places: 1)
    }
}

extension InsightNotice {
    /// The message for a notice.
    var words: String {
        switch self {
        case .waitingForModel(let questions, let seconds):
            "waiting for the model: \(several(Int64(questions), "question")) without an answer, "
                + "the oldest "
                + "for \(seconds) s"
        case .waitingForAnother(let scopes):
            "waiting for another program that asks about "
                + scopes.prefix(3).map { printable($0.written) }.joined(separator: ", ")
                + (scopes.count > 3 ? " and \(scopes.count - 3) more" : "")
                + "; if it died, its questions are free within a minute"
        case .waitingForBudget(let refusal):
            "waiting: what other programs have reserved leaves no room in the budget of the "
                + "\(refusal.span.rawValue), \(dollars(refusal.ceiling))"
        case .unusable(let scope, let fault, let isAskedAgain):
            "\(printable(scope.written)): \(Failure.words(fault))"
                + (isAskedAgain ? "; asked once more" : "")
        case .beyondBound(let scope, let beyond):
            "\(printable(scope.written)): \(beyond.words)"
        case .unknownUsage(let scope):
            "\(printable(scope.written)): what the question used is not said, or not to be "
                + "believed; it "
                + "counts as the most it can cost"
        }
    }
}

extension BeyondBound {
    /// The message for a call whose reported usage exceeds what the question can have used.
    var words: String {
        "the server counts \(grouped(usage.input)) tokens in and \(grouped(usage.output)) out, "
            + "\(dollars(cost)); the question can have used \(grouped(bound.input)) and "
            + "\(grouped(bound.output)), \(dollars(price)). It is booked as the server says, and "
            + "nothing more is asked"
    }
}

extension InsightReport {
    /// Prints one line with the outcome, unless `isQuiet`.
    func show(isQuiet: Bool) {
        guard !isQuiet else { return }
        var parts = ["\(grouped(Int64(made))) made", "\(grouped(Int64(standing))) standing"]
        let silent = outcomes.count {
            if case .notEnough = $0.outcome { true } else { false }
        }
        if silent > 0 { parts.append("\(silent) with too little to say") }
        if !leftAlone.isEmpty { parts.append("\(leftAlone.count) left alone") }
        var ending = "\(several(calls, "question")) asked, \(grouped(Int64(cacheHits))) known"
        if cost > 0 { ending += ", \(dollars(cost))" }
        if !runs.isEmpty {
            ending += "; run " + runs.map { String($0) }.joined(separator: ", ")
        }
        print("Insights: \(parts.joined(separator: ", ")); \(ending).")
    }

    /// The report as JSON, with costs in nano-dollars.
    var json: JSONValue {
        .row([
            "made": JSONValue(made), "standing": JSONValue(standing), "calls": JSONValue(calls),
            "cache_hits": JSONValue(cacheHits), "cost_nanodollars": JSONValue(cost),
            "runs": .array(runs.map { JSONValue($0) }),
            "failed": .array(failures.map { .string($0.scope.written) }),
            "left_alone": .array(leftAlone.map { .string($0.written) }),
        ])
    }

    /// Throws `CommandFault` when a budget, the model or another program kept insights from being
    /// made.
    func check() throws {
        if let beyond { throw CommandFault(.model, beyond.words + ". What was made is stored") }
        if let refusal {
            throw CommandFault(
                .budget,
                "the budget of the \(refusal.span.rawValue) is \(dollars(refusal.ceiling)); "
                    + "\(dollars(refusal.spent)) is spent or reserved, and the next question may "
                    + "cost \(dollars(refusal.asked)). What was made is stored")
        }
        if let (scope, failure) = failures.first {
            throw CommandFault(
                .model,
                "\(scope.written): \(Failure.words(failure.fault))"
                    + (failures.count > 1
                        ? "; \(several(failures.count - 1, "more scope")) failed" : ""))
        }
        if outcomes.count == 1, let scope = leftAlone.first {
            throw CommandFault(
                .model, "\(scope.written): \(Failure.words(ModelFailure.Fault.leftAlone))")
        }
        if let entry = outcomes.first(where: { $0.outcome == .stillAsked }) {
            throw CommandFault(
                .model, "\(entry.scope.written): another program asks the same and does not end")
        }
    }
}

/// The codes of all languages: "en, de or ja".
private let languages: String = {
    let codes = Language.allCases.filter { $0 != .unknown }.map(\.rawValue)
    return codes.dropLast().joined(separator: ", ") + " or " + (codes.last ?? "")
}()
