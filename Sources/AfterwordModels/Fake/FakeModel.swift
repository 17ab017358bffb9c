package import AfterwordCore
package import AfterwordPipeline

/// A model without a network: a pure function of the request and a seed, with real content. It reads the reviews out of the
/// request as a model would, finds aspects with the lexicon, clusters what that does not know, quotes verbatim, and answers in the
/// form that was asked for. On demand it misbehaves.
package struct FakeModel: LanguageModel {
    package enum Behaviour: String, CaseIterable, Sendable {
        case honest
        /// Will not answer.
        case refusal
        /// Breaks off in the middle.
        case cut
        /// Quotes what nobody wrote, of reviews that are not there.
        case ungrounded
        /// Puts numbers into everything it says.
        case numbers
        /// Answers with what is no JSON.
        case badJSON = "bad_json"
        /// Obeys whatever a review tells it to do.
        case gullible
        /// All of it at once, at random.
        case lying
    }

    package let name: String
    package var facts: ModelFacts? { nil }
    package var tries: Int { 1 }
    private let behaviour: Behaviour
    private let seed: UInt64
    /// Of a thousand requests so many fail; which and how is decided by request and seed.
    private let faultsPerMille: UInt64
    private let lexicon = Lexicon.first

    package init(_ behaviour: Behaviour = .honest, seed: UInt64 = 0, faultsPerMille: UInt64 = 0) {
        self.behaviour = behaviour
        self.seed = seed
        self.faultsPerMille = faultsPerMille
        name = behaviour == .honest ? "fake-1" : "fake-1-\(behaviour.rawValue)"
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
        guard let reviews = FakeReview.all(in: request.user) else {
            throw ModelFailure(.badRequest("no reviews"))
        }
        let honest = FakeAnswer(reviews, language: language(request), lexicon: lexicon)
        switch behaviour {
        case .refusal: throw ModelFailure(.refused, usage: reply("").usage)
        case .cut: throw ModelFailure(.cut, usage: reply("").usage)
        case .badJSON: return reply(String(honest.json.canonical.dropLast(3)) + ", oh")
        case .honest: return reply(try checked(honest.json, request))
        case .gullible: return reply(try checked(honest.obeying(reviews).json, request))
        case .ungrounded, .numbers, .lying:
            let bent = honest.bent(behaviour, reviews, &random, lexicon)
            return reply(try checked(bent.json, request))
        }
    }

    /// Nothing leaves that is not of the form asked for.
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

    private func language(_ request: ModelRequest) -> Language {
        let document = try? JSONValue(parsing: Array(request.user.utf8))
        let written = document?["task"]?["answer_language"]?.text ?? ""
        return Language(rawValue: written) ?? .english
    }
}

/// A review as it stands in a request.
struct FakeReview: Sendable {
    var id: String
    var version: Int64
    var product: String
    var values: ReviewValues
    var reading: ReviewReading

    static func all(in document: String) -> [FakeReview]? {
        guard let parsed = try? JSONValue(parsing: Array(document.utf8)),
            let reviews = parsed["reviews"]?.elements
        else { return nil }
        return reviews.map { review in
            var values = ReviewValues()
            values.rating = review["stars"]?.integer.map { $0 * 10 }
            values.title = review["title"]?.text.map { Text($0) }
            values.body = review["text"]?.text.map { Text($0) }
            return FakeReview(
                id: review["id"]?.text ?? "", version: review["version"]?.integer ?? 0,
                product: review["product"]?.text ?? "", values: values,
                reading: readReview(values, with: .first))
        }
    }

    func counts(asStrength: Bool) -> Bool {
        guard let star = values.star else { return true }
        return asStrength ? star >= 4 : star <= 3
    }

    /// One mention of each aspect: that in the longest sentence, which says most.
    func mentions(ofStrengths isStrength: Bool) -> [Mention] {
        var longest: [Int: Mention] = [:]
        for mention in reading.mentions where mention.isNegative != isStrength {
            let length = min(mention.sentence.count, Self.quoteBytes)
            if length > longest[mention.aspect].map({ min($0.sentence.count, Self.quoteBytes) })
                ?? 0
            {
                longest[mention.aspect] = mention
            }
        }
        return longest.values.sorted { $0.aspect < $1.aspect }
    }

    /// A sentence of it, cut to a quote's length at the ends of words.
    func quote(_ field: Field, _ sentence: Range<Int>, around words: Range<Int>) -> String {
        let bytes = (field == .title ? values.title : values.body)?.bytes ?? []
        // A word or two say more with what stands around them.
        if sentence.count < Self.shortBytes, bytes.count <= Self.quoteBytes {
            return String(decoding: bytes, as: UTF8.self)
        }
        guard sentence.count > Self.quoteBytes else {
            return String(decoding: bytes[sentence], as: UTF8.self)
        }
        func isEnd(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == 0x0A }
        var start = max(sentence.lowerBound, words.lowerBound - Self.quoteBytes / 3)
        while start > sentence.lowerBound, !isEnd(start - 1) { start -= 1 }
        var end = min(sentence.upperBound, words.upperBound + Self.quoteBytes / 3)
        while end < sentence.upperBound, !isEnd(end) { end += 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private static let quoteBytes = 280
    private static let shortBytes = 24
}
