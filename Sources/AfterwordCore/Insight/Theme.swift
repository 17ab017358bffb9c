/// A live review with its product's brand and the lexicon's reading of its text.
package struct ReadReview: Sendable {
    package var review: StoredReview
    package var brand: Text?
    package var reading: ReviewReading
    /// Whether the newest run brought this version.
    package var isNew: Bool
    /// A person's verdict on its dangers; applies while rating, title and body stay the same.
    package var verdict: Verdict?
    /// The family of its product.
    package var family: Text?
    private var knownKey: DistinctKey?
    /// How often it is shown among the reviews that it was chosen from.
    package var shown = Shown.once

    package init(
        review: StoredReview, brand: Text?, reading: ReviewReading, isNew: Bool,
        verdict: Verdict? = nil, family: Text? = nil
    ) {
        self.family = family
        self.verdict = verdict
        self.review = review
        self.brand = brand
        self.reading = reading
        self.isNew = isNew
    }

    /// By what it is recognised where it is shown several times.
    package var distinctKey: DistinctKey { knownKey ?? review.distinctKey() }

    /// The review with its key computed once.
    ///
    /// - Parameter rules: What the shape that read it says.
    package func recognised(by rules: DistinctRules) -> ReadReview {
        var read = self
        read.knownKey = review.distinctKey(by: rules)
        return read
    }

    /// The review with its key, as it was stored.
    package func recognised(by key: DistinctKey) -> ReadReview {
        var read = self
        read.knownKey = key
        return read
    }

    /// The aspects complained about, or praised, each once.
    package func aspects(negative: Bool) -> Set<Int> {
        Set(reading.mentions.filter { $0.isNegative == negative }.map(\.aspect))
    }

    /// Whether the stars agree with the statement: a complaint counts at up to three stars or
    /// without a rating, praise at four or five stars or without a rating.
    package func counts(asStrength: Bool) -> Bool {
        review.values.counts(asStrength: asStrength)
    }

    /// Four or five stars with complaints only, or one or two stars with praise only.
    package var isMismatch: Bool {
        guard let star = review.values.star, !reading.mentions.isEmpty else { return false }
        let complains = reading.mentions.contains(where: \.isNegative)
        let praises = reading.mentions.contains { !$0.isNegative }
        return star >= 4 && complains && !praises || star <= 2 && praises && !complains
    }
}

extension ReviewValues {
    /// Whether the stars agree with a statement (`ReadReview.counts`).
    package func counts(asStrength: Bool) -> Bool {
        guard let star else { return true }
        return asStrength ? star >= 4 : star <= 3
    }
}

/// An aspect across reviews and products. A complaint counts in a review with up to three stars or
/// no rating, praise in one with four or five stars or no rating; in other reviews the mention is
/// counted separately, as `mixed`.
package struct Theme: Sendable {
    package var aspect: Lexicon.Aspect
    /// The version of the lexicon that read the reviews.
    package var lexicon: Int
    /// How many reviews say so, each as often as it is shown.
    package var mentions: Int64 = 0
    /// How many distinct reviews say so.
    package var distinctMentions: Int64 = 0
    package var mixed: Int64 = 0
    /// Those mentions that are in versions brought by the newest run.
    package var new: Int64 = 0
    /// The number of products, and of brands, with reviews that say so.
    package var products: Int64 = 0
    package var brands: Int64 = 0
    package var languages: Set<String> = []
    /// By how many millionths of a star the mean would be higher without those reviews; nil where
    /// none would be left.
    package var starImpact: Int64?
    /// The share of distinct readable reviews that say so; nil where it was not counted.
    package var distinct: Proportion?
    var ratings: (sum: Int64, count: Int64) = (0, 0)

    package init(aspect: Lexicon.Aspect, lexicon: Int) {
        (self.aspect, self.lexicon) = (aspect, lexicon)
    }

    mutating func count(_ read: ReadReview) {
        mentions += 1
        if read.isNew { new += 1 }
        languages.insert(read.reading.language.rawValue)
        if let rating = read.review.values.rating {
            ratings.sum += rating
            ratings.count += 1
        }
    }

    /// Ordered by distinct mentions (halved for general aspects), then star impact, then number of
    /// products.
    private var rank: (Int64, Int64, Int64) {
        (aspect.isGeneral ? distinctMentions : distinctMentions * 2, starImpact ?? 0, products)
    }

    static func ranksBefore(_ left: Theme, _ right: Theme) -> Bool {
        let (l, r) = (left.rank, right.rank)
        return l == r ? Text(left.aspect.id) < Text(right.aspect.id) : l > r
    }
}

/// Counts themes across reviews, those with the most mentions first.
///
/// - Parameter strengths: True for praise, false for complaints.
package func countThemes(
    _ reviews: [ReadReview], strengths: Bool, lexicon: Lexicon
) -> [Theme] {
    var themes = lexicon.aspects.map { Theme(aspect: $0, lexicon: lexicon.version) }
    var whole: (sum: Int64, count: Int64) = (0, 0)
    let groups = distinctReviews(reviews)
    var said: Set<[Int]> = []
    var named = lexicon.aspects.map { _ in (products: Set<Text>(), brands: Set<Text>()) }
    for (place, read) in reviews.enumerated() {
        if let rating = read.review.values.rating {
            whole.sum += rating
            whole.count += 1
        }
        for aspect in read.aspects(negative: !strengths) {
            if read.counts(asStrength: strengths) {
                themes[aspect].count(read)
                named[aspect].products.insert(read.review.productID)
                if let brand = read.brand { named[aspect].brands.insert(brand) }
                if said.insert([groups[place], aspect]).inserted {
                    themes[aspect].distinctMentions += 1
                }
            } else {
                themes[aspect].mixed += 1
            }
        }
    }
    for index in themes.indices {
        themes[index].starImpact = starImpact(of: themes[index].ratings, in: whole)
        themes[index].products = Int64(named[index].products.count)
        themes[index].brands = Int64(named[index].brands.count)
    }
    return themes.filter { $0.mentions > 0 }.sorted(by: Theme.ranksBefore)
}
