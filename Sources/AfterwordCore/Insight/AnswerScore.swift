/// How well one answer of a model did, as the program counts it.
package struct AnswerScore: Equatable, Sendable {
    /// The quotes that the answer cites, within the limits of an insight and each time they are
    /// cited, and those of them that are found in the review and version that they name. Those that
    /// are filed against the stars of their review are not looked for, and not counted.
    package var claims: Proportion
    /// The themes that the program counts most often (eight issues, five strengths), and those of
    /// them that the answer names with a quote that proves it.
    package var themes: Proportion
    /// The aspects that the answer names with a valid quote, each as issue or strength.
    package var aspects: Set<String>
    /// What was dropped of the answer.
    package var dropped: DroppedAnswers

    package init(
        claims: Proportion, themes: Proportion, aspects: Set<String> = [],
        dropped: DroppedAnswers = DroppedAnswers()
    ) {
        self.claims = claims
        self.themes = themes
        self.aspects = aspects
        self.dropped = dropped
    }

    /// - Parameter insight: What was composed of the answer.
    package init(_ answer: ModelAnswer, _ insight: Insight) {
        let items =
            answer.issues.prefix(InsightLimit.issues)
            + answer.strengths.prefix(InsightLimit.strengths)
        let cited = items.reduce(0) { $0 + Int64($1.evidence.prefix(InsightLimit.quotes).count) }
        let notLookedFor = insight.dropped.quotes[.againstStars] ?? 0
        let claimed = cited - notLookedFor
        let lost = insight.dropped.quotes.values.reduce(0, +) - notLookedFor
        let leading =
            insight.issues.filter { $0.basis == .lexicon }.prefix(InsightLimit.issues)
            + insight.strengths.filter { $0.basis == .lexicon }.prefix(InsightLimit.strengths)
        claims = Proportion(claimed - lost, of: claimed)
        themes = Proportion(
            Int64(leading.count(where: \.isNamedByModel)), of: Int64(leading.count))
        aspects = Set(
            [("issue", insight.issues), ("strength", insight.strengths)].flatMap { kind, items in
                items.filter(\.isNamedByModel).map { "\(kind) \($0.aspect) \($0.label)" }
            })
        dropped = insight.dropped
    }
}

extension DroppedAnswers {
    /// Adds what was dropped of another answer.
    package mutating func add(_ other: DroppedAnswers) {
        items += other.items
        quotes.merge(other.quotes, uniquingKeysWith: +)
        prose.merge(other.prose, uniquingKeysWith: +)
    }

    /// The reasons with their counts, in a fixed order; reasons that do not occur are left out.
    package var reasons: [(reason: String, count: Int64)] {
        let all =
            QuoteFault.allCases.map { ("quote \($0.rawValue)", quotes[$0] ?? 0) }
            + ProseFault.allCases.map { ("text \($0.rawValue)", prose[$0] ?? 0) }
            + [("item without a valid quote, or given twice", items)]
        return all.filter { $0.1 > 0 }.map { (reason: $0.0, count: $0.1) }
    }
}
