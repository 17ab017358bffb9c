/// Prices and properties of a paid model, as data.
package struct ModelFacts: Equatable, Sendable {
    package var name: String
    /// Nano-dollars per token.
    package var input: Int64
    package var cachedInput: Int64
    /// The price of input written to the provider's cache, where it differs from `input`;
    /// nano-dollars per token. Where the usage does not report how much was written, all uncached
    /// input is priced this way.
    package var cacheWrite: Int64?
    package var output: Int64
    /// The request member that limits the length of an answer.
    package var lengthMember = "max_completion_tokens"
    /// Sent to models that would otherwise reason more and use invisible tokens.
    package var reasoningEffort: String?
    /// Whether the model accepts a temperature other than 1.
    package var takesTemperature = true
    /// Whether the model accepts a seed; seeds are deprecated and some gateways refuse them.
    package var takesSeed = false
    /// Whether the request tells the provider not to write to its cache (`prompt_cache_options`).
    package var takesCacheMode = true
    /// The number of input tokens above which the whole call costs more: input ×2, output ×1.5. Nil
    /// where there is no such limit.
    package var longInput: Int64? = 272_000
    /// The release date. An unknown one counts as new, and newer models cost more on regional
    /// hosts.
    package var released: CivilDate?
    /// The shutdown date, and the model that replaces this one.
    package var shutdown: CivilDate?
    package var replacement: String?

    /// Prices and dates as published in November 2026. The price of cache writes is not published
    /// for every model; it is then assumed to be a quarter above the input price, as for the
    /// others.
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

    /// A warning where the model is shut down within `days` of a moment, or already is; otherwise
    /// nil.
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
