/// A live review with its product's brand and what the lexicon reads in it.
package struct ReadReview: Sendable {
    package var review: StoredReview
    package var brand: Text?
    package var reading: ReviewReading
    /// Of a version that the newest run brought.
    package var isNew: Bool
    /// What a person found of its danger, as long as it says what it said then.
    package var verdict: Verdict?
    /// Its product's family.
    package var family: Text?

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

    /// Aspects complained of, or praised, each once.
    package func aspects(negative: Bool) -> Set<Int> {
        Set(reading.mentions.filter { $0.isNegative == negative }.map(\.aspect))
    }

    /// Whether the stars go with what is said: a complaint counts in a review of up to three stars or without any, praise in one
    /// of four or five or without any.
    package func counts(asStrength: Bool) -> Bool {
        guard let star = review.values.star else { return true }
        return asStrength ? star >= 4 : star <= 3
    }

    /// Four or five stars over nothing but complaints, or one or two over nothing but praise.
    package var isMismatch: Bool {
        guard let star = review.values.star, !reading.mentions.isEmpty else { return false }
        let complains = reading.mentions.contains(where: \.isNegative)
        let praises = reading.mentions.contains { !$0.isNegative }
        return star >= 4 && complains && !praises || star <= 2 && praises && !complains
    }
}

/// An aspect across reviews and products. A complaint counts in a review of up to three stars or without any, praise in one
/// of four or five; said in the others it is `mixed` and told apart.
package struct Theme: Sendable {
    package var aspect: Lexicon.Aspect
    /// Reviews that say so.
    package var mentions: Int64 = 0
    package var mixed: Int64 = 0
    /// Of the mentions, those in versions that the newest run brought.
    package var new: Int64 = 0
    package var products: Set<Text> = []
    package var brands: Set<Text> = []
    package var languages: Set<String> = []
    /// Millionths of a star that the mean would be higher without them; nil where nothing is left.
    package var starImpact: Int64?
    /// Of distinct readable reviews those that say so; nil where it was not counted.
    package var distinct: Proportion?
    var ratings: (sum: Int64, count: Int64) = (0, 0)

    package init(aspect: Lexicon.Aspect) { self.aspect = aspect }

    mutating func count(_ read: ReadReview) {
        mentions += 1
        if read.isNew { new += 1 }
        products.insert(read.review.productID)
        if let brand = read.brand { brands.insert(brand) }
        languages.insert(read.reading.language.rawValue)
        if let rating = read.review.values.rating {
            ratings.sum += rating
            ratings.count += 1
        }
    }

    /// Reviews, half of them where the aspect says little by itself; then what they cost, then products.
    var rank: (Int64, Int64, Int) {
        (aspect.isGeneral ? mentions : mentions * 2, starImpact ?? 0, products.count)
    }
}

/// Themes across reviews: those that most speak of first.
///
/// - Parameter strengths: What is praised, instead of what is complained of.
package func countThemes(
    _ reviews: [ReadReview], strengths: Bool, lexicon: Lexicon
) -> [Theme] {
    var themes = lexicon.aspects.map { Theme(aspect: $0) }
    var whole: (sum: Int64, count: Int64) = (0, 0)
    for read in reviews {
        if let rating = read.review.values.rating {
            whole.sum += rating
            whole.count += 1
        }
        for aspect in read.aspects(negative: !strengths) {
            if read.counts(asStrength: strengths) {
                themes[aspect].count(read)
            } else {
                themes[aspect].mixed += 1
            }
        }
    }
    for index in themes.indices {
        themes[index].starImpact = starImpact(of: themes[index].ratings, in: whole)
    }
    return themes.filter { $0.mentions > 0 }.sorted { left, right in
        let (l, r) = (left.rank, right.rank)
        return l == r ? Text(left.aspect.id) < Text(right.aspect.id) : l > r
    }
}
