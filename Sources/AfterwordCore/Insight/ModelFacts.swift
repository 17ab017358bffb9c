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

    /// The models of `models/openai.txt`, whose names of values are these properties' in words.
    package static let all: [ModelFacts] = {
        let file = DataSections(EmbeddedFile("models/openai.txt"))
        return file.names.map { ModelFacts($0, in: file) }
    }()

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

extension ModelFacts {
    /// The facts of a section. Values left out stay as declared.
    private init(_ name: String, in file: DataSections) {
        func text(_ key: String) -> String? { file[name, key]?.text }
        func number(_ key: String) -> Int64? { text(key).flatMap { Int64($0) } }
        func flag(_ key: String) -> Bool? { text(key).map { $0 == "yes" } }
        guard let input = number("input"), let cachedInput = number("cached input"),
            let output = number("output")
        else { preconditionFailure("\(name) has no prices") }
        self.name = name
        (self.input, self.cachedInput, self.output) = (input, cachedInput, output)
        cacheWrite = number("cache write")
        lengthMember = text("length member") ?? lengthMember
        reasoningEffort = text("reasoning effort")
        takesTemperature = flag("takes temperature") ?? takesTemperature
        takesSeed = flag("takes seed") ?? takesSeed
        takesCacheMode = flag("takes cache mode") ?? takesCacheMode
        longInput = text("long input").map { Int64($0) } ?? longInput
        released = text("released").flatMap(CivilDate.init(written:))
        shutdown = text("shutdown").flatMap(CivilDate.init(written:))
        replacement = text("replacement")
    }
}

extension CivilDate {
    /// A date as `2027-01-14`; nil for anything else.
    fileprivate init?(written text: String) {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}
