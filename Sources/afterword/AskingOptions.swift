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
        _ = try readBudget(budgetUsd)
    }

    /// Whether the cheap tier is asked for.
    var isFlex: Bool { flex || tier == "flex" }
}

/// The names of the simulated model's behaviours: "honest, refusal, cut".
let behaviours = FakeModel.Behaviour.allCases.map(\.rawValue).joined(separator: ", ")

/// The codes of all languages: "en, de or ja".
private let languages: String = {
    let codes = Language.allCases.filter { $0 != .unknown }.map(\.rawValue)
    return codes.dropLast().joined(separator: ", ") + " or " + (codes.last ?? "")
}()
