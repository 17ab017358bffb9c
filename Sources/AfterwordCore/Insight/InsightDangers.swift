/// A danger across the reviews of a scope. One review is enough; stars do not affect its severity.
package struct InsightDanger: Equatable, Sendable {
    package var hazard: String
    /// The strongest class among its mentions.
    package var dangerClass: DangerClass
    /// Reviews in which it happened or that call the product dangerous.
    package var mentions: Int64 = 0
    /// Those mentions with a review that is shown several times counted once.
    package var distinctMentions: Int64 = 0
    /// Those mentions in which it happened.
    package var happened: Int64 = 0
    /// Those mentions that are in versions brought by the newest run.
    package var new: Int64 = 0
    package var products: Int64 = 0
    package var quotes: [Insight.Quote] = []
}

/// The dangers of a scope, ordered by class, then severity; and how many reviews mention dangers of
/// class `unlikely` only.
package func insightDangers(
    _ reviews: [ReadReview], lexicon: Lexicon
) -> (dangers: [InsightDanger], unlikely: Int64) {
    var found: [String: [(danger: Danger, read: ReadReview, index: Int)]] = [:]
    var unlikely: Int64 = 0
    let distinct = DistinctReviews(reviews)
    var quoteReader = QuoteReader(lexicon)
    for (index, read) in reviews.enumerated() {
        let own = read.dangers(lexicon)
        if !own.isEmpty, !own.contains(where: \.dangerClass.leads) { unlikely += 1 }
        for danger in own where danger.dangerClass.leads {
            found[danger.hazard, default: []].append((danger, read, index))
        }
    }
    let ranked = found.values.map { said -> (worst: Danger, made: InsightDanger) in
        let worst = said.map(\.danger).min() ?? said[0].danger
        var made = InsightDanger(hazard: worst.hazard, dangerClass: worst.dangerClass)
        made.mentions = Int64(said.count)
        made.distinctMentions = Int64(Set(said.map { distinct.groups[$0.index] }).count)
        made.happened = Int64(said.count { $0.danger.dangerClass == .happened })
        made.new = Int64(said.count(where: \.read.isNew))
        made.products = Int64(Set(said.map(\.read.review.productID)).count)
        // Quotes of what happened come first, as the strongest proof.
        for dangerClass in [DangerClass.happened, .said] {
            let places = said.filter { $0.danger.dangerClass == dangerClass }.map {
                ProvenPlace(
                    read: $0.read, field: $0.danger.field, sentence: $0.danger.sentence,
                    words: $0.danger.sentence
                ).among(distinct, at: $0.index)
            }
            let hazard = lexicon.hazards.firstIndex(of: worst.hazard)
            made.quotes += programQuotes(
                places, limit: ProgramQuote.limit - made.quotes.count
            ) { place in
                quoteReader.clarity(
                    ofHazard: hazard, in: place.said, star: place.read.review.values.star)
            }
        }
        return (worst, made)
    }
    let sorted = ranked.sorted { left, right in
        if left.worst < right.worst || right.worst < left.worst { return left.worst < right.worst }
        return Text(left.made.hazard) < Text(right.made.hazard)
    }
    return (sorted.map(\.made), unlikely)
}

extension InsightDanger {
    package var json: JSONValue {
        .row([
            "hazard": .string(hazard), "class": .string(dangerClass.rawValue),
            "severity": .string(Severity.high.rawValue), "mentions": JSONValue(mentions),
            "distinct_mentions": JSONValue(distinctMentions), "happened": JSONValue(happened),
            "new": JSONValue(new), "products": JSONValue(products),
            "quotes": .array(quotes.map(\.json)),
        ])
    }
}
