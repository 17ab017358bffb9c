/// A review with what decides whether it is the same as another one.
package struct ReviewAppearance: Sendable {
    package var review: StoredReview
    package var family: Text?
    package var brand: Text?

    package init(review: StoredReview, family: Text?, brand: Text?) {
        self.review = review
        self.family = family
        self.brand = brand
    }
}

/// For each review, the index of the first review that is the same one. A review shown under
/// several products, or twice, counts once in scopes above the product.
///
/// Two reviews are the same if they have the same texts and one of these: the same id of the
/// source; the same author id; the same real author name and source date. Reviews without any
/// author are the same with equal rating and texts of at least 40 letters within one family, or
/// within one brand where the family is unknown. A review without a text is never the same as
/// another.
package func distinctReviews(_ appearances: [ReviewAppearance]) -> [Int] {
    var groups = Array(appearances.indices)
    func first(_ place: Int) -> Int {
        var place = place
        while groups[place] != place { place = groups[place] }
        return place
    }
    var known: [Digest128: Int] = [:]
    for (place, appearance) in appearances.enumerated() {
        for key in appearance.sameKeys {
            guard let other = known[key] else {
                known[key] = place
                continue
            }
            let (left, right) = (first(other), first(place))
            groups[max(left, right)] = min(left, right)
        }
    }
    return groups.indices.map(first)
}

extension ReviewAppearance {
    /// The fewest letters at which equal texts are assumed to have one author.
    private static let fewestLetters = 40
    /// Names that sources write for reviewers without one; folded.
    private static let noNames: Set<String> = [
        "amazon customer", "amazon kunde", "cliente amazon", "cliente de amazon",
        "client damazon", "client amazon", "amazon klant", "amazon user", "kindle customer",
        "anonymous", "anonym", "anonyme", "anonimo", "a customer", "customer", "kunde",
        "amazonカスタマー",
    ]

    /// Two reviews with any of these keys in common are the same.
    fileprivate var sameKeys: [Digest128] {
        let values = review.values
        let texts = [values.title, values.body].map { text in
            text.flatMap { composeText($0.bytes).lend { normaliseSpace($0) } }.map { Text($0) }
        }
        guard texts.contains(where: { $0 != nil }) else { return [] }
        func key(_ kind: String, _ parts: [Text?]) -> Digest128 {
            var builder = DigestEncoder(domain: "afterword.distinct.1")
            builder.add(kind)
            for part in parts + texts { builder.add(optional: part) }
            return builder.finish128()
        }
        var keys: [Digest128] = []
        if review.kind == .source { keys.append(key("source", [review.reviewID])) }
        if let author = review.authorID {
            keys.append(key("author", [author]))
        } else if let name = realName, review.times.createdOrigin == .source {
            keys.append(
                key("name", [name, Text("\(review.times.createdAt.startOfDay.microseconds)")]))
        } else if realName == nil, Self.letters(in: texts) >= Self.fewestLetters,
            let scope = family.map({ "family \($0)" }) ?? brand.map({ "brand \($0)" })
        {
            keys.append(
                key("text", [Text(scope), values.rating.map { Text("\($0)") }]))
        }
        return keys
    }

    private var realName: Text? {
        review.values.authorName.flatMap { name in
            let folded = words(of: name).map(\.text).joined(separator: " ")
            return folded.isEmpty || Self.noNames.contains(folded) ? nil : name
        }
    }

    private static func letters(in texts: [Text?]) -> Int {
        texts.reduce(0) { count, text in
            count + (text?.string.unicodeScalars.count { $0.properties.isAlphabetic } ?? 0)
        }
    }
}
