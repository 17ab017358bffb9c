import AfterwordCore

/// The fake model's answer, before it is encoded as JSON.
struct FakeAnswer {
    /// A quote of a version of a review, cited by its id in the request.
    struct Quote {
        var review: String
        var version: Int64
        var text: String
    }

    /// An issue or a strength of one aspect, with its evidence.
    struct Item {
        var aspect: String
        var summary: String
        var severity: Severity
        var polarity: Polarity
        var quotes: [Quote]
    }

    /// A suggested action, and who can take it.
    struct Recommendation {
        var aspect: String
        var route: Route
        var text: String
    }

    var issues: [Item] = []
    var strengths: [Item] = []
    var standing: String
    var recommendations: [Recommendation] = []
    var limitations: [String] = []

    static let issueLimit = 8
    static let lexiconIssueLimit = 7
    static let strengthLimit = 4
    static let quoteLimit = 12

    /// Builds an honest answer from the reviews: at most 7 issues and 4 strengths by aspect,
    /// ordered by mentions, which count twice for an aspect that is not general; a recommendation
    /// for each issue; then clusters of sentences outside the lexicon, up to 8 issues in all. From
    /// 30 reviews on, an aspect needs two mentions.
    init(_ reviews: [FakeReview], language: Language, lexicon: Lexicon) {
        let phrases = FakePhrases.of(language)
        standing = phrases.standing
        limitations = [phrases.limitation]
        let enough = reviews.count >= 30 ? 2 : 1
        var quoteReader = QuoteReader(lexicon)
        for isStrength in [false, true] {
            for (aspect, said) in Self.tally(reviews, isStrength, lexicon, &quoteReader)
            where said.count >= enough {
                let own = lexicon.aspects[aspect]
                let quotes = Self.spread(said).prefix(Self.quoteLimit).map(\.quote)
                let hasName = own.strength != nil || own.names.strength[language] != nil
                if quotes.isEmpty || isStrength && !hasName { continue }
                let label = AspectLabel.text(own, strength: isStrength, in: language)
                let item = Item(
                    aspect: own.id,
                    summary: phrases.say(label, isStrength ? .strength : .issue),
                    severity: isStrength ? .low : Self.severity(said.map(\.review)),
                    polarity: isStrength ? .positive : .negative,
                    quotes: quotes)
                if isStrength {
                    if strengths.count < Self.strengthLimit { strengths.append(item) }
                } else if issues.count < Self.lexiconIssueLimit {
                    issues.append(item)
                    let route = Route(rawValue: own.route) ?? .both
                    recommendations.append(
                        Recommendation(
                            aspect: own.id, route: route,
                            text: phrases.say(label, .recommendation(route))))
                }
            }
        }
        addClusters(reviews, phrases)
    }

    /// A review that mentions an aspect, with the quote.
    private struct Said {
        var review: FakeReview
        var quote: Quote
        /// How clearly the quoted sentence says so.
        var clarity = QuoteClarity.given
    }

    private static func tally(
        _ reviews: [FakeReview], _ isStrength: Bool, _ lexicon: Lexicon,
        _ quoteReader: inout QuoteReader
    ) -> [(aspect: Int, said: [Said])] {
        var said: [Int: [Said]] = [:]
        for review in reviews where review.counts(asStrength: isStrength) {
            for mention in review.mentions(ofStrengths: isStrength) {
                let text = review.quote(mention.field, mention.sentence, around: mention.range)
                let clarity = quoteReader.clarity(of: mention, in: review.values)
                said[mention.aspect, default: []].append(
                    Said(
                        review: review,
                        quote: Quote(review: review.id, version: review.version, text: text),
                        clarity: clarity ?? .none))
            }
        }
        func weight(_ entry: (key: Int, value: [Said])) -> Int {
            entry.value.count * (lexicon.aspects[entry.key].isGeneral ? 1 : 2)
        }
        return said.sorted { left, right in
            weight(left) == weight(right)
                ? left.key < right.key : weight(left) > weight(right)
        }.map { ($0.key, $0.value) }
    }

    /// What may be quoted, the plainest first, of these distinct texts, then distinct products and
    /// languages.
    private static func spread(_ said: [Said]) -> [Said] {
        var texts: [String: Int] = [:]
        var languages: [Language: Int] = [:]
        var products: [String: Int] = [:]
        let ranked = quotable(said, \.clarity).enumerated().map { index, entry in
            texts[entry.quote.text, default: 0] += 1
            languages[entry.review.reading.language, default: 0] += 1
            products[entry.review.product, default: 0] += 1
            return (
                entry,
                [
                    -entry.clarity.step.rawValue, texts[entry.quote.text]!,
                    products[entry.review.product]!,
                    languages[entry.review.reading.language]!, index,
                ]
            )
        }
        return ranked.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
    }

    private static func severity(_ reviews: [FakeReview]) -> Severity {
        let stars = reviews.compactMap(\.values.star)
        guard !stars.isEmpty else { return .medium }
        let tenths = stars.reduce(0, +) * 10 / stars.count
        return tenths <= 15 ? .high : tenths <= 24 ? .medium : .low
    }

    private mutating func addClusters(_ reviews: [FakeReview], _ phrases: FakePhrases) {
        for cluster in clusterSentences(reviews.map { ($0.values, $0.reading) }) {
            guard issues.count < Self.issueLimit else { return }
            let said = cluster.members.map { member in
                let review = reviews[member.index]
                let text = review.quote(member.field, member.sentence, around: member.sentence)
                return Said(
                    review: review,
                    quote: Quote(review: review.id, version: review.version, text: text))
            }
            issues.append(
                Item(
                    aspect: AnswerSchema.other, summary: phrases.say(cluster.label, .issue),
                    severity: Self.severity(said.map(\.review)), polarity: .negative,
                    quotes: Self.spread(said).prefix(Self.quoteLimit).map(\.quote)))
        }
    }
}

extension FakeAnswer {
    /// The answer without what the request does not allow: where it does not say what a taxonomy
    /// merged or added, that is left to the program, which adds the themes that are left out.
    func within(_ aspects: Set<String>) -> FakeAnswer {
        var answer = self
        answer.issues.removeAll { !aspects.contains($0.aspect) }
        answer.strengths.removeAll { !aspects.contains($0.aspect) }
        answer.recommendations.removeAll { !aspects.contains($0.aspect) }
        return answer
    }

    /// The answer as JSON that conforms to `AnswerSchema`.
    var json: JSONValue {
        .row([
            "issue_highlights": .array(issues.map(\.json)),
            "strengths": .array(strengths.map(\.json)),
            "historical_standing": .string(standing),
            "recommendations": .array(
                recommendations.map {
                    .row([
                        "aspect": .string($0.aspect), "route": .string($0.route.rawValue),
                        "text": .string($0.text),
                    ])
                }),
            "limitations": .array(limitations.map { .string($0) }),
        ])
    }
}

extension FakeAnswer.Item {
    fileprivate var json: JSONValue {
        .row([
            "aspect": .string(aspect), "summary": .string(summary),
            "severity": .string(severity.rawValue), "polarity": .string(polarity.rawValue),
            "evidence": .array(
                quotes.map {
                    .row([
                        "review_id": .string($0.review), "version": JSONValue($0.version),
                        "quote": .string($0.text), "translation": .null,
                    ])
                }),
        ])
    }
}
