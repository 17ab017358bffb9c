/// What is known of a model that is paid for: data, with the day it was looked up.
package struct ModelFacts: Equatable, Sendable {
    package var name: String
    /// Nano-dollars a token.
    package var input: Int64
    package var cachedInput: Int64
    /// What reading into the maker's cache costs, where that is more than reading; usage does not tell how much of
    /// the input it was, so that all of it is counted so.
    package var cacheWrite: Int64?
    package var output: Int64
    /// The member that bounds an answer's length.
    package var lengthMember: String
    /// Sent where the model would else reason, which costs tokens nobody sees.
    package var reasoningEffort: String?
    /// The day on which it ends, and what comes after it.
    package var shutdown: CivilDate?
    package var replacement: String?

    /// Prices and dates as published in November 2026.
    package static let all: [ModelFacts] = [
        ModelFacts(
            name: "gpt-4o-mini", input: 150, cachedInput: 75, cacheWrite: nil, output: 600,
            lengthMember: "max_tokens", reasoningEffort: nil,
            shutdown: CivilDate(year: 2027, month: 1, day: 14), replacement: "gpt-6-luna"),
        ModelFacts(
            name: "gpt-6-luna", input: 100, cachedInput: 10, cacheWrite: 125, output: 500,
            lengthMember: "max_completion_tokens", reasoningEffort: "none", shutdown: nil,
            replacement: nil),
    ]

    package static func named(_ name: String) -> ModelFacts? { all.first { $0.name == name } }

    /// What a call costs, in nano-dollars.
    package func cost(_ usage: ModelUsage) -> Int64 {
        (usage.input - usage.cachedInput) * max(input, cacheWrite ?? 0)
            + usage.cachedInput * cachedInput
            + usage.output * output
    }

    /// That it ends, where it does within `days` of a moment, or has ended.
    package func warning(at now: Instant, days: Int64 = 120) -> String? {
        guard let shutdown else { return nil }
        let left = Int64(shutdown.daysSinceEpoch) - now.microseconds / 86_400_000_000
        guard left <= days else { return nil }
        let date = "\(shutdown.year)-\(padded(shutdown.month, 2))-\(padded(shutdown.day, 2))"
        let next = replacement.map { "; \($0) takes its place" } ?? ""
        return left <= 0
            ? "\(name) was shut down on \(date)\(next)" : "\(name) is shut down on \(date)\(next)"
    }
}

/// Tokens of a call, as the model's maker counts them.
package struct ModelUsage: Equatable, Sendable {
    package var input: Int64
    /// Of the input, what was read from the maker's cache.
    package var cachedInput: Int64
    package var output: Int64

    package init(input: Int64, cachedInput: Int64, output: Int64) {
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
    }
}
