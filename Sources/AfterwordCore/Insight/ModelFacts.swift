/// What is known of a model that is paid for: data, with the day it was looked up.
package struct ModelFacts: Equatable, Sendable {
    package var name: String
    /// Nano-dollars a token.
    package var input: Int64
    package var cachedInput: Int64
    /// What input costs that is written to the maker's cache, where that is more than reading.
    /// Where usage does not say how much of the input that was, all of it counts so.
    package var cacheWrite: Int64?
    package var output: Int64
    /// The member that bounds an answer's length.
    package var lengthMember = "max_completion_tokens"
    /// Sent where the model would else reason more, which costs tokens nobody sees.
    package var reasoningEffort: String?
    /// Whether it takes a temperature other than 1.
    package var takesTemperature = true
    /// Whether it takes a seed; deprecated, and refused by some gateways.
    package var takesSeed = false
    /// Whether it is told not to write to a cache (`prompt_cache_options`).
    package var takesCacheMode = true
    /// Input beyond it makes the whole call dearer: twice the input, half as much again for the
    /// output. Nil where it does not.
    package var longInput: Int64? = 272_000
    /// Since when it is there. Unknown counts as new: newer models cost more on regional hosts.
    package var released: CivilDate?
    /// The day on which it ends, and what comes after it.
    package var shutdown: CivilDate?
    package var replacement: String?

    /// Prices and dates as published in November 2026. What writing to the cache costs is not
    /// published for all of them: a quarter more than reading, as for the others.
    package static let all: [ModelFacts] = [
        ModelFacts(
            name: "gpt-6-luna", input: 100, cachedInput: 10, cacheWrite: 125, output: 500,
            reasoningEffort: "none"),
        ModelFacts(
            name: "gpt-5.6-luna", input: 200, cachedInput: 20, cacheWrite: 250, output: 1_200,
            reasoningEffort: "none"),
        ModelFacts(
            name: "gpt-6.1-terra", input: 1_000, cachedInput: 50, cacheWrite: 1_250,
            output: 5_000, reasoningEffort: "none"),
        ModelFacts(
            name: "gpt-6.1-sol", input: 2_000, cachedInput: 100, cacheWrite: 2_500,
            output: 10_000, reasoningEffort: "none"),
        ModelFacts(
            name: "gpt-6.2-sol", input: 2_000, cachedInput: 100, cacheWrite: 2_500,
            output: 10_000, reasoningEffort: "low", takesTemperature: false),
        ModelFacts(
            name: "gpt-6.2-astra", input: 8_000, cachedInput: 400, cacheWrite: 10_000,
            output: 40_000, reasoningEffort: "low", takesTemperature: false),
        ModelFacts(
            name: "gpt-4o-mini", input: 150, cachedInput: 75, cacheWrite: nil, output: 600,
            lengthMember: "max_tokens", takesSeed: true, takesCacheMode: false, longInput: nil,
            released: CivilDate(year: 2024, month: 7, day: 18),
            shutdown: CivilDate(year: 2027, month: 1, day: 14), replacement: "gpt-6-luna"),
    ]

    package static func named(_ name: String) -> ModelFacts? { all.first { $0.name == name } }

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
