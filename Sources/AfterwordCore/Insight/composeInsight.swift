/// Makes an insight from a model's answer: the program's own themes and numbers, worded by the
/// model. Quotes are looked up in their reviews, wording is checked, and everything countable is
/// counted again. What fails a check is dropped and counted in `dropped`; themes that the model
/// left out are added.
package func composeInsight(
    _ answer: ModelAnswer, _ evidence: Evidence, of subject: InsightSubject, by terms: InsightTerms
) -> Insight {
    let lexicon = terms.lexicon
    var composer = InsightComposer(
        evidence: evidence, subject: subject, language: terms.language, lexicon: lexicon)
    let issues = composer.items(answer.issues.prefix(InsightLimit.issues), strengths: false)
    let strengths = composer.items(
        answer.strengths.prefix(InsightLimit.strengths), strengths: true)
    let (dangers, unlikely) = insightDangers(subject.reviews, lexicon: lexicon)
    let recommendations = composer.recommendations(answer.recommendations, issues + strengths)
    let told = composer.prose(answer.standing)
    let limitations = answer.limitations.prefix(InsightLimit.limitations)
        .compactMap { composer.prose($0) }
    var counters = Counters()
    for read in subject.reviews { counters.add(read.review.values, sign: 1) }
    return Insight(
        scope: subject.scope, language: terms.language, model: terms.model, counters: counters,
        distinct: composer.distinct.counts,
        productCount: Int64(Set(subject.reviews.map(\.review.productID)).count),
        negative: share(counters.negatives, of: counters.ratedCount),
        portfolioNegative: share(subject.portfolio.negatives, of: subject.portfolio.ratedCount),
        mismatches: Int64(subject.reviews.count(where: \.isMismatch)), dangers: dangers,
        unlikelyDangers: unlikely, issues: issues,
        strengths: strengths, recommendations: recommendations,
        standing: HistoricalStanding(story: story(subject), told: told), limitations: limitations,
        evidenceShown: Int64(evidence.reviews.count),
        evidenceReadable: Int64(evidence.readable), evidenceDigest: evidence.digest,
        dropped: composer.dropped)
}

/// In which language, by which model and with which lexicon an insight is made.
package struct InsightTerms: Sendable {
    package var language: Language
    /// The model's name.
    package var model: String
    package var lexicon: Lexicon

    package init(language: Language, model: String, lexicon: Lexicon) {
        self.language = language
        self.model = model
        self.lexicon = lexicon
    }
}

/// The most that is taken from an answer.
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
    let distinct: DistinctReviews
    private var quoteReader: QuoteReader

    init(evidence: Evidence, subject: InsightSubject, language: Language, lexicon: Lexicon) {
        self.evidence = evidence
        self.subject = subject
        self.language = language
        self.lexicon = lexicon
        shown = Dictionary(uniqueKeysWithValues: evidence.reviews.map { ($0.alias, $0) })
        check = ProseCheck(evidence, language: language)
        distinct = DistinctReviews(subject.reviews)
        quoteReader = QuoteReader(lexicon)
        complaints = countThemes(subject.reviews, strengths: false, lexicon: lexicon)
        praise = countThemes(subject.reviews, strengths: true, lexicon: lexicon)
        clusters = distinctClusters(subject.reviews, distinct)
    }

    /// The model's text where it passes the checks; otherwise nil, and the fault is counted.
    mutating func prose(_ text: String) -> String? {
        guard let fault = check.fault(text) else { return text }
        dropped.prose[fault, default: 0] += 1
        return nil
    }

    // MARK: Items

    /// The model's items, each aspect or cluster once, plus every theme that it left out; ordered
    /// by rank.
    mutating func items(_ items: ArraySlice<ModelAnswer.Item>, strengths: Bool) -> [Insight.Item] {
        var made: [Insight.Item] = []
        for item in items {
            let aspect = lexicon.aspects.firstIndex { $0.id == item.aspect }
            let quotes = quotes(item, aspect, strengths: strengths)
            guard !quotes.isEmpty,
                let next = counted(item, aspect, quotes, strengths: strengths),
                !made.contains(where: { $0.aspect == next.aspect && $0.label == next.label })
            else {
                dropped.items += 1
                continue
            }
            made.append(next)
        }
        for theme in strengths ? praise : complaints
        where !made.contains(where: { $0.aspect == theme.aspect.id }) {
            made.append(ownItem(theme, strengths: strengths))
        }
        return made.enumerated().sorted { left, right in
            let (l, r) = (rank(left.element), rank(right.element))
            if l != r { return l > r }
            let ids = (Text(left.element.aspect), Text(right.element.aspect))
            return ids.0 == ids.1 ? left.offset < right.offset : ids.0 < ids.1
        }.map(\.element)
    }

    /// Ordered as themes are. Items without a proving quote come last.
    private func rank(_ item: Insight.Item) -> (Int, Int64, Int64, Int64) {
        let isGeneral = lexicon.aspects.contains { $0.id == item.aspect && $0.isGeneral }
        return (
            item.quotes.isEmpty ? 0 : 1,
            isGeneral ? item.distinctMentions : item.distinctMentions * 2,
            item.starImpact ?? 0, item.products
        )
    }

    /// The program's own quotes of a theme.
    private mutating func ownQuotes(_ theme: Theme, strengths: Bool) -> [Insight.Quote] {
        guard let aspect = lexicon.aspects.firstIndex(of: theme.aspect) else { return [] }
        let places = subject.reviews.enumerated()
            .filter { $0.element.counts(asStrength: strengths) }
            .compactMap { index, read in
                read.place(of: aspect, isNegative: !strengths)?.among(distinct, at: index)
            }
        return programQuotes(places, looked: quoteReader.looked) { place in
            quoteReader.clarity(of: aspect, isNegative: !strengths, at: place)
        }
    }

    /// A theme that the model left out, with the program's own label and quotes.
    private mutating func ownItem(_ theme: Theme, strengths: Bool) -> Insight.Item {
        var made = Insight.Item(aspect: theme.aspect.id, isStrength: strengths, quotes: [])
        describe(&made, theme.aspect, strengths: strengths)
        fill(&made, theme, strengths: strengths)
        mix(&made, theme, strengths: strengths)
        made.quotes = ownQuotes(theme, strengths: strengths)
        made.summary = made.label
        made.isNamedByModel = false
        return made
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
            // For aspects of the lexicon, agreement is checked in the text; for others only the
            // stars can be.
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
                            quoteReader.proves(
                                $0, isNegative: !strengths, grounded, of: source.read)
                        } ?? true, shown: source.read.shown))
            }
        }
        return quotes
    }

    /// A translation may contain what its quote contains: numbers only where the quote has one, and
    /// digits only those of the quote. Links and invisible characters are never allowed.
    private mutating func translation(_ text: String, of quote: String) -> String? {
        switch check.fault(text, isTranslation: true) {
        case nil, .echo: return text
        case .number where check.hasNumber(quote) && digits(text).isSubset(of: digits(quote)):
            return text
        case .empty where !text.isEmpty: return text
        case .some(let fault):
            dropped.prose[fault, default: 0] += 1
            return nil
        }
    }

    /// The numbers written in digits; digits of other scripts and sub- or superscripts as ASCII
    /// digits.
    private func digits(_ text: String) -> Set<String> {
        let runs = text.split { !$0.isNumber }
        return Set(runs.map { run in run.map(plainDigit).joined() })
    }

    private func plainDigit(_ digit: Character) -> String {
        switch digit.unicodeScalars.first?.properties.numericType {
        case .decimal, .digit: digit.wholeNumberValue.map { String($0) } ?? String(digit)
        default: String(digit)
        }
    }

    private mutating func counted(
        _ item: ModelAnswer.Item, _ aspect: Int?, _ quotes: [Insight.Quote], strengths: Bool
    ) -> Insight.Item? {
        var made = Insight.Item(
            aspect: item.aspect, isStrength: strengths, quotes: quotes.filter(\.agrees))
        made.filed = quotes.filter { !$0.agrees }
        // The model's summary is not used where none of its quotes proves the item.
        let summary = made.quotes.isEmpty ? nil : wording(item.summary, strengths: strengths)
        let known = aspect.map { lexicon.aspects[$0] }
        let themes = strengths ? praise : complaints
        if let known, let theme = themes.first(where: { $0.aspect == known }) {
            fill(&made, theme, strengths: strengths)
            mix(&made, theme, strengths: strengths)
            made.isNamedByModel = !made.quotes.isEmpty
            if made.quotes.isEmpty { made.quotes = ownQuotes(theme, strengths: strengths) }
        } else if !strengths, known == nil, let cluster = cluster(of: quotes) {
            let groups = Set(cluster.members.map { distinct.groups[$0.index] })
            fill(&made, theme(of: appearances(in: groups), known), strengths: strengths)
            made.basis = .cluster
            made.label = cluster.label
        } else {
            fill(&made, theme(of: appearances(of: quotes), known), strengths: strengths)
            made.basis = .quotes
        }
        if let known { describe(&made, known, strengths: strengths) }
        // An item outside lexicon and clusters has no label of its own.
        if made.label.isEmpty { made.label = AnswerSchema.other }
        made.summary = summary ?? made.label
        made.isSummaryOfModel = summary != nil
        return made
    }

    /// The model's summary of an item where it passes the checks and does not say the opposite.
    private mutating func wording(_ text: String, strengths: Bool) -> String? {
        guard let text = prose(text) else { return nil }
        guard !saysTheOpposite(text, isStrength: strengths, lexicon: lexicon) else {
            dropped.prose[.opposite, default: 0] += 1
            return nil
        }
        return text
    }

    private func describe(
        _ item: inout Insight.Item, _ aspect: Lexicon.Aspect, strengths: Bool
    ) {
        item.label = AspectLabel.text(aspect, strength: strengths, in: language)
        item.route = Route(rawValue: aspect.route) ?? .both
    }

    /// Sets the polarity to mixed where at least half as many reviews say the opposite.
    private func mix(_ item: inout Insight.Item, _ theme: Theme, strengths: Bool) {
        let opposite = (strengths ? complaints : praise).first { $0.aspect == theme.aspect }
        if (opposite?.distinctMentions ?? 0) * 2 >= theme.distinctMentions {
            item.polarity = .mixed
        }
    }

    private struct RowName: Hashable {
        var product: Text
        var review: Text
    }

    /// The reviews of quotes, and all that are the same, as indices of `subject.reviews`.
    private func appearances(of quotes: [Insight.Quote]) -> [Int] {
        let said = Set(quotes.map { RowName(product: $0.productID, review: $0.reviewID) })
        let groups = subject.reviews.indices.filter { index in
            let review = subject.reviews[index].review
            return said.contains(RowName(product: review.productID, review: review.reviewID))
        }.map { distinct.groups[$0] }
        return appearances(in: Set(groups))
    }

    private func appearances(in groups: Set<Int>) -> [Int] {
        subject.reviews.indices.filter { groups.contains(distinct.groups[$0]) }
    }

    /// - Parameter indices: Of the theme's reviews in `subject.reviews`.
    private func theme(of indices: [Int], _ aspect: Lexicon.Aspect?) -> Theme {
        var theme = Theme(
            aspect: aspect
                ?? Lexicon.Aspect(
                    id: AnswerSchema.other, label: "", route: Route.both.rawValue,
                    strength: nil, isGeneral: false), lexicon: lexicon.version)
        for index in indices { theme.count(subject.reviews[index]) }
        theme.products = Int64(Set(indices.map { subject.reviews[$0].review.productID }).count)
        theme.brands = Int64(Set(indices.compactMap { subject.reviews[$0].brand }).count)
        theme.distinctMentions = Int64(Set(indices.map { distinct.groups[$0] }).count)
        var whole: (sum: Int64, count: Int64) = (0, 0)
        for rating in subject.reviews.compactMap(\.review.values.rating) {
            whole.sum += rating
            whole.count += 1
        }
        theme.starImpact = starImpact(of: theme.ratings, in: whole)
        return theme
    }

    private func fill(_ item: inout Insight.Item, _ theme: Theme, strengths: Bool) {
        item.basis = .lexicon
        item.mentions = theme.mentions
        item.distinctMentions = theme.distinctMentions
        item.mixed = theme.mixed
        item.new = theme.new
        item.products = theme.products
        item.languages = theme.languages.sorted { Text($0) < Text($1) }
        item.share = share(theme.distinctMentions, of: distinct.counts.count)
        item.starImpact = theme.starImpact
        if !strengths { item.severity = theme.severity(share: item.share) }
    }

    /// The first cluster that contains at least half of the quoted reviews.
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

    /// Recommendations for aspects that have items with quotes. The route of a known aspect comes
    /// from the lexicon, not from the model; the text is the model's.
    mutating func recommendations(
        _ recommendations: [ModelAnswer.Recommendation], _ items: [Insight.Item]
    ) -> [Insight.Recommendation] {
        var made: [Insight.Recommendation] = []
        for recommendation in recommendations.prefix(InsightLimit.recommendations) {
            guard
                let item = items.first(where: {
                    $0.aspect == recommendation.aspect && !$0.quotes.isEmpty
                })
            else {
                dropped.items += 1
                continue
            }
            guard let text = prose(recommendation.text) else { continue }
            let isKnown = lexicon.aspects.contains { $0.id == recommendation.aspect }
            made.append(
                Insight.Recommendation(
                    aspect: recommendation.aspect,
                    route: isKnown ? item.route : recommendation.route, text: text,
                    mentions: item.mentions))
        }
        return made
    }
}

extension Theme {
    /// What a taxonomy says; where it says nothing, what its kind and its reviews do.
    ///
    /// - Parameter share: Of the scope's distinct reviews.
    fileprivate func severity(share: Share?) -> Severity {
        // Rounded up, so that what is above a bound stays above it.
        let mean =
            ratings.count > 0 ? (ratings.sum * 100 + ratings.count - 1) / ratings.count : nil
        return aspect.severity
            ?? issueSeverity(
                SeverityGrounds(
                    kind: aspect.kind.severity, distinctMentions: distinctMentions, share: share,
                    meanThousandths: mean, isMostlyPraised: mixed > mentions))
    }
}
