import AfterwordCore
import AfterwordModels
import AfterwordPipeline
import ArgumentParser
import Foundation

/// The model that makes insights.
struct ModelOptions: ParsableArguments {
    @Option(help: "The paid model.")
    var model = OpenAIModel.defaultModel

    @Option(
        help: """
            How the simulated model behaves: honest; varied, which chooses items and quotes by \
            chance; or, to try the checks, refusal, cut, ungrounded, numbers, bad_json, gullible, \
            lying or careless.
            """)
    var fakeLlm = "honest"

    func validate() throws {
        guard FakeModel.Behaviour(rawValue: fakeLlm) != nil else {
            throw ValidationError("--fake-llm is one of \(behaviours)")
        }
    }
}

/// A command that asks one model.
protocol AsksModel: AsksModels {
    /// Which one.
    var model: ModelOptions { get }
}

extension AsksModel {
    /// The model as the options describe it.
    var askedModel: AskedModel { AskedModel(model: model, models: askedModels) }
}

/// A model as options describe it, and how it is asked.
struct AskedModel {
    var model: ModelOptions
    var models: AskedModels

    /// The insight options that the arguments and settings describe.
    func options() throws -> InsightOptions { try models.options(for: [name]) }

    private var name: String { models.asksPaid ? model.model : "fake:\(model.fakeLlm)" }

    /// Calls `body` with the selected model, and closes the model's connections afterwards.
    ///
    /// - Parameter isAsking: Whether the model will be asked. If false, neither a key nor
    ///   permission to use a paid model in CI is needed.
    func withModel<Result>(
        isAsking: Bool = true, _ body: (any LanguageModel) async throws -> Result
    ) async throws -> Result {
        try await models.withModels([name], isAsking: isAsking) { try await body($0[0]) }
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

/// The ceilings of `--budget-usd` (a run's) and of the environment (a day's, a month's).
///
/// - Throws: `ValidationError` for what is no amount.
func readBudget(_ run: String?) throws -> Budget {
    var budget = Budget()
    let settings = Settings.current
    for (written, name, path) in [
        (run ?? settings.runBudget, "--budget-usd", \Budget.run),
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

/// Nano-dollars as dollars with four decimals, rounded up.
func dollars(_ nanodollars: Int64) -> String {
    let parts = nanodollars / 100_000 + (nanodollars % 100_000 > 0 ? 1 : 0)
    return "$" + decimal(parts, of: 10_000, places: 4)
}

/// The clock, pauses and messages that `makeInsights` uses in this program.
func insightSurroundings(isQuiet: Bool, log: EventLog? = nil) -> InsightSurroundings {
    let bar = ProgressBar(isQuiet: isQuiet)
    var surroundings = InsightSurroundings(
        now: { now() }, batch: Int64.random(in: 1..<Int64.max),
        pause: { try? await Task.sleep(for: .milliseconds(50)) },
        progress: { done, count in
            bar.show("insights", done, of: count)
            log?.progress(
                of: .insights, "",
                .init(done: Int64(done), total: Int64(count), unit: "scopes"))
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
        // What costs less waits for room longer than for anything else: up to a quarter of an hour.
        return isForRoom
            ? "no room in the tier flex (\(reason)), wait \(number) of \(of)\(next)\(name)"
            : "try \(number) of \(of): \(reason)\(next)\(name)"
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

extension BudgetRefusal {
    /// The message for a call that the budget does not allow.
    var words: String {
        "the budget of the \(span.rawValue) is \(dollars(ceiling)); \(dollars(spent)) is spent or "
            + "reserved, and the next question may cost \(dollars(asked))"
    }
}

extension BeyondBound {
    /// The message for a call whose reported usage, or whose tier, exceeds what the question can
    /// have used.
    var words: String {
        guard !isOfTier else {
            return "the answer counts as of the tier '\(tier.rawValue)', at which it costs "
                + "\(dollars(cost)); at the tier that was asked for, the question can have cost "
                + "\(dollars(price)). It is booked at the price of its tier, and nothing more is "
                + "asked"
        }
        let most =
            bound.map {
                "can have used \(grouped($0.input)) and \(grouped($0.output)), \(dollars(price))"
            } ?? "can have cost \(dollars(price))"
        return "the server counts \(grouped(usage.input)) tokens in and \(grouped(usage.output)) "
            + "out, \(dollars(cost)); the question \(most). It is booked as the server says, and "
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
        let batched = outcomes.count { $0.outcome == .inBatch }
        if batched > 0 { parts.append("\(batched) in batches") }
        var ending = "\(several(calls, "question")) asked, \(grouped(Int64(cacheHits))) known"
        if cost > 0 { ending += ", \(dollars(cost))" }
        if !runs.isEmpty {
            ending += "; run " + runs.map { String($0) }.joined(separator: ", ")
        }
        print("Insights: \(parts.joined(separator: ", ")); \(ending).")
    }

    /// Throws `CommandFault` when a budget, the model or another program kept insights from being
    /// made.
    func check() throws {
        if let beyond { throw CommandFault(.model, beyond.words + ". What was made is stored") }
        if let refusal {
            throw CommandFault(.budget, refusal.words + ". What was made is stored")
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
        if outcomes.count == 1, outcomes[0].outcome == .inBatch {
            throw CommandFault(
                .model,
                "\(outcomes[0].scope.written): asked in a batch; 'afterword insights collect' "
                    + "takes the answer")
        }
        if let entry = outcomes.first(where: { $0.outcome == .stillAsked }) {
            throw CommandFault(
                .model, "\(entry.scope.written): another program asks the same and does not end")
        }
    }
}
