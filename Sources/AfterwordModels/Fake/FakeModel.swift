package import AfterwordCore
package import AfterwordPipeline

/// A model without a network: a pure function of the request and a seed. It reads the reviews in
/// the request, finds aspects with the lexicon and taxonomy that the request asks by, clusters
/// other sentences, quotes verbatim, and answers in the requested JSON schema. A `Behaviour` makes
/// it misbehave in a defined way.
package struct FakeModel: LanguageModel {
    /// How the model answers. The raw value becomes part of the model's name.
    package enum Behaviour: String, CaseIterable, Sendable {
        case honest
        /// Refuses to answer.
        case refusal
        /// Stops in the middle of the answer.
        case cut
        /// Invents quotes, and cites reviews that do not exist.
        case ungrounded
        /// Adds invented numbers to every text.
        case numbers
        /// Answers with invalid JSON.
        case badJSON = "bad_json"
        /// Follows instructions in the reviews.
        case gullible
        /// Combines `ungrounded` and `numbers`, at random, and adds an invented issue.
        case lying
        /// Honest, but chooses items and quotes by chance; two quotes in a hundred are falsified.
        case varied
        /// As `varied`, with ten more falsified quotes in a hundred.
        case careless

        /// Whether two seeds give two models, and the seed becomes part of the model's name.
        fileprivate var isSeeded: Bool { self == .varied || self == .careless }
    }

    package let name: String
    package var facts: ModelFacts? { nil }
    package var tries: Int { 1 }
    private let behaviour: Behaviour
    private let seed: UInt64
    /// How many of a thousand requests fail. Request and seed decide which ones, and with which
    /// error.
    private let faultsPerMille: UInt64

    package init(_ behaviour: Behaviour = .honest, seed: UInt64 = 0, faultsPerMille: UInt64 = 0) {
        self.behaviour = behaviour
        self.seed = seed
        self.faultsPerMille = faultsPerMille
        name =
            (behaviour == .honest ? "fake-1" : "fake-1-\(behaviour.rawValue)")
            + (behaviour.isSeeded ? "-\(seed)" : "")
    }

    package func answer(_ request: ModelRequest) async throws(ModelFailure) -> ModelReply {
        var random = SplitMix64(seed: self.seed(request))
        if let fault = fault(&random) { throw ModelFailure(fault) }
        let input = Int64(tokenBound(request.system) + tokenBound(request.user))
        func reply(_ text: String) -> ModelReply {
            ModelReply(
                text: text,
                usage: ModelUsage(
                    input: input, cachedInput: 0, output: Int64(tokenBound(text))))
        }
        let lexicon = Lexicon.asked(by: request.schema, request.user)
        guard let reviews = FakeReview.all(in: request.user, lexicon) else {
            throw ModelFailure(.badRequest("no reviews"))
        }
        let language = Self.language(request.user)
        let allowed = Set(AnswerSchema.aspects(of: request.schema))
        if request.schemaName == EnrichmentSchema.name, readsReviews {
            let answer = FakeEnrichment(
                reviews: reviews, language: language, lexicon: lexicon, allowed: allowed)
            return reply(try checked(answer.json, request))
        }
        let honest = FakeAnswer(reviews, language: language, lexicon: lexicon).within(allowed)
        switch behaviour {
        case .refusal: throw ModelFailure(.refused, usage: reply("").usage)
        case .cut: throw ModelFailure(.cut, usage: reply("").usage)
        case .badJSON: return reply(String(honest.json.canonical.dropLast(3)) + ", oh")
        case .honest: return reply(try checked(honest.json, request))
        case .gullible: return reply(try checked(honest.obeying(reviews).json, request))
        case .varied, .careless:
            let misquotes: UInt64 = behaviour == .varied ? 20 : 120
            let varied = honest.varied(misquotes: misquotes, reviews, &random)
            return reply(try checked(varied.json, request))
        case .ungrounded, .numbers, .lying:
            let bent = honest.bent(behaviour, reviews, &random, lexicon).within(allowed)
            return reply(try checked(bent.json, request))
        }
    }

    /// The answer as text.
    ///
    /// - Throws: `ModelFailure` with `.badRequest` where the answer does not conform to the schema
    ///   of the request.
    private func checked(
        _ answer: JSONValue, _ request: ModelRequest
    ) throws(ModelFailure) -> String {
        guard schemaFault(answer, schema: request.schema) == nil else {
            throw ModelFailure(.badRequest("the schema is not one this model knows"))
        }
        return answer.canonical
    }

    private func seed(_ request: ModelRequest) -> UInt64 {
        request.digest.bytes.prefix(8).reduce(seed) { ($0 << 8 | $0 >> 56) ^ UInt64($1) }
    }

    private func fault(_ random: inout SplitMix64) -> ModelFailure.Fault? {
        guard random.next() % 1_000 < faultsPerMille else { return nil }
        let faults: [ModelFailure.Fault] = [
            .rateLimited, .timedOut, .unreachable, .serverError(500), .serverError(503), .filtered,
        ]
        return faults[Int(random.next() % UInt64(faults.count))]
    }

    /// Whether it answers at all, and with JSON.
    private var readsReviews: Bool { ![.refusal, .cut, .badJSON].contains(behaviour) }

    /// The language that a question wants its answer in.
    static func language(_ user: String) -> Language {
        let document = try? JSONValue(parsing: Array(user.utf8))
        let written = document?["task"]?["answer_language"]?.text ?? ""
        return Language(rawValue: written) ?? .english
    }
}
