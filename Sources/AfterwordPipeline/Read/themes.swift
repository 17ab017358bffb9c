package import AfterwordCore

/// What reviews are asked about.
package struct ThemeQuery: Sendable {
    package var brand: String?
    package var product: Text?
    package var scope: ChangeScope?
    /// What is praised instead of what is complained of.
    package var strengths = false

    package init() {}
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
    fileprivate var ratings: (sum: Int64, count: Int64) = (0, 0)
}

/// A review that speaks of an aspect, with the sentence it says it in.
package struct ThemeReview: Sendable {
    package var review: StoredReview
    package var language: Language
    package var field: Field
    package var quote: String
    package var isNew: Bool
}

/// Themes across the live reviews of a scope: those that most reviews speak of first.
package func themes(
    _ reader: any StoreReader, _ query: ThemeQuery, lexicon: Lexicon = .first
) throws -> [Theme] {
    var themes = lexicon.aspects.map { Theme(aspect: $0) }
    var whole: (sum: Int64, count: Int64) = (0, 0)
    try eachReading(reader, query, lexicon) { review, brand, isNew, reading in
        if let rating = review.values.rating {
            whole.sum += rating
            whole.count += 1
        }
        for aspect in reading.aspects(negative: !query.strengths) {
            guard counts(review, strengths: query.strengths) else {
                themes[aspect].mixed += 1
                continue
            }
            themes[aspect].mentions += 1
            if isNew { themes[aspect].new += 1 }
            themes[aspect].products.insert(review.productID)
            if let brand { themes[aspect].brands.insert(brand) }
            themes[aspect].languages.insert(reading.language.rawValue)
            if let rating = review.values.rating {
                themes[aspect].ratings.sum += rating
                themes[aspect].ratings.count += 1
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

extension Theme {
    /// Reviews, half of them where the aspect says little by itself; then what they cost, then products.
    fileprivate var rank: (Int64, Int64, Int) {
        (aspect.isGeneral ? mentions : mentions * 2, starImpact ?? 0, products.count)
    }
}

/// The reviews of one theme, the newest versions first.
package func themeReviews(
    _ reader: any StoreReader, aspect id: String, _ query: ThemeQuery, lexicon: Lexicon = .first,
    page: Page
) throws -> Listing<ThemeReview>? {
    guard let aspect = lexicon.aspects.firstIndex(where: { $0.id == id }) else { return nil }
    var found: [ThemeReview] = []
    try eachReading(reader, query, lexicon) { review, _, isNew, reading in
        let mention = reading.mentions.first {
            $0.aspect == aspect && $0.isNegative != query.strengths
        }
        guard let mention, counts(review, strengths: query.strengths) else { return }
        found.append(
            ThemeReview(
                review: review, language: reading.language, field: mention.field,
                quote: review.values.quote(mention.field, mention.sentence), isNew: isNew))
    }
    return Listing(found.sorted(by: newestFirst), page: page)
}

/// A review with a word of danger in it: one is enough, a person should look.
package struct SafetyReview: Sendable {
    package var hazard: String
    package var review: StoredReview
    package var brand: Text?
    package var language: Language
    package var field: Field
    package var quote: String
    package var isNew: Bool
}

/// Reviews with words of danger, each hazard once a review: the newest versions first, of a run the fewest stars.
///
/// - Parameter since: Only of versions that runs after this one brought.
package func safetyReviews(
    _ reader: any StoreReader, _ query: ThemeQuery, since: Int64 = 0, lexicon: Lexicon = .first,
    page: Page
) throws -> Listing<SafetyReview> {
    var found: [SafetyReview] = []
    try eachReading(reader, query, lexicon) { review, brand, isNew, reading in
        guard review.run > since else { return }
        for (hazard, name) in lexicon.hazards.enumerated() {
            guard let mention = reading.hazards.first(where: { $0.hazard == hazard }) else {
                continue
            }
            found.append(
                SafetyReview(
                    hazard: name, review: review, brand: brand, language: reading.language,
                    field: mention.field,
                    quote: review.values.quote(mention.field, mention.sentence), isNew: isNew))
        }
    }
    let sorted = found.sorted { left, right in
        let (l, r) = (left.review, right.review)
        if l.run != r.run { return l.run > r.run }
        let stars = (l.values.star ?? 6, r.values.star ?? 6)
        if stars.0 != stars.1 { return stars.0 < stars.1 }
        return (l.productID, l.reviewID, Text(left.hazard))
            < (r.productID, r.reviewID, Text(right.hazard))
    }
    return Listing(sorted, page: page)
}

private func newestFirst(_ left: ThemeReview, _ right: ThemeReview) -> Bool {
    let (l, r) = (left.review, right.review)
    if l.run != r.run { return l.run > r.run }
    return (l.productID, l.reviewID) < (r.productID, r.reviewID)
}

/// Whether a review's stars go with what it says.
private func counts(_ review: StoredReview, strengths: Bool) -> Bool {
    guard let star = review.values.star else { return true }
    return strengths ? star >= 4 : star <= 3
}

private func eachReading(
    _ reader: any StoreReader, _ query: ThemeQuery, _ lexicon: Lexicon,
    _ body: (StoredReview, _ brand: Text?, _ isNew: Bool, ReviewReading) -> Void
) throws {
    let newest = try reader.runs().last?.run ?? 0
    var brands: [Text: Text] = [:]
    var outside: Set<Text> = []
    for product in try reader.products(query.product) {
        brands[product.productID] = product.dimension[.brand]
        if query.scope?.holds(product) == false { outside.insert(product.productID) }
    }
    let wanted = query.brand.map { Text($0) }
    for review in try reader.reviews(ofProduct: query.product) where review.isLive {
        let brand = brands[review.productID]
        guard wanted == nil || brand == wanted, !outside.contains(review.productID) else {
            continue
        }
        body(review, brand, review.run == newest, readReview(review.values, with: lexicon))
    }
}

extension ReviewReading {
    fileprivate func aspects(negative: Bool) -> Set<Int> {
        Set(mentions.filter { $0.isNegative == negative }.map(\.aspect))
    }
}

extension ReviewValues {
    /// The bytes of a field, which a reading found whole characters in.
    func quote(_ field: Field, _ range: Range<Int>) -> String {
        let text = field == .title ? title : body
        return text.map { String(decoding: $0.bytes[range], as: UTF8.self) } ?? ""
    }

    /// The beginning of the text, or where there is none the title.
    var beginning: String { (body ?? title).map { String($0.string.prefix(200)) } ?? "" }
}
