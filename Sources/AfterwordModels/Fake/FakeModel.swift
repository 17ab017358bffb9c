package import AfterwordCore
package import AfterwordPipeline

/// A model without a network: a pure function of the request and a seed. It reads the reviews in
/// the request, finds aspects with the lexicon, clusters other sentences, quotes verbatim, and
/// answers in the requested JSON schema. A `Behaviour` makes it misbehave in a defined way.
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
    }

    package let name: String
    package var facts: ModelFacts? { nil }
    package var tries: Int { 1 }
    private let behaviour: Behaviour
    private let seed: UInt64
    /// How many of a thousand requests fail. Request and seed decide which ones, and with which
    /// error.
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

    private func language(_ request: ModelRequest) -> Language {
        let document = try? JSONValue(parsing: Array(request.user.utf8))
        let written = document?["task"]?["answer_language"]?.text ?? ""
        return Language(rawValue: written) ?? .english
    }
}

/// A review, read from the request.
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

    /// One mention per aspect: the one in the longest sentence.
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

    /// A sentence of the review as a quote. A sentence of more than 280 bytes is cut at word ends,
    /// around `words`.
    func quote(_ field: TrackedField, _ sentence: Range<Int>, around words: Range<Int>) -> String {
        let bytes = (field == .title ? values.title : values.body)?.bytes ?? []
        // A sentence of a word or two says more together with the rest of a short text.
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
