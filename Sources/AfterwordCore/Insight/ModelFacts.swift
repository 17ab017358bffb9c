/// Prices and properties of a model, as data.
package struct ModelFacts: Equatable, Sendable {
    package var name: String
    /// The protocol's variant that its server speaks.
    package var provider = ModelProvider.openAI
    /// Whether its calls cost money. For one that does not, nothing is reserved or booked.
    package var isPaid = true
    /// Nano-dollars per token.
    package var input: Int64
    package var cachedInput: Int64
    /// The price of input written to the provider's cache, where it differs from `input`;
    /// nano-dollars per token. Where the usage does not report how much was written, all uncached
    /// input is priced this way.
    package var cacheWrite: Int64?
    package var output: Int64
    /// The prices by tier, in thousandths of those above.
    package var tiers: [ServiceTier: Int64] = [.standard: 1_000, .flex: 500, .priority: 2_000]
    /// The most tokens of a question and its answer together; nil where it is not known.
    package var context: Int64?
    /// How the answer's schema is asked for.
    package var dialect = AnswerDialect.strict
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
    /// The number of input tokens above which the whole call costs more, and by how much; nil where
    /// there is none.
    package var longInput: LongInput?
    /// The release date. An unknown one counts as new, and newer models cost more on regional
    /// hosts.
    package var released: CivilDate?
    /// The shutdown date, and the model that replaces this one.
    package var shutdown: CivilDate?
    package var replacement: String?

    /// What a call with much input costs, in thousandths of the usual prices.
    package struct LongInput: Equatable, Sendable {
        package var above: Int64
        package var input: Int64
        package var output: Int64
    }

    /// A model that costs nothing, behind a server that speaks OpenAI's protocol.
    package init(free name: String) {
        self.name = name
        provider = .compatible
        isPaid = false
        (input, cachedInput, output) = (0, 0, 0)
        lengthMember = "max_tokens"
        takesCacheMode = false
        dialect = .schema
    }

    /// A model with these prices, in nano-dollars per token.
    init(_ name: String, input: Int64, cachedInput: Int64, output: Int64) {
        self.name = name
        (self.input, self.cachedInput, self.output) = (input, cachedInput, output)
    }

    /// The models of `models/models.json`.
    package static let all = ModelCatalog.builtIn.models

    /// Whether a name stands for a simulated model, which no list describes: `fake`, `fake:…`.
    package static func isSimulated(_ name: String) -> Bool {
        name == "fake" || name.hasPrefix("fake:")
    }

    package static func named(_ name: String) -> ModelFacts? { all.first { $0.name == name } }

    /// A warning where the model is shut down within `days` of a moment, or already is; otherwise
    /// nil.
    package func warning(at now: Instant, days: Int64 = 120) -> String? {
        guard let shutdown else { return nil }
        let left = Int64(shutdown.daysSinceEpoch) - now.microseconds / 86_400_000_000
        guard left <= days else { return nil }
        let next = replacement.map { "; \($0) takes its place" } ?? ""
        return left <= 0
            ? "\(name) was shut down on \(shutdown.written)\(next)"
            : "\(name) is shut down on \(shutdown.written)\(next)"
    }

    /// The limit on the reviews sent to this model, as `tokenBound` counts: what was asked for, or
    /// less where the context has no room for it beside question and answer. 0 or less where it has
    /// none at all.
    package func evidenceTokens(_ asked: Int, lexicon: Lexicon = .first) -> Int {
        guard let context else { return asked }
        let empty = insightRequest(
            evidence(.scope(.portfolio), []), language: .english, model: name, lexicon: lexicon
        ).usageBound
        return min(asked, Int(context - empty.input - empty.output))
    }
}

/// Whose protocol a server speaks.
package enum ModelProvider: String, CaseIterable, Sendable {
    /// OpenAI's own, with service tiers and a prompt cache.
    case openAI = "openai"
    /// A server that takes OpenAI's chat completions, without tiers and without a cache: Ollama,
    /// llama.cpp, vLLM, gateways.
    case compatible
}

/// How a server is asked for an answer of a schema.
package enum AnswerDialect: String, CaseIterable, Sendable {
    /// `response_format` of type `json_schema`, strict.
    case strict
    /// The same without `strict`, which some servers refuse.
    case schema = "json_schema"
    /// `response_format` of type `json_object`; the schema stands in the prompt.
    case object = "json_object"
}

extension CivilDate {
    /// As `2027-01-14`.
    package var written: String { "\(year)-\(padded(month, 2))-\(padded(day, 2))" }

    /// A date as `2027-01-14`; nil for anything else.
    init?(written text: String) {
        let written = text.split(separator: "-", omittingEmptySubsequences: false)
        guard written.map(\.utf8.count) == [4, 2, 2],
            written.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        let parts = written.compactMap { Int($0) }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}
