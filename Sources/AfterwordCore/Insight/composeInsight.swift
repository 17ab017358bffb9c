/// Makes an insight of an answer: quotes are looked up in their reviews, words are checked, everything that can be counted is
/// counted anew. What does not hold is dropped, and how much of it is told.
package func composeInsight(
    _ answer: ModelAnswer, _ evidence: Evidence, of subject: InsightSubject, language: Language,
    model: String, lexicon: Lexicon
) -> Insight {
    var composer = InsightComposer(
        evidence: evidence, subject: subject, language: language, lexicon: lexicon)
    let issues = composer.items(answer.issues.prefix(InsightLimit.issues), strengths: false)
    let strengths = composer.items(
        answer.strengths.prefix(InsightLimit.strengths), strengths: true)
    let recommendations = composer.recommendations(answer.recommendations, issues + strengths)
    let told = composer.prose(answer.standing)
    let limitations = answer.limitations.prefix(InsightLimit.limitations)
        .compactMap { composer.prose($0) }
    var counters = Counters()
    for read in subject.reviews { counters.add(read.review.values, sign: 1) }
    return Insight(
        scope: subject.scope, language: language, model: model, counters: counters,
        productCount: Int64(Set(subject.reviews.map(\.review.productID)).count),
        negative: share(counters.negatives, of: counters.ratedCount),
        portfolioNegative: share(subject.portfolio.negatives, of: subject.portfolio.ratedCount),
        mismatches: Int64(subject.reviews.count(where: \.isMismatch)), issues: issues,
        strengths: strengths, recommendations: recommendations,
        standing: HistoricalStanding(story: story(subject), told: told), limitations: limitations,
        evidenceShown: Int64(evidence.reviews.count),
        evidenceReadable: Int64(evidence.readable), evidenceDigest: evidence.digest,
        dropped: composer.dropped)
}

/// The most that is taken of an answer.
package enum InsightLimit {
    package static let issues = 8
    package static let strengths = 5
    package static let quotes = 12
    package static let recommendations = 8
    package static let limitations = 4
}

private struct InsightComposer {
    let evidence: Evidence
    let subject: InsightSubject
    let language: Language
    let lexicon: Lexicon
    var dropped = DroppedAnswers()
    private let shown: [String: EvidenceReview]
    private let check: ProseCheck
    private let complaints: [Theme]
    private let praise: [Theme]
    private let clusters: [SentenceCluster]

    init(evidence: Evidence, subject: InsightSubject, language: Language, lexicon: Lexicon) {
        self.evidence = evidence
        self.subject = subject
        self.language = language
        self.lexicon = lexicon
        shown = Dictionary(uniqueKeysWithValues: evidence.reviews.map { ($0.alias, $0) })
        check = ProseCheck(evidence, language: language)
        complaints = countThemes(subject.reviews, strengths: false, lexicon: lexicon)
        praise = countThemes(subject.reviews, strengths: true, lexicon: lexicon)
        clusters = clusterSentences(subject.reviews.map { ($0.review.values, $0.reading) })
    }

    /// A model's own words where they hold.
    mutating func prose(_ text: String) -> String? {
        guard let fault = check.fault(text) else { return text }
        dropped.prose[fault, default: 0] += 1
        return nil
    }

    // MARK: Items

    /// Items with a quote that holds, each aspect or cluster once; those that most reviews say first.
    mutating func items(_ items: ArraySlice<ModelAnswer.Item>, strengths: Bool) -> [Insight.Item] {
        var made: [(item: Insight.Item, isGeneral: Bool)] = []
        for item in items {
            let aspect = lexicon.aspects.firstIndex { $0.id == item.aspect }
            let quotes = quotes(item, aspect, strengths: strengths)
            guard !quotes.isEmpty,
                let next = counted(item, aspect, quotes, strengths: strengths),
                !made.contains(where: {
                    $0.item.aspect == next.aspect && $0.item.label == next.label
                })
            else {
                dropped.items += 1
                continue
            }
            made.append((next, aspect.map { lexicon.aspects[$0].isGeneral } ?? false))
        }
        func weight(_ entry: (item: Insight.Item, isGeneral: Bool)) -> (Int64, Int64) {
            let mentions = entry.item.mentions
            return (entry.isGeneral ? mentions : mentions * 2, entry.item.starImpact ?? 0)
        }
        return made.enumerated().sorted { left, right in
            let (l, r) = (weight(left.element), weight(right.element))
            return l == r ? left.offset < right.offset : l > r
        }.map(\.element.item)
    }

    private mutating func quotes(
        _ item: ModelAnswer.Item, _ aspect: Int?, strengths: Bool
    ) -> [Insight.Quote] {
        var quotes: [Insight.Quote] = []
        for quote in item.evidence.prefix(InsightLimit.quotes) {
            guard let source = shown[quote.review], source.review.version == quote.version else {
                dropped.quotes[.unknownReview, default: 0] += 1
                continue
            }
            // The lexicon tells for its aspects whether a review agrees; for others its stars have to.
            guard aspect != nil || source.read.counts(asStrength: strengths) else {
                dropped.quotes[.againstStars, default: 0] += 1
                continue
            }
            switch groundQuote(evidence.mask.unmasking(quote.quote), in: source.review.values) {
            case .failure(let fault): dropped.quotes[fault, default: 0] += 1
            case .success(let grounded):
                let review = source.review
                let known = quotes.contains {
                    $0.productID == review.productID && $0.reviewID == review.reviewID
                        && $0.grounded == grounded
                }
                if known { continue }
                quotes.append(
                    Insight.Quote(
                        productID: review.productID, reviewID: review.reviewID,
                        version: review.version, star: review.values.star,
                        language: source.read.reading.language, grounded: grounded,
                        translation: quote.translation.flatMap {
                            translation($0, of: grounded.text)
                        },
                        agrees: aspect.map {
                            source.read.aspects(negative: !strengths).contains($0)
                        } ?? false))
            }
        }
        return quotes.filter(\.agrees) + quotes.filter { !$0.agrees }
    }

    /// A translation may say what its quote says: a number only where the quote has one, and in digits only those of the
    /// quote; never a link or a sign that cannot be seen.
    private mutating func translation(_ text: String, of quote: String) -> String? {
        switch check.fault(text) {
        case nil, .echo: return text
        case .number where check.hasNumber(quote) && digits(text).isSubset(of: digits(quote)):
            return text
        case .empty where !text.isEmpty: return text
        case .some(let fault):
            dropped.prose[fault, default: 0] += 1
            return nil
        }
    }

    private func digits(_ text: String) -> Set<Substring> {
        Set(text.split { !$0.isNumber })
    }

    private mutating func counted(
        _ item: ModelAnswer.Item, _ aspect: Int?, _ quotes: [Insight.Quote], strengths: Bool
    ) -> Insight.Item? {
        let summary = prose(item.summary)
        var made = Insight.Item(
            aspect: item.aspect, label: "", route: .both, severity: item.severity,
            polarity: strengths ? .positive : .negative, summary: summary ?? "",
            isSummaryOfModel: summary != nil, basis: .quotes,
            mentions: 0, mixed: 0, new: 0, products: 0, languages: [], share: nil,
            starImpact: nil, quotes: quotes)
        let known = aspect.map { lexicon.aspects[$0] }
        let themes = strengths ? praise : complaints
        if let known, let theme = themes.first(where: { $0.aspect == known }) {
            fill(&made, theme)
            let opposite = (strengths ? complaints : praise).first { $0.aspect == known }
            if (opposite?.mentions ?? 0) * 2 >= theme.mentions { made.polarity = .mixed }
        } else if !strengths, known == nil, let cluster = cluster(of: quotes) {
            fill(&made, theme(of: cluster.members.map { subject.reviews[$0.index] }, known))
            made.basis = .cluster
            made.label = cluster.label
        } else {
            let said = Set(quotes.map { RowName(product: $0.productID, review: $0.reviewID) })
            let reviews = subject.reviews.filter {
                said.contains(
                    RowName(product: $0.review.productID, review: $0.review.reviewID))
            }
            fill(&made, theme(of: reviews, known))
            made.basis = .quotes
        }
        if let known {
            made.label = AspectLabel.text(known, strength: strengths, in: language)
            made.route = Route(rawValue: known.route) ?? .both
        } else if made.label.isEmpty {
            // Nothing but the model's word for it: its own, or none.
            made.label = AnswerSchema.other
        }
        if made.summary.isEmpty { made.summary = made.label }
        return made
    }

    private struct RowName: Hashable {
        var product: Text
        var review: Text
    }

    private func theme(of reviews: [ReadReview], _ aspect: Lexicon.Aspect?) -> Theme {
        var theme = Theme(
            aspect: aspect
                ?? Lexicon.Aspect(
                    id: AnswerSchema.other, label: "", route: Route.both.rawValue,
                    strength: nil, isGeneral: false))
        for read in reviews { theme.count(read) }
        var whole: (sum: Int64, count: Int64) = (0, 0)
        for rating in subject.reviews.compactMap(\.review.values.rating) {
            whole.sum += rating
            whole.count += 1
        }
        theme.starImpact = starImpact(of: theme.ratings, in: whole)
        return theme
    }

    private func fill(_ item: inout Insight.Item, _ theme: Theme) {
        item.basis = .lexicon
        item.mentions = theme.mentions
        item.mixed = theme.mixed
        item.new = theme.new
        item.products = Int64(theme.products.count)
        item.languages = theme.languages.sorted { Text($0) < Text($1) }
        item.share = share(theme.mentions, of: Int64(subject.reviews.count))
        item.starImpact = theme.starImpact
    }

    /// The cluster that at least half of the quoted reviews are in.
    private func cluster(of quotes: [Insight.Quote]) -> SentenceCluster? {
        let said = Set(quotes.map { RowName(product: $0.productID, review: $0.reviewID) })
        return clusters.first { cluster in
            let inside = cluster.members.count {
                let review = subject.reviews[$0.index].review
                return said.contains(RowName(product: review.productID, review: review.reviewID))
            }
            return inside * 2 >= said.count
        }
    }

    // MARK: Recommendations

    /// Of aspects that are told of; who can act on a known aspect is data, not the model's choice.
    mutating func recommendations(
        _ recommendations: [ModelAnswer.Recommendation], _ items: [Insight.Item]
    ) -> [Insight.Recommendation] {
        var made: [Insight.Recommendation] = []
        for recommendation in recommendations.prefix(InsightLimit.recommendations) {
            guard let item = items.first(where: { $0.aspect == recommendation.aspect }) else {
                dropped.items += 1
                continue
            }
            guard let text = prose(recommendation.text) else { continue }
            let isKnown = lexicon.aspects.contains { $0.id == recommendation.aspect }
            made.append(
                Insight.Recommendation(
                    aspect: recommendation.aspect,
                    route: isKnown ? item.route : recommendation.route, text: text))
        }
        return made
    }
}

/// How a scope came to stand where it does.
private func story(_ subject: InsightSubject) -> HistoricalStanding.Story {
    let live = subject.reviews.map(\.review)
    func window(_ reviews: [StoredReview]) -> HistoricalStanding.Window {
        HistoricalStanding.Window(
            reviews: Int64(reviews.count),
            negatives: Int64(reviews.count { ($0.values.star ?? 5) <= 2 }))
    }
    if live.contains(where: { $0.values.createdAt != nil }) {
        func days(_ from: Int64, _ to: Int64) -> HistoricalStanding.Window {
            let first = subject.observedAt.adding(seconds: -86_400 * from)
            let last = subject.observedAt.adding(seconds: -86_400 * to)
            return window(
                live.filter { review in
                    review.values.createdAt.map { $0 > first && $0 <= last } ?? false
                })
        }
        return .days(last: days(30, 0), before: days(60, 30))
    }
    let byRun = Dictionary(grouping: live, by: \.run)
    let steps = byRun.keys.sorted().suffix(HistoricalStanding.stepLimit).map { run in
        HistoricalStanding.Step(
            run: run, observedAt: subject.runs[run] ?? subject.observedAt,
            window: window(byRun[run] ?? []))
    }
    return .noSourceTime(Array(steps))
}
