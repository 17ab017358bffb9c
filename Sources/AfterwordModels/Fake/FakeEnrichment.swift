import AfterwordCore

/// What the simulated model reads in reviews: the lexicon's aspects, a sentiment of these and the
/// stars, and a translation that only says its language.
struct FakeEnrichment {
    let reviews: [FakeReview]
    let language: Language
    let lexicon: Lexicon
    /// The aspects that the request allows: a taxonomy may have merged some of the lexicon's away.
    let allowed: Set<String>

    var json: JSONValue { .row(["reviews": .array(reviews.map(entry))]) }

    private func entry(_ review: FakeReview) -> JSONValue {
        var seen: Set<ReviewEnrichment.Remark> = []
        let remarks = review.reading.mentions.compactMap { mention in
            let found = ReviewEnrichment.Remark(
                aspect: lexicon.aspects[mention.aspect].id, isNegative: mention.isNegative)
            return allowed.contains(found.aspect) && seen.insert(found).inserted ? found : nil
        }
        return .row([
            "review_id": .string(review.id),
            "sentiment": .string(sentiment(review, remarks).rawValue),
            "aspects": .array(
                remarks.map { remark in
                    .row([
                        "aspect": .string(remark.aspect),
                        "polarity": .string(remark.isNegative ? "negative" : "positive"),
                    ])
                }),
            "title": translation(review.values.title, review),
            "text": translation(review.values.body, review),
        ])
    }

    private func sentiment(
        _ review: FakeReview, _ remarks: [ReviewEnrichment.Remark]
    ) -> ReviewEnrichment.Sentiment {
        let (praises, complains) = (
            remarks.contains { !$0.isNegative }, remarks.contains(where: \.isNegative)
        )
        if praises, complains { return .mixed }
        if praises || complains { return praises ? .positive : .negative }
        return switch review.values.star {
        case 1, 2: .negative
        case 4, 5: .positive
        default: .neutral
        }
    }

    private func translation(_ text: Text?, _ review: FakeReview) -> JSONValue {
        guard let text, review.reading.language != language else { return .null }
        return .string("(\(language.rawValue)) \(text.string)")
    }
}
